"""One TOML file, read strictly.

Responsible for: turning bytes into checked values by dotted name, with every problem in the file and its line.
Must not: merge files, apply defaults, or judge one setting by another.
"""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from appliance.config.boot_sections import BOOT_RULES, BOOT_SECTIONS, boot_names, boot_problems
from appliance.config.lines import line_index
from appliance.config.rules import RULES, suggestion
from appliance.config.secret import SecretKey, usable
from appliance.config.settings import SECTIONS, Value, names
from appliance.errors import Problem

FILE_MAX_BYTES = 100_000
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(slots=True)
class Layer:
    """What one file says. ``values`` and ``places`` (``file:line``) are by dotted name."""

    name: str
    values: dict[str, Value] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    key: SecretKey | None = None
    boot: dict[str, Value] = field(default_factory=dict)  # of the sections that the boot file alone may have
    phrases: dict[str, str] | None = None  # of a copy of the last good settings, which holds them too

    def complain(self, line: int, sentence: str) -> None:
        """Add a problem at a line; 0 = the file as a whole."""
        self.problems.append(Problem(f"{self.name}:{line}" if line else self.name, sentence))


def read_bytes(path: Path, limit: int) -> bytes | str | None:
    """What a file holds; None if it does not exist; a sentence if it cannot be read or is longer than ``limit``."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = error.strerror if isinstance(error, OSError) else None
        return f"cannot be read: {(reason or 'not a name of a file').lower()}"
    return data if len(data) <= limit else f"is longer than {limit // 1000} kB, too long for what it should be"


def parse(data: bytes, name: str, *, key_allowed: bool, phrases_allowed: bool = False) -> Layer:
    """Read one file's bytes. Never raises: what is wrong is in ``problems``, what is right in ``values``."""
    layer = Layer(name)
    try:
        source = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        layer.complain(data[: error.start].count(b"\n") + 1, "is not UTF-8 text; save the file as UTF-8")
        return layer
    try:
        tree = tomllib.loads(source)
    except RecursionError:
        layer.complain(0, "is not TOML: brackets within brackets without end")
        return layer
    except ValueError as error:  # TOMLDecodeError, and numbers too long for Python
        layer.complain(*_syntax(str(error), source))
        return layer
    index = line_index(source)
    if phrases_allowed:
        layer.phrases = _take_phrases(tree)
    for section, content in tree.items():
        if section in BOOT_SECTIONS:
            _take_boot_section(layer, section, content, index, key_allowed)
        else:
            _take_section(layer, section, content, index, key_allowed)
    for blame, sentence in boot_problems(layer.boot, layer.places):
        layer.problems.append(Problem(layer.places[blame], sentence))
    return layer


_CURLY = "“”„‟«»‘’‚‛＂"
"""What an editor makes of a quotation mark."""


def _syntax(message: str, source: str) -> tuple[int, str]:
    """(line, sentence) of a complaint of ``tomllib``."""
    place = _TOML_PLACE.search(message)
    if place is None:
        return 0, "is not TOML: a number has too many digits"
    line = int(place[1]) if place[1] else source.rstrip("\n").count("\n") + 1
    reason = message[: place.start()]
    curly = sorted(set(_CURLY).intersection(source.split("\n")[line - 1]))
    if curly:
        return line, f'has {" and ".join(curly)} where plain quotation marks belong: write " instead'
    return line, f"is not TOML: {reason[0].lower()}{reason[1:]}; texts need quotation marks"


def _take_section(
    layer: Layer, section: str, content: Any, index: dict[tuple[str, ...], int], key_allowed: bool
) -> None:
    line = index.get((section,), 0)
    if section not in SECTIONS:
        hint = suggestion(section, (*SECTIONS, *BOOT_SECTIONS)) or _elsewhere(section)
        layer.complain(line, f"there is no section [{_shown(section)}]{hint}")
        return
    if not isinstance(content, dict):
        layer.complain(line, f"[{section}] must be a section: write [{section}] on a line, and its keys below it")
        return
    for key, value in content.items():
        _take_value(layer, section, key, value, index.get((section, key), line), key_allowed)


def _take_value(layer: Layer, section: str, key: str, value: Any, line: int, key_allowed: bool) -> None:
    dotted = f"{section}.{key}"
    if dotted == "service.key":
        _take_key(layer, value, line, key_allowed)
        return
    if dotted not in RULES:
        hint = suggestion(key, names(section)) or _elsewhere(key)
        layer.complain(line, f"[{section}] has no key {_shown(key)}{hint}")
        return
    try:
        layer.values[dotted] = RULES[dotted].accept(value)
    except ValueError as refusal:
        layer.complain(line, f"{dotted} {refusal}")
    layer.places[dotted] = f"{layer.name}:{line}" if line else layer.name


def _take_boot_section(
    layer: Layer, section: str, content: Any, index: dict[tuple[str, ...], int], allowed: bool
) -> None:
    line = index.get((section,), 0)
    if not allowed:
        layer.complain(line, f"[{section}] may stand in the boot file alone: it is about the machine")
        return
    if not isinstance(content, dict):
        layer.complain(line, f"[{section}] must be a section: write [{section}] on a line, and its keys below it")
        return
    for key, value in content.items():
        dotted, at = f"{section}.{key}", index.get((section, key), line)
        if dotted not in BOOT_RULES:
            hint = suggestion(key, boot_names(section)) or _elsewhere(key)
            layer.complain(at, f"[{section}] has no key {_shown(key)}{hint}")
            continue
        layer.places[dotted] = f"{layer.name}:{at}" if at else layer.name
        try:
            layer.boot[dotted] = BOOT_RULES[dotted].accept(value)
        except ValueError as refusal:
            layer.complain(at, f"{dotted} {refusal}")


def _take_key(layer: Layer, value: Any, line: int, key_allowed: bool) -> None:
    if not key_allowed:
        layer.complain(
            line,
            "service.key may stand in the boot file alone; take it out of here, and put it there, or into the "
            "environment as DASHSCOPE_API_KEY",
        )
    elif not isinstance(value, str) or (value.strip() and not usable(value.strip())):
        layer.complain(line, "service.key must be a text in quotation marks, one word of plain letters and digits")
    elif value.strip():
        layer.key = SecretKey(value.strip())
        layer.places["service.key"] = f"{layer.name}:{line}" if line else layer.name


def _take_phrases(tree: dict[str, Any]) -> dict[str, str]:
    """The hot words that a copy of the last good settings carries in a table of its own."""
    table = tree.pop("phrases", {})
    return {source: str(target) for source, target in table.items()} if isinstance(table, dict) else {}


def _elsewhere(key: str) -> str:
    """A hint where the key exists, in another section."""
    homes = [f"[{section}]" for section in SECTIONS if key in names(section)]
    homes += [f"[{section}]" for section in BOOT_SECTIONS if key in boot_names(section)]
    found = " or ".join(homes)
    return f" ({key} belongs in {found})" if found else ""


def _shown(name: str) -> str:
    """A name out of the file, short, on one line, and not if it looks like a key of the service."""
    if "sk-" in name:
        return "(a text that holds a key)"
    return f'"{name[:40]}"' if name.isprintable() and name else "of that name"
