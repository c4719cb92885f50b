"""The microphone, over a pyalsaaudio that can be told to go wrong."""

import numpy as np
import pytest

from appliance.adapters.alsa.microphone import AlsaMicrophone
from appliance.errors import DeviceError, Kind
from appliance.ports import MICROPHONE_PERIOD_BYTES
from tests.adapters.alsa.fake_alsaaudio import GONE, FakeAlsa, FakeCard, Numbers, Samples, Wave
from tests.adapters.sounds import level_db, rms_db
from tests.adapters.virtual_clock import VirtualClock


def wave(hz: float, rate_hz: int) -> Wave:
    def at(frames: Numbers) -> Samples:
        return np.asarray(0.5 * np.sin(2 * np.pi * hz * frames / rate_hz))

    return at


def make(card: FakeCard, *, channel: str = "mix", gain_db: float = 0, old: bool = False) -> AlsaMicrophone:
    clock = VirtualClock()
    alsa = FakeAlsa(clock, card, old=old) if card.index >= 0 else FakeAlsa(clock, old=old, mic=card)
    wanted = "card:Device" if card.index >= 0 else "mic"
    return AlsaMicrophone(wanted, clock, channel=channel, gain_db=gain_db, library=alsa)


def clock_of(microphone: AlsaMicrophone) -> VirtualClock:
    clock = microphone._clock
    assert isinstance(clock, VirtualClock)
    return clock


def hear(microphone: AlsaMicrophone, periods: int) -> bytes:
    got = [microphone.read() for _ in range(periods)]
    assert {len(period) for period in got} == {MICROPHONE_PERIOD_BYTES}
    return b"".join(got)


def test_what_the_card_says_is_what_is_heard() -> None:
    microphone = make(FakeCard("Device", waves=(wave(1_000, 16_000),)))
    microphone.open()
    before_ms = clock_of(microphone).now_ms()
    assert abs(level_db(hear(microphone, 50), 1_000) + 6) < 0.1
    assert clock_of(microphone).now_ms() - before_ms == 1_000
    assert (microphone.rate_hz, microphone.xruns) == (16_000, 0)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_a_card_of_another_rate_is_resampled(rate_hz: int) -> None:
    microphone = make(FakeCard("Device", rates=(rate_hz,), waves=(wave(1_000, rate_hz),)))
    microphone.open()
    before_ms = clock_of(microphone).now_ms()
    assert abs(level_db(hear(microphone, 50), 1_000) + 6) < 0.1
    assert 1_000 <= clock_of(microphone).now_ms() - before_ms <= 1_040
    assert microphone.rate_hz == rate_hz


def test_a_tone_above_the_band_does_not_come_back_as_another() -> None:
    microphone = make(FakeCard("Device", rates=(48_000,), waves=(wave(10_000, 48_000),)))
    microphone.open()
    assert rms_db(hear(microphone, 50)) < -69


@pytest.mark.parametrize(("channel", "heard_hz"), [("left", 500), ("right", 2_000)])
def test_one_channel_is_chosen(channel: str, heard_hz: float) -> None:
    microphone = make(FakeCard("Device", waves=(wave(500, 16_000), wave(2_000, 16_000))), channel=channel)
    microphone.open()
    pcm = hear(microphone, 50)
    assert abs(level_db(pcm, heard_hz) + 6) < 0.1
    assert level_db(pcm, 2_500 - heard_hz) < -80


def test_a_card_of_two_channels_and_24_bit_is_mixed() -> None:
    card = FakeCard("Device", channels=(2,), format_name="S24_3LE", waves=(wave(500, 16_000), wave(2_000, 16_000)))
    microphone = make(card)
    microphone.open()
    pcm = hear(microphone, 50)
    assert abs(level_db(pcm, 500) + 12) < 0.1
    assert abs(level_db(pcm, 2_000) + 12) < 0.1


def test_gain_clips() -> None:
    microphone = make(FakeCard("Device", waves=(wave(500, 16_000),)), gain_db=20)
    microphone.open()
    samples = np.frombuffer(hear(microphone, 10), "<i2")
    assert (samples.max(), samples.min()) == (32_767, -32_768)


def test_zeros_are_delivered_as_they_are() -> None:
    microphone = make(FakeCard("Device"))
    microphone.open()
    assert set(hear(microphone, 10)) == {0}


def test_47_percent_of_the_rate_shows_in_the_time_it_takes() -> None:
    microphone = make(FakeCard("Device", pace=0.47))
    microphone.open()
    before_ms = clock_of(microphone).now_ms()
    hear(microphone, 50)
    assert 50 * 20 / (clock_of(microphone).now_ms() - before_ms) == pytest.approx(0.47, abs=0.01)


@pytest.mark.parametrize("old", [False, True])
def test_overruns_are_counted_and_read_past(old: bool) -> None:
    microphone = make(FakeCard("Device"), old=old)
    microphone.open()
    hear(microphone, 5)
    clock_of(microphone).advance(1_000)
    hear(microphone, 5)
    assert microphone.xruns == 1
    microphone.open()
    assert microphone.xruns == 1, "a card that comes back does not hide what it lost"


def test_a_stall_is_waited_for() -> None:
    card = FakeCard("Device", waves=(wave(500, 16_000),))
    microphone = make(card)
    microphone.open()
    hear(microphone, 5)
    card.stall_ms = 300
    assert abs(level_db(hear(microphone, 50), 500) + 6) < 0.1
    assert microphone.xruns == 0


def test_a_card_that_only_overruns_is_broken() -> None:
    card = FakeCard("Device")
    microphone = make(card)
    microphone.open()
    card.deaf = True
    with pytest.raises(DeviceError, match="nothing but overruns") as caught:
        microphone.read()
    assert caught.value.kind is Kind.BROKEN


def test_a_card_that_is_pulled_out_is_gone_and_comes_back_under_another_index() -> None:
    card = FakeCard("Device")
    microphone = make(card)
    microphone.open()
    hear(microphone, 5)
    card.error = card.opening_error = GONE
    with pytest.raises(DeviceError) as caught:
        microphone.read()
    assert (caught.value.device, caught.value.kind) == ("microphone", Kind.GONE)
    microphone.close()
    with pytest.raises(DeviceError):
        microphone.open()
    card.error = card.opening_error = ""
    card.index = 5
    microphone.open()
    hear(microphone, 5)


def test_an_error_in_use_that_is_only_an_overrun_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    card = FakeCard("Device")
    microphone = make(card, old=True)
    microphone.open()
    card.error = "Broken pipe"
    with pytest.raises(DeviceError, match="nothing but overruns"):
        microphone.read()
    assert microphone.xruns == 50


def backlog_ms(late_ms: int) -> int:
    """How much of a server's backlog comes before fresh sound when the first read is late."""
    server = FakeCard("", index=-1)
    server.waves = (lambda frames: np.asarray(np.floor(frames / 320) / 32_767),)  # the period's number
    microphone = make(server)
    microphone.open()
    clock_of(microphone).advance(late_ms)
    before_ms = clock_of(microphone).now_ms()
    numbers = [int.from_bytes(microphone.read()[:2], "little") for _ in range(5)]
    assert numbers == [0, 1, 2, 3, 4]
    return 100 - (clock_of(microphone).now_ms() - before_ms)


def test_the_first_read_is_fresh_however_late_it_comes() -> None:
    assert backlog_ms(1_000) == 0
    assert backlog_ms(30) <= 30


def test_nothing_of_before_is_left_after_opening_again() -> None:
    microphone = make(FakeCard("Device", rates=(48_000,), waves=(wave(1_000, 48_000),)))
    microphone.open()
    hear(microphone, 3)
    microphone.close()
    microphone.close()
    assert microphone.rate_hz == 0
    microphone.open()
    hear(microphone, 3)
