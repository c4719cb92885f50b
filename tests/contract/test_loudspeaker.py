"""The contract of ``Loudspeaker``, over every adapter."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.ports import LOUDSPEAKER_PERIOD_SAMPLES, Loudspeaker
from tests.adapters.virtual_clock import VirtualClock
from tests.contract.bench import LOUDSPEAKERS


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(70_000)


@pytest.fixture(params=[(name, channels) for name in LOUDSPEAKERS for channels in (1, 2)], ids=str)
def loudspeaker(request: pytest.FixtureRequest, tmp_path: Path, clock: VirtualClock) -> Iterator[Loudspeaker]:
    name, channels = request.param
    loudspeaker = LOUDSPEAKERS[name](tmp_path, clock, channels)
    assert loudspeaker.channels == channels
    yield loudspeaker
    loudspeaker.close()


def period(loudspeaker: Loudspeaker) -> bytes:
    return b"\x01\x02" * LOUDSPEAKER_PERIOD_SAMPLES * loudspeaker.channels


def test_writing_blocks_while_the_buffer_is_full(loudspeaker: Loudspeaker, clock: VirtualClock) -> None:
    loudspeaker.open()
    for _ in range(100):
        loudspeaker.write(period(loudspeaker))
    passed_ms = clock.now_ms() - 70_000
    assert 1_800 <= passed_ms < 2_000
    assert loudspeaker.delay_ms == 2_000 - passed_ms
    assert loudspeaker.underruns == 0


def test_drain_waits_for_the_last_sample(loudspeaker: Loudspeaker, clock: VirtualClock) -> None:
    loudspeaker.open()
    for _ in range(3):
        loudspeaker.write(period(loudspeaker))
    loudspeaker.drain()
    assert clock.now_ms() == 70_060
    assert loudspeaker.delay_ms == 0


def test_drop_is_silent_at_once_and_writing_goes_on(loudspeaker: Loudspeaker, clock: VirtualClock) -> None:
    loudspeaker.open()
    for _ in range(4):
        loudspeaker.write(period(loudspeaker))
    before_ms = clock.now_ms()
    loudspeaker.drop()
    assert (clock.now_ms(), loudspeaker.delay_ms) == (before_ms, 0)
    loudspeaker.write(period(loudspeaker))
    assert loudspeaker.delay_ms == 20


def test_a_gap_is_an_underrun_and_a_pause_after_drain_is_none(loudspeaker: Loudspeaker, clock: VirtualClock) -> None:
    loudspeaker.open()
    loudspeaker.write(period(loudspeaker))
    loudspeaker.drain()
    clock.advance(1_000)
    loudspeaker.write(period(loudspeaker))
    assert loudspeaker.underruns == 0
    clock.advance(1_000)
    loudspeaker.write(period(loudspeaker))
    assert loudspeaker.underruns == 1
    loudspeaker.close()
    loudspeaker.open()
    assert loudspeaker.underruns == 1, "counted since it was made"


def test_it_can_be_closed_twice_and_opened_again(loudspeaker: Loudspeaker) -> None:
    loudspeaker.close()
    for _ in range(3):
        loudspeaker.open()
        loudspeaker.write(period(loudspeaker))
        loudspeaker.close()
        loudspeaker.close()


def test_less_than_a_period_is_taken_as_well(loudspeaker: Loudspeaker) -> None:
    loudspeaker.open()
    loudspeaker.write(bytes(24 * 2 * loudspeaker.channels))
    assert loudspeaker.delay_ms == 1
    loudspeaker.write(b"")
    assert loudspeaker.delay_ms == 1
