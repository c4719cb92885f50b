"""Frames for people without a panel: PNG, GIF, and half blocks for a terminal.

Responsible for: pure conversions of a ``Frame``, and an animated GIF with true timing.
Must not: draw anything that is not in the frame, or touch ``PIL.ImageFont`` (behind Pango its widths are nonsense).

Pillow is imported when it is first needed.
"""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

from appliance.ports import Frame

_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
_DARK = (6, 8, 12)
_LIT = (178, 228, 255)  # the cold white of the usual panels
_PALETTE = bytes(
    round(dark + (lit - dark) * shade / 15) for shade in range(16) for dark, lit in zip(_DARK, _LIT, strict=True)
)
_GIF_TICK_MS = 10  # GIF counts hundredths of a second
_FIRST_TICKS_KEPT = 2  # viewers slow down anything faster than 20 ms


def pixels(frame: Frame) -> bytes:
    """One byte a pixel, 0 to 255, rows from the top."""
    if frame.depth == 1:
        count = frame.width * frame.height
        digits = format(int.from_bytes(frame.data, "big"), f"0{count}b").encode("ascii")
        return digits.translate(bytes.maketrans(b"01", b"\x00\xff"))
    return bytes(value * 17 for value in (int(digit, 16) for digit in frame.data.hex()))


def to_png(frame: Frame, scale: int = 1, oled: bool = False) -> bytes:
    """A PNG of ``frame``, each pixel ``scale`` × ``scale``.

    Plain: black and white (1 bit) or grey (8 bit), lossless. ``oled``: in the panel's colours, with a dark grid between
    the pixels from scale 3 on. Raises ``ValueError`` for a scale outside 1 to 16.
    """
    image = _oled_image(frame, scale) if oled else _plain_image(frame, scale)
    out = io.BytesIO()
    image.save(out, format="PNG")
    return out.getvalue()


def to_half_blocks(frame: Frame) -> list[str]:
    """``height / 2`` lines of ``width`` characters, two pixels in each; grey counts as lit from a third of white up."""
    values = pixels(frame)
    width = frame.width
    lines = []
    for top in range(0, frame.height, 2):
        upper = values[top * width : (top + 1) * width]
        lower = values[(top + 1) * width : (top + 2) * width].ljust(width, b"\x00")
        lines.append("".join(_BLOCKS[a >= 85, b >= 85] for a, b in zip(upper, lower, strict=True)))
    return lines


class GifRecorder:
    """Collects frames and writes them as an animated GIF that lasts as long as the scene did.

    Frames are kept packed and deflated (about 0.3 kB each at 128×64); a frame equal to the one before only lengthens
    it. At most ``frames_max`` are kept: later ones are counted in ``dropped`` and left out.
    """

    def __init__(self, scale: int = 3, frames_max: int = 20_000) -> None:
        self._scale = scale
        self._frames_max = frames_max
        self._kept: list[tuple[int, bytes]] = []
        self._last: Frame | None = None
        self.dropped = 0

    def add(self, at_ms: int, frame: Frame) -> None:
        """``frame`` is on the panel from ``at_ms`` on. Times never go back; all frames have one size and depth."""
        if self._last is not None:
            if (frame.width, frame.height, frame.depth) != (self._last.width, self._last.height, self._last.depth):
                raise ValueError("all frames of one recording have the same size and depth")
            if at_ms < self._kept[-1][0]:
                raise ValueError(f"frame at {at_ms} ms comes before the last one at {self._kept[-1][0]} ms")
            if frame.data == self._last.data:
                return
        if len(self._kept) >= self._frames_max:
            self.dropped += 1
            return
        self._kept.append((at_ms, zlib.compress(frame.data, 6)))
        self._last = frame

    def __len__(self) -> int:
        return len(self._kept)

    def write(self, path: Path, end_ms: int) -> None:
        """Write the GIF; the last frame stays until ``end_ms``. Raises ``ValueError`` where nothing was recorded.

        Frames are unpacked, cropped to what changed and written one by one: memory stays that of two pictures.
        """
        if self._last is None:
            raise ValueError("nothing was recorded")
        from PIL import ImageChops

        last = self._last
        moments, durations = self._timing(end_ms)
        before: Any = None
        with path.open("wb") as out:
            out.write(_gif_head(last.width * self._scale, last.height * self._scale))
            for index, duration_ms in zip(moments, durations, strict=True):
                data = zlib.decompress(self._kept[index][1])
                image = _shades(Frame(last.width, last.height, last.depth, data))
                box = ImageChops.difference(image, before).getbbox() if before is not None else None
                left, top, right, bottom = box or (0, 0, last.width, last.height)
                piece = _magnified(image.crop((left, top, right, bottom)), self._scale)
                out.write(_gif_frame(piece, left * self._scale, top * self._scale, duration_ms))
                before = image
            out.write(b"\x3b")

    def _timing(self, end_ms: int) -> tuple[list[int], list[int]]:
        """Which frames are written, and for how many ms each.

        Instants are rounded to the GIF's grid, not durations, so that errors never add up; what would last less than
        20 ms gives way to its successor.
        """
        ticks = [round(at_ms / _GIF_TICK_MS) for at_ms, _ in self._kept]
        end = max(round(end_ms / _GIF_TICK_MS), ticks[-1] + _FIRST_TICKS_KEPT)
        indexes: list[int] = []
        starts: list[int] = []
        for index, tick in enumerate(ticks):
            if starts and tick - starts[-1] < _FIRST_TICKS_KEPT:
                indexes[-1] = index
            else:
                indexes.append(index)
                starts.append(tick)
        stops = [*starts[1:], end]
        durations = [(stop - start) * _GIF_TICK_MS for start, stop in zip(starts, stops, strict=True)]
        return indexes, durations


def _plain_image(frame: Frame, scale: int) -> Any:
    from PIL import Image

    _check_scale(scale)
    image = Image.frombytes("L", (frame.width, frame.height), pixels(frame))
    if frame.depth == 1:
        image = image.convert("1")
    return image.resize((frame.width * scale, frame.height * scale), Image.NEAREST)


def _shades(frame: Frame) -> Any:
    """An "L" picture of palette indexes, 0 to 15."""
    from PIL import Image

    values = pixels(frame).translate(bytes(value // 17 for value in range(256)))
    return Image.frombytes("L", (frame.width, frame.height), values)


def _magnified(shades: Any, scale: int) -> Any:
    """``shades`` in the panel's colours, from scale 3 on with a dark grid between its pixels: a "P" picture."""
    from PIL import Image

    size = (shades.width * scale, shades.height * scale)
    large = shades.resize(size, Image.NEAREST)
    if scale >= 3:
        for x in range(scale - 1, size[0], scale):
            large.paste(0, (x, 0, x + 1, size[1]))
        for y in range(scale - 1, size[1], scale):
            large.paste(0, (0, y, size[0], y + 1))
    large.putpalette(_PALETTE)
    return large


def _oled_image(frame: Frame, scale: int) -> Any:
    _check_scale(scale)
    return _magnified(_shades(frame), scale).convert("RGB")


def _gif_head(width: int, height: int) -> bytes:
    """Header, screen, 16 colours, and "repeat for ever" (GIF89a; the application block is Netscape's)."""
    screen = struct.pack("<6sHHBBB", b"GIF89a", width, height, 0b1011_0011, 0, 0)
    return screen + _PALETTE + b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"


def _gif_frame(piece: Any, left: int, top: int, duration_ms: int) -> bytes:
    """One frame: how long it stays (left in place afterwards), where it goes, and its pixels.

    Pillow compresses them: the piece is saved as a GIF of its own, and its image data taken from there.
    """
    out = io.BytesIO()
    piece.save(out, format="GIF", optimize=False, interlace=0)
    whole = out.getvalue()
    at = 13 + 3 * (2 << (whole[10] & 7)) if whole[10] & 0x80 else 13
    while whole[at] == 0x21:  # extensions: label, then blocks up to an empty one
        at += 2
        while whole[at]:
            at += whole[at] + 1
        at += 1
    local = whole[at + 9]
    at += 10 + (3 * (2 << (local & 7)) if local & 0x80 else 0)
    control = struct.pack("<BBBBHBB", 0x21, 0xF9, 4, 0b100, duration_ms // _GIF_TICK_MS, 0, 0)
    descriptor = struct.pack("<BHHHHB", 0x2C, left, top, piece.width, piece.height, 0)
    return control + descriptor + whole[at:-1]


def _check_scale(scale: int) -> None:
    if not 1 <= scale <= 16:
        raise ValueError(f"scale {scale} is outside 1 to 16")
