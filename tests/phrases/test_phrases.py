"""Every file has every key, says who wrote it, and is read in full on the panel."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from appliance import phrases
from appliance.core.model.views import CountdownView, IdleView, MenuRow, MenuView, Sign, SignView, View, VolumeView
from appliance.display.canvas import Canvas
from appliance.display.fonts import choose
from appliance.display.renderer import Renderer
from appliance.display.tables import set_note
from appliance.display.typeset import Line, Style, Typesetter, clean
from appliance.errors import ADVICE
from appliance.phrases import say
from appliance.protocol.languages import LANGUAGES
from tests.display import screens
from tests.display.samples import ink_pixels

SPOKEN = sorted(phrases.LANGUAGES)
TOUCHING_MAX = 3
"""Pixels of two rows that may meet where a fault of five rows fills the panel."""
SIGNS = {
    "private": (Sign.MICROPHONE_OFF, ""),
    "starting": (Sign.WAIT, ""),
    "ready": (Sign.SPEAK, "speak_now"),
    "connecting": (Sign.NETWORK, "nothing_lost"),
    "wait": (Sign.WAIT, ""),
    "repeat": (Sign.REPEAT, "lost"),
    "kept": (Sign.NOTHING, "online"),
    "unplug": (Sign.UNPLUG, ""),
    "consent": (Sign.ONLINE, ""),
    "ending": (Sign.WAIT, ""),
    "unavailable": (Sign.NETWORK, ""),
    "still_there": (Sign.SPEAK, ""),
    "low": (Sign.WAIT, ""),
    "unheard": (Sign.LANGUAGE, ""),
    "muted": (Sign.MUTED, ""),
}


def test_the_files_are_the_languages_with_a_voice() -> None:
    assert {code for code, one in LANGUAGES.items() if one.speaks} == phrases.LANGUAGES
    folder = Path(str(files("appliance.phrases")))
    assert {path.stem for path in folder.glob("*.toml")} == phrases.LANGUAGES
    assert phrases.has_words("de")
    assert not phrases.has_words("sw")


@pytest.mark.parametrize("language", SPOKEN)
def test_every_file_has_every_key_and_says_who_wrote_it(language: str) -> None:
    assert tuple(phrases._phrases(language)) == phrases.all_keys()
    assert all(say(key, language).strip() == say(key, language) != "" for key in phrases.all_keys())
    text = files("appliance.phrases").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    if language == phrases.SOURCE:
        assert text.startswith("# The box's own words in English. The source of all the others.\n")
    else:
        assert text.splitlines()[0].endswith("Machine-written from en.toml; no native reader has proofread it.")
        same = [key for key in phrases.all_keys() if len(say(key, "en")) > 12 and say(key, language) == say(key, "en")]
        assert same == [], "left in English"


def test_english_faults_are_the_table_of_faults() -> None:
    for code, advice in ADVICE.items():
        assert say(f"fault_{code.lower()}", "en") == advice.says
        assert say(f"do_{code.lower()}", "en") == advice.do


def test_other_languages_fall_back_to_english() -> None:
    assert say("ready", "sw") == "Ready"
    assert say("ready", "de") == "Bereit"
    with pytest.raises(KeyError):
        say("no such phrase", "de")


@pytest.mark.parametrize("language", SPOKEN)
def test_no_unknown_glyph_and_the_languages_own_font(language: str) -> None:
    typesetter = Typesetter()
    style = Style(language, choose(language), 1000)
    for key in phrases.all_keys():
        text = clean(say(key, language))
        assert typesetter.unknown_glyphs(text, style) == 0, key
        assert {run.family for run in typesetter.describe(text, style)} <= {choose(language).family, "DejaVu Sans"}, key


@pytest.mark.parametrize("language", SPOKEN)
def test_the_menus_note_is_one_row(language: str) -> None:
    typesetter = Typesetter()
    canvas = Canvas(typesetter, 128, 64, 1)
    assert len(set_note(typesetter, say("reads", language), language, canvas).lines) == 1


def drawn_in(language: str) -> Iterator[tuple[str, View]]:
    """Every screen with words of the box's own."""
    for title, (sign, words) in SIGNS.items():
        yield title, screens.sign(title, sign, words, language)
    for key in ("green_key", "blue_key", "red_key", "yellow_key"):
        yield key, IdleView(language, say("press", language), say(key, language), say("consent", language))
    for words in ("heard", "accept"):
        yield (
            words,
            SignView(screens.status(), Sign.LANGUAGE, "Bahasa Indonesia", say(words, language), "id", False, language),
        )
    yield "cost", screens.cost(language)
    for first in range(0, 7, 2):
        yield f"pre-flight from {first}", screens.selftest(language, first)
    yield "countdown", CountdownView(screens.status(), 15, say("stay", language), language)
    yield "volume", VolumeView(screens.status(), 30, True, say("muted", language), language)
    yield "menu", MenuView((MenuRow("en", "English", False, say("reads", language)),), 0, language)
    for code in ADVICE:
        yield f"fault {code}", screens.fault(str(code), language)


@pytest.mark.parametrize("language", SPOKEN)
def test_every_screen_is_read_in_full(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing outside the panel, and no two rows in each other."""
    placed: list[tuple[int, int]] = []
    draw_line = Canvas.line

    def watched(canvas: Canvas, line: Line, x: int, baseline: int, strength: float = 1.0) -> None:
        if line.ink is not None:
            placed.extend((x + a, baseline + b) for a, b in ink_pixels(line.ink))
        draw_line(canvas, line, x, baseline, strength)

    monkeypatch.setattr(Canvas, "line", watched)
    renderer = Renderer(128, 64, 1)
    for name, view in drawn_in(language):
        placed.clear()
        renderer.draw(view)
        assert placed, name
        assert all(0 <= x < 128 and 0 <= y < 64 for x, y in placed), name
        assert len(placed) - len(set(placed)) <= TOUCHING_MAX, f"{name}: rows run into each other"
