"""A writer of KiCad 9 schematic files (.kicad_sch) with their symbols inside.

Responsible for: s-expressions, the drawing of symbols, and what is placed on a sheet. The format is documented at
https://dev-docs.kicad.org/en/file-formats/sexpr-schematic/. Lengths are millimetres. On a sheet y grows downwards, in a
symbol it grows upwards.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

GRID = 2.54
LIBRARY = "dragoman"
FORMAT_VERSION = 20250114
_NAMESPACE = uuid.UUID("6d8f4c1e-6a5d-4a0c-9c39-0a4f5f1f7c11")
Point = tuple[float, float]


class Token(str):
    """A word that is written without quotes."""

    __slots__ = ()


Node = str | float | int | list["Node"]


def node(name: str, *parts: Node) -> list[Node]:
    """One list of the file: ``(name part part …)``."""
    return [Token(name), *parts]


def written(value: Node, depth: int = 0) -> str:
    """The text of a node, nested lists on lines of their own."""
    if isinstance(value, list):
        flat = all(not isinstance(part, list) for part in value)
        parts = [written(part, depth + 1) for part in value]
        if flat:
            return "(" + " ".join(parts) + ")"
        lines = [parts[0]]
        for part, text in zip(value[1:], parts[1:], strict=True):
            lines.append("\n" + "\t" * (depth + 1) + text if isinstance(part, list) else " " + text)
        return "(" + "".join(lines) + "\n" + "\t" * depth + ")"
    if isinstance(value, Token):
        return value
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    return f"{round(value, 4):g}"


def yes(name: str) -> list[Node]:
    """A flag that is set."""
    return node(name, Token("yes"))


def no(name: str) -> list[Node]:
    """A flag that is not set."""
    return node(name, Token("no"))


def stroke(width: float, kind: str = "default") -> list[Node]:
    """A pen."""
    return node("stroke", node("width", width), node("type", Token(kind)))


def fill(kind: str) -> list[Node]:
    """What is inside an outline: ``none`` or ``background``."""
    return node("fill", node("type", Token(kind)))


def effects(size: float = 1.27, justify: str = "", bold: bool = False, hidden: bool = False) -> list[Node]:
    """How a text is written."""
    font = node("font", node("size", size, size), *([yes("bold")] if bold else []))
    parts: list[Node] = [font]
    if justify:
        parts.append(node("justify", *[Token(word) for word in justify.split()]))
    if hidden:
        parts.append(yes("hide"))
    return node("effects", *parts)


def rectangle(left: float, top: float, right: float, bottom: float, inside: str = "background") -> list[Node]:
    """A box of a symbol."""
    return node("rectangle", node("start", left, top), node("end", right, bottom), stroke(0.254), fill(inside))


def polyline(points: Iterable[Point], kind: str = "default", inside: str = "none", width: float = 0.2) -> list[Node]:
    """A line of a symbol."""
    return node("polyline", node("pts", *[node("xy", x, y) for x, y in points]), stroke(width, kind), fill(inside))


def circle(x: float, y: float, radius: float, inside: str = "none") -> list[Node]:
    """A circle of a symbol."""
    return node("circle", node("center", x, y), node("radius", radius), stroke(0.2), fill(inside))


def inscription(text: str, x: float, y: float, size: float = 1.0) -> list[Node]:
    """A text inside a symbol."""
    return node("text", text, node("at", x, y, 0), effects(size))


@dataclass(frozen=True)
class Pin:
    """A pin of a symbol. ``side`` is where it stands: left, right, top or bottom of the body."""

    number: str
    name: str
    kind: str
    x: float
    y: float
    side: str
    length: float = 2.54

    def node(self) -> list[Node]:
        """As KiCad writes it: the angle points from the end of the wire into the body."""
        angle = {"left": 0, "right": 180, "top": 270, "bottom": 90}[self.side]
        return node(
            "pin",
            Token(self.kind),
            Token("line"),
            node("at", self.x, self.y, angle),
            node("length", self.length),
            node("name", self.name, effects(1.0)),
            node("number", self.number, effects(1.0)),
        )


@dataclass(frozen=True)
class Symbol:
    """What a part looks like. Its reference stands ``above`` the middle, its value ``below`` and ``aside`` of it."""

    name: str
    prefix: str
    about: str
    pins: tuple[Pin, ...]
    body: tuple[list[Node], ...]
    above: float = 5.08
    below: float = -5.08
    shows_pin_names: bool = True
    shows_pin_numbers: bool = True
    power: bool = False
    value: str = ""
    aside: float = 0

    def pin(self, number: str) -> Pin:
        """The pin of that number."""
        return next(pin for pin in self.pins if pin.number == number)

    def node(self, name: str) -> list[Node]:
        """The definition under a name, with or without its library."""
        texts = [
            node("property", "Reference", self.prefix, node("at", 0, self.above, 0), effects(hidden=self.power)),
            node("property", "Value", self.value or self.name, node("at", self.aside, self.below, 0), effects()),
            node("property", "Footprint", "", node("at", 0, 0, 0), effects(hidden=True)),
            node("property", "Datasheet", "", node("at", 0, 0, 0), effects(hidden=True)),
            node("property", "Description", self.about, node("at", 0, 0, 0), effects(hidden=True)),
        ]
        hidden_numbers = [] if self.shows_pin_numbers else [node("pin_numbers", yes("hide"))]
        names = node("pin_names", node("offset", 0.6), *([] if self.shows_pin_names else [yes("hide")]))
        return node(
            "symbol",
            name,
            *([node("power")] if self.power else []),
            *hidden_numbers,
            names,
            no("exclude_from_sim"),
            no("in_bom") if self.power else yes("in_bom"),
            no("on_board") if self.power else yes("on_board"),
            *texts,
            node("symbol", f"{self.name}_0_1", *self.body),
            node("symbol", f"{self.name}_1_1", *[pin.node() for pin in self.pins]),
            no("embedded_fonts"),
        )


@dataclass
class Sheet:
    """One sheet, filled from the top: symbols, wires, labels, frames and notes."""

    title: str
    project: str
    paper: tuple[float, float] = (420, 297)
    comments: tuple[str, ...] = ()
    revision: str = "1"
    date: str = ""
    symbols: dict[str, Symbol] = field(default_factory=dict)
    drawn: list[list[Node]] = field(default_factory=list)
    _count: int = 0
    _power: int = 0

    def _id(self, what: str) -> list[Node]:
        """A name that is the same in every run: the file must not change when nothing has."""
        self._count += 1
        return node("uuid", str(uuid.uuid5(_NAMESPACE, f"{self.project}/{what}/{self._count}")))

    def root(self) -> str:
        """The name of the sheet itself."""
        return str(uuid.uuid5(_NAMESPACE, self.project))

    def place(self, symbol: Symbol, reference: str, value: str, at: Point) -> dict[str, Point]:
        """Put a part on the sheet; where its pins are."""
        self.symbols[symbol.name] = symbol
        x, y = at
        instance = node(
            "instances",
            node(
                "project",
                self.project,
                node("path", f"/{self.root()}", node("reference", reference), node("unit", 1)),
            ),
        )
        self.drawn.append(
            node(
                "symbol",
                node("lib_id", f"{LIBRARY}:{symbol.name}"),
                node("at", x, y, 0),
                node("unit", 1),
                no("exclude_from_sim"),
                no("in_bom") if symbol.power else yes("in_bom"),
                no("on_board") if symbol.power else yes("on_board"),
                no("dnp"),
                self._id(reference),
                node(
                    "property", "Reference", reference, node("at", x, y - symbol.above, 0), effects(hidden=symbol.power)
                ),
                node("property", "Value", value, node("at", x + symbol.aside, y - symbol.below, 0), effects()),
                node("property", "Footprint", "", node("at", x, y, 0), effects(hidden=True)),
                node("property", "Datasheet", "", node("at", x, y, 0), effects(hidden=True)),
                node("property", "Description", symbol.about, node("at", x, y, 0), effects(hidden=True)),
                *[node("pin", pin.number, self._id(f"{reference}.{pin.number}")) for pin in symbol.pins],
                instance,
            )
        )
        return {pin.number: (x + pin.x, y - pin.y) for pin in symbol.pins}

    def power(self, symbol: Symbol, at: Point) -> None:
        """A power symbol: every pin at one is one net."""
        self._power += 1
        self.place(symbol, f"#PWR{self._power:03d}", symbol.value, at)

    def wire(self, *points: Point) -> None:
        """A wire through the points."""
        for start, end in pairwise(points):
            ends = node("pts", node("xy", *start), node("xy", *end))
            self.drawn.append(node("wire", ends, stroke(0), self._id("wire")))

    def junction(self, at: Point) -> None:
        """A dot where three wires meet."""
        self.drawn.append(
            node("junction", node("at", *at), node("diameter", 0), node("color", 0, 0, 0, 0), self._id("junction"))
        )

    def label(self, text: str, at: Point, leftwards: bool = False) -> None:
        """The name of a net, written beside the end of its wire."""
        angle, justify = (180, "right bottom") if leftwards else (0, "left bottom")
        self.drawn.append(
            node("label", text, node("at", *at, angle), effects(justify=justify), self._id(f"label {text}"))
        )

    def unconnected(self, at: Point) -> None:
        """A cross: this pin is meant to be free."""
        self.drawn.append(node("no_connect", node("at", *at), self._id("free")))

    def frame(self, heading: str, left: float, top: float, right: float, bottom: float) -> None:
        """A block of the sheet with its heading."""
        self.drawn.append(
            node(
                "rectangle",
                node("start", left, top),
                node("end", right, bottom),
                stroke(0.15, "dash"),
                fill("none"),
                self._id("frame"),
            )
        )
        self.note(heading, (left + 1.27, top + 3.0), size=2.0, bold=True)

    def note(self, text: str, at: Point, size: float = 1.27, bold: bool = False) -> None:
        """A text on the sheet, which grows to the right and downwards."""
        self.drawn.append(
            node(
                "text",
                text,
                no("exclude_from_sim"),
                node("at", *at, 0),
                effects(size, "left top" if not bold else "left", bold),
                self._id("note"),
            )
        )

    def text(self) -> str:
        """The schematic file."""
        title = node(
            "title_block",
            node("title", self.title),
            node("date", self.date),
            node("rev", self.revision),
            node("company", "Dragoman"),
            *[node("comment", number, line) for number, line in enumerate(self.comments, 1)],
        )
        definitions = [symbol.node(f"{LIBRARY}:{name}") for name, symbol in sorted(self.symbols.items())]
        whole = node(
            "kicad_sch",
            node("version", FORMAT_VERSION),
            node("generator", "dragoman_schematic"),
            node("generator_version", "9.0"),
            node("uuid", self.root()),
            node("paper", "User", *self.paper),
            title,
            node("lib_symbols", *definitions),
            *self.drawn,
            node("sheet_instances", node("path", "/", node("page", "1"))),
            no("embedded_fonts"),
        )
        return written(whole) + "\n"

    def symbol_library(self) -> str:
        """The same symbols as a project library, so that KiCad finds what the sheet names."""
        whole = node(
            "kicad_symbol_lib",
            node("version", 20241209),
            node("generator", "dragoman_schematic"),
            node("generator_version", "9.0"),
            *[symbol.node(name) for name, symbol in sorted(self.symbols.items())],
        )
        return written(whole) + "\n"
