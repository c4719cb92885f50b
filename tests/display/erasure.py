"""How steady subtitles were, from a journal's ``subtitle`` rows.

Responsible for: normalised erasure of what was shown, and of what was confirmed. Pure: rows in, figures out.
Must not: run a box or judge (``test_erasure.py``, and whoever has a journal).

Normalised erasure, after Arivazhagan et al. (2020): the words taken back between one update and the next, over the
words of the final text. In scripts without spaces a word is one character.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_UNSPACED = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"  # Thai, kana, Chinese characters
_PIECE = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")


@dataclass(frozen=True, slots=True)
class Erasure:
    """Words of all turns together. ``confirmed_erased``: confirmed words that a later update no longer showed."""

    turns: int
    updates: int
    final_words: int
    shown_erased: int
    confirmed_erased: int

    @property
    def shown(self) -> float:
        """Normalised erasure of what a reader saw; 0 without any final word."""
        return self.shown_erased / self.final_words if self.final_words else 0.0

    @property
    def confirmed(self) -> float:
        """Normalised erasure of confirmed words; anything above 0 is a fault."""
        return self.confirmed_erased / self.final_words if self.final_words else 0.0


def words(text: str) -> list[str]:
    """The words of a text; of Thai, Chinese and Japanese the characters."""
    return _PIECE.findall(text)


def measure(rows: Iterable[Mapping[str, Any]]) -> Erasure:
    """Figures of all ``subtitle`` rows among ``rows``, in the journal's order; rows after a turn's final one
    count."""
    before: dict[tuple[int, int], list[str]] = {}
    confirmed: dict[tuple[int, int], list[str]] = {}
    updates = shown_erased = confirmed_erased = 0
    for row in rows:
        if row["what"] != "subtitle":
            continue
        updates += 1
        turn = (row["line"], row["turn"])
        now = words(row["shown"])
        shown_erased += len(before.get(turn, [])) - _same(before.get(turn, []), now)
        before[turn] = now
        known = confirmed.get(turn, [])
        # The last confirmed word may still grow, so it is not held against what is shown.
        confirmed_erased += max(0, len(known) - 1 - _same(known, now))
        text = words(row["text"])
        confirmed[turn] = text if len(text) > len(known) else known
    return Erasure(len(before), updates, sum(map(len, before.values())), shown_erased, confirmed_erased)


def _same(one: list[str], other: list[str]) -> int:
    """How many words both begin with."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
