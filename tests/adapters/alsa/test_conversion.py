"""Samples change their width, number and rate without harm."""

import numpy as np
import pytest

from appliance.adapters.alsa.conversion import FromSpeech, ToSpeech
from appliance.errors import DeviceError, Kind
from tests.adapters.sounds import Samples, encode, level_db, rms_db, tone


def capture(conversion: ToSpeech, raw: bytes, step: int) -> bytes:
    return b"".join(conversion.convert(raw[at : at + step]) for at in range(0, len(raw), step))


def at_16_khz(hz: float, rate_hz: int) -> bytes:
    raw = encode(tone(hz, rate_hz, 1.0), 16)
    return capture(ToSpeech(rate_hz, 1, "S16_LE", "mix", 0), raw, rate_hz // 50 * 2)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_a_tone_of_10_khz_is_60_db_down_and_makes_no_other(rate_hz: int) -> None:
    assert rms_db(at_16_khz(10_000, rate_hz)) < -9 - 60


@pytest.mark.parametrize("rate_hz", [32_000, 44_100, 48_000, 8_000])
def test_speech_passes_whole(rate_hz: int) -> None:
    for hz in (300, 1_000, 3_000):
        assert abs(level_db(at_16_khz(hz, rate_hz), hz) + 6) < 0.1


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_no_more_than_a_period_is_held_back(rate_hz: int) -> None:
    conversion = ToSpeech(rate_hz, 1, "S16_LE", "mix", 0)
    given = 0
    for periods in range(1, 51):
        given += len(conversion.convert(bytes(rate_hz // 50 * 2)))
        assert 640 * (periods - 1) <= given <= 640 * periods


def stereo(left: Samples, right: Samples) -> bytes:
    return encode(np.stack([left, right], axis=1).reshape(-1), 16)


@pytest.mark.parametrize(
    ("channel", "one_khz", "two_khz"), [("mix", -12.0, -12.0), ("left", -6.0, -200.0), ("right", -200.0, -6.0)]
)
def test_a_channel_is_chosen_or_all_are_mixed(channel: str, one_khz: float, two_khz: float) -> None:
    raw = stereo(tone(1_000, 16_000, 1), tone(2_000, 16_000, 1))
    mono = ToSpeech(16_000, 2, "S16_LE", channel, 0).convert(raw)
    for hz, expected in ((1_000, one_khz), (2_000, two_khz)):
        level = level_db(mono, hz)
        assert level < -80 if expected < -100 else abs(level - expected) < 0.1


def test_the_right_of_mono_is_the_one() -> None:
    raw = encode(tone(1_000, 16_000, 0.5), 16)
    assert ToSpeech(16_000, 1, "S16_LE", "right", 0).convert(raw) == raw


def test_gain_clips_and_does_not_wrap() -> None:
    raw = np.array([100, -100, 20_000, -20_000], "<i2").tobytes()
    louder = np.frombuffer(ToSpeech(16_000, 1, "S16_LE", "mix", 20).convert(raw), "<i2")
    assert louder.tolist() == [1_000, -1_000, 32_767, -32_768]


@pytest.mark.parametrize("format_name", ["S16_LE", "S24_3LE", "S24_LE", "S32_LE"])
def test_every_width_there_and_back(format_name: str) -> None:
    speech = np.array([0, 1, -1, 32_767, -32_768, 12_345], "<i2").tobytes()
    raw = FromSpeech(1, 24_000, 1, format_name).convert(speech, 1.0)
    assert ToSpeech(16_000, 1, format_name, "mix", 0).convert(raw) == speech


def test_a_24_bit_sample_in_four_bytes_may_have_anything_on_top() -> None:
    raw = bytes([0, 0, 0x40, 0xA5])
    assert np.frombuffer(ToSpeech(16_000, 1, "S24_LE", "mix", 0).convert(raw), "<i2").tolist() == [16_384]


def test_full_scale_does_not_wrap() -> None:
    raw = FromSpeech(1, 24_000, 1, "S32_LE").convert(np.array([32_767], "<i2").tobytes(), 4.0)
    assert np.frombuffer(raw, "<i4")[0] == 0x7FFF_FF00


def test_other_samples_are_refused() -> None:
    with pytest.raises(DeviceError, match="samples of U8 only") as caught:
        ToSpeech(16_000, 1, "U8", "mix", 0)
    assert (caught.value.device, caught.value.kind) == ("microphone", Kind.BROKEN)
    with pytest.raises(DeviceError, match="MU_LAW"):
        FromSpeech(1, 24_000, 1, "MU_LAW")


@pytest.mark.parametrize(
    ("channels", "card", "expected"),
    [
        (1, 2, [100, 100, 200, 200]),
        (2, 1, [150]),
        (2, 2, [100, 200]),
        (2, 4, [100, 200, 0, 0]),
        (1, 3, [100, 100, 0, 200, 200, 0]),
    ],
)
def test_channels_are_spread(channels: int, card: int, expected: list[int]) -> None:
    raw = FromSpeech(channels, 24_000, card, "S16_LE").convert(np.array([100, 200], "<i2").tobytes(), 1.0)
    assert np.frombuffer(raw, "<i2").tolist() == expected


def test_volume_is_arithmetic() -> None:
    raw = FromSpeech(1, 24_000, 1, "S16_LE").convert(np.array([1_000, -1_000], "<i2").tobytes(), 0.25)
    assert np.frombuffer(raw, "<i2").tolist() == [250, -250]


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 32_000])
def test_speech_to_the_cards_rate(rate_hz: int) -> None:
    conversion = FromSpeech(1, rate_hz, 1, "S16_LE")
    raw = encode(tone(3_000, 24_000, 1.0), 16)
    out = b"".join(conversion.convert(raw[at : at + 960], 1.0) for at in range(0, len(raw), 960))
    assert conversion.resamples
    assert abs(level_db(out, 3_000, rate_hz) + 6) < 0.1
    assert rms_db(out, rate_hz) == pytest.approx(-9.03, abs=0.05)  # the tone and nothing else


def test_what_is_held_back_can_be_forgotten() -> None:
    conversion = FromSpeech(1, 48_000, 1, "S16_LE")
    conversion.convert(encode(tone(1_000, 24_000, 0.02), 16), 1.0)
    conversion.clear()
    after = b"".join(conversion.convert(bytes(960), 1.0) for _ in range(5))
    assert set(after) == {0}
    assert len(after) >= 4 * 1_920
