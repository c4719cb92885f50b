"""A disk that loses its power at any moment, and keeps no more than it had to.

Responsible for: every state in which a folder may be found after a cut before, between and behind the steps of a write.
Must not: know what is written.

What was written and not synced may be there, half of it, or nothing; a new name or a rename whose folder was not synced
may be there or not. A step is an open for writing, a sync, or a rename.
"""

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

Files = dict[str, bytes]


class PowerCutError(BaseException):
    """Nothing of the product may catch it."""


@dataclass
class _Disk:
    """What is certainly on it, and what may be."""

    folder: Path
    cut_at: int
    steps: int = 0
    safe: Files = field(default_factory=dict)  # names that are certain, with contents that are
    synced: dict[int, bytes] = field(default_factory=dict)  # contents that are certain, by inode
    renames: list[tuple[int, str, str]] = field(default_factory=list)  # not yet certain: inode, from, to

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.cut_at:
            raise PowerCutError

    def sync(self, descriptor: int) -> None:
        found = os.fstat(descriptor)
        if not stat.S_ISDIR(found.st_mode):
            self.synced[found.st_ino] = Path(f"/proc/self/fd/{descriptor}").read_bytes()
            return
        for inode, old, new in self.renames:
            self.safe.pop(old, None)
            # A rename that is on the disk before the content is: the file may be empty.
            self.safe[new] = self.synced.get(inode, b"")
        self.renames.clear()

    def outcomes(self) -> Iterator[Files]:
        """Each state in which the folder may be found."""
        now = {path.name: (path.stat().st_ino, path.read_bytes()) for path in self.folder.iterdir() if path.is_file()}
        yield dict(self.safe)
        for share in (0.0, 0.5, 1.0):
            state = dict(self.safe)
            for _, old, _ in self.renames:
                state.pop(old, None)
            for name, (inode, content) in now.items():
                if state.get(name) != content:
                    known = self.synced.get(inode)
                    state[name] = content[: int(len(content) * share)] if known is None else known
            yield state


def cuts(folder: Path, write: Callable[[], None], patch: pytest.MonkeyPatch) -> Iterator[tuple[int, Files]]:
    """``write`` is run again and again on the same beginning, with a cut at each of its steps, and at last with none.

    Yields (the step of the cut, what the folder holds then); the folder is left as the last state.
    """
    start = {path.name: path.read_bytes() for path in folder.iterdir()}
    step = 0
    whole = False
    while not whole:
        step += 1
        _lay(folder, start)
        disk = _Disk(folder, step, safe=dict(start))
        with patch.context() as patched:
            _watch(disk, patched)
            with contextlib.suppress(PowerCutError):
                write()
                whole = True
        for files in list(disk.outcomes()):
            _lay(folder, files)
            yield step, files


def _watch(disk: _Disk, patch: pytest.MonkeyPatch) -> None:
    real_open, real_sync, real_replace = os.open, os.fsync, Path.replace
    real_path_open = Path.open

    def opened(path: os.PathLike[str] | str, flags: int, *more: int, **named: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            disk.step()
        return real_open(path, flags, *more, **named)

    def path_opened(path: Path, mode: str = "r", *more: object, **named: object) -> object:
        if mode.strip("bt") != "r":
            disk.step()
        return real_path_open(path, mode, *more, **named)  # type: ignore[call-overload]

    def synced(descriptor: int) -> None:
        disk.step()
        real_sync(descriptor)
        disk.sync(descriptor)

    def replaced(path: Path, target: Path | str) -> Path:
        disk.step()
        inode = path.stat().st_ino
        after = real_replace(path, target)
        disk.renames.append((inode, path.name, Path(target).name))
        return after

    patch.setattr(os, "open", opened)
    patch.setattr(os, "fsync", synced)
    patch.setattr(Path, "replace", replaced)
    patch.setattr(Path, "open", path_opened)


def _lay(folder: Path, files: Files) -> None:
    for path in folder.iterdir():
        path.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
