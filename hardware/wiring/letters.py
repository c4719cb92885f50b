"""How far away the letters of the box can be read, from the size of each panel.

Responsible for: the height of a capital H as the renderer draws it, its angle, and the table of the page. The rule is
EN 301 549, clause 5.1.4: at least 0.7 degrees at the distance that the supplier names.
"""

import io
import math
from dataclasses import dataclass

from PIL import Image

from appliance.core.model.views import Link, Sentence, Status, SubtitlesView
from appliance.display.export import to_png
from appliance.display.renderer import Renderer

RULE_DEGREES = 0.7
SIZES = ("normal", "large", "huge")
_STATUS_ROWS = 13


@dataclass(frozen=True)
class Panel:
    """``high_mm``: the height of its 64 rows."""

    name: str
    high_mm: float

    def rows_mm(self, rows: int) -> float:
        """The height of so many rows."""
        return self.high_mm / 64 * rows


PANELS = (
    Panel("0.96 inch (workbench)", 10.86),
    Panel("1.3 inch (handheld)", 14.7),
    Panel("2.42 inch (kiosk)", 27.49),
)
"""Heights of the picture as makers' pages give them: 21.74 × 10.86, 29.4 × 14.7 and 55.01 × 27.49 mm."""


def capital_rows(letters: str) -> int:
    """How many rows a capital H is high."""
    status = Status("", Link.OFF)
    view = SubtitlesView(status, "en", (Sentence("H", final=True),), letters=letters)
    frame = Renderer(128, 64, 1).draw(view)
    picture = Image.open(io.BytesIO(to_png(frame))).convert("L").crop((0, _STATUS_ROWS, frame.width, frame.height))
    box = picture.point(lambda level: 255 if level > 127 else 0).getbbox()
    assert box is not None, "no letter was drawn"
    return int(box[3] - box[1])


def distance_mm(height_mm: float) -> float:
    """From how far a letter of that height still is seen under the rule's angle."""
    return height_mm / math.tan(math.radians(RULE_DEGREES))


def table() -> str:
    """Panel and size of letters -> height and distance."""
    head = [
        "| panel | letters | capital H | the rule is met up to |",
        "|---|---|---|---|",
    ]
    rows = []
    for panel in PANELS:
        for letters in SIZES:
            count = capital_rows(letters)
            height = panel.rows_mm(count)
            distance_cm = distance_mm(height) / 10
            rows.append(f"| {panel.name} | {letters} | {count} rows, {height:.1f} mm | {distance_cm:.0f} cm |")
    return "\n".join([*head, *rows])
