"""The contract of ``Microphone``, over every adapter."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.adapters import captures
from appliance.ports import MICROPHONE_PERIOD_BYTES, Microphone
from tests.adapters.virtual_clock import VirtualClock
from tests.contract.bench import MICROPHONES, RECORDINGS


@pytest.fixture(params=list(MICROPHONES))
def microphone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Microphone]:
    microphone = MICROPHONES[request.param](tmp_path, VirtualClock())
    yield microphone
    microphone.close()


def test_every_read_is_one_period(microphone: Microphone) -> None:
    microphone.open()
    assert {len(microphone.read()) for _ in range(50)} == {MICROPHONE_PERIOD_BYTES}


def test_there_is_sound_in_it(microphone: Microphone) -> None:
    microphone.open()
    assert any(any(microphone.read()) for _ in range(50))


def test_it_can_be_closed_twice_and_opened_again(microphone: Microphone) -> None:
    for _ in range(3):
        microphone.open()
        assert len(microphone.read()) == MICROPHONE_PERIOD_BYTES
        microphone.close()
        microphone.close()


def test_it_can_be_closed_before_it_was_opened(microphone: Microphone) -> None:
    microphone.close()
    microphone.open()
    assert len(microphone.read()) == MICROPHONE_PERIOD_BYTES


def test_overruns_are_counted_from_nothing(microphone: Microphone) -> None:
    microphone.open()
    microphone.read()
    assert microphone.xruns == 0


@pytest.mark.parametrize("microphone", RECORDINGS, indirect=True)
def test_a_recording_ends_with_nothing_and_stays_so_when_opened_again(microphone: Microphone) -> None:
    microphone.open()
    periods = 0
    while microphone.read():
        periods += 1
        assert periods <= 100
    assert periods == 100  # 2 s
    assert microphone.read() == b""
    microphone.close()
    microphone.open()
    assert microphone.read() == b""


def test_every_opening_is_counted_and_nothing_else_is(microphone: Microphone) -> None:
    before = sum(captures.opened().values())
    microphone.close()
    assert sum(captures.opened().values()) == before, "made, and not opened"
    microphone.open()
    once = sum(captures.opened().values())
    assert once > before
    microphone.read()
    microphone.close()
    assert sum(captures.opened().values()) == once
