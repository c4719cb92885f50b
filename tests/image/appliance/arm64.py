"""The arm64 appliance on QEMU's Raspberry Pi 3B: to READY.

Responsible for: showing that the layers, the package and the layout start on a board's own CPU, card reader and serial
port. The machine is a model: it has no sound card, no network and none of the box's pins.
"""

import subprocess
from pathlib import Path

import pytest

from tests.image.appliance import disk, machine
from tests.image.appliance.amd64 import SETTINGS, guest

pytestmark = pytest.mark.skipif(bool(machine.missing("arm64")), reason=machine.missing("arm64") or "it is all there")

BOOT_S = 900.0
CARD_BYTES = 2 << 30
"""QEMU's card reader takes sizes that are a power of two."""


def test_it_reaches_ready_on_a_model_of_a_pi_3(tmp_path: Path) -> None:
    image = disk.copy(machine.BUILT / "arm64" / "disk.img", tmp_path / "disk.img")
    subprocess.run(["truncate", "-s", str(CARD_BYTES), image], check=True, timeout=30)
    disk.put(image, {"dragoman.toml": SETTINGS.encode(), "guest/run": guest("ready.sh")}, tmp_path)
    with machine.on("arm64", image, tmp_path / "console") as box:
        ready = int(box.wait_for(r"GUEST ready (\d+)", BOOT_S)[1]) / 1e6
        print(f"\nREADY {ready:.1f} s after the kernel, {box.age_s():.0f} s after power-on")
        box.wait_for("GUEST told", 120)
        told = box.said()
    print("\n".join(line for line in told.splitlines() if line.startswith("GUEST")))
    assert "GUEST root overlay lower ro" in told
    assert "GUEST data /dev/mmcblk0p3 ext4" in told
