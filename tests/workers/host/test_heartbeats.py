"""Who has been silent for too long, and who merely rests."""

import pytest

from appliance.workers.host.heartbeats import LIMITS_MS, Beats


class Hand:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


@pytest.mark.parametrize("worker", LIMITS_MS)
def test_silence_beyond_the_limit_is_told_and_not_before(worker: str) -> None:
    clock = Hand()
    beats = Beats(clock)
    beats.beat(worker)
    clock.now = LIMITS_MS[worker]
    assert beats.silent() == []
    clock.now += 1
    assert beats.silent() == [worker]
    beats.beat(worker)
    assert beats.silent() == []


def test_lines_have_numbers_and_one_limit() -> None:
    clock = Hand()
    beats = Beats(clock)
    beats.beat("line 3")
    clock.now = 10_000
    beats.beat("line 12")
    clock.now = LIMITS_MS["line"] + 1
    assert beats.silent() == ["line 3"]


def test_who_rests_is_not_missed() -> None:
    clock = Hand()
    beats = Beats(clock)
    beats.beat("microphone")
    beats.rest("microphone")
    beats.rest("screen")  # never began
    clock.now = 1_000_000
    assert beats.silent() == []


def test_who_never_beat_is_not_missed() -> None:
    clock = Hand()
    clock.now = 1_000_000
    assert Beats(clock).silent() == []
