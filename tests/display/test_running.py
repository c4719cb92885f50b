"""Running text of every language: nothing unknown, nothing blank, nothing outside, and scripts really shaped."""

import pytest

from appliance.core.model.views import Sentence
from appliance.display.fonts import LETTERS, TABLE, choose
from appliance.display.renderer import Renderer
from appliance.display.typeset import Line, Style, Typesetter, clean
from tests.display.samples import RUNNING, SHAPED, ink_pixels, is_lit, subtitles

DEEP_MARKS: dict[tuple[str, str], int] = {}
"""(language, letters) -> pixels that a rare mark may reach beyond the panel or into the status row."""


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter()


def lines(typesetter: Typesetter, language: str, letters: str) -> list[Line]:
    text = clean(RUNNING[language])
    return typesetter.set_lines(text, Style(language, choose(language, letters), 126))


def test_there_is_running_text_of_all_sixty() -> None:
    assert set(RUNNING) == set(TABLE)
    assert {code for code, text in RUNNING.items() if not 400 <= len(text) <= 500} == {"ms", "yue"}
    assert all(100 <= len(RUNNING[code]) <= 220 for code in ("ms", "yue"))


@pytest.mark.parametrize("language", RUNNING)
def test_no_unknown_glyph_and_no_stranger(typesetter: Typesetter, language: str) -> None:
    text = clean(RUNNING[language])
    style = Style(language, choose(language), 126)
    assert typesetter.unknown_glyphs(text, style) == 0
    families = {run.family for run in typesetter.describe(text, style)}
    assert choose(language).family in families
    assert families <= {choose(language).family, "DejaVu Sans"}


@pytest.mark.parametrize("letters", LETTERS)
@pytest.mark.parametrize("language", RUNNING)
def test_every_line_has_ink_and_stays_on_the_panel(typesetter: Typesetter, language: str, letters: str) -> None:
    font = choose(language, letters)
    last = 12 + font.base_under_status + (52 // font.pitch - 1) * font.pitch
    slack = DEEP_MARKS.get((language, letters), 0)
    for line in lines(typesetter, language, letters):
        assert line.ink is not None, "a line without ink"
        pixels = ink_pixels(line.ink)
        assert min(x for x, _ in pixels) >= -1
        assert max(x for x, _ in pixels) <= 126
        assert 12 + font.base_under_status + min(y for _, y in pixels) >= 10 - slack
        assert last + max(y for _, y in pixels) <= 63 + slack


@pytest.mark.parametrize("language", RUNNING)
def test_every_row_of_a_frame_is_lit(language: str) -> None:
    """The text grows as it comes, and the frame shows as many rows as fit, none of them blank."""
    renderer = Renderer(128, 64, 1)
    half = len(RUNNING[language]) // 2
    renderer.draw(subtitles(language, RUNNING[language][:half]))
    frame = renderer.draw(subtitles(language, RUNNING[language]))
    font = choose(language)
    for row in range(52 // font.pitch):
        baseline = 12 + font.base_under_status + row * font.pitch
        band = range(baseline - font.px // 2, min(baseline, 64))
        assert any(is_lit(frame, x, y) for y in band for x in range(128)), f"row {row}"


@pytest.mark.parametrize("language", SHAPED)
def test_letters_are_joined_stacked_or_turned(typesetter: Typesetter, language: str) -> None:
    """With a wall between all letters (U+200C) the ink is another: shaping has done something here."""
    style = Style(language, choose(language), 1000)
    assert typesetter.unknown_glyphs(SHAPED[language], style) == 0
    if language == "he":
        runs = [run.text for run in typesetter.describe(SHAPED[language], style)]
        assert runs[-1].startswith("שלום"), "Hebrew starts at the right"
        assert runs[0].endswith(".")
        return
    (shaped,) = typesetter.set_lines(SHAPED[language], style)
    (apart,) = typesetter.set_lines("\u200c".join(SHAPED[language]), style)
    assert shaped.ink is not None
    assert apart.ink is not None
    assert ink_pixels(shaped.ink) != ink_pixels(apart.ink)


def test_a_vowel_written_second_stands_first(typesetter: Typesetter) -> None:
    """Hindi and Bengali "ki": the vowel sign is behind the consonant in the text and left of it on the panel."""
    for language, consonant, syllable in (("hi", "क", "कि"), ("mr", "क", "कि"), ("bn", "ক", "কি"), ("pa", "ਕ", "ਕਿ")):
        style = Style(language, choose(language), 126)
        (alone,), (both,) = (typesetter.set_lines(text, style) for text in (consonant, syllable))
        assert alone.ink is not None
        assert both.ink is not None
        body = {p for p in ink_pixels(alone.ink) if p[1] > -7}
        shifted = [
            dx for dx in range(1, 12) if len({(x + dx, y) for x, y in body} & ink_pixels(both.ink)) > 0.9 * len(body)
        ]
        assert shifted, f"{language}: the consonant did not move to the right"


def test_a_long_text_leaves_no_trace_of_what_has_rolled_away() -> None:
    """Only what is seen counts: another beginning with the same end gives the same picture at the foot."""
    end = "and this is the end of it"
    first = Renderer(128, 64, 1).draw(subtitles("en", "aaa bbb ccc", end))
    other = Renderer(128, 64, 1).draw(subtitles("en", "xxx yyy zzz", end))
    rows = 128 // 8
    assert first.data[38 * rows :] == other.data[38 * rows :]
    assert Sentence(end).text == end
