"""Who has been silent for too long, and who merely rests."""

import pytest

from appliance.workers.host.heartbeats import LIMITS_MS, Heartbeats


class Hand:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


@pytest.mark.parametrize("worker", LIMITS_MS)
def test_silence_beyond_the_limit_is_told_and_not_before(worker: str) -> None:
    clock = Hand()
    heartbeats = Heartbeats(clock)
    heartbeats.beat(worker)
    clock.now = LIMITS_MS[worker]
    assert heartbeats.silent() == []
    clock.now += 1
    assert heartbeats.silent() == [worker]
    heartbeats.beat(worker)
    assert heartbeats.silent() == []


def test_lines_have_numbers_and_one_limit() -> None:
    clock = Hand()
    heartbeats = Heartbeats(clock)
    heartbeats.beat("line 3")
    clock.now = 10_000
    heartbeats.beat("line 12")
    clock.now = LIMITS_MS["line"] + 1
    assert heartbeats.silent() == ["line 3"]


def test_who_rests_is_not_missed() -> None:
    clock = Hand()
    heartbeats = Heartbeats(clock)
    heartbeats.beat("microphone")
    heartbeats.rest("microphone")
    heartbeats.rest("screen")  # never began
    clock.now = 1_000_000
    assert heartbeats.silent() == []


def test_who_never_beat_is_not_missed() -> None:
    clock = Hand()
    clock.now = 1_000_000
    assert Heartbeats(clock).silent() == []
