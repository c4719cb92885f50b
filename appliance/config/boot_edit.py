"""Changes to the boot file: a secret blanked in place, and settings written into it line by line.

Responsible for: keeping every other byte as the operator wrote it, remarks too.
Must not: write a secret. What it cannot change safely it refuses with a sentence; each result is read again first.
"""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from appliance.config.lines import line_index
from appliance.config.settings import Value
from appliance.config.show import literal
from appliance.errors import DragomanError

_TEXT = r'"(?:\\.|[^"\\])*"|\'[^\']*\''
_VALUE = rf"{_TEXT}|\[[^\[\]#]*\]|[A-Za-z0-9+._:-]+"
_BOM = b"\xef\xbb\xbf"


class BootEditError(DragomanError):
    """The boot file is written in a way that this cannot change. Never holds a value."""


def blanked(data: bytes, section: str, key: str) -> bytes:
    """The same file, of the same length, with blanks in the place of one text."""
    lines = data.split(b"\n")
    at = _line(data, section, key)
    found = re.search(rf'{key}["\']?\s*=\s*({_TEXT})'.encode(), lines[at]) if at is not None else None
    if at is None or found is None:
        raise BootEditError(f"{section}.{key} must stand on one line, between quotation marks, to be blanked")
    begin, end = found.start(1) + 1, found.end(1) - 1
    lines[at] = lines[at][:begin] + b" " * (end - begin) + lines[at][end:]
    result = b"\n".join(lines)
    expected = _tree(data)
    expected[section][key] = _tree(result)[section][key]
    if str(expected[section][key]).strip(" ") or _tree(result) != expected:
        raise BootEditError(f"{section}.{key} cannot be blanked where it stands: put it on a line of its own")
    return result


def written(data: bytes, changes: Mapping[str, Value]) -> bytes:
    """The file with these settings, by dotted name: on their line where they have one, else in their section."""
    bom = data.startswith(_BOM)
    text = data.removeprefix(_BOM).decode()
    newline = "\r\n" if "\r\n" in text else "\n"
    expected: dict[str, Any] = _tree(data)
    for dotted, value in changes.items():
        section, key = dotted.split(".")
        text = _with(text, section, key, literal(dotted, value), newline)
        expected.setdefault(section, {})[key] = list(value) if isinstance(value, tuple) else value
    result = (_BOM if bom else b"") + text.encode()
    if _tree(result) != expected:
        raise BootEditError("the boot file is written in a way that cannot be changed here: edit it by hand")
    return result


def _with(text: str, section: str, key: str, value: str, newline: str) -> str:
    lines = text.splitlines(keepends=True)
    index = line_index(text.replace("\r\n", "\n"))
    at = index.get((section, key))
    if at is not None:
        shape = rf'(.*?{key}["\']?\s*=\s*)({_VALUE})(\s*(?:#.*)?)'
        found = re.fullmatch(shape, lines[at - 1].rstrip("\r\n"), re.DOTALL)
        if found is not None:
            lines[at - 1] = f"{found[1]}{value}{found[3]}{newline}"
        return "".join(lines)
    header = index.get((section,))
    if header is not None and re.match(rf'\s*\[\s*["\']?{section}', lines[header - 1]):
        if not lines[header - 1].endswith("\n"):
            lines[header - 1] += newline
        lines.insert(header, f"{key} = {value}{newline}")
        return "".join(lines)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += newline
    return "".join([*lines, *([newline] if lines else []), f"[{section}]{newline}", f"{key} = {value}{newline}"])


def _line(data: bytes, section: str, key: str) -> int | None:
    """Counted from 0."""
    at = line_index(data.decode("utf-8-sig").replace("\r\n", "\n")).get((section, key))
    return None if at is None else at - 1


def _tree(data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except (ValueError, RecursionError):
        raise BootEditError("the boot file is not TOML: `dragoman check` says where") from None
