# Every target does the set-up it needs. `make demo` and `make test` are all that a newcomer has to know.
.PHONY: help setup demo test test-trixie check soak bench-faults screens pages deb image-virt image-test clean
.DELETE_ON_ERROR:

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install -q

help:
	@echo "make demo    a rehearsed conversation against the built-in emulator (files in demo/)"
	@echo "make test    all tests          make check   types, style, the rules of the house"
	@echo "make test-trixie    demo and test in a fresh Debian 13, half an hour (as root; needs mmdebstrap)"
	@echo "make soak    the long forms, most of an hour     make screens   draw hardware/screens/ anew"
	@echo "make deb     build/dragoman_*.deb for this Debian; SUITE=trixie or bookworm, ARCH=arm64 for others (as root)"
	@echo "make image-virt  the virtual appliance (as root; ARCH=arm64)     make image-test  boots it in QEMU"
	@echo "make pages   the diagrams and the table of settings anew"
	@echo "make hardware  draw the wiring anew (hardware/)  hardware-schematic with KiCad, hardware-cad with build123d"
	@echo "make bench-faults    a plain client and this box through the same faults (as root)"
	@echo "make setup   apt packages and the virtual environment          make clean   remove what was built"

setup: $(VENV)/runtime.done

# The system's Python, for Pango and Pillow come from apt: a Pillow wheel beside Pango measures text wrongly.
$(VENV)/runtime.done: .ci/apt-packages .ci/apt-install .ci/build.lock .ci/runtime.lock pyproject.toml
	.ci/apt-install
	@/usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed: Debian 12, Ubuntu 24.04, Raspberry Pi OS of 2023, or later" >&2; exit 1; }
	/usr/bin/python3 -m venv --system-site-packages $(VENV)
	$(PIP) --require-hashes --no-deps -r .ci/build.lock
	$(PIP) --require-hashes --no-deps --no-build-isolation -r .ci/runtime.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.done: $(VENV)/runtime.done .ci/dev.lock .ci/wheels.lock
	.ci/apt-install tests
	$(PIP) --require-hashes --no-deps --no-build-isolation -r .ci/dev.lock
	$(PY) -m pip --disable-pip-version-check download -q --require-hashes --no-deps --only-binary :all: \
		--dest $(VENV)/wheels -r .ci/wheels.lock
	@touch $@

demo: $(VENV)/runtime.done
	$(VENV)/bin/dragoman demo

# The two pure floors first, for every branch of them must be tested. Of the rest the simulator comes first, for it takes
# longest. The real processes keep real time and mostly wait: side by side, but not beside the simulator, which takes every
# core. Timing tests run last, and beside nothing else: two at a time were
# seen to make each other late on a slow machine.
REST := tests/sim/ $(filter-out $(foreach folder,core protocol e2e sim image,tests/$(folder)/),$(wildcard tests/*/)) $(wildcard tests/test_*.py)
test: $(VENV)/dev.done build/trees/package
	$(PY) -m coverage run --branch --source=appliance/core,appliance/protocol -m pytest -q -m "not soak" tests/core tests/protocol
	$(PY) -m coverage report --fail-under=100 --skip-covered
	$(PY) -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder -m "not timing and not soak" $(REST)
	$(PY) -m pytest -q -n 4 --dist loadfile -m "not timing and not soak" tests/e2e
	$(PY) -m pytest -q -n 2 --dist loadfile -m "not timing and not soak" tests/image
	$(PY) -m pytest -q -m "timing and not soak"

# The long forms: hours of simulated life, long black holes, ten minutes of sound. Most of an hour.
soak: $(VENV)/dev.done
	$(PY) -m pytest -q -s -m soak --hypothesis-profile=roaming

# A plain client and this box through the same faults, side by side, in network namespaces; fills the table of tests/bench/README.md.
bench-faults: $(VENV)/dev.done
	$(PY) -m tests.bench.faults --write

# The contact sheets in hardware/screens/ and the pictures of README and guides.
screens: pages
	$(PY) -m tests.display.screens hardware/screens

# What the pages show that is generated.
pages: $(VENV)/dev.done
	$(PY) -m tests.readme --write
	$(PY) -m tests.flows --write
	$(PY) -m tests.config.page --write

# Everything in hardware/ that is generated and light to make: documents, pictures and lists of parts of the wiring, the
# tables of its pages, and the device trees. What needs KiCad or build123d has targets of its own, below.
.PHONY: hardware
hardware: $(VENV)/dev.done build/wireviz/done build/trees/package
	$(PY) -m hardware.wiring.draw build/wireviz/bin/wireviz
	$(PY) -m hardware.wiring.pages

# WireViz brings a Pillow of its own, which must not be beside Pango: it gets an environment of its own.
build/wireviz/done: .ci/hardware.lock .ci/apt-packages
	.ci/apt-install hardware
	@command -v dot >/dev/null || { echo "WireViz needs graphviz, which was left out above" >&2; exit 1; }
	/usr/bin/python3 -m venv build/wireviz
	build/wireviz/bin/python -m pip --disable-pip-version-check install -q --require-hashes --no-deps -r .ci/hardware.lock
	@touch $@

# Opt-in: needs KiCad 9 (Debian 13: apt install kicad). Checks the schematic and draws hardware/schematic/ anew.
KICAD_CLI ?= kicad-cli
.PHONY: hardware-schematic
hardware-schematic: $(VENV)/dev.done
	$(PY) -m hardware.schematic.plot "$(KICAD_CLI)"

# Opt-in: 1.7 GB of CAD library in build/cad. Checks both cases and makes the files of hardware/enclosure/ anew.
.PHONY: hardware-cad
hardware-cad: build/cad/done
	build/cad/bin/python -m hardware.enclosure.build

build/cad/done: hardware/enclosure/cad.lock
	/usr/bin/python3 -m venv build/cad
	build/cad/bin/python -m pip --disable-pip-version-check install -q --require-hashes --no-deps -r hardware/enclosure/cad.lock
	@touch $@

# Debian's device trees of the boards, 5 MB, for the tests of hardware/overlay/; without a network those are skipped.
build/trees/package: hardware/overlay/fetch-trees
	@mkdir -p build && hardware/overlay/fetch-trees build/trees >build/trees.log 2>&1 || \
		echo "left out: the device trees (see build/trees.log); the tests that need them are skipped"

# For the Debian that this machine has; another one's is built in a root of it. Nothing of the environment is needed.
SUITE :=
ARCH :=
deb:
	.ci/apt-install deb
	/usr/bin/python3 image-build/build_deb.py $(if $(SUITE),--suite $(SUITE)) $(if $(ARCH),--arch $(ARCH))

# The README's two commands in a fresh Debian 13 (mmdebstrap, as root): the whole suite under its Python, Pango and espeak-ng.
test-trixie: $(VENV)/dev.done
	$(PY) -m tests.image.trixie demo test

# The image of a Pi 3 with Debian's kernel in the place of a board's, for QEMU; image-build/README.md tells more.
ARCHITECTURE = $(or $(ARCH),amd64)
image-virt:
	.ci/apt-install image
	/usr/bin/python3 image-build/build_deb.py --suite trixie --arch $(ARCHITECTURE)
	image-build/virtual/build $(ARCHITECTURE) build/dragoman_*+deb13_$(ARCHITECTURE).deb build/image-virt/$(ARCHITECTURE)

# Boots it, speaks to it, hangs its kernel, and pulls its plug twenty times. Never part of `make test`.
image-test: $(VENV)/dev.done
	.ci/apt-install image
	$(PY) -m pytest -q -s -p no:cacheprovider tests/image/appliance/amd64.py tests/image/appliance/powercuts.py \
		tests/image/appliance/arm64.py

check: $(VENV)/dev.done
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

clean:
	rm -rf $(VENV) build demo .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +
