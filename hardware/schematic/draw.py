"""Draws the schematic from hardware/gpio-map.toml: ``python -m hardware.schematic.draw``.

Responsible for: which part is wired to which pin, and where it stands on the sheet. Every key, knob and light takes its
pin from the map; a pin that the map keeps free is marked as not connected. Positions are in steps of 2.54 mm.
"""

import tomllib
from pathlib import Path
from typing import Any

from hardware.schematic import symbols
from hardware.schematic.kicad_file import GRID, Point, Sheet, Symbol

HERE = Path(__file__).resolve().parent
PIN_MAP = HERE.parent / "gpio-map.toml"
KEYS = ("talk", "guest", "language", "repeat", "camera", "power")
"""The push buttons from top to bottom; the privacy slide is drawn with the microphone that it cuts."""
GROUND = {direction: symbols.supply("GND", direction) for direction in ("down", "left", "right")}
FIVE = {direction: symbols.supply("+5V", direction) for direction in ("up", "left", "right")}
THREE = {direction: symbols.supply("+3V3", direction) for direction in ("up", "left", "right")}
TITLE_NOTES = (
    "Not built by anybody yet.",
    "No board layout: the parts are wired by hand.",
    "Generated from hardware/gpio-map.toml.",
    "One sheet for kiosk and handheld: see the notes.",
)


def at(x: float, y: float) -> Point:
    """A place on the sheet."""
    return (round(x * GRID, 4), round(y * GRID, 4))


def beside(point: Point, steps: float, down: float = 0) -> Point:
    """A place so many steps to the right of a point."""
    return (round(point[0] + steps * GRID, 4), round(point[1] + down * GRID, 4))


def nets_of(pins: dict[str, Any]) -> dict[int, str]:
    """The net of each BCM number that is in use."""
    nets = {row["bcm"]: f"KEY_{name.upper()}" for name, row in pins["keys"].items() if name != "privacy"}
    nets |= {pins["keys"]["privacy"]["bcm"]: "PRIVACY"}
    nets |= {pins["knob"][contact]: f"KNOB_{contact.upper()}" for contact in ("a", "b", "push")}
    nets |= {row["bcm"]: name.upper() for name, row in pins["lights"].items()}
    return nets | {2: "I2C_SDA", 3: "I2C_SCL"}


def to_label(sheet: Sheet, pin: Point, net: str, steps: float) -> None:
    """A wire from a pin, to the left where ``steps`` is negative, with the net's name on it."""
    end = beside(pin, steps)
    sheet.wire(pin, end)
    sheet.label(net, end, leftwards=steps < 0)


def to_supply(sheet: Sheet, pin: Point, flags: dict[str, Symbol], steps: float) -> None:
    """A short wire from a pin to a flag of its supply."""
    end = beside(pin, steps)
    sheet.wire(pin, end)
    sheet.power(flags["left" if steps < 0 else "right"], end)


def draw_header(sheet: Sheet, nets: dict[int, str]) -> None:
    """The Pi: every pin has a net, a supply or a cross."""
    sheet.frame("Raspberry Pi", 12.7, 17.78, 124.46, 88.9)
    pins = sheet.place(symbols.pi_header(), "J1", "Pi 3A+, 4, Zero 2 W: 40 pins", at(27, 19))
    used = {symbols.header_pin(bcm): net for bcm, net in nets.items()}
    supplies = {"GND": GROUND, "5V": FIVE, "3V3": THREE}
    for row, names in enumerate(symbols.HEADER):
        for column, name in enumerate(names):
            number = str(2 * row + column + 1)
            outwards = (-1, 1)[column]
            if name in supplies:
                to_supply(sheet, pins[number], supplies[name], outwards)
            elif number in used:
                to_label(sheet, pins[number], used[number], outwards * 6)
            else:
                sheet.unconnected(pins[number])


def draw_keys(sheet: Sheet) -> None:
    """The keys: each pulls its pin to ground. The pull-ups are inside the Pi."""
    sheet.frame("Keys: contact to ground, pull-up inside the Pi", 132.08, 17.78, 248.92, 88.9)
    for row, name in enumerate(KEYS):
        column, line = divmod(row, 3)
        pins = sheet.place(symbols.key(), f"SW{row + 1}", name.upper(), at(66 + 21 * column, 14 + 7 * line))
        to_label(sheet, pins["1"], f"KEY_{name.upper()}", -4)
        end = beside(pins["2"], 1)
        sheet.wire(pins["2"], end)
        sheet.power(GROUND["right"], end)


def draw_knob(sheet: Sheet) -> None:
    """The volume knob and its push contact."""
    sheet.frame("Volume knob", 256.54, 17.78, 332.74, 60.96)
    pins = sheet.place(symbols.knob(), "SW8", "EC11 class, 20 detents", at(116, 16))
    to_label(sheet, pins["A"], "KNOB_A", -3)
    to_supply(sheet, pins["C"], GROUND, -1)
    to_label(sheet, pins["B"], "KNOB_B", -3)
    to_label(sheet, pins["S1"], "KNOB_PUSH", 3)
    to_supply(sheet, pins["S2"], GROUND, 1)


def draw_light(sheet: Sheet) -> None:
    """The on-air light: 3.3 V less 2.0 V at 330 Ω is 3.9 mA, a quarter of what one pin may give."""
    sheet.frame("On-air light", 340.36, 17.78, 406.4, 60.96)
    first = sheet.place(symbols.resistor(), "R1", "330 R", at(145, 14))
    second = sheet.place(symbols.led(), "D1", "red, 5 mm, 2.0 V", at(151, 14))
    to_label(sheet, first["1"], "ON_AIR", -2)
    sheet.wire(first["2"], second["1"])
    sheet.label("LIGHT", first["2"])
    to_supply(sheet, second["2"], GROUND, 1)
    sheet.note(
        "(3.3 V - 2.0 V) / 330 R = 3.9 mA. On and off only:\na Pi 3 needs both PWM channels for its jack.",
        at(135.5, 18),
        1.2,
    )


def draw_privacy(sheet: Sheet) -> None:
    """The slide: one pole is read, the other cuts the supply of a USB microphone."""
    sheet.frame("Privacy: one pole is read, the other cuts the microphone", 256.54, 66.04, 406.4, 129.54)
    slide = sheet.place(symbols.slide(), "SW7", "PRIVACY: up = live, down = private", at(130, 35))
    to_label(sheet, slide["2"], "PRIVACY", -3)
    to_supply(sheet, slide["1"], GROUND, 1)
    sheet.unconnected(slide["3"])
    plug = sheet.place(
        symbols.usb("USB_A_Plug", "USB-A plug", "right"), "J2", "plug to a USB port of the Pi", at(108, 41.5)
    )
    socket = sheet.place(
        symbols.usb("USB_A_Socket", "USB-A socket", "left"), "J3", "socket for the USB microphone", at(152, 41.5)
    )
    corner = (slide["5"][0] - GRID, slide["5"][1])
    sheet.wire(plug["1"], (corner[0], plug["1"][1]), corner, slide["5"])
    turn = beside(slide["4"], 3)
    sheet.wire(slide["4"], turn, (turn[0], socket["1"][1]), socket["1"])
    sheet.unconnected(slide["6"])
    for number, net in (("2", "MIC_D-"), ("3", "MIC_D+")):
        to_label(sheet, plug[number], net, 3)
        to_label(sheet, socket[number], net, -3)
    sheet.label("USB_5V", beside(plug["1"], 1))
    sheet.label("MIC_5V", turn)
    to_supply(sheet, plug["4"], GROUND, 1)
    to_supply(sheet, socket["4"], GROUND, -1)
    sheet.note(
        "A cut extension lead with the red wire through the slide. It cuts the microphone; it cannot cut\n"
        "the camera (stopped by the program, and by the shutter before its window).",
        at(102, 48.3),
        1.2,
    )


def draw_bus(sheet: Sheet) -> None:
    """What is on I2C: one or two panels and the clock."""
    sheet.frame("I2C bus: the Pi has 1.8 k pull-ups on both lines", 12.7, 93.98, 248.92, 149.86)
    for x, reference, value, address in (
        (22, "U1", "SSD1309 2.42 inch, 0x3C", GROUND),
        (52, "U2", "second panel, 0x3D (optional)", THREE),
    ):
        pins = sheet.place(symbols.panel(), reference, value, at(x, 47))
        to_supply(sheet, pins["1"], THREE, -1)
        to_supply(sheet, pins["2"], GROUND, -1)
        to_label(sheet, pins["3"], "I2C_SDA", -4)
        to_label(sheet, pins["4"], "I2C_SCL", -4)
        sheet.unconnected(pins["5"])
        to_supply(sheet, pins["6"], address, -1)
        to_label(sheet, pins["7"], "PANEL_RES", -4)
    pins = sheet.place(symbols.clock(), "U3", "DS3231, 0x68 (kiosk)", at(79, 43))
    to_supply(sheet, pins["1"], THREE, -1)
    to_supply(sheet, pins["2"], GROUND, -1)
    to_label(sheet, pins["3"], "I2C_SDA", -4)
    to_label(sheet, pins["4"], "I2C_SCL", -4)
    pull = sheet.place(symbols.resistor(), "R2", "10 k", at(76, 54))
    hold = sheet.place(symbols.capacitor(), "C1", "1 uF", at(84, 54))
    to_supply(sheet, pull["1"], THREE, -1)
    middle = beside(pull["2"], 2)
    sheet.wire(pull["2"], middle)
    sheet.wire(middle, hold["1"])
    sheet.wire(middle, beside(middle, 0, 3), beside(middle, -1, 3))
    sheet.label("PANEL_RES", beside(middle, -1, 3), leftwards=True)
    sheet.junction(middle)
    to_supply(sheet, hold["2"], GROUND, 1)


def draw_sound(sheet: Sheet) -> None:
    """Who hears what: left to one ear, right to the other or to a loudspeaker."""
    sheet.frame("Sound: left for the one, right for the other", 12.7, 154.94, 248.92, 210.82)
    source = sheet.place(symbols.pi_jack(), "J4", "jack of the Pi 3A+, 4", at(14, 69))
    for number, net in (("T", "SOUND_LEFT"), ("R1", "SOUND_RIGHT"), ("R2", "SOUND_GND")):
        to_label(sheet, source[number], net, 2)
    sheet.unconnected(source["S"])
    for y, reference, value, net in (
        (67, "J5", "ear of the owner", "SOUND_LEFT"),
        (76, "J6", "ear of the guest", "SOUND_RIGHT"),
    ):
        pins = sheet.place(symbols.ear(), reference, value, at(47, y))
        to_label(sheet, pins["T"], net, -3)
        to_label(sheet, pins["R"], net, -3)
        to_label(sheet, pins["S"], "SOUND_GND", -3)
    amplifier = sheet.place(symbols.amplifier(), "A1", "PAM8302A, 2.5 W", at(73, 69))
    to_label(sheet, amplifier["1"], "SOUND_RIGHT", -4)
    to_label(sheet, amplifier["2"], "SOUND_GND", -4)
    sheet.unconnected(amplifier["3"])
    to_supply(sheet, amplifier["4"], FIVE, -1)
    to_supply(sheet, amplifier["5"], GROUND, -1)
    speaker = sheet.place(symbols.loudspeaker(), "LS1", "4 R, 3 W", at(85, 68))
    sheet.wire(amplifier["6"], speaker["1"])
    sheet.wire(amplifier["7"], speaker["2"])
    sheet.label("SPEAKER+", beside(amplifier["6"], 1))
    sheet.label("SPEAKER-", beside(amplifier["7"], 1))
    sheet.note(
        "Fit J6, or A1 with LS1. SOUND_GND meets GND inside the Pi only: no second way for hum.", at(60, 79), 1.2
    )


def draw_notes(sheet: Sheet, pins: dict[str, Any]) -> None:
    """What each build leaves out, and which pins stay free."""
    sheet.frame("Notes", 256.54, 134.62, 406.4, 210.82)
    free = "\n".join(f"   GPIO {', '.join(str(bcm) for bcm in row['bcm'])}: {row['why']}" for row in pins["reserved"])
    sheet.note(
        "Kiosk (Pi 4): everything; U2 only where a second panel faces the guest.\n"
        "Handheld (Pi 3A+): no U2, U3, J5, J6, A1, LS1; the earphone goes into the jack\n"
        "   of the Pi. U1 may be a module with four pins; then no R2 and C1 either.\n"
        "Zero 2 W and Pi 5 have no jack: J4 is the socket of a USB audio adapter.\n"
        "Camera: on the ribbon connector of the Pi, no wire here.\n"
        "POWER asks the box to end; it cannot wake a halted Pi.\n\n"
        f"Pins that the box leaves alone:\n{free}",
        at(102, 56.5),
        1.6,
    )


def drawn() -> Sheet:
    """The whole sheet."""
    pins = tomllib.loads(PIN_MAP.read_text(encoding="utf-8"))
    sheet = Sheet("Dragoman: wiring of the box", "dragoman", paper=(420, 262), comments=TITLE_NOTES)
    draw_header(sheet, nets_of(pins))
    draw_keys(sheet)
    draw_knob(sheet)
    draw_light(sheet)
    draw_privacy(sheet)
    draw_bus(sheet)
    draw_sound(sheet)
    draw_notes(sheet, pins)
    return sheet


def main() -> None:
    """Write the schematic and the library of its symbols."""
    sheet = drawn()
    (HERE / "dragoman.kicad_sch").write_text(sheet.text(), encoding="utf-8")
    (HERE / "dragoman.kicad_sym").write_text(sheet.symbol_library(), encoding="utf-8")


if __name__ == "__main__":
    main()
