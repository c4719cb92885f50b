"""The enclosure of the desk kiosk: a slab that leans towards its user.

Responsible for: the shell, the base plate and the clips of the panel, and where each bought part sits. The shell is
drawn in the frame of its face (x to the right, y up the slope, z towards the user, face at z = 0) and the base plate in
the frame of the desk (z = 0 is the rim). The shell prints face down: its walls stand upright on the face, so nothing
needs a support.
"""

from dataclasses import dataclass
from math import cos, radians, sin, tan

from build123d import Axis, Location, Part, Pos, Rot, chamfer

from hardware.enclosure import parts
from hardware.enclosure.assembly import Assembly, Printed, Vector
from hardware.enclosure.parts import Bought
from hardware.enclosure.solids import INSERT_M3, INSERT_M25, block, rod, rounded, rounded_with_edge, slot, words


@dataclass(frozen=True)
class Size:
    """What may be changed. All else follows."""

    slope: float = 25.0
    wide: float = 196.0
    long: float = 130.0
    front_height: float = 34.0
    corner: float = 14.0
    wall: float = 2.8
    face: float = 3.0
    edge: float = 2.4
    plate: float = 4.0
    plate_gap: float = 0.35
    glass: float = 1.8
    """What is left of the face before the glass."""
    above: float = 1.6
    """The middle of the picture above the middle of the panel's board: measure your panel."""
    screen: tuple[float, float] = (0.0, 95.0)
    talk: tuple[float, float] = (-64.0, 38.0)
    guest: tuple[float, float] = (64.0, 38.0)
    small_keys: tuple[float, ...] = (-30.0, 0.0, 30.0)
    knob: tuple[float, float] = (66.0, 105.0)
    slide: tuple[float, float] = (66.0, 75.0)
    light: tuple[float, float] = (43.0, 119.0)
    speaker: tuple[float, float] = (-66.0, 92.0)
    pi: tuple[float, float] = (45.0, 126.0)
    """The corner of the Pi with its power socket, on the desk; the board is turned by 180°."""
    pi_up: float = 5.0
    power: tuple[float, float] = (98.0, 44.0)
    """Depth on the desk and height of the POWER key in the right wall."""
    ears: tuple[float, float] = (66.0, 33.0)
    lock: tuple[float, float] = (132.0, 16.0)
    cables: tuple[float, ...] = (-72.0, -54.0, 62.0)


S = Size()
SLOPE = radians(S.slope)
TO_DESK: Location = Pos(0, 0, S.front_height) * Rot(X=S.slope)
COLUMNS = ((-86.0, 26.0), (86.0, 26.0), (-86.0, 146.0), (86.0, 146.0))
FEET = ((-72.0, 27.0), (72.0, 27.0), (-72.0, 144.0), (72.0, 144.0))
NAMES = (("LANGUAGE", S.small_keys[0]), ("REPEAT", S.small_keys[1]), ("CAMERA", S.small_keys[2]))
CLIPS = tuple((S.screen[0] + x, S.screen[1] - S.above + y) for x in (-36.2, 36.2) for y in (-13.0, 13.0))


def depth_of(height: float, along: float) -> float:
    """How far back on the desk a point of the prism is, ``along`` the face, at a height."""
    return along / cos(SLOPE) + (S.front_height - height) * tan(SLOPE)


def prism(inset: float, edge: float = 0.0) -> Part:
    """The slab before the desk cuts it, smaller by ``inset`` all round."""
    x, y, radius = S.wide - 2 * inset, S.long - 2 * inset, S.corner - inset
    solid = rounded_with_edge(x, y, 160, radius, edge) if edge else rounded(x, y, 160, radius)
    return Pos(0, S.long / 2, 0) * Rot(X=180) * solid


def on_desk(solid: Part) -> Part:
    """A solid of the face's frame, on the desk."""
    return TO_DESK * solid


def on_face(solid: Part) -> Part:
    """A solid of the desk's frame, on the face."""
    return TO_DESK.inverse() * solid


def openings() -> list[Part]:
    """Everything that is cut through the face."""
    x, y = S.screen
    cut = [Pos(x, y, -S.glass) * block(57.4, 29.9, 2)]
    bevel = block(57.4 + 2 * S.glass, 29.9 + 2 * S.glass, S.glass)
    bevel = chamfer(bevel.faces().sort_by(Axis.Z)[0].edges(), S.glass - 0.01)
    cut.append(Pos(x, y, -S.glass) * bevel)
    cut.append(Pos(x, y - S.above, -S.face - 1) * block(61.3, 37.8, S.face - S.glass + 1.05))
    for place in (S.talk, S.guest):
        cut.append(Pos(*place, -S.face) * rod(parts.LARGE_KEY + 0.2, S.face))
    for key in S.small_keys:
        cut.append(Pos(key, S.talk[1], -S.face) * rod(parts.SMALL_KEY + 0.2, S.face))
    cut.append(Pos(*S.knob, -S.face) * rod(7.3, S.face))
    cut.append(Pos(*S.light, -S.face) * rod(8.2, S.face))
    cut.append(Pos(*S.slide, -S.face) * block(14.4, 6.6, S.face))
    for side in (-14.3, 14.3):
        cut.append(Pos(S.slide[0] + side, S.slide[1], -S.face) * rod(3.3, S.face))
    for row in range(-3, 4):
        half = (16.5**2 - (row * 5.0) ** 2) ** 0.5
        cut.append(Pos(S.speaker[0], S.speaker[1] + row * 5.0, -S.face) * slot(max(2 * half, 6.0), 2.4, S.face))
    return cut


def letters() -> list[Part]:
    """Engraved words and marks, 0.8 deep: to be felt, and to be filled with paint."""
    deep = 0.8
    cut = [Pos(S.talk[0], 13.5, -deep) * words("TALK", 7.0, deep)]
    cut.append(Pos(S.guest[0], 13.5, -deep) * words("GUEST", 7.0, deep))
    for text, x in NAMES:
        cut.append(Pos(x, 17.0, -deep) * words(text, 4.4, deep))
    cut.append(Pos(S.slide[0] - 15.0, S.slide[1] + 9.0, -deep) * words("LIVE", 4.2, deep))
    cut.append(Pos(S.slide[0] + 12.0, S.slide[1] + 9.0, -deep) * words("PRIVATE", 4.2, deep))
    cut.append(Pos(S.light[0], S.light[1] - 9.5, -deep) * words("ON AIR", 3.4, deep))
    cut.append(Pos(S.speaker[0], 118.5, -deep) * words("DRAGOMAN", 5.0, deep))
    cut.append(Pos(S.talk[0], 60.5, -deep) * slot(16, 3, deep))
    for x in (-7.0, 0.0, 7.0):
        cut.append(Pos(S.guest[0] + x, 60.5, -deep) * rod(3.4, deep))
    return cut


def walls_cut() -> list[Part]:
    """Everything that is cut through the walls, on the desk."""
    right, left = S.wide / 2, -S.wide / 2
    cut = [Pos(right - 8, *S.power) * Rot(Y=90) * rod(12.2, 16)]
    for x in (left, right):
        cut.append(Pos(x - 8, *S.ears) * Rot(Y=90) * rod(6.2, 16))
    cut.append(Pos(left, S.lock[0], S.lock[1] - 1.6) * block(16, 7.2, 3.2))
    cut.append(Pos(left + 2.3 + 4, S.lock[0], S.lock[1] - 5) * block(8, 16, 10))
    for x in S.cables:
        cut += [Pos(x, 150, -1) * block(7.0, 30, 8.0), Pos(x, 135, 7.0) * Rot(X=-90) * rod(7.0, 30)]
    return cut


def vents() -> list[Part]:
    """Upright slits in the upper part of the back wall, on the face."""
    cut = block(2.4, 12, 26, (0, S.long, -44))
    return [Pos(x, 0, 0) * cut for x in range(-56, 57, 7)]


def columns() -> list[Part]:
    """What the base plate is screwed to: upright on the desk, from the plate to the face or into the wall."""
    return [rod(9.6, 120, (x, y, S.plate)) for x, y in COLUMNS]


def holes_of_columns() -> list[Part]:
    """For the inserts, and room for the ends of the screws."""
    return [rod(wide, deep, (x, y, S.plate)) for x, y in COLUMNS for wide, deep in (INSERT_M3, (3.2, 12.0))]


def holders() -> list[Part]:
    """A low frame round the panel, the bosses of its clips, and the seat of the loudspeaker."""
    x, y = S.screen[0], S.screen[1] - S.above
    frame = block(66.4, 44.4, 3.0) - block(62.2, 40.2, 3.0)
    return [
        Pos(x, y, -S.face - 2.6) * frame,
        *[Pos(*place, -S.glass - 4.0) * rod(8.0, 3.0) for place in CLIPS],
        Pos(*S.speaker, -S.face - 4.4) * (rod(45.2, 4.6) - rod(40.6, 4.6)),
    ]


def plain_shell() -> Part:
    """The shell without its words, on the face."""
    outer = prism(0, S.edge)
    solid = outer - Pos(0, 0, -S.face) * prism(S.wall)
    inside = [on_face(column) & outer for column in columns()]
    solid = solid.fuse(*inside, *holders())
    pilots = [Pos(*place, -S.glass - 4.0) * rod(2.1, 3.4) for place in CLIPS]
    on_the_desk = [*walls_cut(), *holes_of_columns(), block(600, 600, 300, (0, 0, -300))]
    return solid.cut(*openings(), *pilots, *vents(), *[on_face(tool) for tool in on_the_desk])


def plate() -> Part:
    """The base plate, on the desk: slides into the shell along its walls."""
    slab = block(400, 400, S.plate, (0, 80, 0))
    solid = on_desk(prism(S.wall + S.plate_gap)) & slab
    for x, y in COLUMNS:
        solid -= rod(3.4, S.plate, (x, y, 0)) + rod(6.6, 1.9, (x, y, 0))
    for x, y in FEET:
        solid -= rod(4.0, 0.8, (x, y, 0))
    for hx, hy in parts.HOLES_OF_PI:
        at = (S.pi[0] - hx, S.pi[1] - hy)
        solid += rod(7.2, S.pi_up, (*at, S.plate))
        solid -= rod(INSERT_M25[0], INSERT_M25[1], (*at, S.plate + S.pi_up - INSERT_M25[1])) + rod(2.6, 8, (*at, 1.8))
    for row in range(9):
        solid -= Pos(S.pi[0] - 68 + row * 6.5, S.pi[1] - 28, 0) * slot(34, 2.6, S.plate, 90)
    for x in S.cables:
        anchor = block(12, 6, 6.5, (x, 139, S.plate)) - block(5.2, 6, 2.6, (x, 139, S.plate + 1.2))
        solid += anchor
    solid += tray(38.6, 22.6, (72.0, 112.0)) + tray(24.6, 16.1, (72.0, 82.0))
    return solid


def tray(x: float, y: float, at: tuple[float, float]) -> Part:
    """A low rim that holds a small board on its sticky pad."""
    return Pos(*at, S.plate) * (block(x + 4, y + 4, 2.5) - block(x, y, 2.5) - block(x - 8, y + 8, 2.5))


def clip() -> Part:
    """Holds one corner of the panel: four of these, each with a screw M2.5 × 6 that cuts its own thread."""
    solid = rounded(15.0, 8.0, 3.0, 2.0)
    return solid - rod(2.8, 3.0, (-3.3, 0, 0))


def placed_clips() -> list[Part]:
    """The clips where they hold the panel, on the face."""
    found = []
    for x, y in CLIPS:
        turn = 0 if x < S.screen[0] else 180
        found.append(Pos(x, y, -S.glass - 4.0) * Rot(Z=turn) * Pos(3.3, 0, -3.0) * clip())
    return found


def bought() -> list[tuple[Bought, Part]]:
    """Every bought part, on the desk."""
    pi = Location((*S.pi, S.plate + S.pi_up)) * Rot(Z=180)
    on_panel: list[tuple[Bought, Location]] = [
        (parts.panel_242(S.above), Pos(*S.screen, -S.glass)),
        (parts.key(parts.LARGE_KEY, "white"), Pos(*S.talk)),
        (parts.key(parts.LARGE_KEY, "green"), Pos(*S.guest)),
        *[
            (parts.key(parts.SMALL_KEY, colour), Pos(x, S.talk[1]))
            for x, colour in zip(S.small_keys, ("yellow", "blue", "black"), strict=True)
        ],
        (parts.encoder(24, S.face), Pos(*S.knob)),
        (parts.slide(S.face), Pos(*S.slide)),
        (parts.light(), Pos(*S.light)),
        (parts.loudspeaker(S.face), Pos(*S.speaker)),
    ]
    right = S.wide / 2
    on_plate: list[tuple[Bought, Location]] = [
        (parts.pi_4(), pi),
        (parts.plugs_of_pi_4(), pi),
        (parts.push_button(S.wall), Pos(right, *S.power) * Rot(Y=90)),
        (parts.ear_socket(S.wall), Pos(right, *S.ears) * Rot(Y=90)),
        (parts.ear_socket(S.wall), Pos(-right, *S.ears) * Rot(Y=-90)),
        (parts.clock_board(), Pos(72.0 - 19, 112.0 - 11, S.plate)),
        (parts.amplifier_board(), Pos(72.0 - 12, 82.0 - 7.75, S.plate)),
        *[(parts.foot(), Pos(*at, 0)) for at in FEET],
    ]
    return [(part, TO_DESK * place * part.solid) for part, place in on_panel] + [
        (part, place * part.solid) for part, place in on_plate
    ]


def shown() -> list[Part]:
    """Two lines on the panel."""
    x, y = S.screen
    lines = (("¿Dónde está", 8.0, 7.5), ("la estación?", -2.0, 7.5), ("EN > ES", -11.0, 4.0))
    return [on_desk(Pos(x, y + up, -S.glass) * words(text, size, 0.1)) for text, up, size in lines]


def apart(name: str) -> Vector:
    """The exploded view: along the normal of the face, what is screwed in from outside furthest."""
    for start, far in (
        ("kiosk-shell", 95), ("kiosk-plate", -25), ("kiosk-clip", 42), ("OLED", 62), ("loudspeaker", 62), ("key", 150),
        ("encoder", 150), ("light", 150), ("slide", 62), ("shown", 95), ("rubber", -45),
    ):  # fmt: skip
        if name.startswith(start):
            return (0, -sin(SLOPE) * far, cos(SLOPE) * far)
    if name.startswith("push button"):
        return (45, 0, 0)
    return (0, 0, 0)


def assembly() -> Assembly:
    """The whole kiosk on the desk."""
    face_down = Rot(X=180) * TO_DESK.inverse()
    plain = plain_shell()
    printed = [
        Printed("kiosk-shell", on_desk(plain.cut(*letters())), face_down, "face down", 1, "shell", on_desk(plain)),
        Printed("kiosk-plate", plate(), Location(), "underside down", 1, "plate"),
        Printed("kiosk-clip", on_desk(placed_clips()[0]), TO_DESK.inverse(), "flat", 4, "clip"),
    ]
    more = [on_desk(solid) for solid in placed_clips()[1:]]
    return Assembly("kiosk", printed, more, bought(), looks_out(), shown(), apart)


def looks_out() -> list[tuple[str, Part]]:
    """Rays from what must be reached or seen: none may meet a printed part."""
    x, y = S.screen
    rays = [("the whole picture", on_desk(Pos(x, y, -S.glass) * block(55.1, 27.5, 60)))]
    for name, place, wide in (
        ("TALK", S.talk, 26.0), ("GUEST", S.guest, 26.0), ("knob", S.knob, 7.0), ("light", S.light, 7.0),
        *[(name, (at, S.talk[1]), 20.0) for name, at in NAMES],
    ):  # fmt: skip
        rays.append((name, on_desk(Pos(*place, -S.face) * rod(wide, 60))))
    rays.append(("slide", on_desk(Pos(*S.slide, -S.face) * block(14, 6, 60))))
    right = S.wide / 2
    rays.append(("POWER", Pos(right - S.wall, *S.power) * Rot(Y=90) * rod(11.9, 50)))
    rays.append(("right ear", Pos(right - S.wall, *S.ears) * Rot(Y=90) * rod(6, 50)))
    rays.append(("left ear", Pos(-right + S.wall, *S.ears) * Rot(Y=-90) * rod(6, 50)))
    rays.append(("lock", Pos(-right - 20, S.lock[0], S.lock[1] - 1.5) * block(44, 7, 3)))
    for cable in S.cables:
        rays.append((f"cable at {cable:g}", Pos(cable, 146, 7.0) * Rot(X=-90) * rod(5.5, 40)))
    return rays


def push_on_edge_that_tips(kilograms: float = 0.45) -> float:
    """Newtons straight down on the front edge of the face that lift the back feet."""
    foot, middle = FEET[0][1], 85.0
    return kilograms * 9.81 * (middle - foot) / foot


def push_on_key_tips() -> bool:
    """Whether a push on TALK, straight into the face, can lift the back feet however hard it is."""
    key_y, key_z = S.talk[1] * cos(SLOPE), S.front_height + S.talk[1] * sin(SLOPE)
    return cos(SLOPE) * (FEET[0][1] - key_y) > sin(SLOPE) * key_z
