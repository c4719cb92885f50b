"""What the README shows that is generated: the picture of the panel and the state diagram.

Responsible for: making both, and ``python -m tests.readme --write``. Must not: judge (``test_readme.py``).
"""

import io
import sys
from pathlib import Path

from PIL import Image

from appliance.commands.diagram import diagram
from appliance.core.views import FaultView, Link, Sentence, Status, SubtitlesView, View
from appliance.display.export import to_png
from appliance.display.renderer import Renderer
from appliance.errors import ADVICE, FaultCode
from tests.display import golden

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "hardware/screens/readme.png"
KEY = ROOT / "hardware/screens/readme.versions"
BEGIN, END = "```mermaid\n", "\n```"

_N1 = ADVICE[FaultCode.N1]
VIEWS: tuple[View, ...] = (
    SubtitlesView(
        Status("EN→ES", Link.ON_AIR, level=3, listening=True),
        "es",
        (Sentence("Su habitación está en la tercera planta,", " con vistas al"),),
    ),
    SubtitlesView(
        Status("EN→JA", Link.ON_AIR, level=2, listening=True), "ja", (Sentence("駅までタクシーで約二十分です。"),)
    ),
    SubtitlesView(
        Status("EN→AR", Link.ON_AIR, level=4, listening=True), "ar", (Sentence("الشبكة اللاسلكية مجانية في كل الغرف."),)
    ),
    FaultView(Status("EN→ES", Link.LOST), "N1", _N1.says, _N1.do),
)


def picture() -> bytes:
    """A PNG: four screens, two by two, as the panel lights them."""
    renderer = Renderer(128, 64, 1)
    tiles = [Image.open(io.BytesIO(to_png(renderer.draw(view), 3, oled=True))) for view in VIEWS]
    width, height = tiles[0].size
    sheet = Image.new("RGB", (2 * width + 12, 2 * height + 12), "white")
    for place, tile in enumerate(tiles):
        sheet.paste(tile, ((place % 2) * (width + 12), (place // 2) * (height + 12)))
    out = io.BytesIO()
    sheet.save(out, format="PNG")
    return out.getvalue()


def main() -> None:
    """Write the picture with its key, and the diagram into the README."""
    if "--write" not in sys.argv:
        raise SystemExit("usage: python -m tests.readme --write")
    PICTURE.write_bytes(picture())
    KEY.write_text(golden.versions() + "\n", encoding="utf-8")
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    start = text.index(BEGIN) + len(BEGIN)
    readme.write_text(text[:start] + diagram() + text[text.index(END, start) :], encoding="utf-8")


if __name__ == "__main__":
    main()
