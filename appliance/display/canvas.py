"""One picture while it is being drawn, and its packing into a ``Frame``.

Responsible for: putting lines of type, pictograms and dots at their place; the bit formats; turning upside down.
Must not: know views or fonts.
"""

from typing import Any

from appliance.display.pictograms import Picture
from appliance.display.typeset import Line, Typesetter
from appliance.ports import Frame

_BITS = bytes(ord("1") if value >= 128 else ord("0") for value in range(256))
_NIBBLES = bytes(b"0123456789abcdef"[(value * 15 + 127) // 255] for value in range(256))


class Canvas:
    """``width`` × ``height`` dark pixels; ``depth`` 1 or 4 bits in the end. All drawing only adds light."""

    def __init__(self, typesetter: Typesetter, width: int, height: int, depth: int) -> None:
        self.width = width
        self.height = height
        self.depth = depth
        self._typesetter = typesetter
        self._surface: Any = typesetter.surface(width, height)
        self._dots: list[tuple[int, int, int]] = []  # x, y, value

    @property
    def is_grey(self) -> bool:
        """Whether strength means anything here."""
        return self.depth > 1

    def line(self, line: Line, x: int, baseline: int, strength: float = 1.0) -> None:
        """A line of type whose text box starts at ``x``. ``strength`` below 1 counts on grey panels only."""
        if line.ink is not None:
            self._typesetter.stamp(self._surface, line.ink, x, baseline, strength if self.is_grey else 1.0)

    def picture(self, picture: Picture, x: int, y: int, strength: float = 1.0) -> None:
        """A pictogram with its upper left corner at ``x``, ``y``."""
        for row, columns in enumerate(picture):
            for column in columns:
                self.dot(x + column, y + row, strength)

    def dotted(self, start: int, end: int, y: int, step: int = 2, strength: float = 1.0) -> None:
        """A dotted rule over ``start`` to ``end``; dots keep their columns however the rule grows."""
        for x in range(start + -start % step, end, step):
            self.dot(x, y, strength)

    def dot(self, x: int, y: int, strength: float = 1.0) -> None:
        """One pixel; outside the panel it is left out."""
        if 0 <= x < self.width and 0 <= y < self.height:
            self._dots.append((x, y, round(255 * strength) if self.is_grey else 255))

    def finish(self, flip: bool) -> Frame:
        """The packed picture; with ``flip`` for someone who sits opposite."""
        self._surface.flush()
        stride = self._surface.get_stride()
        pixels = bytearray(self._surface.get_data())
        if stride != self.width:
            pixels = bytearray(b"".join(pixels[y * stride : y * stride + self.width] for y in range(self.height)))
        for x, y, value in self._dots:
            at = y * self.width + x
            pixels[at] = max(pixels[at], value)
        if flip:
            pixels.reverse()
        return pack(bytes(pixels), self.width, self.height, self.depth)


def pack(pixels: bytes, width: int, height: int, depth: int) -> Frame:
    """8-bit ``pixels``, row by row, as a ``Frame``. Digits and back: the fastest packing that needs no library."""
    if depth == 1:
        data = int(pixels.translate(_BITS), 2).to_bytes(width * height // 8, "big")
    else:
        data = bytes.fromhex(pixels.translate(_NIBBLES).decode("ascii"))
    return Frame(width, height, depth, data)
