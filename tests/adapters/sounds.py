"""Sounds and WAV files for the tests of the bench devices.

Responsible for: writing WAV files of every kind, broken ones too, and measuring tones.
Must not: use the reader or the writer that is under test.
"""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]


def tone(hz: float, rate_hz: int, seconds: float, level: float = 0.5) -> Samples:
    """A sine, full scale 1."""
    return np.asarray(level * np.sin(2 * np.pi * hz * np.arange(round(rate_hz * seconds)) / rate_hz))


def encode(samples: Samples, bits: int, is_float: bool = False) -> bytes:
    """Interleaved samples as they lie in a file."""
    if is_float:
        return bytes(samples.astype(f"<f{bits // 8}").tobytes())
    whole = np.rint(np.clip(samples, -1, 1) * (2 ** (bits - 1) - 1)).astype(np.int64)
    if bits == 8:
        return bytes((whole + 128).astype(np.uint8).tobytes())
    return bytes(whole.reshape(-1, 1).astype("<i8").view(np.uint8).reshape(-1, 8)[:, : bits // 8].tobytes())


def chunk(kind: bytes, body: bytes, size: int | None = None) -> bytes:
    """A RIFF chunk, with a size of its own where it should lie."""
    return kind + struct.pack("<I", len(body) if size is None else size) + body + b"\0" * (len(body) % 2)


def format_body(rate_hz: int, channels: int, bits: int, tag: int = 1, extensible: bool = False) -> bytes:
    """The body of a ``fmt`` chunk."""
    block = channels * -(-bits // 8)
    body = struct.pack("<HHIIHH", 0xFFFE if extensible else tag, channels, rate_hz, rate_hz * block, block, bits)
    if extensible:
        guid = struct.pack("<H", tag) + bytes.fromhex("000000001000800000aa00389b71")
        body += struct.pack("<HHI", 22, bits, 0) + guid
    return body


def riff(*chunks: bytes, size: int | None = None) -> bytes:
    """A whole file."""
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def write_wav(
    path: Path,
    channels: list[Samples],
    rate_hz: int,
    bits: int = 16,
    *,
    is_float: bool = False,
    extensible: bool = False,
) -> Path:
    """A WAV of one array for each channel, with a chunk before and after the sound that must be passed over."""
    sound = encode(np.stack(channels, axis=1).reshape(-1), bits, is_float)
    form = format_body(rate_hz, len(channels), bits, 3 if is_float else 1, extensible)
    path.write_bytes(
        riff(chunk(b"fmt ", form), chunk(b"LIST", b"odd"), chunk(b"data", sound), chunk(b"id3 ", b"x" * 99))
    )
    return path


def level_db(pcm: bytes, hz: float, rate_hz: int = 16_000) -> float:
    """The level of one frequency in 16 bit mono, in dB of full scale; the first and last 50 ms are left out."""
    edge = rate_hz // 20
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)[edge:-edge] / 32_768
    window = np.hanning(len(samples))
    wave = np.exp(-2j * np.pi * hz * np.arange(len(samples)) / rate_hz)
    return float(20 * np.log10(max(1e-9, 2 * abs(np.sum(samples * window * wave)) / np.sum(window))))


def rms_db(pcm: bytes, rate_hz: int = 16_000) -> float:
    """The level of everything in 16 bit mono, in dB of full scale; edges left out as above."""
    edge = rate_hz // 20
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)[edge:-edge] / 32_768
    return float(20 * np.log10(max(1e-9, np.sqrt(np.mean(samples**2)))))
