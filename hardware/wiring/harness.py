"""Who is wired to whom, as a WireViz document for each build, from the map of pins and the list of parts.

Responsible for: the leads. Must not: hold a pin's number of its own, or a part's name.
"""

import textwrap
from dataclasses import dataclass, field
from typing import Any

from appliance.config.pins import PinMap
from hardware.wiring import header
from hardware.wiring.parts import Part

Tree = dict[str, Any]
KEYS = ("talk", "guest", "language", "repeat", "camera", "power")
"""SW1 to SW6. SW7 is the slide, SW8 the knob."""
GROUND_OF = {"talk": 14, "guest": 14, "language": 20, "camera": 20, "repeat": 34, "power": 39, "privacy": 9}
"""Which ground pin of the header each contact uses: one that is near, and none for more than two leads."""
_COLOURS = {"talk": "WH", "guest": "GN", "language": "YE", "repeat": "BU", "camera": "GY", "power": "OG"}
_LENGTH_M = {"kiosk": 0.3, "workbench": 0.2}
TITLES = {
    "handheld": "Handheld with a Pi 3A+",
    "handheld-zero2": "Handheld with a Zero 2 W and a USB sound adapter",
    "kiosk": "Desk kiosk with a Pi 4",
    "workbench": "Workbench: any Pi and a breadboard",
}


PI_GREEN = "#e8f4e8"


def wrapped(notes: str) -> str:
    """In lines that leave the picture narrow."""
    return "\n".join(textwrap.wrap(notes, 48))


@dataclass
class Harness:
    """A document while it is put together."""

    build: str
    parts: dict[str, Part]
    connectors: Tree = field(default_factory=dict)
    cables: Tree = field(default_factory=dict)
    connections: list[list[Tree]] = field(default_factory=list)

    def connector(self, ref: str, labels: list[str], notes: str = "", **more: Any) -> None:
        """A part with pins 1, 2, …"""
        part = self.parts[ref]
        entry: Tree = {"type": part.part, "subtype": part.role, "pinlabels": labels, **part.buyable, **more}
        if notes:
            entry["notes"] = wrapped(notes)
        self.connectors[ref] = entry

    def port(self, ref: str, what: str, labels: list[str], notes: str) -> None:
        """A connector of the Pi itself, which nobody buys."""
        self.connectors[ref] = {
            "type": what, "pinlabels": labels, "ignore_in_bom": True, "bgcolor": PI_GREEN, "notes": wrapped(notes)
        }  # fmt: skip

    def lead(self, name: str, colours: list[str], wires: list[tuple[str, int, str, int]], **more: Any) -> None:
        """A lead whose first wire joins ``wires[0]``: (from, pin, to, pin), and so on."""
        bought = self.parts.get(name)
        if bought is not None:
            entry: Tree = {"type": bought.part, "colors": colours, **bought.buyable, **more}
        else:
            length = _LENGTH_M.get(self.build, 0.15)
            entry = {"category": "bundle", "colors": colours, "length": length, "ignore_in_bom": True, **more}
        self.cables[name] = entry
        for number, (source, from_pin, target, to_pin) in enumerate(wires, 1):
            self.connections.append([{source: from_pin}, {name: number}, {target: to_pin}])

    def document(self) -> Tree:
        """For WireViz."""
        return {
            "metadata": {"title": TITLES[self.build]},
            "options": {"fontname": "DejaVu Sans", "color_mode": "FULL", "mini_bom_mode": False},
            "connectors": self.connectors,
            "cables": self.cables,
            "connections": self.connections,
        }


def document(build: str, pins: PinMap, parts: dict[str, Part]) -> Tree:
    """The whole of one build."""
    harness = Harness(build, parts)
    notes = "Pin 1 is the square pad; odd pins are the inner row. Two leads at one pin: both wires in one contact."
    harness.connector(
        "J1", [header.label(number) for number in range(1, 41)], notes, hide_disconnected_pins=True, bgcolor=PI_GREEN
    )
    screens(harness)
    keys(harness, pins)
    knob_and_light(harness, pins)
    if build == "handheld-zero2":
        adapter(harness, pins)
    else:
        slide(harness, pins)
    if build == "kiosk":
        sound(harness)
    if "BT1" in parts:
        battery(harness)
    return harness.document()


def screens(harness: Harness) -> None:
    """The bus: panels and clock, in parallel."""
    sda, scl = header.place(2), header.place(3)
    bus = ["RD", "BK", "BU", "YE"]
    with_reset = "C1" in harness.parts
    labels = ["VCC 3.3 V", "ground", "SDA", "SCL"]
    notes = "VCC to 3.3 V, never 5 V."
    if with_reset:
        notes += " Where it has a pin RES: R2 from RES to 3.3 V, C1 from RES to ground, on the module."
    extra = [
        {"type": harness.parts[ref].part, "qty": 1, **harness.parts[ref].buyable} for ref in ("R2", "C1") if with_reset
    ]
    harness.connector("U1", labels, f"Address 0x3C. {notes}", **({"additional_components": extra} if extra else {}))
    harness.lead("WU1", bus, [("J1", 1, "U1", 1), ("J1", 6, "U1", 2), ("J1", sda, "U1", 3), ("J1", scl, "U1", 4)])
    if "U2" in harness.parts:
        harness.connector(
            "U2", labels, "Address 0x3D: its bridge, or its pin DC to 3.3 V. Optional. Its RES joins that of U1."
        )
        harness.lead("WU2", bus, [("J1", 17, "U2", 1), ("J1", 6, "U2", 2), ("J1", sda, "U2", 3), ("J1", scl, "U2", 4)])
    if "U3" in harness.parts:
        harness.connector("U3", labels, "Address 0x68. Battery towards you.")
        harness.lead("WU3", bus, [("J1", 17, "U3", 1), ("J1", 25, "U3", 2), ("J1", sda, "U3", 3), ("J1", scl, "U3", 4)])


def keys(harness: Harness, pins: PinMap) -> None:
    """Each key with two wires."""
    for number, name in enumerate(KEYS, 1):
        ref = f"SW{number}"
        four_legs = "tactile" in harness.parts[ref].part
        notes = "Of its four legs take two that stand diagonally." if four_legs and name == "talk" else ""
        harness.connector(ref, ["contact", "contact"], notes)
        source = header.place(pins.keys[name].bcm)
        harness.lead(f"WS{number}", [_COLOURS[name], "BK"], [("J1", source, ref, 1), ("J1", GROUND_OF[name], ref, 2)])


def knob_and_light(harness: Harness, pins: PinMap) -> None:
    """The knob's three contacts, and the light with its resistor."""
    knob = pins.knob
    harness.connector("SW8", ["A", "C ground", "B", "push", "push ground"], "Turns the wrong way? Exchange A and B.")
    wires = [
        (header.place(knob.a.bcm), 1),
        (30, 2),
        (header.place(knob.b.bcm), 3),
        (header.place(knob.push.bcm), 4),
        (30, 5),
    ]
    harness.lead("WK1", ["WH", "BK", "GN", "YE", "BK"], [("J1", source, "SW8", pin) for source, pin in wires])
    resistor = harness.parts["R1"]
    harness.connector(
        "D1",
        ["+ (long leg, behind R1)", "− (short leg)"],
        f"R1 in series: (3.3 V − 2.0 V) / 330 Ω = {header.light_ma():.1f} mA",
        additional_components=[{"type": resistor.part, "qty": 1, **resistor.buyable}],
    )
    light = header.place(pins.lights["on_air"].bcm)
    harness.lead("WL1", ["RD", "BK"], [("J1", light, "D1", 1), ("J1", 34, "D1", 2)])


_POLES = ["1 ground", "2 read by the box", "3 free", "4 to the microphone", "5 from the supply", "6 free"]


def slide(harness: Harness, pins: PinMap) -> None:
    """The slide: poles 1–2 are read, poles 4–5 cut the red wire of the microphone's lead."""
    read = [("J1", GROUND_OF["privacy"], "SW7", 1), ("J1", header.place(pins.keys["privacy"].bcm), "SW7", 2)]
    live = "Live: 1–2 and 4–5 closed. Private: both open; a cut wire is private too."
    if "W1" not in harness.parts:
        free = "Live: 1–2 closed. Private: open; a cut wire is private too. The second pole is free: nothing is cut."
        harness.connector("SW7", _POLES, free, hide_disconnected_pins=True)
        harness.lead("WP1", ["BK", "VT"], read)
        return
    harness.connector("SW7", _POLES, live, hide_disconnected_pins=True)
    harness.lead("WP1", ["BK", "VT"], read)
    harness.port("J2", "USB-A port of the Pi", ["5 V", "D−", "D+", "ground"], "The plug of the lead W1 goes here.")
    harness.connector(
        "MK1", ["5 V", "D−", "D+", "ground"], "In the socket of the lead. Data and ground go straight through."
    )
    harness.lead(
        "W1",
        ["RD", "WH", "GN", "BK"],
        [("J2", 1, "SW7", 5), ("J2", 2, "MK1", 2), ("J2", 3, "MK1", 3), ("J2", 4, "MK1", 4)],
        length=0.5,
        notes=wrapped("Open the sheath 10 cm behind the plug and cut the red wire alone."),
    )
    harness.lead("W1B", ["RD"], [("SW7", 4, "MK1", 1)], notes=wrapped("the red wire of W1, behind the cut"))


def adapter(harness: Harness, pins: PinMap) -> None:
    """A Zero's only sound card speaks as well, so its supply stays: the slide cuts the microphone's own wire."""
    read = [("J1", GROUND_OF["privacy"], "SW7", 1), ("J1", header.place(pins.keys["privacy"].bcm), "SW7", 2)]
    poles = [*_POLES[:3], "4 to the adapter", "5 from the microphone", "6 free"]
    harness.connector("SW7", poles, "Live: 1–2 and 4–5 closed. Private: both open.", hide_disconnected_pins=True)
    harness.lead("WP1", ["BK", "VT"], read)
    harness.connector("MK1", ["tip: sound", "sleeve: ground"], "Its plug goes into the socket of the lead W3.")
    harness.connector(
        "J4", ["microphone in: tip", "microphone in: ground"], "The plug of W3 goes into its microphone socket."
    )
    harness.lead(
        "W3",
        ["RD", "BK"],
        [("MK1", 1, "SW7", 5), ("MK1", 2, "J4", 2)],
        length=0.5,
        notes=wrapped("Open the sheath in the middle and cut the wire of the tip alone (test with an ohmmeter)."),
    )
    harness.lead("W3B", ["RD"], [("SW7", 4, "J4", 1)], notes=wrapped("the wire of the tip of W3, behind the cut"))


def sound(harness: Harness) -> None:
    """Left to the ear of the staff; right to the ear of the guest, or to amplifier and loudspeaker."""
    harness.port(
        "J7",
        "headphone jack of the Pi",
        ["tip: left", "ring: right", "sleeve: sound ground"],
        "The plug of W4 goes here.",
    )
    harness.connector("J5", ["tip", "ring", "sleeve"], "Tip and ring are joined: both ears hear the left channel.")
    harness.connector("J6", ["tip", "ring", "sleeve"], "Tip and ring are joined. Fit J6, or A1 with LS1.")
    harness.connector(
        "A1", ["A+", "A−", "VIN 5 V", "ground", "OUT +", "OUT −"],
        "A− is sound ground: leave it apart from ground, joined twice it hums. SD stays open.",
    )  # fmt: skip
    harness.connector("LS1", ["+", "−"], "Not to ground: both ends are driven.")
    harness.lead(
        "W4",
        ["WH", "RD", "BK", "BK", "RD", "BK"],
        [
            ("J7", 1, "J5", 1),
            ("J7", 2, "J6", 1),
            ("J7", 3, "J5", 3),
            ("J7", 3, "J6", 3),
            ("J7", 2, "A1", 1),
            ("J7", 3, "A1", 2),
        ],
        wirelabels=["left", "right", "ground", "ground", "right", "ground"],
        length=0.5,
        notes=wrapped("three wires of the cable; right and ground are shared"),
    )
    harness.lead("WA1", ["RD", "BK"], [("J1", 4, "A1", 3), ("J1", 39, "A1", 4)])
    harness.lead("WA2", ["RD", "BK"], [("A1", 5, "LS1", 1), ("A1", 6, "LS1", 2)])


def battery(harness: Harness) -> None:
    """Cell, charger with boost converter, and the power socket of the Pi."""
    harness.connector("BT1", ["+", "−"], "Solder to its wires, never to the cell.")
    harness.connector(
        "PS1",
        ["battery +", "battery −", "OUT 5 V", "OUT ground"],
        "Set and measure 5.0 to 5.2 V before the Pi is connected.",
    )
    harness.port("J3", "power socket of the Pi (micro-USB)", ["5 V", "ground"], "On a Zero the one marked PWR.")
    harness.lead("WB1", ["RD", "BK"], [("BT1", 1, "PS1", 1), ("BT1", 2, "PS1", 2)], length=0.1)
    harness.lead("W6", ["RD", "BK"], [("PS1", 3, "J3", 1), ("PS1", 4, "J3", 2)], length=0.15)
