"""Arithmetic of sound."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.protocol.pcm import (
    INPUT_HZ,
    MESSAGE_BYTES,
    MESSAGE_SAMPLES,
    OUTPUT_HZ,
    DeltaJoiner,
    bars,
    bytes_of_ms,
    mean_square,
    ms_of_bytes,
    ms_of_samples,
    samples_of_ms,
    silence,
)


def tone(amplitude: int, ms: int = 20) -> bytes:
    """A square wave of 500 Hz."""
    half = [amplitude] * 16 + [-amplitude] * 16
    return array("h", (half * (ms + 1))[: samples_of_ms(ms)]).tobytes()


def test_a_message_is_forty_milliseconds() -> None:
    assert (MESSAGE_SAMPLES, MESSAGE_BYTES) == (640, 1280)
    assert ms_of_bytes(MESSAGE_BYTES) == 40


def test_the_two_rates() -> None:
    assert samples_of_ms(1000) == INPUT_HZ == 16_000
    assert samples_of_ms(1000, OUTPUT_HZ) == OUTPUT_HZ == 24_000
    assert ms_of_samples(24_000, OUTPUT_HZ) == 1000
    assert ms_of_bytes(15_518, OUTPUT_HZ) == 323  # one recorded delta


@given(st.integers(0, 10_000_000), st.sampled_from([INPUT_HZ, OUTPUT_HZ]))
def test_milliseconds_survive_the_way_to_samples_and_bytes_and_back(ms: int, rate_hz: int) -> None:
    assert ms_of_samples(samples_of_ms(ms, rate_hz), rate_hz) == ms
    assert ms_of_bytes(bytes_of_ms(ms, rate_hz), rate_hz) == ms
    assert bytes_of_ms(ms, rate_hz) % 2 == 0


def test_silence_is_zeros_of_the_right_length() -> None:
    assert silence(40) == bytes(MESSAGE_BYTES)
    assert len(silence(1000, OUTPUT_HZ)) == 48_000


@pytest.mark.parametrize(("pcm", "loudness"), [(b"", 0), (b"\x01", 0), (bytes(640), 0), (b"\x10\x00", 256)])
def test_mean_square_of_little(pcm: bytes, loudness: int) -> None:
    assert mean_square(pcm) == loudness


def test_mean_square_of_a_square_wave_is_its_amplitude_squared() -> None:
    assert mean_square(tone(1000)) == 1_000_000
    assert mean_square(tone(1000) + b"\xff") == 1_000_000  # an odd byte is no sample
    assert mean_square(array("h", [-32768] * 320).tobytes()) == 32768**2


@pytest.mark.parametrize(
    ("amplitude", "shown"), [(0, 0), (30, 0), (70, 1), (200, 2), (600, 3), (1600, 4), (4200, 5), (32767, 5)]
)
def test_bars_rise_with_the_level(amplitude: int, shown: int) -> None:
    assert bars(tone(amplitude)) == shown


@given(st.lists(st.binary(max_size=9), max_size=20))
def test_joined_deltas_are_whole_samples_and_lose_nothing_but_a_last_odd_byte(deltas: list[bytes]) -> None:
    joiner = DeltaJoiner()
    joined = [joiner.join(delta) for delta in deltas]
    sent = b"".join(deltas)
    assert all(len(piece) % 2 == 0 for piece in joined)
    assert b"".join(joined) == sent[: len(sent) // 2 * 2]
