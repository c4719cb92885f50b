"""The contact sheet: every screen and all sixty languages as pictures for people, in ``hardware/screens/``.

Responsible for: what is on each sheet, and writing it the same way every time.
``python -m tests.display.screens DIR`` (``make screens``) writes them.
"""

import argparse
import io
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from appliance import phrases
from appliance.core.model import views
from appliance.core.model.views import Link, Sentence, Status, SubtitlesView, View
from appliance.display.export import to_png
from appliance.display.fonts import LETTERS, TABLE
from appliance.display.renderer import Renderer
from appliance.errors import ADVICE
from appliance.phrases import say
from appliance.protocol.languages import LANGUAGES

SCALE = 3
COLUMNS = 4
HEIGHT = 64
_GUTTER, _LABEL = 10, 15
_PAPER, _INK = (236, 236, 232), (20, 20, 20)


def sentences() -> dict[str, str]:
    """A sentence of each language (the Universal Declaration of Human Rights, article 1; ms and yue by hand)."""
    text = Path(__file__).with_name("data").joinpath("sheet-sentences.json").read_text(encoding="utf-8")
    return {code: str(words) for code, words in json.loads(text).items() if not code.startswith("_")}


def status(**changes: Any) -> Status:
    """An ordinary status row."""
    return replace(Status("EN→ES", Link.ON_AIR, level=3, listening=True), **changes)


def languages(letters: str) -> dict[str, View]:
    """All sixty, as finished subtitles."""
    text = sentences()
    return {
        f"{code} {LANGUAGES[code].name}": SubtitlesView(
            status(direction=f"EN→{code.upper()}"), code, (Sentence(text[code], final=True),), letters=letters
        )
        for code in TABLE
    }


def screens() -> dict[str, View]:
    """Every screen that the box has, in English and in some other scripts."""
    text = sentences()
    shown = (Sentence("Buenos días.", final=True), Sentence("¿Tiene una habitación", " para dos noches"))
    spanish = SubtitlesView(status(), "es", shown)
    return {
        "subtitles, provisional words": spanish,
        "large": replace(spanish, letters="large"),
        "huge": replace(spanish, letters="huge"),
        "flipped": replace(spanish, flip=True),
        "late": replace(spanish, sentences=(Sentence("A las siete.", final=True, late=True), shown[1])),
        "with source": replace(spanish, source="Do you have a room for two nights?", source_language="en"),
        "captions": SubtitlesView(status(direction="EN"), "en", (Sentence(text["en"]),), letters="large"),
        "captions, two rows back": SubtitlesView(
            status(direction="EN"), "en", (Sentence(text["en"]),), letters="large", back=2
        ),
        "the reader is behind": SubtitlesView(status(), "en", (Sentence(text["en"]),), unread=100),
        "link lost": replace(spanish, status=status(link=Link.LOST)),
        "wait (half duplex)": replace(spanish, status=status(wait=True)),
        "private": sign("private", views.Sign.MICROPHONE_OFF, "", "en", status(private=True, listening=False)),
        "starting": sign("starting", views.Sign.WAIT, "", "en", Status("", Link.OFF)),
        "ready": sign("ready", views.Sign.SPEAK, "speak_now", "en"),
        "connecting": sign("connecting", views.Sign.NETWORK, "nothing_lost", "en", status(link=Link.DIALING)),
        "repeat": sign("repeat", views.Sign.REPEAT, "lost", "en"),
        "kept nothing": sign("kept", views.Sign.NOTHING, "online", "en"),
        "kept nothing (ja)": sign("kept", views.Sign.NOTHING, "online", "ja"),
        "safe to unplug": sign("unplug", views.Sign.UNPLUG, "", "en"),
        "consent (de)": sign("consent", views.Sign.ONLINE, "", "de"),
        **{f"idle {code}": idle(code) for code in ("en", "es", "fr", "zh", "ar", "hi", "sw", "kn")},
        "second panel: staff speaks (es)": sign("wait", views.Sign.WAIT, "", "es", status(wordless=True)),
        "second panel: link lost (ja)": sign(
            "connecting", views.Sign.NETWORK, "", "ja", status(link=Link.LOST, wordless=True)
        ),
        "second panel: a fault (ar)": sign("unavailable", views.Sign.NOTHING, "", "ar", status(wordless=True)),
        "menu": menu("fr"),
        "menu, reads only": menu("kn"),
        "volume": views.VolumeView(status(), 60),
        "muted": views.VolumeView(status(muted=True), 60, True, say("muted", "en"), "en"),
        "pre-flight": selftest("en", 0),
        "pre-flight, scrolled": selftest("en", 3),
        "cost": cost("en"),
        "countdown": views.CountdownView(status(), 12, say("stay", "en"), "en"),
        **{f"fault {code}": fault(str(code), "en") for code in ADVICE},
        "fault N2 (de)": fault("N2", "de"),
        "fault N1 (ar)": fault("N1", "ar"),
        "fault M4 (th)": fault("M4", "th"),
    }


def own_words() -> dict[str, View]:
    """Some screens with words of the box's own, in each language that has them."""
    found: dict[str, View] = {}
    for code in TABLE:
        found[f"idle {code}"] = idle(code)
        if phrases.has_words(code):
            found[f"kept nothing {code}"] = sign("kept", views.Sign.NOTHING, "online", code)
            found[f"fault {code}"] = fault("N3", code)
            found[f"cost {code}"] = cost(code)
    return found


def sign(title: str, picture: views.Sign, words: str, language: str, row: Status | None = None) -> views.SignView:
    """A sign with phrases by key."""
    below = say(words, language) if words else ""
    return views.SignView(row or status(), picture, say(title, language), below, language)


def idle(language: str) -> views.IdleView:
    """The kiosk waits, with all that can be said in this language."""
    if not phrases.has_words(language):
        return views.IdleView(language, LANGUAGES[language].native_name)
    return views.IdleView(language, say("press", language), say("green_key", language), say("consent", language))


def menu(chosen: str) -> views.MenuView:
    """The menu of all sixty."""
    note = say("reads", "en")
    rows = tuple(
        views.MenuRow(code, language.native_name, language.speaks, "" if language.speaks else note)
        for code, language in LANGUAGES.items()
    )
    return views.MenuView(rows, list(LANGUAGES).index(chosen))


def selftest(language: str, first: int) -> views.TableView:
    """A pre-flight with one of each mark."""
    marks = [views.Mark.GOOD] * 5 + [views.Mark.BUSY, views.Mark.BAD]
    names = ("microphone", "loudspeaker", "screen", "camera", "clock", "network", "service")
    rows = tuple(views.TableRow(say(name, language), "", mark) for name, mark in zip(names, marks, strict=True))
    return views.TableView(status(), say("check", language), rows, language, first)


def cost(language: str) -> views.TableView:
    """Minutes and tokens of a day."""
    rows = (
        views.TableRow(say("minutes", language), "37 / 240"),
        views.TableRow(say("tokens", language), "81,250"),
    )
    return views.TableView(status(), say("cost", language), rows, language)


def fault(code: str, language: str) -> views.FaultView:
    """A fault in the box's own words."""
    low = code.lower()
    return views.FaultView(status(), code, say(f"fault_{low}", language), say(f"do_{low}", language), language)


def sheet(pictures: Mapping[str, View], width: int, depth: int, columns: int = COLUMNS) -> bytes:
    """A PNG of all ``pictures`` with their names, each drawn by a renderer that has seen nothing before."""
    from PIL import Image

    cells = [(name, _cell(view, width, depth)) for name, view in pictures.items()]
    cell_width, cell_height = width * SCALE + _GUTTER, HEIGHT * SCALE + _LABEL + _GUTTER
    rows = -(-len(cells) // columns)
    paper = Image.new("RGB", (columns * cell_width + _GUTTER, rows * cell_height + _GUTTER), _PAPER)
    for index, (name, image) in enumerate(cells):
        row, column = divmod(index, columns)
        left, top = _GUTTER + column * cell_width, _GUTTER + row * cell_height
        paper.paste(_label(name, width * SCALE), (left, top))
        paper.paste(image, (left, top + _LABEL))
    out = io.BytesIO()
    paper.quantize(32, dither=Image.Dither.NONE).save(out, format="PNG", optimize=True)
    return out.getvalue()


def _cell(view: View, width: int, depth: int) -> Any:
    from PIL import Image

    return Image.open(io.BytesIO(to_png(Renderer(width, HEIGHT, depth).draw(view), SCALE, oled=True)))


def _label(name: str, width: int) -> Any:
    """The name in our own type: Pillow's would measure wrongly beside Pango."""
    from PIL import Image

    from appliance.display.canvas import Canvas
    from appliance.display.export import pixels
    from appliance.display.flow import Words, draw_settings, set_words
    from appliance.display.typeset import Typesetter

    typesetter = Typesetter()
    canvas = Canvas(typesetter, width // 8 * 8, _LABEL - 1, 1)
    draw_settings(canvas, (set_words(typesetter, Words(name, "en"), canvas, canvas.width),), 0, 0)
    frame = canvas.finish(False)
    mask = Image.frombytes("L", (frame.width, frame.height), pixels(frame))
    return Image.composite(Image.new("RGB", mask.size, _INK), Image.new("RGB", mask.size, _PAPER), mask)


def write(folder: Path) -> list[Path]:
    """Write all sheets into ``folder``; returns their paths. The same versions give the same bytes."""
    sheets = {
        "screens.png": (screens(), 128, 1, COLUMNS),
        "screens-256x64.png": (screens(), 256, 4, 2),
        "own-words.png": (own_words(), 128, 1, COLUMNS),
        **{f"languages-{letters}.png": (languages(letters), 128, 1, COLUMNS) for letters in LETTERS},
        "languages-256x64.png": (languages("normal"), 256, 4, 2),
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, (pictures, width, depth, columns) in sheets.items():
        path = folder / name
        path.write_bytes(sheet(pictures, width, depth, columns))
        written.append(path)
    return written


def main(arguments: list[str]) -> int:
    """``python -m tests.display.screens DIR``."""
    parser = argparse.ArgumentParser(prog="python -m tests.display.screens", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the sheets go: hardware/screens")
    for path in write(parser.parse_args(arguments).folder):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
