"""The 40 pins of a Pi's header: which is which, and what flows there.

Responsible for: places, levels and currents. The figures of the pins are Raspberry Pi's:
https://www.raspberrypi.com/documentation/computers/raspberry-pi.html#voltage-specifications (read November 2026).
"""

from appliance.config.pins import PinMap

# 5 V, ground and so on in the place of a BCM number; two pins a row, odd ones left.
_ROWS = (
    "3.3V 5V", "2 5V", "3 GND", "4 14", "GND 15", "17 18", "27 GND", "22 23", "3.3V 24", "10 GND",
    "9 25", "11 8", "GND 7", "0 1", "5 GND", "6 12", "13 GND", "19 16", "26 20", "GND 21",
)  # fmt: skip
NAMES: tuple[str, ...] = tuple(name for row in _ROWS for name in row.split())
"""Name of pin 1, 2, …"""
GROUNDS = tuple(number for number, name in enumerate(NAMES, 1) if name == "GND")

LOGIC_V = 3.3
PULL_OHMS = {"Pi 3, Zero 2 W": (50_000, 65_000), "Pi 4": (33_000, 73_000)}
"""The weakest and the strongest internal pull-up. A Pi 5's were not looked up."""
PIN_MA_AT_MOST = 16.0
ALL_PINS_MA_AT_MOST = 50.0
LIGHT_OHMS = 330
LIGHT_V = 2.0


def place(bcm: int) -> int:
    """The header's pin of a BCM number."""
    return NAMES.index(str(bcm)) + 1


def label(number: int) -> str:
    """What a pin of the header is called."""
    name = NAMES[number - 1]
    special = {"2": "GPIO 2 SDA", "3": "GPIO 3 SCL"}
    return special.get(name, f"GPIO {name}" if name.isdigit() else name.replace("V", " V").replace("GND", "ground"))


def light_ma(supply_v: float = LOGIC_V, light_v: float = LIGHT_V, ohms: float = LIGHT_OHMS) -> float:
    """What the on-air light takes from its pin."""
    return (supply_v - light_v) / ohms * 1000


def contact_ua() -> float:
    """The most that flows through a closed contact: supply over the strongest pull-up of any board."""
    return LOGIC_V / min(low for low, _ in PULL_OHMS.values()) * 1e6


def table(pins: PinMap) -> str:
    """The pins of the box as a table for the pages, in the order of the header."""
    contacts = {f"keys.{name}": pin for name, pin in pins.keys.items()}
    contacts |= {"knob.a": pins.knob.a, "knob.b": pins.knob.b, "knob.push": pins.knob.push}
    rows = {}
    for name, pin in contacts.items():
        flows = f"{contact_ua():.0f} µA into the contact at most"
        kind = f"input, pull-{pin.pull}"
        levels = "3.3 V open, 0 V closed" if pin.active_low else "0 V open, 3.3 V closed"
        what = name.partition(".")[2].upper() if name.startswith("keys.") else name.replace(".", " ")
        if name == "keys.privacy":
            levels = "3.3 V open = private, 0 V closed = live"
        rows[place(pin.bcm)] = (what, f"GPIO {pin.bcm}", kind, levels, flows)
    light = pins.lights["on_air"]
    rows[place(light.bcm)] = (
        "on-air light", f"GPIO {light.bcm}", "output, on or off", "0 V dark, 3.3 V lit",
        f"{light_ma():.1f} mA out of the pin",
    )  # fmt: skip
    for bcm, name in ((2, "SDA"), (3, "SCL")):
        rows[place(bcm)] = (
            f"I2C {name}", f"GPIO {bcm}", "open drain, 1.8 kΩ up on the board", "3.3 V idle, 0 V driven",
            f"{LOGIC_V / 1.8:.1f} mA while low",
        )  # fmt: skip
    head = ["| pin | what | number | how | level | current |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *(f"| {number} | {' | '.join(row)} |" for number, row in sorted(rows.items()))])
