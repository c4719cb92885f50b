"""What is inside the four controllers, as far as a picture depends on it.

Responsible for: decoding commands and data into memory and registers, and saying what a person would see on the glass.
Must not: share any code with the adapter, or forgive it anything.

Written from the data sheets (SSD1306 rev 1.1, SSD1309 rev 1.1, SH1106 v2.3, SSD1322 rev 1.2); not compared with a chip.
The modules on sale are bonded so that segment remap and reversed common scan give an upright picture.
"""

import random
from typing import ClassVar

import numpy as np

from appliance.ports import Frame


class Mono:
    """An SSD1306 or SSD1309 with 128×64 pixels, just powered: noise in its memory, registers as after reset.

    A command keeps waiting for its arguments however long the transfer between takes, as drivers rely on that send one
    byte a transfer.
    """

    width, height, depth = 128, 64, 1
    columns = 128
    known = frozenset(
        (
            *(*range(0x23), *range(0x40, 0x80), 0x81, 0xA0, 0xA1, *range(0xA4, 0xA9), 0xAE, 0xAF),
            *(*range(0xB0, 0xB8), 0xC0, 0xC8, 0xD3, 0xD5, 0xD9, 0xDA, 0xDB, 0xE3),
            0x8D,  # the charge pump, from the SSD1306's application note; luma sends it to all
        )
    )
    arguments: ClassVar = {
        0x20: 1,
        0x81: 1,
        0x8D: 1,
        0xA8: 1,
        0xD3: 1,
        0xD5: 1,
        0xD9: 1,
        0xDA: 1,
        0xDB: 1,
        0x21: 2,
        0x22: 2,
    }

    def __init__(self, seed: int = 1) -> None:
        self.ram = bytearray(random.Random(seed).randbytes(8 * self.columns))
        self.pending = bytearray()
        self.strays = bytearray()  # commands that the data sheet has not, whose effect nobody knows
        self.reset()

    def reset(self) -> None:
        """Registers as after power-on; the memory keeps what it has."""
        self.pending.clear()
        self.is_on = False
        self.contrast = 0x7F
        self.is_inverse = self.is_all_on = self.is_remapped = self.is_reversed = False
        self.start_line = self.display_offset = 0
        self.multiplex = 63
        self.mode = 2
        self.window = (0, 127, 0, 7)
        self.page = self.column = 0

    def command(self, byte: int) -> None:
        """One byte of a command transfer."""
        self.pending.append(byte)
        first = self.pending[0]
        if len(self.pending) <= self.arguments.get(first, 0):
            return
        values = bytes(self.pending[1:])
        self.pending.clear()
        if first not in self.known:
            self.strays.append(first)
        self.obey(first, values)

    def obey(self, first: int, values: bytes) -> None:
        """One whole command."""
        self.obey_common(first, values)
        if first == 0x20:
            self.mode = values[0] & 3
        elif first == 0x21:
            self.window = (values[0] & 0x7F, values[1] & 0x7F, *self.window[2:])
            self.column = self.window[0]
        elif first == 0x22:
            self.window = (*self.window[:2], values[0] & 7, values[1] & 7)
            self.page = self.window[2]
        elif self.mode == 2:
            self.obey_page(first)

    def obey_common(self, first: int, values: bytes) -> None:
        """What all monochrome controllers share."""
        if first in (0xAE, 0xAF):
            self.is_on = first == 0xAF
        elif first == 0x81:
            self.contrast = values[0]
        elif first in (0xA0, 0xA1):
            self.is_remapped = first == 0xA1
        elif first in (0xC0, 0xC8):
            self.is_reversed = first == 0xC8
        elif first in (0xA4, 0xA5):
            self.is_all_on = first == 0xA5
        elif first in (0xA6, 0xA7):
            self.is_inverse = first == 0xA7
        elif first == 0xA8:
            self.multiplex = values[0] & 63
        elif first == 0xD3:
            self.display_offset = values[0] & 63
        elif 0x40 <= first <= 0x7F:
            self.start_line = first & 63

    def obey_page(self, first: int) -> None:
        """Page addressing: where the next byte of data goes."""
        if 0xB0 <= first <= 0xB7:
            self.page = first & 7
        elif first <= 0x0F:
            self.column = self.column & 0xF0 | first
        elif first <= 0x1F:
            self.column = self.column & 0x0F | (first & 0x0F) << 4

    def data(self, byte: int) -> None:
        """One byte of a data transfer. The remap acts when it is written: later changes do not move what is there."""
        column = self.columns - 1 - self.column if self.is_remapped else self.column
        self.ram[self.page * self.columns + column % self.columns] = byte
        if self.mode == 2:
            self.column = (self.column + 1) % self.columns
            return
        assert self.mode == 0, "vertical addressing is not modelled"
        left, right, top, bottom = self.window
        self.column += 1
        if self.column > right:
            self.column = left
            self.page = top if self.page == bottom else (self.page + 1) % 8

    def segment(self, x: int) -> int:
        """The column of the memory that is seen at ``x``: the glass is bonded back to front."""
        return self.columns - 1 - x

    def seen(self) -> bytes:
        """What is on the glass, packed like a ``Frame``."""
        if not self.is_on:
            return bytes(self.width * self.height // 8)
        assert not self.is_all_on
        assert self.multiplex == 63
        pages = np.frombuffer(bytes(self.ram), np.uint8).reshape(8, 1, self.columns)
        lines = np.unpackbits(pages, axis=1, bitorder="little").reshape(64, self.columns)
        first = self.start_line + self.display_offset
        rows = [((y if self.is_reversed else 63 - y) + first) % 64 for y in range(64)]
        columns = [self.segment(x) for x in range(128)]
        picture = np.packbits(lines[np.ix_(rows, columns)], axis=1).tobytes()
        return bytes(byte ^ 0xFF for byte in picture) if self.is_inverse else picture


class Sh1106(Mono):
    """An SH1106: page addressing only, 132 columns of which the glass shows the middle 128; remap acts at reading."""

    columns = 132
    arguments: ClassVar = {0x81: 1, 0xA8: 1, 0xAD: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1}

    def obey(self, first: int, values: bytes) -> None:
        """One whole command."""
        self.obey_common(first, values)
        self.obey_page(first)

    def data(self, byte: int) -> None:
        """One byte; beyond the last column it is lost."""
        if self.column < self.columns:
            self.ram[self.page * self.columns + self.column] = byte
            self.column += 1

    def segment(self, x: int) -> int:
        """The glass begins at the third segment from either side."""
        return x + 2 if self.is_remapped else self.columns - 3 - x


class Ssd1322:
    """An SSD1322 with 256×64 pixels on SPI: the arguments of a command are sent as data."""

    width, height, depth = 256, 64, 4
    row_bytes = 240  # 120 columns of four pixels
    strays = b""  # a low data line begins a command, so that none is ever taken for another's argument

    def __init__(self, seed: int = 1) -> None:
        self.ram = bytearray(random.Random(seed).randbytes(128 * self.row_bytes))
        self.reset()

    def reset(self) -> None:
        """Registers as after a pulse on the reset line; the memory keeps what it has."""
        self.is_on = False
        self.contrast = 0x7F
        self.shows = 0xA6
        self.remap = 0x00
        self.dual = 0x01
        self.start_line = self.display_offset = 0
        self.multiplex = 127
        self.columns = (0, 119)
        self.rows = (0, 127)
        self.column = self.row = self.half = 0
        self.register = 0
        self.values = bytearray()

    def command(self, byte: int) -> None:
        """One byte with the data line low."""
        self.register = byte
        self.values.clear()
        if byte in (0xAE, 0xAF):
            self.is_on = byte == 0xAF
        elif 0xA4 <= byte <= 0xA7:
            self.shows = byte

    def data(self, byte: int) -> None:
        """One byte with the data line high: an argument, or part of the picture."""
        if self.register == 0x5C:
            self._store(byte)
            return
        self.values.append(byte)
        match self.register, *self.values:
            case [0x15, first, last]:
                self.columns, self.column, self.half = (first & 127, last & 127), first & 127, 0
            case [0x75, first, last]:
                self.rows, self.row, self.half = (first & 127, last & 127), first & 127, 0
            case [0xA0, remap, dual]:
                self.remap, self.dual = remap, dual
            case [0xA1, line]:
                self.start_line = line
            case [0xA2, offset]:
                self.display_offset = offset
            case [0xC1, contrast]:
                self.contrast = contrast
            case [0xCA, multiplex]:
                self.multiplex = multiplex

    def _store(self, byte: int) -> None:
        assert self.remap & 0x04, "without the nibble remap the four pixels of a column lie the other way round"
        assert not self.remap & 0x03, "other directions are not modelled"
        if self.column < 120:
            self.ram[self.row * self.row_bytes + 2 * self.column + self.half] = byte
        self.half ^= 1
        if self.half == 0:
            self.column += 1
            if self.column > self.columns[1]:
                self.column = self.columns[0]
                self.row = self.rows[0] if self.row == self.rows[1] else (self.row + 1) % 128

    def seen(self) -> bytes:
        """What is on the glass, packed like a ``Frame``."""
        if not self.is_on or self.shows == 0xA4:
            return bytes(self.width * self.height // 2)
        assert self.shows == 0xA6
        assert self.multiplex == 63
        assert (self.start_line, self.display_offset) == (0, 0)
        assert self.remap & 0x10, "the picture stands on its head"
        assert self.dual & 0x10, "one of two commons is dark"
        return b"".join(self.ram[y * self.row_bytes + 56 : y * self.row_bytes + 184] for y in range(64))


Model = Mono | Ssd1322
MODELS: dict[str, type[Mono] | type[Ssd1322]] = {
    "ssd1306": Mono,
    "ssd1309": Mono,
    "sh1106": Sh1106,
    "ssd1322": Ssd1322,
}


def frame(model: Model, data: bytes) -> Frame:
    """A frame for that panel."""
    return Frame(model.width, model.height, model.depth, data)
