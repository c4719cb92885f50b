"""build_deb.py [--suite SUITE] [--arch ARCH]: makes build/dragoman_*.deb. It is what `make deb` runs.

Responsible for: the tree that debian/rules finds (the code, what Debian lacks, the changelog, which Debian it is for),
and where it is built: on this machine if it has that Debian, else in a root of it (as root).

The wheels that are carried are fetched here, by hash, for the Python and the machine of the target; building needs no
network, and neither does installing.
"""

import argparse
import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from debian_copyright import copyright_file
from packaging.markers import Marker

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, os.fspath(ROOT))

from appliance import __version__

DEBIAN = ROOT / "image-build" / "debian"
BUILD = ROOT / "build"
LOCK = ROOT / ".ci" / "runtime.lock"
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
RELEASES = {"trixie": "13", "bookworm": "12"}
# All that the C library of Debian 12 can load; pip takes a newer tag for no older one.
WHEELS_FOR = ("manylinux2014", "manylinux_2_17", "manylinux_2_24", "manylinux_2_26", "manylinux_2_27", "manylinux_2_28")
EXIT_UNREACHED = 69
EXAMPLE = "image-build/dragoman.toml.example"
# Tools and tests of what is carried, the records of its installation, and its licences, which are in debian/copyright.
LEFT_OUT = (
    "__pycache__",
    "tests",
    "gpiozerocli",
    "licenses",
    "LICENSE*",
    "COPYING*",
    "RECORD",
    "INSTALLER",
    "REQUESTED",
)
TAKEN = ("appliance", "systemd", "LICENSE", "README.md", "CHANGELOG.md", "THIRD_PARTY.md", EXAMPLE)


class UsageError(Exception):
    """What was asked for cannot be built; a sentence says what can."""


class UnreachedError(Exception):
    """The index of Python packages does not answer, and what is carried was not fetched before."""


def suites() -> dict[str, Any]:
    """For which Debian what is carried, and what comes from it."""
    return tomllib.loads((DEBIAN / "suites.toml").read_text())


def host_suite() -> str:
    """The code name of this machine's Debian (also of Raspberry Pi OS, which is one)."""
    lines = Path("/etc/os-release").read_text().splitlines()
    release = dict(line.split("=", 1) for line in lines if "=" in line)
    derived = release.get("ID", "").strip('"') not in ("debian", "raspbian")
    return "" if derived else release.get("VERSION_CODENAME", "").strip('"')


def host_arch() -> str:
    """Debian's name of this machine's kind."""
    words = ["dpkg", "--print-architecture"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def locked(names: Sequence[str], python: str) -> str:
    """The rows of the lock for these packages and that Python, hashes and all."""
    blocks = re.split(r"\n(?=\S)", LOCK.read_text().strip())
    taken = {}
    for block in blocks:
        head = block.split("\\")[0].strip()
        pinned, _, marker = (part.strip() for part in head.partition(";"))
        name = pinned.split("==")[0]
        wanted = {"python_full_version": f"{python}.0", "python_version": python}
        if name in names and (not marker or Marker(marker).evaluate(wanted)):
            taken[name] = f"{pinned} {block.partition(chr(92))[1]}{block.partition(chr(92))[2]}"
    if missing := set(names) - set(taken):
        raise UsageError(f"{LOCK.name} has no row for {', '.join(sorted(missing))}")
    return "\n".join(taken[name] for name in sorted(taken)) + "\n"


def pip(words: Sequence[str], rows: str, folder: Path) -> None:
    """Run pip on locked rows; they are left beside the folder, for whoever wants to know what is in it."""
    asked = folder.with_name(folder.name + ".lock")
    asked.write_text(rows)
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    command += ["-q", "--require-hashes", "--no-deps", "-r", os.fspath(asked)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        if "Retrying" in done.stderr:  # pip's word for a host that it could not reach
            raise UnreachedError(f"Python packages cannot be fetched: {last}")
        raise UsageError(f"pip could not fetch what is carried:\n{done.stderr}")


def carried(suite: str, arch: str) -> tuple[Path, Path]:
    """Two folders: what is carried, unpacked, and the sources of what is compiled. Kept between builds."""
    table = suites()[suite]
    rows, sources = (locked(table[key], table["python"]) for key in ("carried", "built"))
    digest = hashlib.sha256("\n".join(("1", rows, sources, *WHEELS_FOR)).encode()).hexdigest()[:16]
    home = BUILD / "carried" / f"{suite}-{arch}-{digest}"
    if not home.is_dir():
        aside = home.with_name(f"{home.name}.{os.getpid()}")
        (aside / "sources").mkdir(parents=True)
        platforms = [f"--platform={tag}_{MACHINES[arch]}" for tag in WHEELS_FOR]
        target = ["--only-binary=:all:", f"--python-version={table['python']}", *platforms]
        pip(["install", "--no-compile", "--target", os.fspath(aside / "carried"), *target], rows, aside / "carried")
        if table["built"]:
            fetch = ["download", "--no-binary=:all:", "--no-build-isolation", "--dest", os.fspath(aside / "sources")]
            pip(fetch, sources, aside / "sources")
        shutil.rmtree(aside / "carried" / "bin", ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
        aside.rename(home)
    return home / "carried", home / "sources"


def committed_at() -> datetime:
    """When what is built was last changed: the commit's time, so that one commit gives one package."""
    words = ["git", "-C", os.fspath(ROOT), "log", "-1", "--format=%ct"]
    if (ROOT / ".git").exists():
        said = subprocess.run(words, check=True, capture_output=True, text=True)
        return datetime.fromtimestamp(int(said.stdout), UTC)
    return datetime.fromtimestamp((ROOT / "CHANGELOG.md").stat().st_mtime, UTC)


def version(suite: str) -> str:
    """The package's version: the program's, and for which Debian; that of a newer Debian is an upgrade."""
    return f"{__version__}+deb{RELEASES[suite]}"


def changelog(text: str, suite: str, when: datetime) -> str:
    """debian/changelog of this version, out of CHANGELOG.md: what stands under it and what is not released yet."""
    maintainer = re.search(r"^Maintainer: (.*)$", (DEBIAN / "control").read_text(), re.MULTILINE)
    assert maintainer is not None
    points = []
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        if section.startswith(("[Unreleased]", f"[{__version__}]")):
            points += re.findall(r"^- (.*(?:\n  .*)*)", section, re.MULTILINE)
    if not points:
        raise UsageError(f"CHANGELOG.md says nothing about {__version__}")
    wrapped = [
        textwrap.fill(" ".join(point.split()), 76, initial_indent="  * ", subsequent_indent="    ") for point in points
    ]
    head = f"dragoman ({version(suite)}) {suite}; urgency=medium"
    return "\n".join([head, "", *wrapped, "", f" -- {maintainer[1]}  {format_datetime(when)}"]) + "\n"


def stage(suite: str, arch: str, tree: Path) -> None:
    """Lay out the tree that dpkg-buildpackage is run in."""
    table = suites()[suite]
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    junk = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in TAKEN:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=junk)
        else:
            shutil.copy(source, tree / source.name)
    shutil.copytree(DEBIAN, tree / "debian", ignore=junk)
    modules, sources = carried(suite, arch)
    shutil.copytree(modules, tree / "carried", ignore=shutil.ignore_patterns(*LEFT_OUT))
    (tree / "debian" / "copyright").write_text(copyright_file(tree, modules))
    shutil.copytree(sources, tree / "sources")
    when = committed_at()
    (tree / "debian" / "changelog").write_text(changelog((ROOT / "CHANGELOG.md").read_text(), suite, when))
    python = (f"python3 (>= {table['python']}~)", f"python3 (<< 3.{int(table['python'].split('.')[1]) + 1}~)")
    (tree / "debian" / "suite.mk").write_text(f"SUITE = {suite}\nDEPENDS = {', '.join((*python, *table['depends']))}\n")
    _settle_modes(tree)


def _settle_modes(tree: Path) -> None:
    """What ran git's or pip's umask does not show in the package."""
    for path in tree.rglob("*"):
        runs = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if runs and path.suffix != ".so" else 0o644)


def words_of_build(arch: str) -> list[str]:
    """dpkg-buildpackage, also for another kind of machine than this one, where nothing has to be compiled for it."""
    words = ["dpkg-buildpackage", "--build=binary", "--no-sign"]
    return words if arch == host_arch() else [*words, "-d", f"--host-arch={arch}"]


def build(suite: str, arch: str, *, in_root: bool = False, again: bool = False) -> Path:
    """Build the package, here or in a root, unless it is there for just these files; returns where it lies."""
    if suite not in suites():
        known = ", ".join(suites())
        raise UsageError(f"no package is made for {suite or 'this system'}; `make deb SUITE=...` knows {known}")
    if arch not in MACHINES:
        raise UsageError(f"no package is made for {arch}; `make deb ARCH=...` knows {', '.join(MACHINES)}")
    if arch != host_arch() and suites()[suite]["built"]:
        raise UsageError(f"for {suite}, {suites()[suite]['built'][0]} is compiled: build it on a machine of {arch}")
    work = BUILD / "deb" / f"{suite}-{arch}"
    made = work / f"dragoman_{version(suite)}_{arch}.deb"
    with _alone():
        stage(suite, arch, work / "dragoman")
        digest = content(work / "dragoman")
        stamp = work / "built-from"
        if again or not (stamp.exists() and stamp.read_text() == digest and made.exists()):
            stamp.unlink(missing_ok=True)
            environment = {"DEB_BUILD_OPTIONS": f"nocheck noautodbgsym parallel={os.cpu_count() or 1}"}
            if suite == host_suite() and not in_root:
                words, tree = words_of_build(arch), work / "dragoman"
                subprocess.run(words, cwd=tree, check=True, env={**os.environ, **environment}, stdout=sys.stderr)
            else:
                _build_in_root(suite, arch, work, environment)
            stamp.write_text(digest)
        return Path(shutil.copy(made, BUILD / made.name))


def content(tree: Path) -> str:
    """A hash of every file of a tree, and of who may run it."""
    digest = hashlib.sha256()
    for path in sorted(tree.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(tree)} {path.stat().st_mode:o}\n".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Tests that run side by side want the same package."""
    home = BUILD / "deb"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build_in_root(suite: str, arch: str, work: Path, environment: dict[str, str]) -> None:
    from tests.image.debian_root import lent

    with lent("builder" if suite == "trixie" else f"builder-{suite}") as root:
        words = ["sh", "-c", 'cd /build/dragoman; exec "$@"', "sh", *words_of_build(arch)]
        done = root.run(*words, binds=[(work, "/build")], env=environment, timeout=500, check=False)
    print(done.stdout, done.stderr, sep="", file=sys.stderr)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, "dpkg-buildpackage")


def main() -> int:
    """As the Makefile calls it."""
    parser = argparse.ArgumentParser(description="Make the Debian package.")
    parser.add_argument("--suite", default=host_suite(), help="trixie or bookworm (default: what this machine has)")
    parser.add_argument("--arch", default=host_arch(), help="amd64 or arm64 (default: this machine's)")
    parser.add_argument("--in-root", action="store_true", help="in a root, also where this machine has that Debian")
    parser.add_argument("--again", action="store_true", help="also if nothing changed")
    asked = parser.parse_args()
    try:
        where = build(asked.suite, asked.arch, in_root=asked.in_root, again=asked.again)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 1
    except UnreachedError as error:
        print(error, file=sys.stderr)
        return EXIT_UNREACHED
    print(where.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
