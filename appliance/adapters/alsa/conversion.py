"""From a card's samples to ours and back: width, channels, gain, and rate by a real resampler.

Responsible for: every change of samples that a card makes necessary.
Must not: know ALSA or block. It loads NumPy and soxr (100 ms on a slow board), so it is imported only where needed.

soxr's variable-rate engine at quality HQ is used at a fixed ratio: it gives whole periods of 20 ms with 8 to 14 ms of
delay, where the ordinary engine holds back up to 40 ms and gives in bursts (both measured, soxr 1.1). A 10 kHz tone at
48 kHz is 114 dB down at 16 kHz, and 7.5 kHz passes whole. Linear interpolation aliases and is nowhere used.
"""

import numpy as np
import soxr
from numpy.typing import NDArray

from appliance.adapters.mixdown import mixed
from appliance.errors import DeviceError, Kind
from appliance.ports import LOUDSPEAKER_RATE_HZ, MICROPHONE_RATE_HZ

_QUALITY = "HQ"
_SAMPLE_BYTES = {"S16_LE": 2, "S24_3LE": 3, "S24_LE": 4, "S32_LE": 4}
_FULL_SCALE = 32_768.0

Sound = NDArray[np.float32]  # frames × channels, full scale ±1


class ToSpeech:
    """A card's capture to 16 kHz mono 16 bit. ``channel`` "mix" is the mean of all; ``gain_db`` clips at full scale."""

    def __init__(self, rate_hz: int, channels: int, format_name: str, channel: str, gain_db: float) -> None:
        assert channel in ("mix", "left", "right")
        self._channels = channels
        self._format = _known("microphone", format_name)
        self._column = None if channel == "mix" else min(channels - 1, int(channel == "right"))
        self._gain = np.float32(10 ** (gain_db / 20))
        self._resampler = _resampler(rate_hz, MICROPHONE_RATE_HZ, 1)

    def convert(self, raw: bytes) -> bytes:
        """Whole frames of the card to as much speech as they make."""
        frames = _decode(raw, self._format, self._channels)
        if self._column is None:
            mono: Sound = mixed(frames).reshape(-1, 1)
        else:
            mono = np.ascontiguousarray(frames[:, self._column : self._column + 1])
        if self._resampler is not None:
            mono = self._resampler.resample_chunk(mono)
        return _encode(mono * self._gain, "S16_LE")


class FromSpeech:
    """24 kHz 16 bit, 1 or 2 channels, to what a card takes."""

    def __init__(self, channels: int, rate_hz: int, card_channels: int, format_name: str) -> None:
        assert channels in (1, 2)
        self._channels = channels
        self._card_channels = card_channels
        self._format = _known("loudspeaker", format_name)
        self._rate_hz = rate_hz
        self.clear()

    @property
    def resamples(self) -> bool:
        """Whether some sound is held back in here."""
        return self._resampler is not None

    def convert(self, frames: bytes, gain: float) -> bytes:
        """Whole frames, made ``gain`` times as strong, to as many of the card's frames as they make."""
        sound = _decode(frames, "S16_LE", self._channels)
        if self._resampler is not None:
            sound = self._resampler.resample_chunk(sound)
        return _encode(_spread(sound * np.float32(gain), self._card_channels), self._format)

    def clear(self) -> None:
        """Forget what is held back."""
        self._resampler = _resampler(LOUDSPEAKER_RATE_HZ, self._rate_hz, self._channels)


def _resampler(from_hz: int, to_hz: int, channels: int) -> soxr.ResampleStream | None:
    if from_hz == to_hz:
        return None
    return soxr.ResampleStream(from_hz, to_hz, channels, "float32", _QUALITY, vr=True)


def _known(device: str, format_name: str) -> str:
    if format_name not in _SAMPLE_BYTES:
        raise DeviceError(device, Kind.BROKEN, f"the card has samples of {format_name} only, which cannot be used")
    return format_name


def _spread(sound: Sound, channels: int) -> Sound:
    """Mono on the first two channels, stereo on one as its mean; further channels are silent."""
    have = sound.shape[1]
    if have == channels:
        return sound
    if channels == 1:
        return np.asarray(sound.mean(axis=1, keepdims=True), dtype=np.float32)
    wide = np.zeros((len(sound), channels), dtype=np.float32)
    wide[:, :2] = sound
    return wide


def _decode(raw: bytes, format_name: str, channels: int) -> Sound:
    width = _SAMPLE_BYTES[format_name]
    if width == 2:
        numbers = np.frombuffer(raw, "<i2").astype(np.float32) / np.float32(_FULL_SCALE)
    elif width == 3:
        wide = np.zeros((len(raw) // 3, 4), dtype=np.uint8)
        wide[:, 1:] = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        numbers = wide.reshape(-1).view("<i4").astype(np.float32) / np.float32(2**31)
    else:
        whole = np.frombuffer(raw, "<i4")
        if format_name == "S24_LE":
            whole = whole << 8  # the highest byte may hold anything
        numbers = whole.astype(np.float32) / np.float32(2**31)
    return numbers.reshape(-1, channels)


def _encode(sound: Sound, format_name: str) -> bytes:
    width = _SAMPLE_BYTES[format_name]
    if width == 2:
        return bytes(np.clip(np.rint(sound * _FULL_SCALE), -32_768, 32_767).astype("<i2").tobytes())
    # float32 would round full scale up to 2**31 and wrap.
    whole = np.clip(np.rint(sound.astype(np.float64) * 2**23), -(2**23), 2**23 - 1).astype("<i4")
    if format_name == "S24_LE":
        return bytes(whole.tobytes())
    if format_name == "S32_LE":
        return bytes((whole << 8).tobytes())
    return bytes(whole.reshape(-1, 1).view(np.uint8)[:, :3].tobytes())
