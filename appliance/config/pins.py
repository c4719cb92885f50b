"""The pins of the box, from ``gpio-map.toml``, and the check that no two uses meet on one.

Responsible for: the shape of the map and its one reader.
Must not: touch a pin.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from appliance.errors import Problem, SettingsError

MAP_FILE = Path(__file__).with_name("gpio-map.toml")
KEY_NAMES = ("talk", "guest", "language", "repeat", "camera", "privacy", "power")
LIGHT_NAMES = ("on_air",)
BCM_MAX = 27  # of the 40-pin header


@dataclass(frozen=True, slots=True)
class Pin:
    """One pin. ``pull``: "up", "down" or "none"; ``active_low``: the contact or light is on when the pin is low."""

    bcm: int
    pull: str
    active_low: bool


@dataclass(frozen=True, slots=True)
class Knob:
    """A quadrature encoder with a push."""

    a: Pin
    b: Pin
    push: Pin
    steps_per_detent: int


@dataclass(frozen=True, slots=True)
class Clash:
    """A board for the header that wants pins of the map. ``do``: a sentence for its owner."""

    board: str
    bcm: tuple[int, ...]
    do: str


@dataclass(frozen=True, slots=True)
class PinMap:
    """All of it. ``reserved``: BCM number → why it is kept free."""

    keys: dict[str, Pin]
    knob: Knob
    lights: dict[str, Pin]
    reserved: dict[int, str]
    clashes: tuple[Clash, ...]

    def used(self) -> Iterator[tuple[str, int]]:
        """(name, BCM number) of every pin in use."""
        for name, pin in self.keys.items():
            yield f"keys.{name}", pin.bcm
        yield from (("knob.a", self.knob.a.bcm), ("knob.b", self.knob.b.bcm), ("knob.push", self.knob.push.bcm))
        for name, pin in self.lights.items():
            yield f"lights.{name}", pin.bcm


@cache
def packaged() -> PinMap:
    """The map that ships with the firmware."""
    return parse(MAP_FILE.read_text(encoding="utf-8"))


def parse(source: str) -> PinMap:
    """Read a map. ``SettingsError`` with every problem: wrong shape, a pin used twice, a reserved pin used."""
    try:
        pins = _shape(tomllib.loads(source))
    except (ValueError, RecursionError) as error:
        raise SettingsError((Problem(MAP_FILE.name, str(error)),)) from error
    problems: list[Problem] = []
    seen: dict[int, str] = {}
    for name, bcm in pins.used():
        if bcm in seen:
            problems.append(Problem(name, f"GPIO {bcm} is taken by {seen[bcm]}"))
        if bcm in pins.reserved:
            problems.append(Problem(name, f"GPIO {bcm} is kept free for {pins.reserved[bcm]}"))
        seen.setdefault(bcm, name)
    if problems:
        raise SettingsError(tuple(problems))
    return pins


def _shape(tree: dict[str, Any]) -> PinMap:
    _names("the map", tree, ("keys", "knob", "lights", "reserved", "clash"))
    keys, knob, lights = (_table(name, tree[name]) for name in ("keys", "knob", "lights"))
    _names("keys", keys, KEY_NAMES)
    _names("lights", lights, LIGHT_NAMES)
    _names("knob", knob, ("a", "b", "push", "pull", "active", "steps_per_detent"))
    shared = {"pull": knob["pull"], "active": knob["active"]}
    a, b, push = (_pin(f"knob.{name}", {"bcm": knob[name], **shared}) for name in ("a", "b", "push"))
    return PinMap(
        keys={name: _pin(f"keys.{name}", keys[name]) for name in KEY_NAMES},
        knob=Knob(a, b, push, _number("knob.steps_per_detent", knob["steps_per_detent"], 1, 4)),
        lights={name: _pin(f"lights.{name}", {"pull": "none", **_table(name, lights[name])}) for name in LIGHT_NAMES},
        reserved=_reserved(tree["reserved"]),
        clashes=tuple(_clashes(tree["clash"])),
    )


def _reserved(rows: Any) -> dict[int, str]:
    return {bcm: str(row["why"]) for row in _rows("reserved", rows, ("bcm", "why")) for bcm in row["bcm"]}


def _clashes(rows: Any) -> Iterator[Clash]:
    for row in _rows("clash", rows, ("board", "bcm", "do")):
        yield Clash(str(row["board"]), tuple(row["bcm"]), str(row["do"]))


def _rows(name: str, rows: Any, wanted: tuple[str, ...]) -> list[dict[str, Any]]:
    """Sections of one name, each with a list of pins."""
    if not isinstance(rows, list):
        raise ValueError(f"{name} must be a list of [[{name}]] rows")
    for row in rows:
        _names(name, _table(name, row), wanted)
        if not isinstance(row["bcm"], list):
            raise ValueError(f"{name}.bcm must be a list of numbers")
        for bcm in row["bcm"]:
            _number(f"{name}.bcm", bcm, 0, BCM_MAX)
    return rows


def _pin(name: str, content: Any) -> Pin:
    table = _table(name, content)
    _names(name, table, ("bcm", "pull", "active"))
    if table["pull"] not in ("up", "down", "none"):
        raise ValueError(f'{name}.pull must be "up", "down" or "none"')
    if table["active"] not in ("low", "high"):
        raise ValueError(f'{name}.active must be "low" or "high"')
    return Pin(_number(f"{name}.bcm", table["bcm"], 0, BCM_MAX), table["pull"], table["active"] == "low")


def _table(name: str, content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise ValueError(f"{name} must be a section")
    return content


def _names(where: str, table: dict[str, Any], wanted: tuple[str, ...]) -> None:
    """Exactly these names, no more and no fewer."""
    for name in wanted:
        if name not in table:
            raise ValueError(f"{where}: {name} is missing")
    for name in table:
        if name not in wanted:
            raise ValueError(f'{where}: there is no "{name}"')


def _number(name: str, value: Any, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}")
    return value
