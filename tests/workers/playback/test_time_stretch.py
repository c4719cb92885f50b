"""Speech faster and slower, at the same pitch."""

import ctypes

import numpy as np
import pytest

from appliance.errors import DeviceError, Kind
from appliance.workers.playback import time_stretch
from appliance.workers.playback.time_stretch import Stretch

RATE_HZ = 24_000


def library_is_there() -> bool:
    try:
        ctypes.CDLL("libsonic.so.0")
    except OSError:
        return False
    return True


needs_libsonic = pytest.mark.skipif(not library_is_there(), reason="libsonic0 is not installed")


def voice(hz: float, seconds: float) -> bytes:
    """A vowel of sorts: a tone of the voice with two overtones."""
    at = np.arange(int(RATE_HZ * seconds)) / RATE_HZ
    wave = sum(np.sin(2 * np.pi * hz * n * at) / n for n in (1, 2, 3))
    return bytes((6_000 * np.asarray(wave)).astype("<i2").tobytes())


def pitch_hz(pcm: bytes) -> float:
    samples = np.frombuffer(pcm, "<i2").astype(float)
    bins = 1 << 20
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), bins))
    return float(np.argmax(spectrum) * RATE_HZ / bins)


def stretched(pcm: bytes, speed: float) -> bytes:
    with Stretch(speed) as stream:
        out = b"".join(stream.feed(pcm[at : at + 960]) for at in range(0, len(pcm), 960))
        return out + stream.flush()


@needs_libsonic
@pytest.mark.parametrize("speed", [0.8, 1.1, 1.25, 2.0])
@pytest.mark.parametrize("hz", [110, 220])
def test_the_pitch_stays_and_the_length_changes(hz: float, speed: float) -> None:
    pcm = voice(hz, 2.0)
    out = stretched(pcm, speed)
    assert pitch_hz(out) == pytest.approx(hz, rel=0.01)
    assert len(pcm) / len(out) == pytest.approx(speed, rel=0.02)


@needs_libsonic
def test_at_speed_one_nothing_changes() -> None:
    pcm = voice(150, 0.5)
    assert stretched(pcm, 1.0) == pcm


@needs_libsonic
def test_little_is_held_back() -> None:
    with Stretch(1.25) as stream:
        given = taken = 0
        for _ in range(100):
            given += 960
            taken += len(stream.feed(voice(150, 0.02)))
            assert given / 1.25 - taken <= 2 * RATE_HZ * 0.06


@needs_libsonic
def test_the_speed_can_change_on_the_way() -> None:
    pcm = voice(150, 1.0)
    with Stretch() as stream:
        first = stream.feed(pcm)
        stream.set_speed(1.25)
        second = stream.feed(pcm) + stream.flush()
    assert len(first) == len(pcm)
    assert len(second) == pytest.approx(len(pcm) / 1.25, rel=0.05)


@needs_libsonic
def test_silence_stays_silent() -> None:
    assert set(stretched(bytes(RATE_HZ), 1.25)) == {0}


@needs_libsonic
def test_misuse_is_refused() -> None:
    stream = Stretch()
    with pytest.raises(AssertionError, match="half a frame"):
        stream.feed(b"\0")
    with pytest.raises(AssertionError, match="nobody follows"):
        stream.set_speed(3.0)
    assert stream.feed(b"") == b""
    stream.close()
    stream.close()
    with pytest.raises(AssertionError, match="after close"):
        stream.feed(bytes(960))


def test_a_missing_library_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_stretch, "_LIBRARY", "libsonic-that-nobody-has.so.0")
    time_stretch._library.cache_clear()
    try:
        with pytest.raises(DeviceError, match="libsonic is not installed") as caught:
            Stretch()
        assert caught.value.kind is Kind.ABSENT
    finally:
        time_stretch._library.cache_clear()
