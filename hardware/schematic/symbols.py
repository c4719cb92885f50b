"""The parts of the schematic as symbols.

Responsible for: pins (number, name, kind) and outlines. The numbers of the Pi's header are those of
https://pinout.xyz; the pins of a module are in the order of its maker's page.
"""

from hardware.schematic.kicad_file import Node, Pin, Point, Symbol, circle, inscription, polyline, rectangle

HEADER = (
    ("3V3", "5V"), ("GPIO2 SDA", "5V"), ("GPIO3 SCL", "GND"), ("GPIO4", "GPIO14"), ("GND", "GPIO15"),
    ("GPIO17", "GPIO18"), ("GPIO27", "GND"), ("GPIO22", "GPIO23"), ("3V3", "GPIO24"), ("GPIO10", "GND"),
    ("GPIO9", "GPIO25"), ("GPIO11", "GPIO8"), ("GND", "GPIO7"), ("GPIO0 ID_SD", "GPIO1 ID_SC"), ("GPIO5", "GND"),
    ("GPIO6", "GPIO12"), ("GPIO13", "GND"), ("GPIO19", "GPIO16"), ("GPIO26", "GPIO20"), ("GND", "GPIO21"),
)  # fmt: skip
"""The 40 pins of the header, row by row from the corner with pin 1."""
HEADER_TOP = 22.86


def header_pin(bcm: int) -> str:
    """The number on the header of a BCM number."""
    for row, names in enumerate(HEADER):
        for column, name in enumerate(names):
            if name.split(" ")[0] == f"GPIO{bcm}":
                return str(2 * row + column + 1)
    raise ValueError(f"no pin of the header is GPIO {bcm}")


def pi_header() -> Symbol:
    """The Pi's header. One pin of each supply drives its net; the others are the same net inside the Pi."""
    driven: set[str] = set()
    pins: list[Pin] = []
    for row, names in enumerate(HEADER):
        for column, name in enumerate(names):
            kind = "bidirectional" if name.startswith("GPIO") else "passive" if name in driven else "power_out"
            driven.add(name)
            x, side = ((-15.24, "left"), (15.24, "right"))[column]
            pins.append(Pin(str(2 * row + column + 1), name, kind, x, HEADER_TOP - 2.54 * row, side, 2.54))
    body = (rectangle(-12.7, 25.4, 12.7, -27.94),)
    return Symbol("Raspberry_Pi_Header", "J", "40-pin header of a Raspberry Pi", tuple(pins), body, 27.94, -30.48)


def key() -> Symbol:
    """A push button that makes contact."""
    body = (
        circle(-2.032, 0, 0.508),
        circle(2.032, 0, 0.508),
        polyline([(-2.54, 1.27), (2.54, 1.27)]),
        polyline([(0, 1.27), (0, 3.048)]),
        polyline([(-1.016, 3.048), (1.016, 3.048)]),
    )
    pins = (Pin("1", "1", "passive", -5.08, 0, "left"), Pin("2", "2", "passive", 5.08, 0, "right"))
    return Symbol("Key", "SW", "Push button, normally open", pins, body, 4.572, -2.54, False, False)


def knob() -> Symbol:
    """A quadrature encoder with a push contact."""
    body = (
        rectangle(-7.62, 8.89, 7.62, -8.89),
        circle(0, 0, 3.6),
        polyline([(0, 0), (1.8, 2.4)], width=0.4),
    )
    pins = (
        Pin("A", "A", "passive", -10.16, 5.08, "left"),
        Pin("C", "C", "passive", -10.16, 0, "left"),
        Pin("B", "B", "passive", -10.16, -5.08, "left"),
        Pin("S1", "S1", "passive", 10.16, 5.08, "right"),
        Pin("S2", "S2", "passive", 10.16, -5.08, "right"),
    )
    return Symbol("Encoder_with_Push", "SW", "Rotary encoder with push contact", pins, body, 10.668, -10.668)


def _pole(middle: float) -> list[list[Node]]:
    """One pole of the slide switch, drawn in its upper position."""
    return [
        circle(-2.54, middle, 0.508),
        circle(2.54, middle + 2.54, 0.508),
        circle(2.54, middle - 2.54, 0.508),
        polyline([(-2.1, middle + 0.3), (2.2, middle + 2.1)]),
    ]


def slide() -> Symbol:
    """A slide switch of two poles with two positions each. Pins 2 and 5 are the middle ones of the part."""
    pins = (
        Pin("2", "2", "passive", -7.62, 5.08, "left", 4.572),
        Pin("1", "1", "passive", 7.62, 7.62, "right", 4.572),
        Pin("3", "3", "passive", 7.62, 2.54, "right", 4.572),
        Pin("5", "5", "passive", -7.62, -7.62, "left", 4.572),
        Pin("4", "4", "passive", 7.62, -5.08, "right", 4.572),
        Pin("6", "6", "passive", 7.62, -10.16, "right", 4.572),
    )
    body = (*_pole(5.08), *_pole(-7.62), polyline([(0, 6.2), (0, -6.4)], "dash"))
    return Symbol("Slide_DPDT", "SW", "Slide switch, two poles, two positions", pins, body, 13.97, 11.43, False)


def usb(name: str, about: str, side: str) -> Symbol:
    """A USB-A plug or socket: only the four lines of USB 2.0 are used."""
    x = 7.62 if side == "right" else -7.62
    lines = (
        ("1", "VBUS", "passive"),
        ("2", "D-", "bidirectional"),
        ("3", "D+", "bidirectional"),
        ("4", "GND", "passive"),
    )
    pins = tuple(Pin(number, text, kind, x, 3.81 - 2.54 * row, side) for row, (number, text, kind) in enumerate(lines))
    return Symbol(name, "J", about, pins, (rectangle(-5.08, 6.35, 5.08, -6.35),), 8.128, -8.128)


def resistor() -> Symbol:
    """A resistor, lying."""
    pins = (Pin("1", "1", "passive", -5.08, 0, "left"), Pin("2", "2", "passive", 5.08, 0, "right"))
    return Symbol(
        "R", "R", "Resistor", pins, (rectangle(-2.54, 1.016, 2.54, -1.016, "none"),), 2.54, -2.54, False, False
    )


def capacitor() -> Symbol:
    """A capacitor, lying."""
    body = (polyline([(-0.6, 1.6), (-0.6, -1.6)], width=0.4), polyline([(0.6, 1.6), (0.6, -1.6)], width=0.4))
    pins = (
        Pin("1", "1", "passive", -5.08, 0, "left", 4.48),
        Pin("2", "2", "passive", 5.08, 0, "right", 4.48),
    )
    return Symbol("C", "C", "Capacitor", pins, body, 3.302, -3.302, False, False)


def led() -> Symbol:
    """A light-emitting diode, anode on the left."""
    body = (
        polyline([(-1.27, 1.27), (-1.27, -1.27), (1.27, 0), (-1.27, 1.27)], inside="outline"),
        polyline([(1.27, 1.27), (1.27, -1.27)], width=0.3),
        polyline([(0, 1.9), (1.2, 3.1), (0.5, 2.9)]),
        polyline([(1.3, 1.5), (2.5, 2.7), (1.8, 2.5)]),
    )
    pins = (
        Pin("1", "A", "passive", -5.08, 0, "left", 3.81),
        Pin("2", "K", "passive", 5.08, 0, "right", 3.81),
    )
    return Symbol("LED", "D", "Light-emitting diode", pins, body, 4.318, -2.54, False, False)


def panel() -> Symbol:
    """The 2.42-inch panel: names as on https://www.waveshare.com/wiki/2.42inch_OLED_Module, read as I2C."""
    rows = (
        ("1", "VCC", "power_in"), ("2", "GND", "power_in"),
        ("3", "DIN (SDA)", "bidirectional"), ("4", "CLK (SCL)", "input"),
        ("5", "CS", "passive"), ("6", "DC (address)", "input"), ("7", "RES", "input"),
    )  # fmt: skip
    pins = tuple(
        Pin(number, name, kind, -15.24, 7.62 - 2.54 * row, "left") for row, (number, name, kind) in enumerate(rows)
    )
    body = (
        rectangle(-12.7, 10.16, 15.24, -10.16),
        rectangle(2.54, 6.35, 13.97, -3.81, "none"),
        inscription("128 x 64", 8.255, 1.27, 1.2),
    )
    return Symbol("OLED_Panel", "U", "OLED panel on I2C", pins, body, 12.065, -12.065)


def clock() -> Symbol:
    """A module with the DS3231 and its cell."""
    rows = (("1", "VCC", "power_in"), ("2", "GND", "power_in"), ("3", "SDA", "bidirectional"), ("4", "SCL", "input"))
    pins = tuple(
        Pin(number, name, kind, -10.16, 3.81 - 2.54 * row, "left") for row, (number, name, kind) in enumerate(rows)
    )
    body = (rectangle(-7.62, 6.35, 10.16, -6.35), inscription("CR2032", 5.08, -3.81, 1.0))
    return Symbol("Clock_DS3231", "U", "Real-time clock DS3231 on I2C", pins, body, 8.128, -8.128)


def pi_jack() -> Symbol:
    """The headphone jack of the Pi, seen as the source of sound."""
    rows = (
        ("T", "tip: left", "output"),
        ("R1", "ring 1: right", "output"),
        ("R2", "ring 2: ground", "passive"),
        ("S", "sleeve: video", "output"),
    )
    pins = tuple(
        Pin(number, name, kind, 15.24, 3.81 - 2.54 * row, "right") for row, (number, name, kind) in enumerate(rows)
    )
    return Symbol(
        "Pi_Headphone_Jack",
        "J",
        "Headphone jack of the Pi",
        pins,
        (rectangle(-10.16, 6.35, 12.7, -6.35),),
        8.128,
        -8.128,
    )


def ear() -> Symbol:
    """A 3.5 mm socket for one listener."""
    rows = (("T", "tip"), ("R", "ring"), ("S", "sleeve"))
    pins = tuple(
        Pin(number, name, "passive", -10.16, 2.54 - 2.54 * row, "left") for row, (number, name) in enumerate(rows)
    )
    return Symbol(
        "Jack_3.5mm", "J", "3.5 mm stereo socket", pins, (rectangle(-7.62, 5.08, 7.62, -5.08),), 6.858, -6.858
    )


def amplifier() -> Symbol:
    """A small amplifier with differential input: names as on https://learn.adafruit.com/adafruit-pam8302-mono-2-5w-class-d-audio-amplifier."""
    pins = (
        Pin("1", "A+", "input", -12.7, 3.81, "left"),
        Pin("2", "A-", "input", -12.7, 1.27, "left"),
        Pin("3", "SD", "passive", -12.7, -1.27, "left"),
        Pin("4", "VIN", "power_in", -12.7, -3.81, "left"),
        Pin("5", "GND", "power_in", -12.7, -6.35, "left"),
        Pin("6", "+", "output", 10.16, 3.81, "right"),
        Pin("7", "-", "output", 10.16, 1.27, "right"),
    )
    body = (rectangle(-10.16, 6.35, 7.62, -8.89), polyline([(0, 4.6), (0, 0.4), (4.4, 2.5), (0, 4.6)]))
    return Symbol("Amplifier_PAM8302A", "A", "Class D amplifier, one channel", pins, body, 8.128, -10.668)


def loudspeaker() -> Symbol:
    """A loudspeaker."""
    body = (
        rectangle(-2.54, 2.54, 0, -2.54),
        polyline([(0, 2.54), (3.0, 4.6), (3.0, -4.6), (0, -2.54)]),
    )
    pins = (Pin("1", "1", "passive", -5.08, 1.27, "left"), Pin("2", "2", "passive", -5.08, -1.27, "left"))
    return Symbol("Loudspeaker", "LS", "Loudspeaker", pins, body, 6.604, -6.604, False)


def _turned(points: list[Point], direction: str) -> list[Point]:
    """A shape that points up, turned so that it points elsewhere."""
    turn = {"up": (1, 0, 0, 1), "right": (0, 1, -1, 0), "down": (-1, 0, 0, -1), "left": (0, -1, 1, 0)}[direction]
    return [(turn[0] * x + turn[1] * y, turn[2] * x + turn[3] * y) for x, y in points]


def supply(name: str, direction: str) -> Symbol:
    """A supply or ground flag; ``direction`` is where its sign points."""
    bars = ((1.27, 1.27), (0.8, 1.7), (0.3, 2.13))
    ground = [[(0.0, 0.0), (0.0, 1.27)], *[[(-wide, far), (wide, far)] for wide, far in bars]]
    arrow = [[(0.0, 0.0), (0.0, 2.0)], [(-0.8, 1.0), (0.0, 2.2), (0.8, 1.0)]]
    shape = ground if name == "GND" else arrow
    beside = {"left": (-4.826, 0.0), "right": (4.826, 0.0), "up": (0.0, 3.556), "down": (0.0, -3.556)}[direction]
    return Symbol(
        f"{name.replace('+', 'P')}_{direction}",
        "#PWR",
        f"net {name}",
        (Pin("1", name, "power_in", 0, 0, "left", 0),),
        tuple(polyline(_turned(line, direction), width=0.25) for line in shape),
        2.54,
        beside[1],
        False,
        False,
        True,
        name,
        beside[0],
    )
