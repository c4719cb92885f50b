"""Numbered speech: utterances that carry their number as index tones, so that a test can tell which one it was.

Responsible for: making such speech, and finding the numbers in PCM of any gain, after resampling and in slight noise.
Must not: know rehearsals or sessions.

A number is four DTMF digits, 60 ms each and 40 ms apart, 12 dB below the speech, at the start and again at the end
(appliance/emulator/README.md#rehearsals). Frequencies: ITU-T Q.23.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from appliance.emulator.script.tts import Part, Speech

ROWS_HZ = (697, 770, 852, 941)
COLUMNS_HZ = (1209, 1336, 1477, 1633)
DIGITS = 4
LARGEST = 10**DIGITS - 1
TONE_MS = 60
PAUSE_MS = 40
BELOW_SPEECH_DB = 12.0
_PITCH_MS = TONE_MS + PAUSE_MS
_FRAME_MS = 30
_HOP_MS = 10
_SHARE = 0.55  # of a frame's power that the two tones must hold; speech was seen at 0.4 at most for two frames on end
_TWIST_DB = 8.0  # row against column: a tilted resampler or microphone, but no lone harmonic
_APART_DB = 9.0  # the strongest tone of a group above the group's next
_SLACK_MS = 25  # a digit may be found this far from its place
KEYS = {(3, 1): 0} | {(n // 3, n % 3): n + 1 for n in range(9)}

Sound = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Found:
    """A number and where its first tone begins."""

    number: int
    at_ms: int


def tones(number: int, rate_hz: int, level: float) -> Sound:
    """The four digits of ``number`` as samples whose RMS during a tone is ``level``."""
    if not 0 <= number <= LARGEST:
        raise ValueError(f"a number has at most {DIGITS} digits: {number}")
    at = {digit: place for place, digit in KEYS.items()}
    count = rate_hz * TONE_MS // 1000
    clock = np.arange(count) / rate_hz
    fade = np.minimum(1.0, np.minimum(np.arange(count), np.arange(count)[::-1]) / (rate_hz * 0.004))
    pause = np.zeros(rate_hz * PAUSE_MS // 1000)
    parts: list[npt.NDArray[np.float64]] = []
    for digit in f"{number:0{DIGITS}d}":
        row, column = at[int(digit)]
        both = np.sin(2 * np.pi * ROWS_HZ[row] * clock) + np.sin(2 * np.pi * COLUMNS_HZ[column] * clock)
        parts += [both * level * fade, pause]
    return np.concatenate(parts[:-1]).astype(np.float32)


def with_number(number: int, pcm: bytes, rate_hz: int) -> bytes:
    """Put the index tones of ``number`` before and behind speech (signed 16 bit mono)."""
    speech = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    loud = speech[np.abs(speech) > 0.02 * max(1.0, float(np.abs(speech).max(initial=0.0)))]
    level = float(np.sqrt(np.mean(loud**2))) if loud.size else 3000.0
    mark = tones(number, rate_hz, level * 10 ** (-BELOW_SPEECH_DB / 20))
    pause = np.zeros(rate_hz * PAUSE_MS // 1000, dtype=np.float32)
    whole = np.concatenate([mark, pause, speech, pause, mark])
    return bytes(np.clip(whole, -32767, 32767).astype("<i2").tobytes())


def numbered_speech(number: int, text: str, language: str, rate_hz: int, speech: Speech | None = None) -> bytes:
    """``text`` read by espeak-ng with its number before and behind: signed 16 bit mono at ``rate_hz``."""
    pcm = (speech or Speech()).render(text, language, rate_hz, Part.SOURCE)
    if pcm is None:
        raise ValueError(f"no voice reads {language!r}")
    return with_number(number, pcm, rate_hz)


def find_numbers(pcm: bytes, rate_hz: int) -> list[Found]:
    """Every number in the sound, in order, those at starts and at ends alike."""
    digits = _digits(pcm, rate_hz)
    found: list[Found] = []
    n = 0
    while n + DIGITS <= len(digits):
        group = digits[n : n + DIGITS]
        if all(abs(at - group[0][0] - k * _PITCH_MS) <= _SLACK_MS for k, (at, _) in enumerate(group)):
            found.append(Found(int("".join(str(digit) for _, digit in group)), group[0][0]))
            n += DIGITS
        else:
            n += 1
    return found


def _digits(pcm: bytes, rate_hz: int) -> list[tuple[int, int]]:
    """(where in ms, digit) for every stretch of frames that agree on a pair of tones."""
    power, total = _powers(pcm, rate_hz)
    if not len(total):
        return []
    rows, columns = power[:, :4], power[:, 4:]
    best_row, best_column = rows.argmax(1), columns.argmax(1)
    row, column = rows.max(1), columns.max(1)
    next_row, next_column = np.sort(rows, 1)[:, -2], np.sort(columns, 1)[:, -2]
    apart, twist = 10 ** (_APART_DB / 10), 10 ** (_TWIST_DB / 10)
    good = (row + column > _SHARE * total) & (row < twist * column) & (column < twist * row)
    good &= (row > apart * next_row) & (column > apart * next_column)
    keys = [KEYS.get((int(r), int(c)), -1) if ok else -1 for r, c, ok in zip(best_row, best_column, good, strict=True)]
    digits: list[tuple[int, int]] = []
    begin = 0
    for n in range(1, len(keys) + 1):
        if n < len(keys) and keys[n] == keys[begin]:
            continue
        if keys[begin] >= 0 and n - begin >= 2:
            middle_ms = (begin + n - 1) * _HOP_MS // 2 + _FRAME_MS // 2
            digits.append((max(0, middle_ms - TONE_MS // 2), keys[begin]))
        begin = n
    return digits


def _powers(pcm: bytes, rate_hz: int) -> tuple[Sound, Sound]:
    """Power at the eight frequencies (frames × 8), and of the whole frame on one scale: Goertzel's sums at once."""
    sound = np.frombuffer(pcm[: len(pcm) & ~1], dtype="<i2").astype(np.float32)
    size, hop = rate_hz * _FRAME_MS // 1000, rate_hz * _HOP_MS // 1000
    if len(sound) < size:
        return np.zeros((0, 8), np.float32), np.zeros(0, np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(sound, size)[::hop]
    window = np.hanning(size)
    clock = np.arange(size) / rate_hz
    waves = np.exp(-2j * np.pi * np.outer(clock, ROWS_HZ + COLUMNS_HZ)) * window[:, None]
    real, imaginary = frames @ waves.real.astype(np.float32), frames @ waves.imag.astype(np.float32)
    # A sine of amplitude A gives (A·Σw/2)² here and A²/2·Σw² of windowed power: the factor puts both on one scale.
    scale = 2.0 * float((window**2).sum()) / float(window.sum()) ** 2
    total = ((frames * window.astype(np.float32)) ** 2).sum(1) + 1e-3
    return (real**2 + imaginary**2) * np.float32(scale), total
