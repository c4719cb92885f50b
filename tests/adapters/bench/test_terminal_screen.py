"""The panel in a terminal. A small model of a terminal shows what a person would see."""

import io
import os
import re

import pytest

from appliance.adapters.bench.terminal_screen import TerminalScreen
from appliance.display.export import to_half_blocks
from appliance.errors import DeviceError, Kind
from appliance.ports import Frame
from tests.adapters.virtual_clock import VirtualClock

_TOKEN = re.compile(r"\x1b\[(\??\d*)([A-Za-z])|\r|\n|[^\x1b\r\n]")


class Terminal(io.StringIO):
    """Knows the few orders that the screen may use, and no others."""

    def __init__(self, columns: int = 140, lines: int = 50) -> None:
        super().__init__()
        self.geometry = os.terminal_size((columns, lines))
        self.rows: list[str] = ["$ dragoman demo", ""]
        self.row = 1
        self.column = 0
        self.cursor_shown = True
        self.written = 0

    def write(self, text: str) -> int:
        self.written += len(text)
        assert sum(len(match[0]) for match in _TOKEN.finditer(text)) == len(text)
        for match in _TOKEN.finditer(text):
            self._take(match[0], match[1] or "", match[2])
        return len(text)

    def _take(self, token: str, number: str, order: str | None) -> None:
        if token == "\r":
            self.column = 0
        elif token == "\n":
            self.row, self.column = self.row + 1, 0  # the terminal's own driver adds the return
            self.rows += [""] * (self.row + 1 - len(self.rows))
        elif order == "A":
            self.row = max(0, self.row - int(number or 1))
        elif order == "K":
            self.rows[self.row] = self.rows[self.row][: self.column]
        elif order == "J":
            self._erase(number)
        elif order == "H":
            self.row = self.column = 0
        elif order in ("h", "l"):
            assert number == "?25"
            self.cursor_shown = order == "h"
        else:
            assert order is None, token
            line = self.rows[self.row].ljust(self.column)
            self.rows[self.row] = line[: self.column] + token + line[self.column + 1 :]
            self.column += 1

    def _erase(self, number: str) -> None:
        if number == "2":
            self.rows = [""] * (self.row + 1)
        else:
            self.rows[self.row] = self.rows[self.row][: self.column]
            del self.rows[self.row + 1 :]


def frame(number: int) -> Frame:
    return Frame(128, 64, 1, bytes([number]) * 1_024)


def opened(terminal: Terminal, clock: VirtualClock | None = None) -> TerminalScreen:
    screen = TerminalScreen(terminal, clock or VirtualClock(), lambda: terminal.geometry)
    screen.open()
    return screen


def seen(of: Frame) -> list[str]:
    return [line.rstrip() for line in to_half_blocks(of)]


def test_it_draws_below_what_is_there_and_redraws_in_place() -> None:
    terminal = Terminal()
    screen = opened(terminal)
    screen.show(frame(0xF0))
    assert terminal.rows[0] == "$ dragoman demo"
    assert terminal.rows[1:33] == seen(frame(0xF0))
    screen.show(frame(0x0F))
    assert terminal.rows[1:33] == seen(frame(0x0F))
    assert len(terminal.rows) == 34
    screen.close()


def test_only_what_changed_is_sent() -> None:
    terminal = Terminal()
    screen = opened(terminal)
    screen.show(frame(0x55))
    before = terminal.written
    screen.show(frame(0x55))
    assert terminal.written == before
    data = bytearray(frame(0x55).data)
    data[5 * 16] = 0xAA
    screen.show(Frame(128, 64, 1, bytes(data)))
    assert terminal.written - before < 128 + 120
    assert terminal.rows[1:33] == seen(Frame(128, 64, 1, bytes(data)))
    screen.close()


def test_at_most_fifteen_pictures_a_second() -> None:
    clock = VirtualClock(0)
    screen = opened(Terminal(), clock)
    for number in range(31):
        screen.show(frame(number))
    assert clock.now_ms() >= 2_000
    screen.close()


def test_close_leaves_it_clean_and_may_be_called_twice() -> None:
    terminal = Terminal()
    screen = opened(terminal)
    assert not terminal.cursor_shown
    screen.show(frame(0xF0))
    screen.close()
    screen.close()
    assert terminal.rows == ["$ dragoman demo", ""]
    assert (terminal.row, terminal.column, terminal.cursor_shown) == (1, 0, True)


def test_it_can_be_opened_again() -> None:
    terminal = Terminal()
    screen = opened(terminal)
    screen.show(frame(0xF0))
    screen.close()
    screen.open()
    screen.show(frame(0x0F))
    assert terminal.rows[1:33] == seen(frame(0x0F))
    screen.close()


def test_the_caption_stands_below() -> None:
    terminal = Terminal()
    screen = opened(terminal)
    screen.caption("turn 1 of 12")
    screen.show(frame(0xF0))
    assert terminal.rows[33] == "turn 1 of 12"
    screen.caption("turn 2\nof 12")
    assert terminal.rows[33] == "turn 2 of 12"
    screen.close()


@pytest.mark.parametrize(("columns", "lines", "picture"), [(140, 36, 32), (140, 35, 16), (30, 24, 16)])
def test_a_legend_stands_below_and_is_never_cut(columns: int, lines: int, picture: int) -> None:
    legend = "keys: t talk and listen\n      q switch off or do not"
    terminal = Terminal(columns, lines)
    screen = TerminalScreen(terminal, VirtualClock(), lambda: terminal.geometry, legend)
    screen.open()
    screen.caption("on air")
    screen.show(frame(0xF0))
    below = terminal.rows[1 + picture :]
    assert " ".join(" ".join(below).split()) == " ".join(f"{legend} on air".split())
    assert len(terminal.rows) <= lines
    screen.close()


def test_dark_and_light_again() -> None:
    terminal = Terminal()
    screen = opened(terminal)
    screen.show(frame(0xFF))
    screen.dim(0)
    assert "".join(terminal.rows[1:33]).strip() == ""
    screen.dim(128)
    assert terminal.rows[1:33] == seen(frame(0xFF))
    screen.close()


def test_a_narrow_terminal_gets_braille() -> None:
    terminal = Terminal(80, 24)
    screen = opened(terminal)
    data = bytearray(1_024)
    data[0] = 0xC0  # two pixels at the top left
    data[3 * 16] = 0x40  # and the right one of the fourth row
    screen.show(Frame(128, 64, 1, bytes(data)))
    assert terminal.rows[1][0] == chr(0x2800 + 0x01 + 0x08 + 0x80)
    assert terminal.rows[1][1:] == "\u2800" * 63
    assert len(terminal.rows) == 1 + 16 + 1
    screen.close()


def test_a_tiny_terminal_gets_what_fits() -> None:
    terminal = Terminal(20, 10)
    screen = opened(terminal)
    screen.show(frame(0xFF))
    assert len(terminal.rows) == 1 + 8 + 1
    assert {len(line) for line in terminal.rows[1:9]} == {20}
    screen.close()


def test_another_size_draws_from_scratch() -> None:
    terminal = Terminal(80, 24)
    screen = opened(terminal)
    screen.show(frame(0xF0))
    terminal.geometry = os.terminal_size((140, 50))
    screen.show(frame(0xF0))
    assert terminal.rows[:32] == seen(frame(0xF0))
    screen.close()


def test_a_terminal_that_is_gone() -> None:
    terminal = Terminal()
    screen = opened(terminal)
    terminal.write = _broken  # type: ignore[method-assign]
    with pytest.raises(DeviceError) as caught:
        screen.show(frame(1))
    assert (caught.value.device, caught.value.kind) == ("screen", Kind.GONE)
    with pytest.raises(DeviceError):
        screen.close()
    screen.close()


def _broken(text: str) -> int:
    raise BrokenPipeError(len(text))
