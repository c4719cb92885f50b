"""What an enclosure is made of.

Responsible for: the shape of the data that the two designs hand to the checks, the files and the pictures.
"""

from collections.abc import Callable
from dataclasses import dataclass

from build123d import Location, Part

from hardware.enclosure.parts import Bought

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Printed:
    """A printed part where it is used, and how it lies on the printer's bed."""

    name: str
    solid: Part
    to_bed: Location
    orientation: str
    count: int
    colour: str
    plain: Part | None = None
    """The part before words were engraved, where there are any: what STEP holds, and where walls are measured."""
    moves: bool = False
    """Whether it is a key or a shutter, which stands in an opening on purpose."""

    def on_bed(self, plain: bool = False) -> Part:
        """The part as it is printed, on z = 0, in the middle."""
        solid = self.to_bed * (self.plain if plain and self.plain is not None else self.solid)
        box = solid.bounding_box()
        centre = box.center()
        return Location((-centre.X, -centre.Y, -box.min.Z)) * solid


@dataclass(frozen=True)
class Assembly:
    """One enclosure with everything in its place."""

    name: str
    printed: list[Printed]
    copies: list[Part]
    """The other copies of parts that are printed more than once."""
    bought: list[tuple[Bought, Part]]
    looks_out: list[tuple[str, Part]]
    """Volumes that must be free: what is seen, pressed or plugged in, from the part outwards."""
    shown: list[Part]
    """What the panel shows in the pictures."""
    apart: Callable[[str], Vector]
    """How far a part of that name is moved in the exploded view."""
