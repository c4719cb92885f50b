"""Reads the head of a WAV file and turns its samples into mono numbers.

Responsible for: RIFF and RF64 chunks, PCM of 8 (unsigned), 16, 24 and 32 bit, IEEE float of 32 and 64 bit, plain or as
WAVE_FORMAT_EXTENSIBLE; the sentence that says why a file cannot be used.
Must not: read more than the head (but where the bits do not fill the bytes, the first of the sound), resample, or know
about time.

Own reader, because the standard library's ``wave`` knows no float. Layout: Microsoft, "Multimedia Programming Interface
and Data Specifications 1.0" and "Multiple channel audio data and WAVE files"; RF64: EBU Tech 3306.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from appliance.adapters.mixdown import mixed
from appliance.errors import DeviceError, Kind

_PCM = 0x0001
_FLOAT = 0x0003
_EXTENSIBLE = 0xFFFE
_CODECS = {0x0002: "ADPCM", 0x0006: "A-law", 0x0007: "µ-law", 0x0011: "IMA ADPCM", 0x0031: "GSM", 0x0055: "MP3"}
_UNKNOWN_SIZE = 0xFFFF_FFFF  # written by programs that record into a pipe; RF64 uses it as "see ds64"
_MAX_CHUNKS = 1_000
_LOOKED_AT_BYTES = 4_000_000
_BEHIND_SOUND = (b"LIST", b"id3 ", b"bext", b"fact", b"cue ", b"smpl", b"JUNK", b"PAD ", b"")
_IDS = frozenset({b"fmt ", b"data", b"PEAK", b"inst", b"iXML", *_BEHIND_SOUND[:-1]})
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
    shift: int = 0  # bits by which each sample lies too low in its bytes

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
        file.seek(_end_of_chunk(file, start, size))
    else:
        raise _broken(f"{name} has more than {_MAX_CHUNKS} parts before its sound")
    rate_hz, channels, sample_bytes, is_float, bits = _parse(fmt, name)
    there = file_bytes - start
    if size == _UNKNOWN_SIZE:
        promised = long_data_bytes if head[:4] == b"RF64" else there
    elif size == 0 and file.read(4) not in _BEHIND_SOUND:
        # A recorder that was killed, or writes into a pipe, had not come round to writing this size.
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
    shift = 0
    if not is_float and 8 < bits < 8 * sample_bytes:
        file.seek(start)
        shift = _shift(file.read(min(data_bytes, _LOOKED_AT_BYTES)), sample_bytes, bits)
    return WavFormat(rate_hz, channels, sample_bytes, is_float, start, data_bytes, note, shift)


def _end_of_chunk(file: BinaryIO, start: int, size: int) -> int:
    """Where the next chunk begins. Behind an odd one lies a byte of padding, which some writers forget."""
    if size % 2 == 0:
        return start + size
    file.seek(start + size)
    behind = file.read(5)
    forgotten = behind[:4] in _IDS and behind[1:] not in _IDS
    return start + size + (0 if forgotten else 1)


def _shift(raw: bytes, sample_bytes: int, bits: int) -> int:
    """By how much samples of fewer bits than their bytes have room for lie too low.

    The rule is the high end, with zeros below. Some writers use the low end, with zeros or the sign above.
    """
    spare = 8 * sample_bytes - bits
    wide = np.zeros((len(raw) // sample_bytes, 4), dtype=np.uint8)
    wide[:, :sample_bytes] = np.frombuffer(raw[: len(wide) * sample_bytes], dtype=np.uint8).reshape(-1, sample_bytes)
    numbers = wide.reshape(-1).view("<u4")
    if not (numbers & np.uint32((1 << spare) - 1)).any():
        return 0
    above = numbers >> np.uint32(bits)
    ones = np.uint32((1 << spare) - 1)
    negative = (numbers >> np.uint32(bits - 1)) & np.uint32(1)
    low = (above == 0).all() or (above == np.where(negative == 1, ones, np.uint32(0))).all()
    return spare if low else 0


def _parse(fmt: bytes, name: str) -> tuple[int, int, int, bool, int]:
    if len(fmt) < 16:
        raise _broken(f"{name} does not say how its sound is stored (no usable fmt part before the data)")
    tag, channels, rate_hz, byte_rate, block, bits = struct.unpack_from("<HHIIHH", fmt)
    if tag == _EXTENSIBLE and len(fmt) >= 26:
        tag = int.from_bytes(fmt[24:26], "little")  # the sub-format's first two bytes are the plain tag
        bits = int.from_bytes(fmt[18:20], "little") or bits
    if tag not in (_PCM, _FLOAT):
        codec = _CODECS.get(tag, f"format {tag:#06x}")
        raise _broken(f"{name} is compressed ({codec}); unpack it with: sox {name} -b 16 -e signed OUTPUT.wav")
    if not 1 <= channels <= _MAX_CHANNELS:
        raise _broken(f"{name} has {channels} channels; 1 to {_MAX_CHANNELS} can be used")
    if not _RATES_HZ[0] <= rate_hz <= _RATES_HZ[1]:
        raise _broken(f"{name} has a rate of {rate_hz} Hz; {_RATES_HZ[0]} to {_RATES_HZ[1]} can be used")
    needed = (bits + 7) // 8
    # Odd widths (12 or 20 bit) lie in whole bytes, so the container's width decodes them.
    sample_bytes = block // channels if block else needed
    if needed and (sample_bytes < needed or block % channels or sample_bytes > 2 * max(needed, 2)):
        if byte_rate != rate_hz * channels * needed:
            raise _broken(
                f"{name} contradicts itself: {bits} bit, {channels} channels and blocks of {block} bytes; "
                f"make it anew with: sox {name} -b 16 OUTPUT.wav"
            )
        sample_bytes = needed  # two of three agree
    if sample_bytes not in ((4, 8) if tag == _FLOAT else (1, 2, 3, 4)):
        kind = "float" if tag == _FLOAT else "PCM"
        raise _broken(f"{name} has {kind} samples of {8 * sample_bytes} bit, which cannot be used")
    return rate_hz, channels, sample_bytes, tag == _FLOAT, bits


def to_mono(raw: bytes, form: WavFormat, channel: str) -> NDArray[np.float32]:
    """Whole frames as one channel, full scale ±1. ``mix``: see ``mixed``; ``right`` of mono is the one."""
    frames = _numbers(raw, form).reshape(-1, form.channels)
    if channel == "mix":
        return mixed(frames)
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
    if form.shift:
        bare = whole.view(f"<u{whole.itemsize}")
        whole = (bare << bare.dtype.type(form.shift)).view(whole.dtype)
    return whole.astype(np.float32) / np.float32(2 ** (bits - 1))


def _broken(sentence: str) -> DeviceError:
    return DeviceError("microphone", Kind.BROKEN, sentence)
