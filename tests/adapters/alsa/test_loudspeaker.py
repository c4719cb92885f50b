"""The loudspeaker, over a pyalsaaudio that can be told to go wrong."""

import numpy as np
import pytest

from appliance.adapters.alsa.loudspeaker import AlsaLoudspeaker
from appliance.errors import DeviceError, Kind
from tests.adapters.alsa.fake_alsaaudio import GONE, FakeAlsa, FakeCard, FakeControl, FakeError, OldPcm
from tests.adapters.sounds import encode, level_db, tone
from tests.adapters.virtual_clock import VirtualClock

PERIOD = np.full(480, 1_000, "<i2").tobytes()


def make(card: FakeCard, channels: int = 1, *, old: bool = False) -> tuple[AlsaLoudspeaker, VirtualClock]:
    clock = VirtualClock()
    loudspeaker = AlsaLoudspeaker("card:Device", clock, channels, ceiling_db=0, library=FakeAlsa(clock, card, old=old))
    loudspeaker.volume.set_db(0)
    return loudspeaker, clock


def test_a_card_of_our_own_rate_gets_what_was_written() -> None:
    card = FakeCard("Device")
    loudspeaker, clock = make(card)
    loudspeaker.open()
    before_ms = clock.now_ms()
    for _ in range(50):
        loudspeaker.write(PERIOD)
    assert card.pushed == PERIOD * 50
    assert clock.now_ms() - before_ms == 1_000 - 80  # the buffer
    assert (loudspeaker.delay_ms, loudspeaker.underruns, loudspeaker.rate_hz) == (80, 0, 24_000)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_a_card_of_another_rate_gets_it_resampled(rate_hz: int) -> None:
    card = FakeCard("Device", rates=(rate_hz,))
    loudspeaker, _ = make(card)
    loudspeaker.open()
    raw = encode(tone(3_000, 24_000, 1.0), 16)
    for at in range(0, len(raw), 960):
        loudspeaker.write(raw[at : at + 960])
    assert 80 <= loudspeaker.delay_ms <= 91
    loudspeaker.drain()
    assert len(card.pushed) == pytest.approx(2 * rate_hz * 1.02, rel=0.01)
    assert abs(level_db(card.pushed[: 2 * rate_hz], 3_000, rate_hz) + 6) < 0.1


def test_left_and_right_reach_a_card_of_two() -> None:
    card = FakeCard("Device")
    loudspeaker, _ = make(card, 2)
    loudspeaker.open()
    loudspeaker.write(np.array([1, -1] * 480, "<i2").tobytes())
    assert card.opened[-1]["channels"] == 2
    assert np.frombuffer(card.pushed, "<i2").tolist() == [1, -1] * 480


def test_mono_on_a_card_that_has_two_only() -> None:
    card = FakeCard("Device", channels=(2,), rates=(48_000,), format_name="S32_LE")
    loudspeaker, _ = make(card)
    loudspeaker.open()
    loudspeaker.write(PERIOD)
    loudspeaker.drain()
    frames = np.frombuffer(card.pushed, "<i4").reshape(-1, 2)
    assert (frames[:, 0] == frames[:, 1]).all()
    assert np.median(frames[200:600]) == pytest.approx(1_000 * 2**16, rel=0.02)


@pytest.mark.parametrize("tells_state", [False, True])
@pytest.mark.parametrize("old", [False, True])
def test_an_underrun_is_counted_once_and_nothing_is_lost(old: bool, tells_state: bool) -> None:
    card = FakeCard("Device", tells_state=tells_state)
    loudspeaker, clock = make(card, old=old)
    loudspeaker.open()
    loudspeaker.write(PERIOD)
    clock.advance(500)
    loudspeaker.write(PERIOD)
    assert len(card.pushed) == 2 * len(PERIOD)
    assert loudspeaker.underruns == 1
    loudspeaker.open()
    assert loudspeaker.underruns == 1, "a card that was let go does not hide what it lost"


def test_drop_is_silent_now_and_no_underrun() -> None:
    card = FakeCard("Device", rates=(48_000,))
    loudspeaker, clock = make(card)
    loudspeaker.open()
    for _ in range(6):
        loudspeaker.write(PERIOD)
    before_ms, drops = clock.now_ms(), card.drops
    loudspeaker.drop()
    assert (clock.now_ms(), loudspeaker.delay_ms, card.drops) == (before_ms, 0, drops + 1)
    played = len(card.pushed)
    clock.advance(1_000)
    for _ in range(3):
        loudspeaker.write(bytes(960))
    assert set(card.pushed[played:]) == {0}  # nothing of before was held back
    assert loudspeaker.underruns == 0


def test_drain_waits_for_the_last_sample_and_no_longer() -> None:
    loudspeaker, clock = make(FakeCard("Device"))
    loudspeaker.open()
    before_ms = clock.now_ms()
    for _ in range(3):
        loudspeaker.write(PERIOD)
    loudspeaker.drain()
    assert clock.now_ms() - before_ms == 60
    loudspeaker.drain()
    clock.advance(1_000)
    loudspeaker.write(PERIOD)
    assert (clock.now_ms() - before_ms, loudspeaker.underruns) == (1_060, 0)


def test_drain_gives_up_on_a_card_that_does_not_play() -> None:
    card = FakeCard("Device")
    loudspeaker, clock = make(card)
    loudspeaker.open()
    loudspeaker.write(PERIOD)
    card.stuck = True
    before_ms = clock.now_ms()
    with pytest.raises(DeviceError, match="does not play") as caught:
        loudspeaker.drain()
    assert caught.value.kind is Kind.STALLED
    assert clock.now_ms() - before_ms < 1_500


def test_a_stall_of_seven_tenths_is_survived() -> None:
    card = FakeCard("Device")
    loudspeaker, _ = make(card)
    loudspeaker.open()
    for number in range(50):
        card.stall_ms = 700 if number == 20 else 0
        loudspeaker.write(PERIOD)
    assert card.pushed == PERIOD * 50
    assert loudspeaker.underruns == 0


def test_a_card_that_is_pulled_out_is_gone_and_closes_at_once() -> None:
    card = FakeCard("Device")
    loudspeaker, clock = make(card)
    loudspeaker.open()
    loudspeaker.write(PERIOD)
    card.error = GONE
    before_ms = clock.now_ms()
    with pytest.raises(DeviceError) as caught:
        loudspeaker.write(PERIOD)
    assert (caught.value.device, caught.value.kind) == ("loudspeaker", Kind.GONE)
    loudspeaker.close()
    loudspeaker.close()
    assert clock.now_ms() == before_ms
    card.error = ""
    loudspeaker.open()
    loudspeaker.write(PERIOD)


def test_a_card_that_takes_nothing_is_broken() -> None:
    card = FakeCard("Device")
    loudspeaker, _ = make(card)
    loudspeaker.open()
    card.error = "Broken pipe"
    with pytest.raises(DeviceError, match="takes no sound") as caught:
        loudspeaker.write(PERIOD)
    assert caught.value.kind is Kind.BROKEN
    assert loudspeaker.underruns == 5


def test_the_volume_acts_with_the_next_write() -> None:
    card = FakeCard("Device")
    loudspeaker, _ = make(card)
    loudspeaker.open()
    loudspeaker.write(PERIOD)
    loudspeaker.volume.set_db(-20)
    assert card.pushed == PERIOD
    loudspeaker.write(PERIOD)
    assert np.frombuffer(card.pushed[len(PERIOD) :], "<i2").tolist() == [100] * 480


def test_the_cards_own_control_is_used_where_it_has_one() -> None:
    control = FakeControl()
    card = FakeCard("Device", controls={"PCM": control})
    loudspeaker, _ = make(card)
    loudspeaker.open()
    loudspeaker.volume.set_db(-20)
    loudspeaker.write(PERIOD)
    assert (control.level_db, control.muted, card.pushed) == (-20, False, PERIOD)
    loudspeaker.close()
    assert control.closed == 1


def test_the_old_library_cannot_tell_the_delay_so_it_is_the_whole_buffer() -> None:
    loudspeaker, clock = make(FakeCard("Device"), 1, old=True)
    loudspeaker.open()
    assert (loudspeaker.channels, loudspeaker.delay_ms) == (1, 0)
    loudspeaker.write(PERIOD)
    assert loudspeaker.delay_ms == 80
    before_ms = clock.now_ms()
    loudspeaker.drain()
    assert (clock.now_ms() - before_ms, loudspeaker.delay_ms) == (20, 0)


@pytest.mark.parametrize("act", ["drop", "drain"])
def test_a_card_that_goes_while_it_falls_silent(act: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loudspeaker, _ = make(FakeCard("Device"))
    loudspeaker.open()
    loudspeaker.write(PERIOD)

    def gone(self: OldPcm) -> int:
        raise FakeError("Input/output error [hw]")

    with monkeypatch.context() as patch:
        patch.setattr(OldPcm, act, gone)
        with pytest.raises(DeviceError) as caught:
            getattr(loudspeaker, act)()
    assert caught.value.kind is Kind.GONE


def test_an_underrun_at_the_very_end_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    loudspeaker, _ = make(FakeCard("Device"))
    loudspeaker.open()
    loudspeaker.write(PERIOD)

    def dry(self: OldPcm) -> int:
        raise FakeError("Broken pipe [hw]")

    monkeypatch.setattr(OldPcm, "drain", dry)
    loudspeaker.drain()
    assert (loudspeaker.underruns, loudspeaker.delay_ms) == (0, 0)
