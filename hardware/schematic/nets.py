"""Reads a KiCad schematic back: which pins are joined by wires, labels and supplies.

Responsible for: the nets of one sheet without hierarchy, from the geometry alone. It knows nothing of the map of
pins nor of the writer, so that it can be held against both, and against the list of nets that KiCad makes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

Tree = list["str | Tree"]
Spot = tuple[int, int]
"""A place in micrometres."""
Net = frozenset[tuple[str, str]]
"""The pins of one net, each as (reference, number)."""
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|([()])|([^\s()"]+)')


def parsed(text: str) -> Tree:
    """The file as nested lists."""
    stack: list[Tree] = [[]]
    for match in _WORD.finditer(text):
        quoted, bracket, word = match.groups()
        if bracket == "(":
            stack.append([])
        elif bracket == ")":
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(word if quoted is None else quoted.replace('\\"', '"').replace("\\\\", "\\"))
    (whole,) = stack[0]
    if len(stack) != 1 or isinstance(whole, str):
        raise ValueError("brackets do not match")
    return whole


def lists(tree: Tree, name: str) -> Iterator[Tree]:
    """The direct parts of that name."""
    for part in tree:
        if isinstance(part, list) and part and part[0] == name:
            yield part


def only(tree: Tree, name: str) -> Tree:
    """The one direct part of that name."""
    (found,) = lists(tree, name)
    return found


def words(tree: Tree) -> list[str]:
    """The plain words behind the name of a list."""
    return [part for part in tree[1:] if isinstance(part, str)]


def spot(tree: Tree) -> Spot:
    """The place that an ``at`` or ``xy`` names."""
    x, y = (float(word) for word in words(tree)[:2])
    return (round(x * 1000), round(y * 1000))


@dataclass
class Sheet:
    """What stands on the sheet."""

    pins: dict[tuple[str, str], Spot] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    wires: list[tuple[Spot, Spot]] = field(default_factory=list)
    names: list[tuple[str, Spot]] = field(default_factory=list)
    free: set[Spot] = field(default_factory=set)


def _pins_of(definition: Tree) -> dict[str, Spot]:
    """Where the pins of a symbol are, y upwards."""
    return {
        words(only(pin, "number"))[0]: spot(only(pin, "at"))
        for unit in lists(definition, "symbol")
        for pin in lists(unit, "pin")
    }


def read(text: str) -> Sheet:
    """The sheet of a ``.kicad_sch`` file whose symbols are not turned."""
    whole = parsed(text)
    definitions = {words(symbol)[0]: symbol for symbol in lists(only(whole, "lib_symbols"), "symbol")}
    sheet = Sheet()
    for symbol in lists(whole, "symbol"):
        definition = definitions[words(only(symbol, "lib_id"))[0]]
        place = only(symbol, "at")
        if words(place)[2] != "0":
            raise ValueError("a turned symbol is not read")
        x, y = spot(place)
        texts = {words(part)[0]: words(part)[1] for part in lists(symbol, "property")}
        pins = {number: (x + px, y - py) for number, (px, py) in _pins_of(definition).items()}
        if any(lists(definition, "power")):
            sheet.names += [(texts["Value"], place) for place in pins.values()]
            continue
        sheet.values[texts["Reference"]] = texts["Value"]
        sheet.pins |= {(texts["Reference"], number): place for number, place in pins.items()}
    for wire in lists(whole, "wire"):
        start, end = (spot(point) for point in lists(only(wire, "pts"), "xy"))
        sheet.wires.append((start, end))
    sheet.names += [(words(label)[0], spot(only(label, "at"))) for label in lists(whole, "label")]
    sheet.free = {spot(only(cross, "at")) for cross in lists(whole, "no_connect")}
    return sheet


def _touches(place: Spot, wire: tuple[Spot, Spot]) -> bool:
    """Whether a place is on a wire that is level or upright."""
    (x1, y1), (x2, y2) = wire
    return min(x1, x2) <= place[0] <= max(x1, x2) and min(y1, y2) <= place[1] <= max(y1, y2)


def joined(sheet: Sheet) -> dict[str, Net]:
    """Every net by its name: a label or supply, or else its first pin."""
    group: dict[str, str] = {}

    def root(member: str) -> str:
        while group.setdefault(member, member) != member:
            member = group[member]
        return member

    members = [(f"pin {reference} {number}", place) for (reference, number), place in sheet.pins.items()]
    members += [(f"name {name}", place) for name, place in sheet.names]
    members += [(f"wire {index}", place) for index, wire in enumerate(sheet.wires) for place in wire]
    for member, place in members:
        for index, wire in enumerate(sheet.wires):
            if _touches(place, wire) and not (member.startswith("wire") and place not in wire):
                group[root(member)] = root(f"wire {index}")
    nets: dict[str, set[tuple[str, str]]] = {}
    for reference, number in sheet.pins:
        nets.setdefault(root(f"pin {reference} {number}"), set()).add((reference, number))
    named: dict[str, Net] = {}
    titles: dict[str, set[str]] = {}
    for name, _ in sheet.names:
        titles.setdefault(root(f"name {name}"), set()).add(name)
    for key, pins in nets.items():
        title = "=".join(sorted(titles.get(key, set()))) or " ".join(min(pins))
        named[title] = frozenset(pins)
    return named
