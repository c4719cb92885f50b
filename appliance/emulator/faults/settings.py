"""Habits: named faults of the emulated service, set from the command line, from a file, or in the middle of a test.

Responsible for: reading ``name`` and ``name:value``, a sentence for every mistake, and answering "does it happen now?".
Must not: act on a habit (``session.py`` and its parts do) or hold a source of chance (it is an argument).
"""

import random
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from appliance.emulator.faults.table import HABITS, OTHER_NAMES, ROWS, Kind, Row
from appliance.errors import Problem, SettingsError

__all__ = ["HABITS", "Entry", "Habits"]

_CHANCE = re.compile(r"p(0(\.\d+)?|1(\.0+)?|\.\d+)")
_NUMBER_LIMIT = 10**9


@dataclass(slots=True)
class Entry:
    """One setting of one habit. Nothing set: always, or for a blow the next time, once."""

    word: str = ""
    number: int | None = None
    nth: int | None = None
    chance: float | None = None
    spent: bool = False


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_")


def _word(row: Row, text: str) -> str | None:
    return next((each for each in row.words if _plain(each) == _plain(text)), None)


def _allowed(row: Row) -> str:
    words = ", ".join(row.words)
    match row.kind:
        case Kind.WORD:
            return f"one of {words}"
        case Kind.NUMBER:
            return f"a number of {row.unit}" + (f", or {words}" if words else "")
        case _:
            what = "connect" if row.kind is Kind.DIAL else "turn"
            also = f"; or one of {words}" if words else ""
            return f"the number of a {what} (from 1), a chance such as p0.1, or off{also}"


def _entry(row: Row, value: str) -> Entry | None:
    """What ``value`` means for this row; None = it means nothing."""
    bare = value == ""
    value = row.bare if bare else value
    if row.kind is Kind.WORD:
        word = _word(row, value)
        return None if word is None else Entry(word=word)
    if row.kind is Kind.NUMBER:
        word = _word(row, value)
        if word is not None:
            return Entry(word=word)
        return Entry(number=int(value)) if value.isdecimal() and int(value) <= _NUMBER_LIMIT else None
    word, _, when = value.partition("@")
    if row.words and _word(row, word) is not None:
        word = _word(row, word) or ""
    else:
        word, when = (row.bare, value) if not row.words or "@" not in value else ("", "?")
    if when == "" or (bare and not row.words):
        return Entry(word=word)
    if when.isdecimal() and 1 <= int(when) <= _NUMBER_LIMIT:
        return Entry(word=word, nth=int(when))
    return Entry(word=word, chance=float(when[1:])) if _CHANCE.fullmatch(when) else None


class Habits:
    """The habits of one service. May be changed at any time between two calls of its sessions."""

    def __init__(self) -> None:
        self._entries: dict[str, list[Entry]] = {}

    @classmethod
    def parse(cls, items: Iterable[str], where: str = "habit") -> "Habits":
        """Read ``["slow", "rate_limit:off", "drop:p0.1"]``. Fails with ``SettingsError`` that carries every problem."""
        habits = cls()
        habits.take(items, where)
        return habits

    @classmethod
    def load(cls, path: Path) -> "Habits":
        """Read a file: TOML (``drop = "p0.1"``, ``slow = true``, lists for several), or a habit a line, # a remark."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            raise SettingsError((Problem(str(path), f"cannot be read: {why}"),)) from None
        if path.suffix == ".toml":
            return cls.parse(_rows_of(text, path), str(path))
        lines = (line.partition("#")[0].strip() for line in text.splitlines())
        return cls.parse((line for line in lines if line), str(path))

    def take(self, items: Iterable[str], where: str = "habit") -> None:
        """Set these over what is set. Turns add up, a choice or a number replaces the last one, ``off`` takes back.

        Fails with ``SettingsError`` that carries every problem; what was right is set.
        """
        sentences = [sentence for item in items if (sentence := self._take(item))]
        if sentences:
            raise SettingsError(tuple(Problem(where, sentence) for sentence in sentences))

    def set(self, item: str) -> None:
        """Set one habit now: see ``take``."""
        self.take((item,))

    def clear(self, name: str | None = None) -> None:
        """Forget one habit, or all."""
        if name is None:
            self._entries.clear()
        else:
            self._entries.pop(OTHER_NAMES.get(_plain(name), (_plain(name), ""))[0], None)

    def names(self) -> tuple[str, ...]:
        """What is set, in alphabetical order."""
        return tuple(sorted(self._entries))

    def word(self, name: str) -> str:
        """The choice that holds: what was set, else the first word of the row."""
        entries = self._entries.get(name)
        return entries[-1].word if entries else ROWS[name].words[0]

    def number(self, name: str, otherwise: int) -> int | None:
        """The quantity that holds; None = switched off."""
        entries = self._entries.get(name)
        return entries[-1].number if entries else otherwise

    def fires(self, name: str, nth: int, chance: random.Random, *, spared: bool = False) -> str | None:
        """Whether it happens at the ``nth`` turn (or connect): None, or the habit's word ("" where it has none).

        ``spared``: the turn is a replay, which a chance never hits again. A bare blow is used up by this call.
        """
        row, hit = ROWS[name], None
        for entry in self._entries.get(name, ()):
            if entry.nth is not None:
                now = entry.nth == nth
            elif entry.chance is not None:
                now = chance.random() < entry.chance and not spared
            elif row.kind is Kind.ONCE:
                now = not entry.spent
                entry.spent = True
            else:
                now = True
            hit = entry.word if now else hit
        return hit

    def _take(self, item: str) -> str | None:
        """Store one setting; the answer is a sentence about what is wrong with it."""
        raw, _, value = item.partition(":")
        name = _plain(raw)
        value = value.strip()
        if name in OTHER_NAMES:
            name, fixed = OTHER_NAMES[name]
            value = value or fixed
        row = ROWS.get(name)
        if row is None:
            near = get_close_matches(name, HABITS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "--habits lists them"
            return f"there is no habit {raw.strip()!r}; {hint}"
        if value == "off" and _word(row, "off") is None:
            self._entries.pop(name, None)
            return None
        entry = _entry(row, value)
        if entry is None:
            return f"{name} takes {_allowed(row)}, not {value!r}"
        if row.kind in (Kind.WORD, Kind.NUMBER):
            self._entries[name] = [entry]
        else:
            self._entries.setdefault(name, []).append(entry)
        return None


def _rows_of(text: str, path: Path) -> Iterable[str]:
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError((Problem(str(path), f"is not TOML: {error}"),)) from None
    rows: list[str] = []
    for name, value in table.items():
        for each in value if isinstance(value, list) else [value]:
            match each:
                case True:
                    rows.append(name)
                case False:
                    rows.append(f"{name}:off")
                case _:
                    rows.append(f"{name}:{each}")
    return rows
