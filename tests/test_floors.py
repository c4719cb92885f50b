"""Imports of ``appliance/`` go down the floors of appliance/README.md#folders, and device libraries are imported late.

Responsible for: reading every import as syntax and comparing it with the table below.
Must not: import what it examines: a module that cannot be imported here must still be judged.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "appliance"

FLOORS: dict[str, int] = {
    "core": 0,
    "protocol": 1,
    "ports": 2,
    "workers": 3,
    "display": 3,
    "adapters": 4,
    "emulator": 4,
    "commands": 5,
    "provision": 5,
    "selftest": 5,
    "app": 5,
    "handler": 5,
    "first_state": 5,
    "watchdog": 5,
    "signals": 5,
    "cli": 5,
    "event_loop": 5,
    "recorder": 5,
    "crash": 5,
    "__main__": 5,
}
PACKAGES_WITH_ROOMS = frozenset({"core", "workers", "emulator"})
"""Packages whose files stand in rooms, which are folders of one noun each. Their imports form no circle of rooms."""
ASIDE = frozenset({"errors", "config", "clock", "phrases", ""})
"""Not on a floor: ``errors``, ``config``, the real clock, the phrases (data), and the package itself (its version)."""
FORBIDDEN_IN_THE_PURE_FLOORS = frozenset({"time", "threading", "socket", "random", "os", "logging"})
DEVICE_LIBRARIES = frozenset({"alsaaudio", "gpiozero", "luma", "picamera2"})


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, in dots, and where it stands."""

    name: str
    row: int
    inside_function: bool


def imports(source: str, module: str = "appliance.any.thing") -> list[Import]:
    """Every import of a source text; relative ones are resolved against ``module``."""
    return list(_imports(ast.parse(source), module.split("."), inside=False))


def _imports(node: ast.AST, module: list[str], *, inside: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Import(names):
                yield from (Import(alias.name, child.lineno, inside) for alias in names)
            case ast.ImportFrom(name, names, level):
                start = ".".join(module[: len(module) - (level or 0)] if level else [])
                origin = ".".join(part for part in (start, name or "") if part)
                # ``from appliance import ports`` names a module; from any deeper one the module stands before "import".
                yield from (
                    Import(f"{origin}.{alias.name}" if origin == "appliance" else origin, child.lineno, inside)
                    for alias in names
                )
            case _:
                function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
                yield from _imports(child, module, inside=inside or function)


def place(module: str) -> str:
    """``appliance.core.machine.step`` → ``core``; the package itself and its ``__version__`` → the empty string."""
    name = module.split(".")[1] if "." in module else ""
    return "" if name.startswith("__") and name not in FLOORS else name


def complaints(source: str, module: str) -> list[str]:
    """What is wrong with the imports of one module."""
    here, found = place(module), []
    for item in imports(source, module):
        top = item.name.split(".")[0]
        if top == "appliance":
            wrong = _upward(here, place(item.name))
        else:
            wrong = _foreign(here, top, inside_function=item.inside_function)
        if wrong:
            found.append(f"{module}:{item.row}: {wrong} ({item.name})")
    return found


def _upward(here: str, there: str) -> str:
    if there not in FLOORS and there not in ASIDE:
        return "imports a module that has no floor"
    if here in ("errors", ""):
        return "" if there in ("errors", "") else f"{here or 'appliance'} stands below all"
    if there in ASIDE:
        return "the core and the protocol know no settings" if there == "config" and FLOORS.get(here, 2) < 2 else ""
    if here == "config":
        return "" if FLOORS[there] <= FLOORS["protocol"] else "config knows nothing above the protocol"
    if FLOORS[here] == FLOORS[there]:
        neighbours = here != there and FLOORS[here] < max(FLOORS.values())
        return "reaches sideways into another package of its floor" if neighbours else ""
    return "" if FLOORS[there] < FLOORS[here] else "imports upwards"


def _foreign(here: str, top: str, *, inside_function: bool) -> str:
    if FLOORS.get(here, 2) <= 1 or here == "errors":
        if top in FORBIDDEN_IN_THE_PURE_FLOORS:
            return "the pure floors may not touch the world"
        if top not in sys.stdlib_module_names:
            return "the pure floors use no third-party package"
    if top in DEVICE_LIBRARIES and not inside_function:
        return "a device library is imported before it is needed"
    return ""


def modules() -> list[Path]:
    """Every Python file of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def dotted(path: Path) -> str:
    """The module's name in dots; a package keeps its ``__init__``, for relative imports start there."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def room_of(module: str) -> tuple[str, str] | None:
    """``appliance.core.link.connection`` → ``("core", "link")``; None for a file that is in no room."""
    parts = module.split(".")
    return (parts[1], parts[2]) if len(parts) >= 4 and parts[1] in PACKAGES_WITH_ROOMS else None


def room_arrows(sources: dict[str, str]) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """For each room, the rooms of its own package that it imports. ``sources``: module → text."""
    arrows: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for module, source in sources.items():
        here = room_of(module)
        if here is None:
            continue
        out = arrows.setdefault(here, set())
        for item in imports(source, module):
            there = room_of(f"{item.name}.any")
            if there is not None and there[0] == here[0] and there != here:
                out.add(there)
    return arrows


def circles(arrows: dict[tuple[str, str], set[tuple[str, str]]]) -> list[str]:
    """The rooms that reach themselves."""

    def reached(start: tuple[str, str]) -> set[tuple[str, str]]:
        seen: set[tuple[str, str]] = set()
        todo = list(arrows.get(start, ()))
        while todo:
            room = todo.pop()
            if room not in seen:
                seen.add(room)
                todo += arrows.get(room, ())
        return seen

    return sorted("/".join(room) for room in arrows if room in reached(room))


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_imports_go_down(path: Path) -> None:
    assert complaints(path.read_text(encoding="utf-8"), dotted(path)) == []


def test_every_package_has_a_floor() -> None:
    names = {place(dotted(path)) for path in modules()}
    assert {name for name in names if name not in FLOORS and name not in ASIDE} == set()


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("appliance.core.machine.step", "from appliance.protocol import codec"),
        ("appliance.core.machine.step", "import appliance.ports"),
        ("appliance.core.machine.step", "from appliance import ports"),
        ("appliance.core.machine.step", "from ...workers import spool"),
        ("appliance.core.machine.step", "import time"),
        ("appliance.core.machine.step", "from os import path"),
        ("appliance.core.machine.step", "def f():\n    import random"),
        ("appliance.protocol.codec", "import numpy"),
        ("appliance.protocol.codec", "from appliance.config import settings"),
        ("appliance.protocol.codec", "import logging.handlers"),
        ("appliance.workers.connection.worker", "from appliance.display import layout"),
        ("appliance.workers.connection.worker", "from appliance.adapters import factory"),
        ("appliance.workers.connection.worker", "from appliance.event_loop import EventLoop"),
        ("appliance.adapters.alsa", "import alsaaudio"),
        ("appliance.adapters.oled", "class Panel:\n    from luma.oled.device import ssd1306"),
        ("appliance.adapters.oled", "from appliance.emulator import server"),
        ("appliance.config.load", "from appliance.ports import Frame"),
        ("appliance.errors", "from appliance.core.model.state import State"),
        ("appliance.__init__", "from appliance.core.model.state import State"),
        ("appliance.core.__init__", "from ..protocol import codec"),
        ("appliance.cli", "from appliance.newcomer import thing"),
    ],
)
def test_a_breach_is_found(module: str, source: str) -> None:
    assert len(complaints(source, module)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("appliance.core.machine.step", "from dataclasses import replace\nfrom appliance.errors import FaultCode"),
        ("appliance.core.machine.step", "from .state import State"),
        ("appliance.core.__init__", "from .state import State"),
        ("appliance.protocol.codec", "import json\nfrom appliance.core.model.direction import Direction"),
        (
            "appliance.workers.connection.worker",
            "import threading\nimport websocket\nfrom appliance.config import settings",
        ),
        ("appliance.adapters.alsa", "def open_card():\n    import alsaaudio\n    return alsaaudio"),
        ("appliance.cli", "from appliance.commands import run\nfrom appliance import __version__"),
        ("appliance.config.load", "from appliance.protocol.languages import LANGUAGES"),
    ],
)
def test_what_is_allowed_passes(module: str, source: str) -> None:
    assert complaints(source, module) == []


def test_rooms_import_each_other_in_no_circle() -> None:
    assert circles(room_arrows({dotted(path): path.read_text(encoding="utf-8") for path in modules()})) == []


def test_every_file_of_a_package_with_rooms_is_in_a_room() -> None:
    loose = [
        dotted(path)
        for path in modules()
        if dotted(path).split(".")[1] in PACKAGES_WITH_ROOMS and room_of(dotted(path)) is None
    ]
    assert loose == [f"appliance.{package}.__init__" for package in sorted(PACKAGES_WITH_ROOMS)]


def test_a_circle_between_rooms_is_found() -> None:
    there = {"appliance.core.link.connection": "from appliance.core.model.state import State"}
    back = {"appliance.core.model.state": "from appliance.core.link import connection"}
    around = {
        "appliance.core.model.state": "def f():\n    from appliance.core.screen.screen import view",
        "appliance.core.screen.screen": "from ..link.connection import opened",
    }
    assert circles(room_arrows(there)) == []
    assert circles(room_arrows(there | back)) == ["core/link", "core/model"]
    assert circles(room_arrows(there | around)) == ["core/link", "core/model", "core/screen"]
    assert (
        circles(room_arrows({"appliance.core.link.rotation": "from appliance.core.link.connection import opened"}))
        == []
    )
