"""The enclosure of the handheld: a Pi 3A+, a panel, keys under the thumb, a camera with a shutter, and a battery.

Responsible for: front and back shell, shutter, key caps and clips, and where each bought part sits. Everything is
drawn in one frame: x to the right, y upwards along the box, z towards the user, the front face at z = 0. The front
prints face down and the back on its back. Four long screws go through the back and the holes of the Pi into the front.
"""

from dataclasses import dataclass

from build123d import Axis, Location, Part, Pos, Rot, chamfer

from hardware.enclosure import parts
from hardware.enclosure.assembly import Assembly, Printed, Vector
from hardware.enclosure.parts import Bought
from hardware.enclosure.solids import INSERT_M25, block, rod, rounded, rounded_with_edge, slot, words


@dataclass(frozen=True)
class Size:
    """What may be changed. All else follows."""

    wide: float = 66.0
    long: float = 170.0
    thick: float = 30.0
    split: float = 14.0
    corner: float = 8.0
    wall: float = 2.4
    edge_front: float = 1.6
    edge_back: float = 3.2
    edge_inside: float = 1.6
    glass: float = 1.65
    above: float = 1.0
    screen: tuple[float, float] = (0.0, 122.0)
    pi: tuple[float, float] = (-28.0, 78.0)
    pi_down: float = 9.0
    board: float = 10.6
    """The top of the board of the keys, behind the front face."""
    knob: tuple[float, float] = (9.0, 13.0)
    slide: tuple[float, float] = (-8.0, 66.0)
    light: tuple[float, float] = (13.0, 66.0)
    camera: tuple[float, float] = (0.0, 112.0)
    shutter_way: float = 12.0
    microphone: tuple[float, float] = (21.0, 14.3)
    """Across and behind the face: the socket for the microphone in the upper end."""
    battery: tuple[float, float] = (-10.0, 42.0)
    battery_up: float = 1.6
    charger: tuple[float, float] = (19.6, 4.0)
    charger_up: float = 2.4
    play: float = 0.25
    """Between the shutter and its rails, and round a key cap."""


@dataclass(frozen=True)
class Cap:
    """A key cap: where, how wide, how far it stands out, and its mark for the thumb."""

    name: str
    at: tuple[float, float]
    wide: float
    proud: float
    mark: str
    colour: str


S = Size()
CAPS = (
    Cap("TALK", (-9.0, 33.0), 17.0, 2.0, "bar", "white"),
    Cap("GUEST", (12.5, 33.0), 14.0, 2.0, "dot", "green"),
    Cap("LANGUAGE", (-15.0, 52.0), 10.0, 1.6, "two", "yellow"),
    Cap("REPEAT", (0.0, 52.0), 10.0, 1.6, "", "blue"),
    Cap("CAMERA", (15.0, 52.0), 10.0, 1.6, "ring", "black"),
    Cap("POWER", (-10.0, 13.0), 9.0, 0.0, "", "cap"),
)
BACK = -S.thick
FLOOR = BACK + S.wall
BOARD = (46.0, 66.5, 38.75)
"""Width, length and middle of the board of the keys."""
BOARD_BOSSES = ((-20.4, 69.5), (20.4, 69.5), (-20.4, 22.5), (20.4, 22.5))
POSTS = ((-27.0, 6.3), (27.0, 34.0))
PI_HOLES = tuple((S.pi[0] + y, S.pi[1] + x) for x, y in parts.HOLES_OF_PI)
CLIPS = tuple((x, S.screen[1] - S.above + y) for x in (-21.4, 21.4) for y in (-11.0, 11.0))
PI_TOP = -S.pi_down - parts.PI_THICK
SEAT = BACK + 1.8
"""Where the heads of the screws sit."""
LENS = FLOOR + 2.4
"""The tip of the lens, behind the shutter."""


def slab(inset: float, foot: float, head: float) -> Part:
    """The whole outline, smaller by ``inset``, with a bevel at the back and one at the front."""
    x, y, high = S.wide - 2 * inset, S.long - 2 * inset, S.thick - 2 * inset
    solid = rounded_with_edge(x, y, high, S.corner - inset, foot) if foot else rounded(x, y, high, S.corner - inset)
    if head:
        solid = chamfer(solid.faces().sort_by(Axis.Z)[-1].edges(), head)
    return Pos(0, S.long / 2, BACK + inset) * solid


def hollow() -> Part:
    """The two shells as one, before they are parted."""
    return slab(0, S.edge_back, S.edge_front) - slab(S.wall, S.edge_inside, 0)


def ends() -> list[Part]:
    """Openings at the rim: the socket for the microphone, the earphone, the USB-C socket."""
    jack = (-S.wide / 2 - 4, S.pi[1] + 53.5, PI_TOP - 3.0)
    charger = (S.charger[0], -4.0, FLOOR + S.charger_up + 1.6 + 1.65)
    return [
        Pos(S.microphone[0], S.long, -S.microphone[1] - 3.8) * block(15.4, 12, 7.6),
        Pos(*jack) * Rot(Y=90) * rod(9.6, 9),
        Pos(*charger) * Rot(X=-90) * slot(11.0, 5.4, 9),
    ]


def face_openings() -> list[Part]:
    """Everything that is cut through the front face."""
    x, y = S.screen
    bevel = block(31.2 + 2 * S.glass, 16.4 + 2 * S.glass, S.glass)
    bevel = chamfer(bevel.faces().sort_by(Axis.Z)[0].edges(), S.glass - 0.01)
    cut = [
        Pos(x, y, -S.wall) * block(31.2, 16.4, S.wall),
        Pos(x, y, -S.glass) * bevel,
        Pos(x, y - S.above, -S.wall - 1) * block(35.2, 23.8, S.wall - S.glass + 1.05),
        Pos(*S.knob, -S.wall) * rod(7.3, S.wall),
        Pos(*S.light, -S.wall) * rod(5.2, S.wall),
        Pos(*S.slide, -S.wall) * block(7.4, 3.6, S.wall),
    ]
    return cut + [Pos(*cap.at, -S.wall) * rod(cap.wide + 2 * S.play, S.wall) for cap in CAPS]


def letters() -> list[Part]:
    """Engraved words, 0.6 deep."""
    deep, cut = 0.6, []
    for text, at in (
        ("TALK", (-9.0, 44.0)), ("GUEST", (12.5, 42.6)), ("LANG", (-15.0, 59.3)), ("REPEAT", (0.0, 59.3)),
        ("PHOTO", (15.0, 59.3)), ("LIVE", (-14.6, 70.4)), ("PRIVATE", (-1.0, 70.4)), ("ON AIR", (15.0, 70.4)),
        ("OFF", (-19.5, 13.0)), ("DRAGOMAN", (0.0, 141.0)),
    ):  # fmt: skip
        cut.append(Pos(*at, -deep) * words(text, 2.9, deep))
    return cut


def plain_front() -> Part:
    """The front shell without its words."""
    solid = hollow() & block(200, 400, 60, (0, 0, -S.split))
    x, y = S.screen[0], S.screen[1] - S.above
    added = [Pos(hx, hy, -S.pi_down) * rod(6.8, S.pi_down - S.wall + 0.2) for hx, hy in PI_HOLES]
    added += [Pos(*at, -S.board) * rod(5.6, S.board - S.wall + 0.2) for at in BOARD_BOSSES]
    added += [Pos(*at, -S.split) * rod(7.4, S.split - S.wall + 0.2) for at in POSTS]
    added += [Pos(*at, -S.glass - 2.9) * rod(5.6, 2.2) for at in CLIPS]
    added += [Pos(x, y + side * 18.5, -S.wall - 1.8) * block(36, 2.0, 2.0) for side in (-1, 1)]
    cut = [Pos(hx, hy, -S.pi_down) * rod(INSERT_M25[0], INSERT_M25[1]) for hx, hy in PI_HOLES]
    cut += [Pos(*at, -S.board) * rod(2.1, 7.0) for at in BOARD_BOSSES]
    cut += [Pos(*at, -S.split) * rod(INSERT_M25[0], 8.0) for at in POSTS]
    cut += [Pos(*at, -S.glass - 2.9) * rod(1.7, 2.4) for at in CLIPS]
    return solid.fuse(*added).cut(*cut, *face_openings(), *ends())


def wedge(half: float, play: float) -> Part:
    """The section of the shutter, wider at its foot, along y from 0."""
    high = 1.6
    solid = block(2 * half, 22.0, high + play, (0, 11.0, 0))
    sides = solid.faces().sort_by(Axis.Z)[-1].edges().filter_by(Axis.Y)
    return chamfer(sides, high + play - 0.4)


def shutter() -> Part:
    """The slider before the lens, closed; a screw M2.5 × 6 from outside is its knob."""
    x, y = S.camera
    solid = Pos(x, y - 7.0, FLOOR + 0.1) * wedge(7.0, 0.0)
    return solid - rod(2.1, 4, (x, y + 11.0, FLOOR))


def rails() -> list[Part]:
    """What guides the shutter: leaning inwards by 45°, which prints without supports."""
    x, y = S.camera
    block_of_rails = block(19.0, 36.5, 2.2, (x, y + 10.25, FLOOR))
    channel = wedge(7.0 + S.play, 0.6)
    tools = [Pos(x, y - 9.0 + step, FLOOR) * channel for step in (0.0, 18.0)]
    return [block_of_rails.cut(*tools)]


def back() -> Part:
    """The back shell."""
    solid = hollow() & block(200, 400, 60, (0, 0, -S.split - 60))
    x, y = S.camera
    added = [Pos(hx, hy, FLOOR - 0.2) * rod(5.9, PI_TOP - FLOOR + 0.1) for hx, hy in PI_HOLES]
    added += [Pos(*at, FLOOR - 0.2) * rod(7.4, -S.split - FLOOR + 0.2) for at in POSTS]
    added += [Pos(x + side * 10.5, y + row * 12.5, FLOOR - 0.2) * rod(5.0, 9.6) for side in (-1, 1) for row in (-1, 0)]
    bx, by = S.battery
    added += [Pos(bx, by + side * 31.2, FLOOR - 0.2) * block(30, 1.8, 5.0) for side in (-1, 1)]
    added += [Pos(bx + 21.2, by + 9, FLOOR - 0.2) * block(1.8, 30, 5.0)]
    added += [Pos(bx + side * 12, by, FLOOR - 0.2) * block(3.0, 50, S.battery_up + 0.2) for side in (-1, 1)]
    cx, cy = S.charger
    added += [Pos(cx + side * 7.5, cy + 12, FLOOR - 0.2) * block(3.0, 22, S.charger_up + 0.2) for side in (-1, 1)]
    added += [Pos(cx, cy + 25.4, FLOOR - 0.2) * block(14, 1.8, 4.0)]
    for side, at in ((-1, 78.6), (1, 62.0), (-1, 97.5), (1, 100.0), (-1, 156.0), (1, 156.0)):
        place = (side * (S.wide / 2 - S.wall - 0.9 - 0.15), at, -S.split - 5.0)
        added.append(tab(side, place))
    mx, mz = S.microphone
    seat = -mz - 3.8 - FLOOR
    added += [Pos(mx, S.long - S.wall - 12.0, FLOOR - 0.2) * block(11.0, 12.0, seat + 0.2)]
    added.append(Pos(mx - 8.6, S.long - S.wall - 12.0, FLOOR - 0.2) * block(1.8, 14.0, seat + 4.0))
    solid = solid.fuse(*added, *rails())
    cut = []
    for screw in (*PI_HOLES, *POSTS):
        cut += [Pos(*screw, BACK) * rod(2.6, 60), Pos(*screw, BACK) * rod(5.4, 1.8)]
    cut += [Pos(x + side * 10.5, y + row * 12.5, FLOOR + 2.0) * rod(1.7, 20) for side in (-1, 1) for row in (-1, 0)]
    cut.append(Pos(x, y, BACK) * rod(9.0, 6))
    cut.append(Pos(x, y + 11.0 + S.shutter_way / 2, BACK) * slot(S.shutter_way + 3.4, 3.2, 6, 90))
    cut += [Pos(at, 88.0, BACK) * slot(14, 2.2, 6, 90) for at in range(-15, 16, 6)]
    cut += [Pos(at, -1, -22.0) * Rot(X=-90) * rod(4.0, 8) for at in (-20.0, -10.0)]
    return solid.cut(*cut, *ends())


def tab(side: int, place: tuple[float, float, float]) -> Part:
    """A tongue that reaches into the front shell; its foot grows out of the wall at 45°."""
    tongue = Pos(*place) * block(1.8, 8.0, 8.0)
    root = Pos(place[0] + side * 0.6, place[1], place[2] - 2.0) * block(3.0, 8.0, 6.4)
    inner = 1 if side < 0 else 0
    edge = root.faces().sort_by(Axis.Z)[0].edges().filter_by(Axis.Y).sort_by(Axis.X)[-1 if inner else 0]
    return tongue + chamfer(edge, 2.6)


def cap(of: Cap) -> Part:
    """A key cap where it sits: a flange behind the face, and a pocket for the stem of the switch."""
    top = of.proud
    solid = rod(of.wide + 2.6, 1.6, (0, 0, -S.wall - 1.7)) + rod(of.wide, top + S.wall + 0.2, (0, 0, -S.wall - 0.2))
    solid = chamfer(solid.faces().sort_by(Axis.Z)[-1].edges(), 0.6)
    solid -= block(4.1, 4.1, 0.8, (0, 0, -S.wall - 1.7))
    if of.mark == "bar":
        solid += block(9.0, 2.2, 0.8, (0, 0, top))
    if of.mark == "dot":
        solid += rod(2.4, 0.8, (0, 0, top))
    if of.mark == "two":
        solid += rod(1.8, 0.7, (-2.0, 0, top)) + rod(1.8, 0.7, (2.0, 0, top))
    if of.mark == "ring":
        solid += rod(6.4, 0.7, (0, 0, top)) - rod(3.0, 0.7, (0, 0, top))
    return Pos(*of.at, 0) * solid


def clip(at: tuple[float, float]) -> Part:
    """Holds a corner of the panel."""
    turn = 0 if at[0] < 0 else 180
    solid = Pos(2.6, 0, 0) * rounded(11.0, 5.6, 2.0, 1.5) - rod(2.2, 2.0)
    return Pos(*at, -S.glass - 2.9 - 2.0) * Rot(Z=turn) * solid


def bought() -> list[tuple[Bought, Part]]:
    """Every bought part in its place."""
    pi = Pos(*S.pi, -S.pi_down) * Rot(Z=90) * Rot(X=180)
    cut = block(15.5, 16.0, 1.6, (S.knob[0], S.knob[1] - BOARD[2], 0))
    placed: list[tuple[Bought, Location]] = [
        (parts.pi_3a(), pi),
        (parts.wires_on_header(), pi),
        (parts.stripped_plug(), pi),
        (parts.usb_socket(), Pos(S.microphone[0], S.long - S.wall, -S.microphone[1])),
        (parts.panel_130(S.above), Pos(*S.screen, -S.glass)),
        (parts.camera(), Pos(*S.camera, LENS) * Rot(X=180)),
        (parts.encoder(17, S.wall, 8.5), Pos(*S.knob)),
        (parts.board_of_keys(BOARD[0], BOARD[1], cut), Pos(0, BOARD[2], -S.board - 1.6)),
        (parts.small_slide(), Pos(*S.slide, -S.board)),
        (Bought("light 5 mm", rod(5.0, 8.6, (0, 0, -8.0)), "5 mm light on its legs", True, "light"), Pos(*S.light)),
        (parts.battery(), Pos(*S.battery, FLOOR + S.battery_up)),
        (parts.charger(), Pos(*S.charger, FLOOR + S.charger_up)),
    ]
    placed += [(parts.tact(), Pos(*of.at, -S.wall - 1.7 + 0.8)) for of in CAPS]
    return [(part, place * part.solid) for part, place in placed]


def looks_out() -> list[tuple[str, Part]]:
    """Volumes that must be free, from the part outwards."""
    x, y = S.screen
    jack_y = S.pi[1] + 53.5
    return [
        ("the whole picture", Pos(x, y, -S.glass) * block(29.5, 14.8, 40)),
        ("light", Pos(*S.light, -S.wall) * rod(5.0, 40)),
        ("slide", Pos(*S.slide, -S.wall) * block(7.0, 3.2, 40)),
        ("knob", Pos(*S.knob, -S.wall) * rod(6.9, 40)),
        ("microphone plug", Pos(S.microphone[0], S.long, -S.microphone[1] - 3.7) * block(15, 12, 7.4)),
        ("earphone plug", Pos(-S.wide / 2 - 10, jack_y, PI_TOP - 3.0) * Rot(Y=90) * rod(9.0, 12.4)),
        ("USB-C plug", Pos(S.charger[0], -10, FLOOR + S.charger_up + 3.25) * Rot(X=-90) * slot(10.4, 4.8, 12.6)),
        ("open shutter", Pos(*S.camera, BACK - 10) * rod(8.0, 10 + LENS - BACK)),
        *[(f"key {of.name}", Pos(*of.at, -S.wall) * rod(of.wide, 40)) for of in CAPS],
    ]


def shown() -> list[Part]:
    """Two lines on the panel."""
    x, y = S.screen
    lines = (("Where is the", 3.6, 3.6), ("station?", -1.4, 3.6), ("FR > EN", -5.8, 2.2))
    return [Pos(x, y + up, -S.glass) * words(text, size, 0.1) for text, up, size in lines]


def apart(name: str) -> Vector:
    """The exploded view: along the thickness."""
    for start, far in (
        ("handheld-front", 70), ("handheld-cap", 48), ("handheld-clip", 40), ("handheld-shutter", -40),
        ("handheld-back", -62), ("OLED", 52), ("switch", 30), ("slide", 30), ("light", 30), ("encoder", 112),
        ("board", 20), ("Raspberry", 0), ("sockets", -12), ("stripped", -12), ("USB-A", -14),
        ("Camera", -26), ("battery", -30), ("charger", -30),
        ("shown", 70),
    ):  # fmt: skip
        if name.startswith(start):
            return (0, 0, far)
    return (0, 0, 0)


def assembly() -> Assembly:
    """The whole handheld, its shutter closed."""
    plain = plain_front()
    printed = [
        Printed("handheld-front", plain.cut(*letters()), Rot(X=180), "face down", 1, "shell", plain),
        Printed("handheld-back", back(), Location(), "back down", 1, "back"),
        Printed("handheld-shutter", shutter(), Location(), "wide side down", 1, "clip", None, True),
        Printed("handheld-clip", clip(CLIPS[0]), Location(), "flat", 4, "clip"),
        *[
            Printed(f"handheld-cap-{of.name.lower()}", cap(of), Location(), "flange down", 1, of.colour, None, True)
            for of in CAPS
        ],
    ]
    return Assembly("handheld", printed, [clip(at) for at in CLIPS[1:]], bought(), looks_out(), shown(), apart)
