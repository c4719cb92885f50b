"""Numbered speech end to end: recordings, a rehearsal that answers each number with itself, and the account of a run.

Responsible for: telling from the final subtitles which utterances were answered, in what order, and how often.
Must not: start anything, or judge (the tests do).
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from appliance.emulator.script.numbered import with_number
from appliance.emulator.script.script import Rehearsal, Turn
from appliance.emulator.script.tts import Part, Speech
from tests.e2e.harness import Box

RATE_HZ = 16_000
WORDS = "We are here"
GAP_MS = 1_400  # more than the service's silence of 800 ms: each utterance is a turn of its own
_SPEECH = Speech()


def rehearsal(count: int) -> Rehearsal:
    """Utterance *n* is answered by its number, in Spanish, French and English."""
    words = {"es": "número", "fr": "numéro", "en": "number"}
    return Rehearsal(
        "numbers",
        tuple(Turn("en", WORDS, {code: f"{word} {n}" for code, word in words.items()}) for n in range(1, count + 1)),
    )


def as_toml(count: int) -> str:
    """The rehearsal of numbered speech as a file."""
    return "".join(
        f'[[turn]]\nlanguage = "{turn.language}"\nsource = {json.dumps(turn.source)}\n[turn.translations]\n'
        + "".join(f"{code} = {json.dumps(text, ensure_ascii=False)}\n" for code, text in turn.translations.items())
        for turn in rehearsal(count).turns
    )


@lru_cache(2_000)
def utterance(number: int) -> bytes:
    """About a second and a half of speech that bears this number at both ends: signed 16 bit mono at 16 kHz."""
    pcm = _SPEECH.render(WORDS, "en", RATE_HZ, Part.SOURCE)
    assert pcm
    return with_number(number, pcm, RATE_HZ)


def silence(ms: int) -> bytes:
    """So much silence."""
    return bytes(2 * (RATE_HZ * ms // 1000))


@dataclass(frozen=True, slots=True)
class Recording:
    """Utterances of known numbers at known places; times in ms from the first sample."""

    pcm: bytes
    numbers: tuple[int, ...]
    starts_ms: tuple[int, ...]
    ends_ms: tuple[int, ...]


def recording(numbers: Sequence[int], gap_ms: int = GAP_MS, lead_ms: int = 300) -> Recording:
    """Utterances with pauses of ``gap_ms`` between them."""
    return timed([(number, lead_ms if place == 0 else gap_ms) for place, number in enumerate(numbers)])


def timed(rows: Sequence[tuple[int, int]]) -> Recording:
    """Utterances of rows (number, silence before it in ms)."""
    pcm = bytearray()
    starts, ends = [], []
    for number, before_ms in rows:
        pcm += silence(before_ms)
        starts.append(len(pcm) * 500 // RATE_HZ)
        pcm += utterance(number)
        ends.append(len(pcm) * 500 // RATE_HZ)
    return Recording(bytes(pcm), tuple(number for number, _ in rows), tuple(starts), tuple(ends))


def answered(box: Box) -> list[int]:
    """The numbers in the final subtitles, in the order in which they were shown."""
    return [number for text in box.finals() for number in numbers_in(text)]


def numbers_in(text: str) -> list[int]:
    """The numbers that an answer names."""
    return [int(number) for number in re.findall(r"\d+", text)]


@dataclass(frozen=True, slots=True)
class Account:
    """What became of what was said."""

    said: int
    lost: tuple[int, ...]
    repeats: int
    strangers: tuple[int, ...]  # answers to what was not said
    in_order: bool  # the first answers, repeats left out


def account(box: Box, numbers: Sequence[int]) -> Account:
    """Hold the final subtitles against what was said."""
    shown = answered(box)
    first = list(dict.fromkeys(shown))
    known = [number for number in first if number in set(numbers)]
    return Account(
        said=len(numbers),
        lost=tuple(number for number in numbers if number not in set(first)),
        repeats=len(shown) - len(first),
        strangers=tuple(number for number in first if number not in set(numbers)),
        in_order=known == [number for number in numbers if number in set(known)],
    )


def reported_lost(box: Box) -> int:
    """How many utterances the box asked to repeat."""
    told = re.findall(r"please repeat: (\d+)", box.errors)
    return int(told[-1]) if told else 0


def began_ms(box: Box, of: Recording) -> int:
    """When the first sample of the recording was heard, on the journal's clock, to about 0.1 s."""
    turn = next(row for row in box.rows("turn") if row["first_text_after_start_ms"] is not None)
    place = (turn["line"], turn["n"])
    shown = (row for row in box.rows("subtitle") if (row["line"], row["turn"]) == place)
    text = next(row for row in shown if row["text"] or row["stash"])
    number = answered(box)[0]
    return int(text["at"] - turn["first_text_after_start_ms"] - of.starts_ms[of.numbers.index(number)])


def say(sink: Callable[[str], None], title: str, **figures: object) -> None:
    """One line of figures."""
    sink(f"{title}: " + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items()))
