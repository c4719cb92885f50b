"""The panel's pictures as files.

Responsible for: one numbered PNG for every frame that differs from the one before it.
Must not: grow without bound, or leave half a file under a final name.
"""

import os
import re
from collections import deque
from pathlib import Path

from appliance.adapters.bench.clock import Clock
from appliance.adapters.bench.os_faults import device_error
from appliance.display.export import to_png
from appliance.errors import DeviceError, Kind
from appliance.ports import Frame

MAX_PICTURES = 10_000
_NAME = re.compile(r"(\d{6,})-\d{9,}ms\.png")


class PngScreen:
    """A ``Screen`` that writes ``000001-000012345ms.png`` and so on: the number, and the time since the first ``open``.

    A pixel of the panel is a pixel of the file. The folder is made if need be; numbers go on after the highest that is
    there. At ``MAX_PICTURES`` the oldest file of such a name is deleted for each new one. Brightness 0 is a dark
    picture; all other levels look the same.
    """

    def __init__(
        self,
        directory: Path,
        clock: Clock,
        *,
        width: int = 128,
        height: int = 64,
        depth: int = 1,
        max_pictures: int = MAX_PICTURES,
    ) -> None:
        self.width = width
        self.height = height
        self.depth = depth
        self._directory = directory
        self._clock = clock
        self._max_pictures = max_pictures
        self._opened_ms: int | None = None
        self._number = 0
        self._names: deque[str] = deque()
        self._frame: Frame | None = None
        self._written: Frame | None = None
        self._dark = False

    def open(self) -> None:
        """Make the folder and look what is in it."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            there = os.listdir(self._directory)
        except FileExistsError as error:
            raise DeviceError("screen", Kind.BROKEN, f"{self._directory} is a file, not a folder") from error
        except OSError as error:
            raise device_error("screen", self._directory, error) from error
        numbered = sorted((int(match[1]), name) for name in there if (match := _NAME.fullmatch(name)))
        self._names = deque(name for _, name in numbered)
        self._number = numbered[-1][0] if numbered else 0
        if self._opened_ms is None:
            self._opened_ms = self._clock.now_ms()

    def show(self, frame: Frame) -> None:
        """Write it, unless it looks like the one before."""
        assert (frame.width, frame.height, frame.depth) == (self.width, self.height, self.depth)
        self._frame = frame
        self._write_change()

    def dim(self, level: int) -> None:
        """Dark at 0."""
        assert 0 <= level <= 255
        self._dark = level == 0
        self._write_change()

    def close(self) -> None:
        """Nothing is held open."""

    def _write_change(self) -> None:
        frame = self._frame
        if frame is None:
            return
        assert self._opened_ms is not None, "show before open"
        if self._dark:
            frame = Frame(frame.width, frame.height, frame.depth, bytes(len(frame.data)))
        if frame == self._written:
            return
        name = f"{self._number + 1:06d}-{self._clock.now_ms() - self._opened_ms:09d}ms.png"
        draft = self._directory / f".{name}.draft"
        try:
            draft.write_bytes(to_png(frame))
            draft.replace(self._directory / name)
            self._number += 1
            self._names.append(name)
            while len(self._names) > self._max_pictures:
                (self._directory / self._names.popleft()).unlink(missing_ok=True)
        except OSError as error:
            raise device_error("screen", self._directory, error) from error
        self._written = frame
