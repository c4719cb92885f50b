"""The bought parts as solids: what must find room inside, and what must look out.

Responsible for: outlines with their sources. A part is an envelope: nothing of the real one sticks out of it where its
maker publishes a drawing. Where no drawing was at hand the part is marked as typical, and must be measured before
printing.

Each solid stands where its drawing has its origin: boards with their lower left corner at 0 and their lower side on
z = 0; parts of a panel with the outer face of the panel at z = 0, the user at z > 0.
"""

from dataclasses import dataclass

from build123d import Part, Pos

from hardware.enclosure.solids import block, rod, rounded

HOLES_OF_PI = ((3.5, 3.5), (61.5, 3.5), (3.5, 52.5), (61.5, 52.5))
"""Mounting holes of every Pi of this size: datasheets.raspberrypi.com, mechanical drawings of Pi 4B and Pi 3A+."""
PI_THICK = 1.4
KEY_DEPTH = 27.0
SMALL_KEY, LARGE_KEY = 24.0, 30.0


@dataclass(frozen=True)
class Bought:
    """A part that is bought: its outline, where that comes from, and whether a drawing stands behind it."""

    name: str
    solid: Part
    source: str
    published: bool
    colour: str


def _box(x: float, y: float, z: float, at: tuple[float, float, float]) -> Part:
    """A box by its lower left corner."""
    return block(x, y, z, (at[0] + x / 2, at[1] + y / 2, at[2]))


def _board(x: float, y: float, holes: tuple[tuple[float, float], ...], hole: float) -> Part:
    """A bare board with its holes; its corners are rounded by 3."""
    board = Pos(x / 2, y / 2, 0) * rounded(x, y, PI_THICK, 3.0)
    for hx, hy in holes:
        board -= rod(hole, PI_THICK, (hx, hy, 0))
    return board


def pi_4() -> Bought:
    """Pi 4B: USB and Ethernet at x = 85, power, HDMI and jack at y = 0, the header at y = 56."""
    top = PI_THICK
    solid = _board(85, 56, HOLES_OF_PI, 2.7)
    solid += _box(17.4, 13.1, 15.6, (85 - 14.6, 9 - 6.55, top))
    solid += _box(17.4, 13.1, 15.6, (85 - 14.6, 27 - 6.55, top))
    solid += _box(21.3, 16.0, 13.6, (85 - 18.5, 45.75 - 8, top))
    solid += _box(9.0, 7.4, 3.2, (11.2 - 4.5, -1.4, top))
    for x in (26.0, 39.5):
        solid += _box(6.6, 7.8, 3.2, (x - 3.3, -1.8, top))
    solid += _box(7.0, 15.0, 6.0, (54 - 3.5, -2.6, top))
    solid += _box(50.8, 5.1, 8.6, (32.5 - 25.4, 52.5 - 2.55, top))
    solid += _box(15, 15, 2.5, (22, 25, top))
    solid += _box(2.6, 22.2, 5.5, (1.8, 17, top)) + _box(2.6, 22.2, 5.5, (45.2, 0.7, top))
    solid += _box(15, 12, 1.6, (-2.5, 22, -1.6))
    return Bought("Raspberry Pi 4B", solid, "Raspberry Pi, mechanical drawing of the Pi 4B", True, "board")


def pi_3a() -> Bought:
    """Pi 3A+: USB at x = 65, power, HDMI and jack at y = 0, the header at y = 56."""
    top = PI_THICK
    solid = _board(65, 56, HOLES_OF_PI, 2.7)
    solid += _box(14.1, 15.0, 7.8, (65 - 12, 31.45 - 7.5, top))
    solid += _box(8.0, 5.3, 3.1, (10.6 - 4, -1.3, top))
    solid += _box(15.0, 11.4, 6.5, (32 - 7.5, -1.4, top))
    solid += _box(7.0, 14.6, 6.0, (53.5 - 3.5, -2.5, top))
    solid += _box(50.8, 5.1, 8.6, (32.5 - 25.4, 52.5 - 2.55, top))
    solid += _box(14, 14, 2.5, (20, 24, top))
    solid += _box(2.6, 22.2, 5.5, (43.7, 0.7, top)) + _box(2.6, 22.2, 5.5, (1.8, 17, top))
    solid += _box(15, 12, 1.6, (-2.5, 22, -1.6))
    return Bought("Raspberry Pi 3A+", solid, "Raspberry Pi, mechanical drawing of the Pi 3A+", True, "board")


def panel_242(above: float) -> Bought:
    """The 2.42-inch panel: picture at 0, its middle ``above`` that of the board; the glass looks to z = 0."""
    solid = Pos(0, -above, -2.2) * block(60.5, 37.0, 2.2)
    solid += Pos(0, -above, -3.8) * block(61.5, 39.5, 1.6)
    solid += Pos(0, -above, -7.8) * block(46, 30, 4.0)
    return Bought(
        "OLED panel 2.42 inch",
        solid,
        "Waveshare 2.42inch OLED Module, 61.5 × 39.5, picture 55.01 × 27.49; glass 60.5 × 37.0 of the WiseChip UG-2864",
        True,
        "panel",
    )


def panel_130(above: float) -> Bought:
    """The 1.3-inch panel: picture at 0; the glass looks to z = 0."""
    solid = Pos(0, -above, -1.5) * block(34.5, 23.0, 1.5)
    solid += Pos(0, -above, -2.9) * block(35.4, 33.5, 1.4)
    solid += Pos(0, -above + 14.5, -5.4) * block(12, 3, 2.5)
    return Bought(
        "OLED panel 1.3 inch", solid, "typical module with SH1106, 35.4 × 33.5, picture 29.4 × 14.7", False, "panel"
    )


def key(diameter: float, colour: str) -> Bought:
    """A snap-in button of an arcade, with the sockets on its terminals."""
    solid = rod(diameter + 4, 3.2) + rod(diameter - 6, 6.0, (0, 0, 0))
    solid += rod(diameter - 0.2, KEY_DEPTH, (0, 0, -KEY_DEPTH))
    name = "OBSF-30" if diameter == LARGE_KEY else "OBSF-24"
    return Bought(
        f"key {name}", solid, f"Sanwa {name}: hole {diameter:g}, the depth with sockets is typical", False, colour
    )


def encoder(knob: float, panel: float, high: float = 14) -> Bought:
    """An EC11 with a knob on a panel of that thickness: bushing M7, nut, body and pins."""
    solid = rod(knob, high, (0, 0, 2.4)) + rod(12.2, 2.4) + rod(6.9, panel, (0, 0, -panel))
    solid += block(13.4, 14.0, 7.0, (0, 0, -panel - 7.0)) + block(11, 11, 3.5, (0, 0, -panel - 10.5))
    return Bought("encoder EC11 with knob", solid, "Alps Alpine EC11E: bushing M7, body 13.4 × 14 × 7", True, "knob")


def slide(panel: float) -> Bought:
    """A slide switch of two poles on two screws, its lever along x."""
    solid = block(35.6, 13.0, 11.0, (0, 0, -panel - 11.0)) + block(6, 5.6, panel + 4.0, (-3.4, 0, -panel))
    return Bought(
        "slide switch, two poles", solid, "typical panel slide, screws 28.6 apart, lever 6 × 5.6", False, "metal"
    )


def light() -> Bought:
    """A 5 mm light in a bezel for a hole of 8 mm."""
    return Bought("light in bezel", rod(10, 2.0) + rod(7.9, 16, (0, 0, -16)), "typical bezel for 8 mm", False, "light")


def loudspeaker(panel: float) -> Bought:
    """A round loudspeaker of 40 mm behind a panel."""
    solid = rod(40.0, 5.0, (0, 0, -panel - 5.0)) + rod(31, 12, (0, 0, -panel - 17.0))
    return Bought("loudspeaker 40 mm", solid, "typical 4 ohm 3 W, 40 mm, 17 deep", False, "metal")


def push_button(panel: float) -> Bought:
    """A push button for a hole of 12 mm, with its nut."""
    solid = rod(15, 2.5) + rod(8.5, 4.5) + rod(11.9, 22, (0, 0, -22)) + rod(17, 3, (0, 0, -panel - 3))
    return Bought("push button 12 mm", solid, "typical button with thread M12", False, "cap")


def ear_socket(panel: float) -> Bought:
    """A 3.5 mm socket with thread M6 and its ring nut."""
    solid = rod(8, 1.8) + rod(5.9, panel) if panel == 0 else rod(8, 1.8) + rod(5.9, panel, (0, 0, -panel))
    solid += block(9.0, 11.0, 15.0, (0, 0, -panel - 15.0))
    return Bought("socket 3.5 mm", solid, "typical socket with thread M6", False, "metal")


def foot() -> Bought:
    """A rubber foot that sticks below z = 0."""
    return Bought("rubber foot", rod(11.8, 3.5, (0, 0, -3.5)), "3M Bumpon SJ5012 class, 12 mm", False, "black")


def clock_board() -> Bought:
    """The DS3231 with its cell, lower left corner at 0."""
    return Bought("clock DS3231", _box(38, 22, 14, (0, 0, 0)), "typical ZS-042, 38 × 22", False, "board")


def amplifier_board() -> Bought:
    """The amplifier, lower left corner at 0."""
    return Bought("amplifier PAM8302A", _box(24, 15.5, 9, (0, 0, 0)), "Adafruit 2130, 24 × 15.2", True, "board")


def plugs_of_pi_4() -> Bought:
    """Room for plugs and the bend of their cables, in the frame of the Pi: two USB-A, Ethernet, USB-C, jack."""
    top = PI_THICK
    solid = _box(38, 14, 9, (87.9, 2.0, top + 1)) + _box(38, 14, 9, (87.9, 20.0, top + 1))
    solid += _box(34, 13, 12, (88.0, 39.2, top + 0.8))
    solid += _box(11.5, 20, 6.5, (11.2 - 5.75, -21.5, top - 1.6)) + _box(9, 18, 9, (54 - 4.5, -20.7, top - 1.5))
    return Bought("plugs at the Pi 4B", solid, "typical plugs with 10 mm for the bend", False, "plug")


def camera() -> Bought:
    """Camera Module 3 from above its lens: middle of the lens at 0, which looks to z = 0 and ends there."""
    solid = rod(8.0, 4.0, (0, 0, -4.0)) + block(11.0, 11.0, 3.0, (0, 0, -7.0))
    solid += block(25.0, 23.9, 1.2, (0, 2.45, -8.2)) + block(21.5, 6.0, 2.8, (0, 11.0, -11.0))
    return Bought(
        "Camera Module 3", solid, "Raspberry Pi, drawing of Camera Module 3: 25 × 23.9, holes 21 × 12.5", True, "board"
    )


def tact() -> Bought:
    """A 12 mm push switch of 7.3 mm: the top of its stem at z = 0."""
    solid = block(12.2, 12.2, 4.0, (0, 0, -7.3)) + block(3.8, 3.8, 3.3, (0, 0, -3.3))
    return Bought("switch 12 × 12 × 7.3", solid, "Omron B3F-4055, 12 × 12 × 7.3", True, "metal")


def small_slide() -> Bought:
    """A small slide switch of two poles on its board, its lever upwards along x; the board at z = 0."""
    solid = block(13.0, 6.6, 5.5) + block(3.0, 3.0, 12.2, (-2.0, 0, 0))
    return Bought("slide switch, two poles, small", solid, "typical SS-22 slide, 13 × 6.6, lever 3 × 3", False, "metal")


def board_of_keys(wide: float, long: float, hole: Part) -> Bought:
    """A cut piece of perforated board."""
    return Bought(
        "board of the keys", block(wide, long, 1.6) - hole, "cut from perforated board of 1.6", False, "board"
    )


def wires_on_header() -> Bought:
    """Sockets on the header of the Pi, in its frame."""
    return Bought(
        "sockets on the header", _box(50.8, 5.2, 6.6, (7.1, 49.9, PI_THICK + 8.6)), "2.54 mm sockets", True, "black"
    )


def stripped_plug() -> Bought:
    """The plug of the cut lead in the port of the Pi 3A+, without its moulding, in the frame of the Pi."""
    solid = _box(21, 15.0, 7.0, (67.2, 31.45 - 7.5, PI_THICK + 0.4))
    return Bought("stripped USB-A plug of the lead", solid, "typical, cut to 21 mm with its wires", False, "plug")


def usb_socket() -> Bought:
    """The socket of the cut lead, its mouth at y = 0 and looking up along y, its middle on z = 0."""
    solid = block(14.6, 19.0, 7.2, (0, -9.5, -3.6))
    return Bought(
        "USB-A socket of the lead", solid, "typical socket without its moulding, 14.6 × 7.2 × 19", False, "metal"
    )


def battery() -> Bought:
    """A pouch cell with its protection: middle at 0, lying on z = 0."""
    return Bought("battery 3000 mAh", block(40, 60, 10.0), "typical pouch 104060 with its protection", False, "battery")


def charger() -> Bought:
    """A charger and 5 V booster with a USB-C socket that looks to −y; edge of the board at y = 0."""
    solid = block(18, 24, 1.6, (0, 12, 0)) + block(9.0, 7.4, 3.3, (0, 2.3, 1.6)) + block(17, 14, 5, (0, 16, 1.6))
    return Bought("charger with USB-C", solid, "typical 5 V, 3 A module, 18 × 24", False, "board")
