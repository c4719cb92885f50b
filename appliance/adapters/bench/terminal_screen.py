"""The panel's picture in a terminal, live.

Responsible for: drawing in half blocks (in Braille where the terminal is narrower than 128 columns), touching only what
changed, and leaving the terminal as it was.
Must not: be used where the stream is no terminal; ``factory.py`` sees to that.
"""

import atexit
import os
import textwrap
import threading
from collections.abc import Callable
from typing import TextIO

from appliance.adapters.bench.clock import Clock
from appliance.display.export import to_half_blocks
from appliance.errors import DeviceError, Kind
from appliance.ports import Frame

_DRAW_EVERY_MS = 67  # 15 a second: more only loads a slow ssh link
_BRAILLE = 0x2800
# Unicode 1.1 numbered the dots of Braille down the columns; the fourth row came later, at the high bits.
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


class TerminalScreen:
    """A ``Screen`` of 128×64 in the lines above the cursor, with a legend and one line for a ``caption`` below.

    128 columns and 34 lines (and those of the legend) are needed for half blocks; below that the picture is drawn in
    Braille (64×16), and cut off where that does not fit either. ``show`` draws at most 15 times a second and blocks
    until the next drawing is due, so the caller should hand over the latest picture only. Brightness: 0 is dark, all
    other levels look the same.
    A stream that is gone is ``DeviceError(GONE)``.
    """

    width = 128
    height = 64
    depth = 1

    def __init__(self, stream: TextIO, clock: Clock, size: Callable[[], os.terminal_size], legend: str = "") -> None:
        """``legend``: lines that always stand below the picture, such as which letter is which key."""
        self._legend = legend
        self._stream = stream
        self._clock = clock
        self._size = size
        self._lock = threading.Lock()  # a caption comes from another thread
        self._frame: Frame | None = None
        self._dark = False
        self._caption = ""
        self._drawn: list[str] = []
        self._drawn_size: os.terminal_size | None = None
        self._next_ms = 0
        self._is_open = False

    def open(self) -> None:
        """Hide the cursor and draw from scratch."""
        with self._lock:
            self._drawn = []
            self._drawn_size = None
            self._put("\x1b[?25l")
            if not self._is_open:
                self._is_open = True
                atexit.register(self.close)

    def show(self, frame: Frame) -> None:
        """Draw what changed."""
        assert (frame.width, frame.height, frame.depth) == (self.width, self.height, self.depth)
        if frame == self._frame and self._drawn_size == self._size():
            return
        self._clock.wait_until(self._next_ms)
        with self._lock:
            self._frame = frame
            self._draw()
        self._next_ms = self._clock.now_ms() + _DRAW_EVERY_MS

    def dim(self, level: int) -> None:
        """Dark at 0."""
        assert 0 <= level <= 255
        with self._lock:
            if self._dark != (level == 0):
                self._dark = level == 0
                self._draw()

    def caption(self, words: str) -> None:
        """Put one line under the picture, at once. From any thread that may wait: Ctrl-S stops a terminal."""
        with self._lock:
            self._caption = " ".join(words.split())
            self._draw()

    def close(self) -> None:
        """Wipe the picture, show the cursor."""
        with self._lock:
            if not self._is_open:
                return
            self._is_open = False
            atexit.unregister(self.close)
            up = f"\x1b[{len(self._drawn) - 1}A" if len(self._drawn) > 1 else ""
            self._drawn = []
            self._drawn_size = None
            self._put(f"\r{up}\x1b[J\x1b[?25h")

    def _draw(self) -> None:
        if not self._is_open or self._frame is None:
            return
        size = self._size()
        lines = self._lines(self._frame, size)
        out = ""
        if size != self._drawn_size or len(lines) != len(self._drawn):
            # Another width has wrapped the old lines, so nobody knows where they are.
            if self._drawn_size is not None:
                out = "\x1b[2J\x1b[H"
            out += "\n" * (len(lines) - 1)
            self._drawn = [""] * len(lines)
            self._drawn_size = size
        if lines == self._drawn and not out:
            return
        rows = [line + "\x1b[K" if line != old else "" for line, old in zip(lines, self._drawn, strict=True)]
        up = f"\x1b[{len(lines) - 1}A" if len(lines) > 1 else ""
        self._put(out + "\r" + up + "\r\n".join(rows) + "\r")
        self._drawn = lines

    def _lines(self, frame: Frame, size: os.terminal_size) -> list[str]:
        if self._dark:
            frame = Frame(frame.width, frame.height, frame.depth, bytes(len(frame.data)))
        across = max(1, size.columns - 1)
        below = [row for line in self._legend.splitlines() for row in textwrap.wrap(line, across)]
        room = size.lines - 2 - len(below)
        fits = size.columns >= self.width and room >= self.height // 2
        picture = to_half_blocks(frame) if fits else _to_braille(frame)
        # A line that fills the last column makes some terminals wrap; a picture of 128 in 128 does not move on.
        picture = [line[: size.columns].rstrip() for line in picture[: max(1, room)]]
        return [*picture, *below, self._caption[: size.columns - 1]]

    def _put(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError) as error:
            # ValueError: a stream that was closed, or an encoding without blocks.
            raise DeviceError("screen", Kind.GONE, f"the terminal took no picture: {type(error).__name__}") from error


def _to_braille(frame: Frame) -> list[str]:
    """A frame of depth 1 as ``height / 4`` lines of ``width / 2`` Braille characters."""
    stride = frame.width // 8

    def lit(x: int, y: int) -> int:
        return frame.data[y * stride + x // 8] >> (7 - x % 8) & 1

    return [
        "".join(
            chr(_BRAILLE + sum(_DOTS[dy][dx] for dy in range(4) for dx in range(2) if lit(x + dx, y + dy)))
            for x in range(0, frame.width, 2)
        )
        for y in range(0, frame.height, 4)
    ]
