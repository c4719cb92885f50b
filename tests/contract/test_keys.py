"""The contract of ``Keys``, over every adapter."""

import queue
from collections.abc import Iterator

import pytest

from appliance.core.model.events import Key
from tests.adapters.virtual_clock import VirtualClock
from tests.contract.bench import KEYS, Pressed

LIMIT_S = 10.0  # only a failure takes that long


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(40_000)


@pytest.fixture(params=list(KEYS))
def pressed(request: pytest.FixtureRequest, clock: VirtualClock) -> Iterator[Pressed]:
    with KEYS[request.param](clock) as pressed:
        yield pressed
        pressed.keys.close()


def test_privacy_can_be_asked_before_start_and_these_start_live(pressed: Pressed) -> None:
    assert pressed.keys.privacy() is False


def test_a_press_is_a_down_and_an_up_on_the_clock(pressed: Pressed, clock: VirtualClock) -> None:
    edges: queue.Queue[tuple[str, bool, int]] = queue.Queue()
    pressed.keys.start(lambda key, down, at_ms: edges.put((key, down, at_ms)))
    if pressed.press_talk is None:
        assert edges.empty()
        return
    pressed.press_talk()
    first, second = edges.get(timeout=LIMIT_S), edges.get(timeout=LIMIT_S)
    assert (first[0], first[1]) == (Key.TALK.value, True)
    assert (second[0], second[1]) == (Key.TALK.value, False)
    assert 40_000 <= first[2] <= second[2] <= clock.now_ms()


def test_it_can_be_closed_twice_and_is_silent_then(pressed: Pressed) -> None:
    edges: queue.Queue[tuple[str, bool, int]] = queue.Queue()
    pressed.keys.start(lambda key, down, at_ms: edges.put((key, down, at_ms)))
    pressed.keys.close()
    pressed.keys.close()
    if pressed.press_talk is not None:
        pressed.press_talk()
    assert edges.empty()


def test_it_can_be_closed_without_start(pressed: Pressed) -> None:
    pressed.keys.close()
    assert pressed.keys.privacy() is False
