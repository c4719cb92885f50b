"""Index tones laid over the beginning and the end of speech, where ``numbered.py`` looks for tones that stand alone.

Responsible for: the number of such an utterance, from both ends together, where it is beyond doubt.
Must not: look for large numbers: speech hides some of the tones, and only few candidates keep the rest telling.

Speech covers single tones but not all sixteen: the level of the tones is one, 8 to 20 dB below the speech, and their
grid of 100 ms is known. Measured over the sentences of the desk in two voices with numbers from 1 to 200: such a mark
is always noticed, and never in plain speech; the number is right in nine of ten, also in 20 dB of noise and at 8 kHz,
and wrong in the tenth. Tones that stand alone are found without fail: make those where you can.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from appliance.emulator.script.numbered import COLUMNS_HZ, DIGITS, KEYS, PAUSE_MS, ROWS_HZ, TONE_MS

LIKELY = 300  # the largest number looked for
_HOP_MS = 5
_STEP = (TONE_MS + PAUSE_MS) // _HOP_MS  # frames from one digit to the next
_MARK = (DIGITS - 1) * _STEP  # from the first to the last
_AROUND = 200 // _HOP_MS  # the marks begin and end so near to where the sound does
_LEVELS_DB = np.arange(-20.0, -7.5, 1.0)  # of the tones below the speech
_SPREAD_DB = 3.0
_WORST = -6.0  # what one covered tone may cost
_SURE = -16.0  # both marks; plain speech was seen at -31 at best
_SURE_AT_START = -8.0  # the first mark alone
_ACTIVE = 0.003  # of the power of the loudest 5 ms
_ABOVE_ROOM = 6.0  # times the power of the quietest 5 ms
_LOUD = 0.02  # of the loudest sample: speech, not its pauses

Scores = npt.NDArray[np.float32]


def overlaid_number(pcm: bytes, rate_hz: int) -> int | None:
    """The number of a whole utterance, 1 to ``LIKELY``; None where there is none, or no certainty."""
    levels = _tone_levels(pcm, rate_hz)
    if levels is None or len(levels) < _MARK + 2 * _AROUND:
        return None
    count = len(levels) - _MARK
    score, number = max(
        (float(both.max()), int(both.argmax()) + 1)
        for digits in map(_digit_scores, [levels] * len(_LEVELS_DB), _LEVELS_DB)
        for both in [_best(digits, 0, _AROUND) + _best(digits, count - _AROUND, count)]
    )
    return number if score >= _SURE else None


def begins_overlaid(pcm: bytes, rate_hz: int) -> bool:
    """Whether a mark seems to lie over the beginning: then the end will tell which."""
    levels = _tone_levels(pcm, rate_hz)
    if levels is None or len(levels) < _MARK + _AROUND:
        return False
    return max(float(_best(_digit_scores(levels, level), 0, _AROUND).max()) for level in _LEVELS_DB) >= _SURE_AT_START


def _tone_levels(pcm: bytes, rate_hz: int) -> Scores | None:
    """Levels of the seven frequencies below the speech, dB, every 5 ms from the first loud sample to the last."""
    sound = np.frombuffer(pcm[: len(pcm) & ~1], dtype="<i2").astype(np.float32)
    size, hop = rate_hz * TONE_MS // 1000, rate_hz * _HOP_MS // 1000
    blocks = sound[: len(sound) // hop * hop].reshape(-1, hop)
    power = (blocks**2).mean(axis=1)
    if len(power) < _MARK:
        return None
    room = float(np.sort(power)[: len(power) // 20 + 1].mean())
    active = np.flatnonzero(power > max(1.0, _ACTIVE * float(power.max()), _ABOVE_ROOM * room))
    if not len(active):
        return None
    loud = np.abs(sound) > _LOUD * float(np.abs(sound).max())
    spoken = float(np.sqrt(np.mean(sound[loud] ** 2)))
    margin = size // 2
    sound = np.pad(sound, margin)[active[0] * hop : (active[-1] + 1) * hop + 2 * margin]
    frames = np.lib.stride_tricks.sliding_window_view(sound, size)[::hop]
    cosines, sines, weight = _waves(rate_hz)
    amplitude = np.hypot(frames @ cosines, frames @ sines) * (2.0 / weight)
    return np.asarray(20.0 * np.log10(np.maximum(amplitude, 1e-3) / spoken), np.float32)


@cache
def _waves(rate_hz: int) -> tuple[Scores, Scores, float]:
    size = rate_hz * TONE_MS // 1000
    window = np.hanning(size)
    phase = 2 * np.pi * np.outer(np.arange(size) / rate_hz, ROWS_HZ + COLUMNS_HZ[:3])
    cosines, sines = np.cos(phase) * window[:, None], np.sin(phase) * window[:, None]
    return cosines.astype(np.float32), sines.astype(np.float32), float(window.sum())


def _digit_scores(levels: Scores, level_db: float) -> Scores:
    """(frames, 10): how well both tones of each digit stand at this level; 0 = perfectly."""
    tones = np.maximum(-(((levels - level_db) / _SPREAD_DB) ** 2), _WORST)
    pairs = [tones[:, row] + tones[:, 4 + column] for _, row, column in _DIGITS]
    return np.asarray(np.stack(pairs, axis=1), np.float32)


def _best(digits: Scores, first: int, last: int) -> Scores:
    """Of each likely number its best score over marks that begin at these frames."""
    places = np.arange(max(0, first), last)
    marks = np.zeros((len(places), LIKELY), np.float32)
    for k in range(DIGITS):
        marks += digits[places + k * _STEP][:, _NUMBERS[:, k]]
    return np.asarray(marks.max(axis=0), np.float32)


_DIGITS = sorted((digit, row, column) for (row, column), digit in KEYS.items())
_NUMBERS = np.array([[int(digit) for digit in f"{number:0{DIGITS}d}"] for number in range(1, LIKELY + 1)])
