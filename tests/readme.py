"""What the pages show that is generated: the pictures of the screen and the state diagram.

Responsible for: making them, and ``python -m tests.readme --write``. Must not: judge (``test_readme.py``).
"""

import io
import sys
from dataclasses import replace
from pathlib import Path

from PIL import Image

from appliance.commands.diagram import diagram
from appliance.core.model import views
from appliance.core.model.views import Link, Sentence, Status, SubtitlesView, View
from appliance.display.export import to_png
from appliance.display.renderer import Renderer
from appliance.phrases import say
from tests.display import golden, screens

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "hardware/screens"
KEY = FOLDER / "readme.versions"
DIAGRAM = ROOT / "appliance/README.md"
BEGIN, END = "```mermaid\nstateDiagram", "\n```"

_HANDHELD = Status("EN→ES", Link.ON_AIR, level=3, listening=True)
_DESK = Status("ES→EN", Link.ON_AIR, level=4, listening=True)
PICTURES: dict[str, tuple[View, ...]] = {
    "readme.png": (
        SubtitlesView(_HANDHELD, "es", (Sentence("Su habitación está en la tercera planta,", " con vistas al"),)),
        SubtitlesView(
            replace(_HANDHELD, direction="EN→JA", level=2), "ja", (Sentence("駅までタクシーで約二十分です。"),)
        ),
        SubtitlesView(
            replace(_HANDHELD, direction="EN→AR", level=4), "ar", (Sentence("الشبكة اللاسلكية مجانية في كل الغرف."),)
        ),
        replace(screens.fault("N1", "en"), status=Status("EN→ES", Link.LOST)),
    ),
    "traveller.png": (
        screens.sign("ready", views.Sign.SPEAK, "speak_now", "en", _HANDHELD),
        screens.menu("fr"),
        screens.sign("repeat", views.Sign.REPEAT, "lost", "en", _HANDHELD),
        screens.sign("private", views.Sign.MICROPHONE_OFF, "", "en", Status("EN→ES", Link.OFF, private=True)),
    ),
    "desk.png": (
        screens.idle("es"),
        SubtitlesView(_DESK, "en", (Sentence("Do you have a room for two nights?", final=True),), letters="large"),
        views.CountdownView(Status("ES→EN", Link.OFF), 12, say("stay", "es"), "es"),
        screens.sign("kept", views.Sign.NOTHING, "online", "en", Status("", Link.OFF)),
    ),
}
"""Name of the file -> four screens, two by two, as the panel lights them."""


def picture(shown: tuple[View, ...]) -> bytes:
    """A PNG of these screens."""
    renderer = Renderer(128, 64, 1)
    tiles = [Image.open(io.BytesIO(to_png(renderer.draw(view), 3, oled=True))) for view in shown]
    width, height = tiles[0].size
    sheet = Image.new("RGB", (2 * width + 12, 2 * height + 12), "white")
    for place, tile in enumerate(tiles):
        sheet.paste(tile, ((place % 2) * (width + 12), (place // 2) * (height + 12)))
    out = io.BytesIO()
    sheet.save(out, format="PNG")
    return out.getvalue()


def main() -> None:
    """Write the pictures with their key, and the diagram into its page."""
    if "--write" not in sys.argv:
        raise SystemExit("usage: python -m tests.readme --write")
    for name, shown in PICTURES.items():
        (FOLDER / name).write_bytes(picture(shown))
    KEY.write_text(golden.versions() + "\n", encoding="utf-8")
    text = DIAGRAM.read_text(encoding="utf-8")
    DIAGRAM.write_text(text.replace(drawn(text), diagram()), encoding="utf-8")


def drawn(text: str) -> str:
    """The state diagram that stands in the page now."""
    start = text.index(BEGIN) + len("```mermaid\n")
    return text[start : text.index(END, start)]


if __name__ == "__main__":
    main()
