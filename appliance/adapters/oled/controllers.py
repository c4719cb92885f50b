"""The memories of the four controllers: how a frame lies in each, and how a rectangle of it is addressed.

Responsible for: packing frames, moving them sideways, and the addressing commands, from the data sheets
(SSD1306 rev 1.1, SSD1309 rev 1.1, SH1106 v2.3, SSD1322 rev 1.2).
Must not: open a bus, or keep what a panel shows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from appliance.adapters.oled.changes import Grid, Rect
from appliance.ports import Frame

_PAGES = 8  # of eight rows each; a byte is a column of a page, its top pixel in the lowest bit
_SH1106_FIRST_COLUMN = 2  # it has 132 columns, and the glass is bonded to the middle 128
_SSD1322_FIRST_COLUMN = 28  # it has 480 pixels in columns of four, and the glass is bonded to the middle 256
_NO_OPERATION = 0xE3


@dataclass(frozen=True, slots=True)
class Controller:
    """One kind of panel.

    ``pack`` turns a frame into the bytes of ``grid``; ``address`` tells luma's device that the data to come is for a
    rectangle. ``pixel_bits``: how far apart two neighbours of a row are in those bytes. ``blanking``: the command with
    which luma's opening darkens the panel. ``flush``: commands that end one torn off by a fault, if any is needed.
    """

    width: int
    height: int
    depth: int
    grid: Grid
    pack: Callable[[Frame], bytes]
    address: Callable[[Any, Rect], None]
    pixel_bits: int
    blanking: int
    flush: tuple[int, ...] = ()

    def shift(self, memory: bytes, offset: int) -> tuple[bytes, int]:
        """``memory`` one pixel to the right (``offset`` 1) or left (-1), and how far it went: 0 if no column is free.

        Nothing is ever pushed off the panel: it only moves when the column at that side is dark.
        """
        row = self.grid.row_bytes
        first = (0xFF << 8 - self.pixel_bits) & 0xFF
        last = 0xFF >> 8 - self.pixel_bits
        picture = int.from_bytes(memory, "big")
        # The dark column of one row is what enters the next, so that the rows can move as one number.
        if offset > 0 and not any(byte & last for byte in memory[row - 1 :: row]):
            return (picture >> self.pixel_bits).to_bytes(len(memory), "big"), 1
        if offset < 0 and not any(byte & first for byte in memory[::row]):
            return (picture << self.pixel_bits).to_bytes(len(memory), "big"), -1
        return memory, 0


def _pages(frame: Frame) -> bytes:
    """Rows to pages: a quarter turn clockwise puts each column's lowest page into its first byte (0.02 ms)."""
    from PIL import Image

    picture = Image.frombytes("1", (frame.width, frame.height), frame.data)
    columns = picture.transpose(Image.Transpose.ROTATE_270).tobytes()
    return b"".join(columns[_PAGES - 1 - page :: _PAGES] for page in range(_PAGES))


def _rows(frame: Frame) -> bytes:
    """The SSD1322 with luma's nibble order takes rows as they are."""
    return frame.data


def _window(device: Any, rect: Rect) -> None:
    device.command(0x21, rect.left, rect.right - 1, 0x22, rect.top, rect.bottom - 1)


def _page_start(device: Any, rect: Rect) -> None:
    column = rect.left + _SH1106_FIRST_COLUMN
    device.command(0xB0 | rect.top, column & 0x0F, 0x10 | column >> 4)


def _grey_window(device: Any, rect: Rect) -> None:
    first = _SSD1322_FIRST_COLUMN
    device.command(0x15, first + rect.left // 2, first + rect.right // 2 - 1)
    device.command(0x75, rect.top, rect.bottom - 1)
    device.command(0x5C)


# An I2C transfer begins with an address and a control byte; there are two for each rectangle.
_SSD1306 = Controller(
    width=128,
    height=64,
    depth=1,
    grid=Grid(rows=8, row_bytes=128, step=1, opening_bytes=10, is_tall=True),
    pack=_pages,
    address=_window,
    pixel_bits=8,
    blanking=0xAE,
    # A transfer that broke off may leave a command waiting for up to two arguments, and a new transfer does not end
    # that: the chip would take our first bytes for them.
    flush=(_NO_OPERATION, _NO_OPERATION),
)
_SH1106 = Controller(
    width=128,
    height=64,
    depth=1,
    grid=Grid(rows=8, row_bytes=128, step=1, opening_bytes=7, is_tall=False),
    pack=_pages,
    address=_page_start,
    pixel_bits=8,
    blanking=0xAE,
    flush=(_NO_OPERATION, _NO_OPERATION),
)
_SSD1322 = Controller(
    width=256,
    height=64,
    depth=4,
    grid=Grid(rows=64, row_bytes=128, step=2, opening_bytes=7, is_tall=True),
    pack=_rows,
    address=_grey_window,
    pixel_bits=4,
    blanking=0xA4,
)

CONTROLLERS: dict[str, Controller] = {"ssd1306": _SSD1306, "ssd1309": _SSD1306, "sh1106": _SH1106, "ssd1322": _SSD1322}
"""By luma's names."""
