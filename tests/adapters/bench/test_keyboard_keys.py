"""A keyboard in a pseudo-terminal."""

import io
import os
import queue
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.adapters.bench.keyboard_keys import KeyboardKeys
from appliance.errors import DeviceError, Kind
from tests.adapters.virtual_clock import VirtualClock

LIMIT_S = 10.0  # only a failure takes that long


class Desk:
    """A terminal with a person at it."""

    def __init__(self) -> None:
        self.person, self.terminal = os.openpty()
        self.before = termios.tcgetattr(self.terminal)
        self.clock = VirtualClock(0)
        self.legend = io.StringIO()
        self.edges: queue.Queue[tuple[str, bool, int]] = queue.Queue()
        self.keys = KeyboardKeys(self.clock, self.terminal, self.legend)

    def start(self) -> None:
        self.keys.start(lambda key, down, at_ms: self.edges.put((key, down, at_ms)))

    def type(self, letters: bytes) -> None:
        os.write(self.person, letters)

    def edge(self) -> tuple[str, bool, int]:
        return self.edges.get(timeout=LIMIT_S)


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.keys.close()
    os.close(desk.terminal)
    if desk.person >= 0:
        os.close(desk.person)


def test_letters_arrive_without_enter_and_the_legend_is_told_once(desk: Desk) -> None:
    desk.start()
    desk.type(b"T")
    assert desk.edge() == ("talk", True, 0)
    desk.clock.advance(700)
    desk.type(b"T")
    assert desk.edge() == ("talk", False, 700)
    assert desk.legend.getvalue().count("t talk") == 1


def test_a_tap_ends_by_the_clock(desk: Desk) -> None:
    desk.start()
    desk.type(b"r")
    assert desk.edge() == ("repeat", True, 0)
    desk.clock.advance(150)
    desk.type(b"+")
    assert desk.edge() == ("repeat", False, 100)
    assert desk.edge() == ("louder", True, 150)


def test_privacy_is_live_until_p(desk: Desk) -> None:
    assert desk.keys.privacy() is False
    desk.start()
    desk.type(b"p")
    assert desk.edge() == ("privacy", False, 0)
    assert desk.keys.privacy() is True


def test_function_keys_press_nothing(desk: Desk) -> None:
    desk.start()
    desk.type(b"\x1bOT\x1b[15~")
    desk.clock.advance(1)
    desk.type(b"")
    desk.keys.close()
    assert desk.edges.empty()


def test_close_gives_the_terminal_back(desk: Desk) -> None:
    desk.start()
    during = termios.tcgetattr(desk.terminal)
    assert not during[3] & termios.ICANON
    assert during[3] & termios.ISIG  # Ctrl-C works as ever
    assert during[1] == desk.before[1]
    desk.keys.close()
    desk.keys.close()
    assert termios.tcgetattr(desk.terminal) == desk.before


def test_a_terminal_that_hangs_up_lets_go_of_held_keys(desk: Desk) -> None:
    desk.start()
    desk.type(b"T")
    assert desk.edge() == ("talk", True, 0)
    os.close(desk.person)
    desk.person = -1
    assert desk.edge() == ("talk", False, 0)


def test_no_terminal_is_said(tmp_path: Path) -> None:
    with (tmp_path / "pipe").open("w+") as file:
        keys = KeyboardKeys(VirtualClock(), file.fileno(), io.StringIO())
        with pytest.raises(DeviceError) as caught:
            keys.start(lambda key, down, at_ms: None)
        keys.close()
    assert (caught.value.device, caught.value.kind) == ("keys", Kind.ABSENT)
