"""Fingerprints of speech: how the power in a few bands moves, and where one fingerprint fits into another.

Responsible for: frames out of PCM, and normalised correlation of one query with many references at every offset.
Must not: know turns, languages or what is answered.

The bands end below 3.6 kHz, so that speech that once passed through 8 kHz still fits. Levels count relative to the
loudest band of the sound, so gain does not matter; a soft floor at −27 dB keeps slight noise from counting.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from appliance.emulator.script.tts import SOURCE_RATE_HZ, resampled

HOP_MS = 10
BANDS = 18
_WINDOW = 512  # 32 ms at 16 kHz
_HOP = SOURCE_RATE_HZ * HOP_MS // 1000
_LOWEST_HZ, _HIGHEST_HZ = 150.0, 3_600.0
_SOFT_FLOOR = 0.002
_ACTIVE = 0.005  # −23 dB of the loudest frames: speech, not its room
_SILENT_POWER = 2e5  # of a frame, in squared sample units over the window: nothing but converter noise
_NEAR = 8  # frames
SOUND_LIMIT_S = 60

Frames = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """``frames``: (n, BANDS) logarithms every 10 ms, from the first frame of speech to the last."""

    frames: Frames
    speech_ms: int  # of active frames; 0 = nothing was said
    begins_ms: int  # where the first frame of speech stood in the sound
    said: Flags  # (n): the frame is speech, or within 80 ms of it

    def stretched(self, factor: float) -> "Fingerprint":
        """The same at another pace: ``factor`` 1.1 lasts a tenth longer."""
        count = len(self.frames)
        at = np.minimum((np.arange(int(count * factor)) / factor).astype(np.int64), max(0, count - 1))
        return replace(self, frames=self.frames[at], said=self.said[at])


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a reference fits into a query best."""

    reference: int
    score: float  # −1…1, of what overlaps
    explained: float  # score² × what the query holds there
    begin: int  # in the query, frames
    end: int
    reference_begin: int  # in the reference, frames
    reference_end: int


@cache
def _bank() -> Frames:
    """Triangular bands, equally wide on the mel scale: (bins, BANDS)."""

    def mel(hz: float) -> float:
        return 2595.0 * math.log10(1.0 + hz / 700.0)

    edges = np.linspace(mel(_LOWEST_HZ), mel(_HIGHEST_HZ), BANDS + 2)
    bins = np.array([mel(n * SOURCE_RATE_HZ / _WINDOW) for n in range(_WINDOW // 2 + 1)])[:, None]
    rise = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(0.0, np.minimum(rise, fall)), np.float32)


def fingerprint(pcm: bytes, rate_hz: int) -> Fingerprint:
    """Of signed 16 bit mono at any rate; at most the last minute of it counts."""
    whole = resampled(pcm[: len(pcm) & ~1], rate_hz, SOURCE_RATE_HZ)[-SOUND_LIMIT_S * SOURCE_RATE_HZ * 2 :]
    sound = np.frombuffer(whole, dtype="<i2").astype(np.float32)
    empty = Fingerprint(np.zeros((0, BANDS), np.float32), 0, 0, np.zeros(0, np.bool_))
    if len(sound) < _WINDOW:
        return empty
    emphasised = np.append(sound[:1], sound[1:] - np.float32(0.9) * sound[:-1])
    frames = np.lib.stride_tricks.sliding_window_view(emphasised, _WINDOW)[::_HOP]
    spectrum = np.fft.rfft(frames * np.hanning(_WINDOW).astype(np.float32), axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32) @ _bank()
    total = power.sum(1)
    loud = float(np.sort(total)[-max(1, len(total) // 50) :].mean())
    if loud < _SILENT_POWER * _WINDOW:
        return empty
    room = 4.0 * float(np.sort(total)[: max(1, len(total) // 20)].mean())
    flags = total > max(_ACTIVE * loud, min(room, 0.05 * loud))
    active = np.flatnonzero(flags)
    if not len(active):
        return empty
    begin, end = int(active[0]), int(active[-1]) + 1
    levels = np.log(power[begin:end] / (loud / BANDS) + np.float32(_SOFT_FLOOR))
    said = np.convolve(flags, np.ones(2 * _NEAR + 1), "same")[begin:end] > 0
    return Fingerprint(levels.astype(np.float32), len(active) * HOP_MS, begin * HOP_MS, said)


class References:
    """A set of fingerprints that queries are held against."""

    def __init__(self, frames: Sequence[Frames]) -> None:
        self._lengths = np.array([len(f) for f in frames])
        longest = int(self._lengths.max(initial=1))
        self._mean = np.concatenate(frames).mean(0) if frames else np.zeros(BANDS, np.float32)
        self._frames = np.zeros((len(frames), longest, BANDS), np.float32)
        for k, each in enumerate(frames):
            self._frames[k, : len(each)] = each - self._mean
        self._transformed: dict[int, tuple[npt.NDArray[np.complex64], ...]] = {}  # by size: a handful of powers of 2

    def __len__(self) -> int:
        return len(self._lengths)

    def warm(self) -> None:
        """Do now what the first queries of up to 10 s would have to do."""
        for size in (512, 1024):
            self._at_size(max(size, 1 << self._frames.shape[1].bit_length()))

    def length(self, reference: int) -> int:
        """Of one reference, in frames."""
        return int(self._lengths[reference])

    def _at_size(self, size: int) -> tuple[npt.NDArray[np.complex64], ...]:
        if size not in self._transformed:
            present = np.arange(self._frames.shape[1])[None, :] < self._lengths[:, None]
            self._transformed[size] = tuple(
                np.conj(np.fft.rfft(each, size, axis=1)).astype(np.complex64)
                for each in (self._frames, (self._frames**2).sum(2), present.astype(np.float32))
            )
        return self._transformed[size]

    def fits(self, query: Frames, free: Flags, least_overlap: int, lags: range | None = None) -> list[Fit]:
        """Each reference's best place in the query. Query frames that are not ``free`` count as absent.

        ``lags``: the frames of the query at which a reference may begin; negative = its beginning is missing.
        """
        if not len(self) or not len(query):
            return []
        length, longest = len(query), self._frames.shape[1]
        size = 1 << (length + longest - 1).bit_length()
        frames, squares, present = self._at_size(size)
        levels = np.where(free[:, None], query - self._mean, np.float32(0))
        mask = np.fft.rfft(free.astype(np.float32), size)
        moved = np.fft.rfft(levels, size, axis=0).astype(np.complex64)
        dot = np.fft.irfft(np.einsum("kfb,fb->kf", frames, moved), size)
        there = np.fft.irfft(squares * mask, size)
        here = np.fft.irfft(present * np.fft.rfft((levels**2).sum(1), size), size)
        overlap = np.fft.irfft(present * mask, size)
        score = dot / np.sqrt(np.maximum(here * there, 1e-3))
        wanted = lags if lags is not None else range(-longest + 1, length)
        places = np.array([lag % size for lag in wanted])
        score, here, overlap = score[:, places], here[:, places], overlap[:, places]
        worth = np.where((overlap > least_overlap - 0.5) & (score > 0), score**2 * here, -1.0)
        found: list[Fit] = []
        for k, at in enumerate(worth.argmax(1)):
            if worth[k, at] <= 0:
                continue
            lag = wanted[int(at)]
            begin, end = max(0, lag), min(length, lag + int(self._lengths[k]))
            found.append(Fit(k, float(score[k, at]), float(worth[k, at]), begin, end, begin - lag, end - lag))
        return found
