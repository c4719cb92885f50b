"""Reads the head of a WAV file and turns its samples into mono numbers.

Responsible for: RIFF and RF64 chunks, PCM of 8 (unsigned), 16, 24 and 32 bit, IEEE float of 32 and 64 bit, plain or as
WAVE_FORMAT_EXTENSIBLE; the sentence that says why a file cannot be used.
Must not: read more than the head, resample, or know about time.

Own reader, because the standard library's ``wave`` knows no float. Layout: Microsoft, "Multimedia Programming Interface
and Data Specifications 1.0" and "Multiple channel audio data and WAVE files"; RF64: EBU Tech 3306.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from appliance.errors import DeviceError, Kind

_PCM = 0x0001
_FLOAT = 0x0003
_EXTENSIBLE = 0xFFFE
_CODECS = {0x0002: "ADPCM", 0x0006: "A-law", 0x0007: "µ-law", 0x0011: "IMA ADPCM", 0x0031: "GSM", 0x0055: "MP3"}
_UNKNOWN_SIZE = 0xFFFF_FFFF  # written by programs that record into a pipe; RF64 uses it as "see ds64"
_MAX_CHUNKS = 1_000
_RATES_HZ = (2_000, 768_000)
_MAX_CHANNELS = 64


@dataclass(frozen=True, slots=True)
class WavFormat:
    """How the samples lie in the file. ``data_bytes`` is what is really there, in whole frames."""

    rate_hz: int
    channels: int
    sample_bytes: int
    is_float: bool
    data_offset: int
    data_bytes: int
    note: str  # what is odd and was put up with; empty when nothing is

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return self.channels * self.sample_bytes


def read_format(file: BinaryIO, name: str) -> WavFormat:
    """The format of an open file. Raises ``DeviceError("microphone", BROKEN, …)`` with a sentence to act on."""
    file_bytes = file.seek(0, 2)
    file.seek(0)
    if file_bytes == 0:
        raise _broken(f"{name} is empty: 0 bytes")
    head = file.read(12)
    if len(head) < 12 or head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
        raise _broken(f"{name} is not a WAV file; make one of it with: sox INPUT -b 16 OUTPUT.wav")
    riff_bytes = int.from_bytes(head[4:8], "little")
    fmt = b""
    long_data_bytes = 0
    for _ in range(_MAX_CHUNKS):
        chunk = file.read(8)
        if len(chunk) < 8:
            raise _broken(f"{name} is a WAV file without sound: it ends before its data")
        kind, size = chunk[:4], int.from_bytes(chunk[4:], "little")
        start = file.tell()
        if kind == b"data":
            break
        if kind == b"fmt ":
            fmt = file.read(min(size, 40))
        elif kind == b"ds64":
            long_data_bytes = int.from_bytes(file.read(16)[8:], "little")
        file.seek(start + size + size % 2)
    else:
        raise _broken(f"{name} has more than {_MAX_CHUNKS} parts before its sound")
    rate_hz, channels, sample_bytes, is_float = _parse(fmt, name)
    there = file_bytes - start
    if size == _UNKNOWN_SIZE:
        promised = long_data_bytes if head[:4] == b"RF64" else there
    elif size == 0 and riff_bytes + 8 <= start:
        # A recorder that was killed had not come round to writing the sizes.
        promised, long_data_bytes = there, 0
    else:
        promised = size
    data_bytes = min(there, promised) // (channels * sample_bytes) * (channels * sample_bytes)
    if data_bytes == 0:
        raise _broken(f"{name} holds no sound: 0 samples")
    note = ""
    if promised > there:
        per_second = rate_hz * channels * sample_bytes
        note = f"{name} is cut short: {there / per_second:.1f} s of {promised / per_second:.1f} s are there"
    return WavFormat(rate_hz, channels, sample_bytes, is_float, start, data_bytes, note)


def _parse(fmt: bytes, name: str) -> tuple[int, int, int, bool]:
    if len(fmt) < 16:
        raise _broken(f"{name} does not say how its sound is stored (no usable fmt part before the data)")
    tag, channels, rate_hz, _, block, bits = struct.unpack_from("<HHIIHH", fmt)
    if tag == _EXTENSIBLE and len(fmt) >= 26:
        tag = int.from_bytes(fmt[24:26], "little")  # the sub-format's first two bytes are the plain tag
    if tag not in (_PCM, _FLOAT):
        codec = _CODECS.get(tag, f"format {tag:#06x}")
        raise _broken(f"{name} is compressed ({codec}); unpack it with: sox {name} -b 16 -e signed OUTPUT.wav")
    if not 1 <= channels <= _MAX_CHANNELS:
        raise _broken(f"{name} has {channels} channels; 1 to {_MAX_CHANNELS} can be used")
    if not _RATES_HZ[0] <= rate_hz <= _RATES_HZ[1]:
        raise _broken(f"{name} has a rate of {rate_hz} Hz; {_RATES_HZ[0]} to {_RATES_HZ[1]} can be used")
    # Odd widths (12 or 20 bit) lie left-justified in whole bytes, so the container's width decodes them.
    sample_bytes = block // channels if block else (bits + 7) // 8
    if sample_bytes not in ((4, 8) if tag == _FLOAT else (1, 2, 3, 4)):
        kind = "float" if tag == _FLOAT else "PCM"
        raise _broken(f"{name} has {kind} samples of {8 * sample_bytes} bit, which cannot be used")
    return rate_hz, channels, sample_bytes, tag == _FLOAT


def to_mono(raw: bytes, form: WavFormat, channel: str) -> NDArray[np.float32]:
    """Whole frames as one channel, full scale ±1. ``mix`` is the mean of all channels; ``right`` of mono is the one."""
    frames = _numbers(raw, form).reshape(-1, form.channels)
    if channel == "mix":
        mean: NDArray[np.float32] = frames.mean(axis=1, dtype=np.float32)
        return mean
    index = 1 if channel == "right" and form.channels > 1 else 0
    return np.ascontiguousarray(frames[:, index])


def _numbers(raw: bytes, form: WavFormat) -> NDArray[np.float32]:
    if form.is_float:
        numbers = np.frombuffer(raw, dtype=f"<f{form.sample_bytes}").astype(np.float32)
        # Bounded as well: an infinity would ring through the resampler for ever.
        return np.clip(np.nan_to_num(numbers, nan=0.0), -8.0, 8.0).astype(np.float32)
    if form.sample_bytes == 1:
        return (np.frombuffer(raw, dtype=np.uint8).astype(np.float32) - np.float32(128)) / np.float32(128)
    if form.sample_bytes == 3:
        wide = np.zeros((len(raw) // 3, 4), dtype=np.uint8)
        wide[:, 1:] = np.frombuffer(raw, dtype=np.uint8).reshape(-1, 3)
        whole = wide.reshape(-1).view("<i4")
    else:
        whole = np.frombuffer(raw, dtype=f"<i{form.sample_bytes}")
    bits = 16 if form.sample_bytes == 2 else 32
    return whole.astype(np.float32) / np.float32(2 ** (bits - 1))


def _broken(sentence: str) -> DeviceError:
    return DeviceError("microphone", Kind.BROKEN, sentence)
