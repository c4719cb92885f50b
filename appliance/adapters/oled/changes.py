"""What differs between two contents of a panel's memory, as few and small rectangles.

Responsible for: choosing rectangles by what they cost on the bus.
Must not: know a controller, or send anything.
"""

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Rect:
    """Bytes ``left`` to ``right - 1`` of the rows ``top`` to ``bottom - 1``."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def size(self) -> int:
        """Bytes."""
        return (self.bottom - self.top) * (self.right - self.left)


@dataclass(frozen=True, slots=True)
class Grid:
    """How a memory can be written.

    ``step``: a rectangle begins and ends at multiples of so many bytes. ``opening_bytes``: what each rectangle costs on
    the bus before its first byte. ``is_tall``: whether a rectangle may have several rows.
    """

    rows: int
    row_bytes: int
    step: int
    opening_bytes: int
    is_tall: bool

    @property
    def whole(self) -> tuple[Rect, ...]:
        """Rectangles that cover everything."""
        if self.is_tall:
            return (Rect(0, self.rows, 0, self.row_bytes),)
        return tuple(Rect(row, row + 1, 0, self.row_bytes) for row in range(self.rows))


def changes(grid: Grid, old: bytes, new: bytes) -> tuple[Rect, ...]:
    """Rectangles that hold every byte in which ``old`` and ``new`` differ; none where they are equal.

    Greedy: equal bytes between two changes are sent when that is cheaper than a rectangle of their own, and a change
    joins the rectangle above it on the same ground. Never dearer than the whole memory.
    """
    assert len(old) == len(new) == grid.rows * grid.row_bytes
    if old == new:
        return ()
    size = len(new)
    differ = (int.from_bytes(old, "big") ^ int.from_bytes(new, "big")).to_bytes(size, "big")
    find = _runs(grid.opening_bytes).finditer
    step = grid.step
    done: list[Rect] = []
    above: list[Rect] = []  # those that end at this row and may still grow
    for row in range(grid.rows):
        start = row * grid.row_bytes
        here: list[Rect] = []
        for run in find(differ, start, start + grid.row_bytes):
            left = (run.start() - start) // step * step
            right = -(-(run.end() - start) // step) * step
            here.append(_join(grid, above, Rect(row, row + 1, left, right)))
        done += above
        above = here
    done += above
    if _cost(grid, done) >= _cost(grid, grid.whole):
        return grid.whole
    return tuple(done)


def _join(grid: Grid, above: list[Rect], rect: Rect) -> Rect:
    """``rect`` together with the first of ``above`` that it is cheaper with, which is taken from the list; or alone."""
    if grid.is_tall:
        for index, upper in enumerate(above):
            both = Rect(upper.top, rect.bottom, min(upper.left, rect.left), max(upper.right, rect.right))
            if both.size <= upper.size + rect.size + grid.opening_bytes:
                del above[index]
                return both
    return rect


def _cost(grid: Grid, rects: list[Rect] | tuple[Rect, ...]) -> int:
    return sum(rect.size + grid.opening_bytes for rect in rects)


@cache
def _runs(longest_gap: int) -> re.Pattern[bytes]:
    """Bytes that are not zero, with gaps of at most so many zeros between. Linear: no two parts match alike."""
    return re.compile(rb"[^\0]+(?:\0{1,%d}[^\0]+)*" % longest_gap)
