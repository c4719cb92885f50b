"""Small solids that both enclosures are made of.

Responsible for: rounded blocks, bosses for heat-set inserts, slots and engraved words. Lengths are millimetres.
"""

from pathlib import Path

import matplotlib
from build123d import (
    Align,
    Axis,
    Box,
    Cylinder,
    Location,
    Part,
    Plane,
    Pos,
    RectangleRounded,
    Rot,
    SlotOverall,
    Text,
    chamfer,
    extrude,
)

FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"
"""Comes with matplotlib, which build123d needs anyway."""
UPWARDS = (Align.CENTER, Align.CENTER, Align.MIN)
DOWNWARDS = (Align.CENTER, Align.CENTER, Align.MAX)
INSERT_M3 = (4.0, 6.5)
"""Hole for a heat-set insert M3 × 5.7 (ruthex, CNC Kitchen and alike): diameter and depth."""
INSERT_M25 = (3.4, 5.5)
"""Hole for a heat-set insert M2.5 × 4."""


def block(x: float, y: float, z: float, at: tuple[float, float, float] = (0, 0, 0)) -> Part:
    """A box that stands on its place."""
    return Pos(*at) * Box(x, y, z, align=UPWARDS)


def rod(diameter: float, height: float, at: tuple[float, float, float] = (0, 0, 0)) -> Part:
    """A cylinder that stands on its place."""
    return Pos(*at) * Cylinder(diameter / 2, height, align=UPWARDS)


def rounded(x: float, y: float, z: float, radius: float) -> Part:
    """A block that stands on z = 0 with rounded upright edges."""
    return extrude(RectangleRounded(x, y, radius), amount=z)


def rounded_with_edge(x: float, y: float, z: float, radius: float, edge: float) -> Part:
    """The same with a bevel of 45° around its foot, which prints on the bed without supports."""
    whole = rounded(x, y, z, radius)
    foot = whole.faces().sort_by(Axis.Z)[0]
    return chamfer(foot.edges(), edge)


def slot(length: float, width: float, height: float, turn: float = 0) -> Part:
    """An upright slot with round ends, along x before it is turned."""
    return Rot(Z=turn) * extrude(SlotOverall(length, width), amount=height)


def sideways(shape: Part, axis: str) -> Part:
    """An upright shape laid down so that it runs along x or y."""
    return (Rot(Y=90) if axis == "x" else Rot(X=-90)) * shape


def words(text: str, size: float, depth: float) -> Part:
    """Letters that stand on z = 0, centred."""
    return extrude(Text(text, font_size=size, font_path=str(FONT), align=(Align.CENTER, Align.CENTER)), amount=depth)


def turned_about_x(degrees: float, up: float) -> Location:
    """From a sloped face to the desk it stands on."""
    return Location(Plane.XY) * Pos(0, 0, up) * Rot(X=degrees)
