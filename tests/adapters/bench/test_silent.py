"""What stands in for missing devices takes time and makes no claims."""

import pytest

from appliance.adapters.bench.silent import SilentKeys, SilentLoudspeaker, SilentScreen
from appliance.ports import Frame
from tests.adapters.virtual_clock import VirtualClock


def test_silence_takes_as_long_as_sound() -> None:
    clock = VirtualClock(0)
    loudspeaker = SilentLoudspeaker(clock, 2)
    loudspeaker.open()
    for _ in range(50):
        loudspeaker.write(bytes(1_920))
    assert clock.now_ms() == 920
    assert loudspeaker.delay_ms == 80
    loudspeaker.drop()
    assert loudspeaker.delay_ms == 0
    loudspeaker.write(bytes(1_920))
    loudspeaker.drain()
    assert clock.now_ms() == 940
    loudspeaker.close()
    assert loudspeaker.delay_ms == 0
    with pytest.raises(AssertionError):
        loudspeaker.write(b"")


def test_a_pause_between_writes_is_counted_as_on_a_card() -> None:
    clock = VirtualClock(0)
    loudspeaker = SilentLoudspeaker(clock)
    loudspeaker.open()
    loudspeaker.write(bytes(960))
    clock.advance(50)
    loudspeaker.write(bytes(960))
    assert loudspeaker.underruns == 1
    loudspeaker.open()
    assert (loudspeaker.underruns, loudspeaker.delay_ms) == (1, 0)


def test_a_frame_of_another_size_is_noticed() -> None:
    with pytest.raises(AssertionError):
        SilentScreen().show(Frame(256, 64, 4, bytes(8_192)))


def test_nobody_presses_and_nothing_is_private() -> None:
    posted: list[tuple[str, bool, int]] = []
    keys = SilentKeys()
    assert keys.privacy() is False
    keys.start(lambda key, down, at_ms: posted.append((key, down, at_ms)))
    keys.close()
    assert posted == []
