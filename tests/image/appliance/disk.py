"""The appliance's disk, looked at from outside: its three partitions, the boot partition's files, what was kept.

Responsible for: putting files on the boot partition, and telling whether the file systems are whole after a power cut.
"""

import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

SECTOR = 512
BOOT, ROOT, DATA = 0, 1, 2
REPAIRED = 1
"""``e2fsck -p``: it played the journal back, or mended what needs no decision. From 4 on somebody has to decide."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Where one lies, in bytes."""

    start: int
    size: int


def partitions(image: Path) -> list[Partition]:
    """Of the disk's MBR."""
    with image.open("rb") as file:
        sector = file.read(SECTOR)
    entries = [sector[446 + 16 * n : 462 + 16 * n] for n in range(3)]
    found = [struct.unpack("<II", entry[8:16]) for entry in entries]
    return [Partition(first * SECTOR, count * SECTOR) for first, count in found]


def ran(*words: str | Path) -> "subprocess.CompletedProcess[bytes]":
    """A tool's output; it has a minute."""
    return subprocess.run([str(word) for word in words], capture_output=True, timeout=60)


def copy(source: Path, target: Path) -> Path:
    """A disk of its own for one test."""
    subprocess.run(["cp", "--sparse=always", str(source), str(target)], check=True, timeout=120)
    return target


def put(image: Path, files: dict[str, bytes], folder: Path) -> None:
    """Files for the boot partition, one level of folders at most. ``folder`` is for scratch."""
    drive = f"{image}@@{partitions(image)[BOOT].start}"
    for name in sorted({name.split("/")[0] for name in files if "/" in name}):
        ran("mmd", "-D", "s", "-i", drive, f"::/{name}")
    for name, content in files.items():
        source = folder / "to-put"
        source.write_bytes(content)
        done = ran("mcopy", "-o", "-i", drive, source, f"::/{name}")
        assert done.returncode == 0, done.stderr.decode()


def get(image: Path, name: str) -> bytes | None:
    """A file of the boot partition; None where it is not there."""
    done = ran("mtype", "-i", f"{image}@@{partitions(image)[BOOT].start}", f"::/{name}")
    return done.stdout if done.returncode == 0 else None


@dataclass(frozen=True, slots=True)
class Data:
    """The data partition after a cut. ``fsck``: the exit code of ``e2fsck -p``."""

    image: Path
    fsck: int
    words: str

    def read(self, path: str) -> bytes | None:
        """A file that is kept; None where it is not there."""
        done = ran("debugfs", "-R", f"cat {path}", self.image)
        return None if b"File not found" in done.stderr else done.stdout


def data(image: Path, folder: Path) -> Data:
    """A copy of the data partition, checked as the box checks it at its next start."""
    part = partitions(image)[DATA]
    target = folder / "data.ext4"
    with image.open("rb") as file:
        file.seek(part.start)
        target.write_bytes(file.read(part.size))
    done = ran("e2fsck", "-p", target)
    return Data(target, done.returncode, (done.stdout + done.stderr).decode(errors="replace"))


def boot_fsck(image: Path, folder: Path) -> int:
    """The exit code of ``fsck.fat -n`` for the boot partition; 1 where it found something to mend."""
    part = partitions(image)[BOOT]
    target = folder / "boot.vfat"
    with image.open("rb") as file:
        file.seek(part.start)
        target.write_bytes(file.read(part.size))
    return ran("fsck.fat", "-n", target).returncode
