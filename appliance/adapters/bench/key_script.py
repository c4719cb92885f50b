"""Reads a script of key presses, strictly.

Responsible for: TOML ``[[key]]`` rows ``{at_ms, key, down}`` into rows in order of time, or everything wrong with them.
Must not: play them (``script_keys.py``).
"""

import difflib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from appliance.core.model.events import Key
from appliance.errors import Problem, SettingsError

MAX_ROWS = 10_000
_MAX_BYTES = 1_000_000
_MAX_AT_MS = 24 * 3600 * 1000
_FIELDS = ("at_ms", "key", "down")
_NAMES = tuple(key.value for key in Key)
_HEADER = re.compile(r"\s*\[\[\s*key\s*\]\]")
_FIELD = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*=")
_AT_LINE = re.compile(r"line (\d+)")


@dataclass(frozen=True, slots=True)
class Row:
    """One edge. ``at_ms`` counts from the first standby; ``down`` on ``privacy`` is contact closed, live."""

    at_ms: int
    key: str
    down: bool


def read_script(path: Path) -> tuple[Row, ...]:
    """The rows in order of time, those of the same time as written. Raises ``SettingsError`` with every problem."""
    try:
        source = path.read_bytes()
    except OSError as error:
        raise _refused(str(path), f"cannot be read ({error.strerror or error}); set keys.script to a file") from error
    if len(source) > _MAX_BYTES:
        raise _refused(str(path), f"has {len(source)} bytes; at most {_MAX_BYTES} are read")
    try:
        text = source.decode()
        table = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise _refused(str(path), "is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        at_line = _AT_LINE.search(str(error))
        where = f"{path}:{at_line[1]}" if at_line else str(path)
        raise _refused(where, f"is not valid TOML: {error}") from error
    problems: list[Problem] = []
    for name in table:
        if name != "key":
            sentence = f"{name!r} is not known here{_hint(name, ('key',))}; write [[key]] rows"
            problems.append(Problem(f"{path}:{_line_of(text, name)}", sentence))
    rows = table.get("key", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        where = f"{path}:{_line_of(text, 'key')}"
        problems.append(Problem(where, "'key' must be rows: [[key]] with at_ms, key and down"))
        rows = []
    if len(rows) > MAX_ROWS:
        problems.append(Problem(str(path), f"has {len(rows)} rows; at most {MAX_ROWS} are played"))
        rows = rows[:MAX_ROWS]
    places = _places(text)
    good: list[Row] = []
    for index, row in enumerate(rows):
        lines = places[index] if index < len(places) else {}
        found = _problems_of(row, f"{path}", index + 1, lines)
        problems += found
        if not found:
            good.append(Row(row["at_ms"], row["key"], row["down"]))
    if problems:
        raise SettingsError(tuple(problems))
    return tuple(sorted(good, key=lambda row: row.at_ms))


def _problems_of(row: dict[str, object], name: str, number: int, lines: dict[str, int]) -> list[Problem]:
    def where(field: str) -> str:
        line = lines.get(field, lines.get("", 0))
        return f"{name}:{line}" if line else f"{name}, row {number}"

    found = [Problem(where(f), f"{f!r} is not known in a row{_hint(f, _FIELDS)}") for f in row if f not in _FIELDS]
    missing = [f for f in _FIELDS if f not in row]
    if missing:
        found.append(Problem(where(""), f"row {number} lacks {', '.join(missing)}"))
    at_ms, key, down = row.get("at_ms", 0), row.get("key", _NAMES[0]), row.get("down", True)
    if type(at_ms) is not int:  # a bool is an int, and a date is not
        found.append(Problem(where("at_ms"), f"at_ms must be whole milliseconds, not {at_ms!r}"))
    elif at_ms > _MAX_AT_MS or at_ms < -_MAX_AT_MS:
        found.append(Problem(where("at_ms"), f"at_ms must lie within a day ({_MAX_AT_MS}), not {at_ms}"))
    elif at_ms < 0 and key != Key.PRIVACY:
        found.append(Problem(where("at_ms"), "below 0 is before the first standby: only privacy can be set there"))
    if key not in _NAMES:
        hint = _hint(key, _NAMES) if isinstance(key, str) else ""
        found.append(Problem(where("key"), f"{key!r} is not a key{hint}; there are {' '.join(_NAMES)}"))
    if type(down) is not bool:
        found.append(Problem(where("down"), f"down must be true or false, not {down!r}"))
    return found


def _places(text: str) -> list[dict[str, int]]:
    """For each ``[[key]]`` header the line of it (under ``""``) and of its fields; ``tomllib`` keeps no positions."""
    places: list[dict[str, int]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if _HEADER.match(line):
            places.append({"": number})
        elif places and (match := _FIELD.match(line)):
            places[-1].setdefault(match[1], number)
    return places


def _line_of(text: str, name: str) -> int:
    """The first line that begins with a top-level name; 1 where none is found."""
    begins = re.compile(rf"\s*\[*\s*[\"']?{re.escape(name)}\b")
    return next((number for number, line in enumerate(text.splitlines(), 1) if begins.match(line)), 1)


def _hint(word: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(word, known, 1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _refused(where: str, sentence: str) -> SettingsError:
    return SettingsError((Problem(where, sentence),))
