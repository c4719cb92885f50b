"""The contract of ``Screen``, over every adapter."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.ports import Frame, Screen
from tests.adapters.virtual_clock import VirtualClock
from tests.contract.bench import SCREENS


@pytest.fixture(params=list(SCREENS))
def screen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Screen]:
    screen = SCREENS[request.param](tmp_path, VirtualClock())
    yield screen
    screen.close()


def frame(screen: Screen, byte: int) -> Frame:
    size = screen.width * screen.height * screen.depth // 8
    return Frame(screen.width, screen.height, screen.depth, bytes([byte]) * size)


def test_its_size_is_that_of_a_panel(screen: Screen) -> None:
    assert (screen.width, screen.height, screen.depth) in ((128, 64, 1), (256, 64, 4))


def test_it_shows_the_same_again_and_another(screen: Screen) -> None:
    screen.open()
    for byte in (0x00, 0x00, 0xFF, 0x3C):
        screen.show(frame(screen, byte))


def test_every_brightness_before_and_after_a_picture(screen: Screen) -> None:
    screen.open()
    for level in (255, 0, 1):
        screen.dim(level)
    screen.show(frame(screen, 0x3C))
    for level in (0, 0, 128, 255):
        screen.dim(level)
    screen.dim(0)
    screen.show(frame(screen, 0x18))


def test_it_can_be_opened_again_with_and_without_close(screen: Screen) -> None:
    for _ in range(2):
        screen.open()
        screen.open()
        screen.show(frame(screen, 0x3C))
        screen.close()
        screen.close()


def test_a_frame_of_another_size_is_our_mistake(screen: Screen) -> None:
    screen.open()
    with pytest.raises(AssertionError):
        screen.show(Frame(64, 32, 1, bytes(256)))
