"""Shaping, fallback and rasters, for all sixty languages."""

import pytest

from appliance.display import fontconfig
from appliance.display.fonts import LETTERS, TABLE, choose, unfurnished_languages
from appliance.display.typeset import LINE_SEPARATOR, Style, Typesetter, clean
from appliance.errors import DrawingError
from tests.display.samples import MIXED, SAMPLES, ink_pixels

DEEP_MARKS: dict[tuple[str, str], int] = {}
"""(language, letters) -> pixels that the sample's marks may reach into the next row's place or the status row."""

COMMON = {"DejaVu Sans"}  # Latin, digits, some punctuation, everywhere


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter()


def style(language: str, letters: str = "normal", grey: bool = False) -> Style:
    return Style(language, choose(language, letters), 126, grey)


def test_the_samples_are_the_sixty() -> None:
    assert set(SAMPLES) == set(TABLE)


@pytest.mark.parametrize("language", SAMPLES)
def test_no_unknown_glyph_and_the_expected_font(typesetter: Typesetter, language: str) -> None:
    text = SAMPLES[language] + " B7, 18:45 (3)."
    assert typesetter.unknown_glyphs(text, style(language)) == 0
    families = {run.family for run in typesetter.describe(text, style(language))}
    own = choose(language).family
    assert own in families
    assert families <= COMMON | {own}


def test_no_language_lacks_its_font_here() -> None:
    assert unfurnished_languages() == (), [fontconfig.lack(TABLE[code].family) for code in unfurnished_languages()]


def test_hangul_never_comes_from_the_sharp_bitmaps(typesetter: Typesetter) -> None:
    for language in ("en", "zh", "ko"):
        runs = typesetter.describe("모든 인간", style(language))
        assert "WenQuanYi Zen Hei Sharp" not in {run.family for run in runs if run.text.strip()}


@pytest.mark.parametrize("letters", LETTERS)
@pytest.mark.parametrize("language", SAMPLES)
def test_every_line_has_ink_and_stays_in_its_place(typesetter: Typesetter, language: str, letters: str) -> None:
    chosen = style(language, letters)
    font = chosen.font
    last = 12 + font.base_under_status + (52 // font.pitch - 1) * font.pitch
    slack = DEEP_MARKS.get((language, letters), 0)
    for line in typesetter.set_lines(SAMPLES[language], chosen):
        assert line.ink is not None
        pixels = ink_pixels(line.ink)
        assert pixels
        assert min(x for x, _ in pixels) >= -1, "over the left edge of the panel"
        assert max(x for x, _ in pixels) <= 126, "over the right edge"
        assert 12 + font.base_under_status + min(y for _, y in pixels) >= 10 - slack, "into the status row"
        assert last + max(y for _, y in pixels) <= 63 + slack, "below the panel"


@pytest.mark.parametrize("language", SAMPLES)
def test_every_run_alone_has_ink(typesetter: Typesetter, language: str) -> None:
    for run in typesetter.describe(SAMPLES[language], style(language)):
        if any(letter.isalnum() for letter in run.text):
            lines = typesetter.set_lines(clean(run.text), style(language))
            assert any(line.ink is not None for line in lines), run


def test_rn_is_not_m(typesetter: Typesetter) -> None:
    """11 px passes every reading machine, and merges them for people."""

    def columns(text: str) -> set[int]:
        (line,) = typesetter.set_lines(text, style("en"))
        assert line.ink is not None
        return {x for x, y in ink_pixels(line.ink) if -9 <= y <= 0}

    for pair in ("rn", "cl"):
        inked = columns(pair)
        assert set(range(min(inked), max(inked) + 1)) - inked, f"no blank column inside {pair}"
    m = columns("m")
    assert set(range(min(m), max(m) + 1)) == m


@pytest.mark.parametrize("language", MIXED)
def test_mixed_directions_come_in_reading_order(typesetter: Typesetter, language: str) -> None:
    """On one long line, from the right: B7, 18:45, the name as Latin from left to right, (3), the full stop last."""
    wide = Style(language, choose(language), 2000)
    runs = [run.text for run in typesetter.describe(MIXED[language], wide)]
    visual = "".join(runs)
    places = [visual.index(word) for word in ("3", "Hotel Paris", "18:45", "B7")]
    assert places == sorted(places)
    assert runs[0].endswith("."), "the full stop ends the line at the left"
    assert sorted(visual) == sorted(MIXED[language])
    (line,) = typesetter.set_lines(MIXED[language], wide)
    assert line.ink is not None
    assert max(x for x, _ in ink_pixels(line.ink)) >= 1990, "does not start at the right"


def test_forced_breaks_and_offsets(typesetter: Typesetter) -> None:
    text = f"é{LINE_SEPARATOR}ab"
    first, second = typesetter.set_lines(text, style("fr"))
    assert (first.start, first.end) == (0, 2)
    assert (second.start, second.end) == (2, 4)
    assert clean("a\nb\u2028c\td") == "a b c d"


def test_marks_are_measured(typesetter: Typesetter) -> None:
    (line,) = typesetter.set_lines("abc def", style("en"), mark=4)
    (plain,) = typesetter.set_lines("abc def", style("en"))
    assert line.ink is not None
    assert plain.ink is not None
    assert ink_pixels(line.ink) == ink_pixels(plain.ink), "the mark must not change a glyph"
    ((start, end),) = line.marked
    assert plain.marked == ()
    right = [x for x, _ in ink_pixels(line.ink) if x >= start]
    assert abs(min(right) - start) <= 1
    assert abs(max(right) - end) <= 2
    (rtl,) = typesetter.set_lines("כל בני", style("he"), mark=3)
    assert max(end for _, end in rtl.marked) < 126 - 5, "the tail stands at the left"


def test_grey_keeps_shades_and_dims_the_tail(typesetter: Typesetter) -> None:
    (line,) = typesetter.set_lines("nnnn nnnn", style("en", "large", grey=True), mark=5)
    assert line.ink is not None
    values = bytes(line.ink.surface.get_data())
    assert len(set(values)) > 4
    stride, at = line.ink.surface.get_stride(), line.marked[0][0] - line.ink.left
    tail = max(max(values[y * stride + at : (y + 1) * stride]) for y in range(line.ink.surface.get_height()))
    assert max(values) >= 250
    assert 90 <= tail <= 130


def test_threshold_gives_black_and_white(typesetter: Typesetter) -> None:
    for line in typesetter.set_lines(SAMPLES["ar"], style("ar")):
        assert line.ink is not None
        assert set(bytes(line.ink.surface.get_data())) <= {0, 255}


def test_no_hyphens_in_long_words(typesetter: Typesetter) -> None:
    lines = typesetter.set_lines("m" * 60, style("en"))
    assert len(lines) > 3
    tops = [y for line in lines for _, y in ink_pixels(line.ink) if line.ink]
    assert max(tops) == -1, "only x-height letters"
    widths = {max(x for x, _ in ink_pixels(line.ink)) for line in lines[:-1]}
    assert len(widths) == 1


def test_contexts_are_bounded(typesetter: Typesetter) -> None:
    for language in SAMPLES:
        typesetter.warm(style(language))
    assert len(typesetter._contexts) <= 24


def test_a_full_set_of_contexts_goes_with_its_fonts_and_draws_the_same_again(typesetter: Typesetter) -> None:
    first = typesetter.set_lines(SAMPLES["th"], style("th"))
    fonts = typesetter._map
    for language in SAMPLES:
        typesetter.warm(style(language))
    assert typesetter._map is not fonts
    again = typesetter.set_lines(SAMPLES["th"], style("th"))
    assert [ink_pixels(line.ink) for line in again if line.ink] == [ink_pixels(line.ink) for line in first if line.ink]


@pytest.mark.parametrize("letters", LETTERS)
def test_marks_above_thai_letters_are_told_apart(typesetter: Typesetter, letters: str) -> None:
    """They differ by a pixel or two at the normal size: at least they must differ."""
    marks = ("กิ", "กี", "กึ", "กื", "กั", "ก็", "ก่", "ก้", "ก๊", "ก๋", "ก์")
    drawn = set()
    for text in marks:
        (line,) = typesetter.set_lines(text, style("th", letters))
        assert line.ink is not None
        drawn.add(frozenset(ink_pixels(line.ink)))
    assert len(drawn) == len(marks)


@pytest.mark.parametrize("mark", ["\u0301", "\u0323"])  # above and below the letter
@pytest.mark.parametrize("letters", LETTERS)
def test_a_stack_of_marks_higher_than_any_surface_is_drawn_as_far_as_it_is_seen(
    typesetter: Typesetter, letters: str, mark: str
) -> None:
    style_ = style("vi", letters)
    (line,) = typesetter.set_lines("a" + mark * 20_000, style_)
    assert line.ink is not None
    assert line.ink.surface.get_height() <= 4 * style_.font.pitch


def test_what_cairo_refuses_is_an_error_of_that_picture(
    typesetter: Typesetter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(width: int, height: int) -> None:
        typesetter._cairo.ImageSurface(typesetter._cairo.FORMAT_A8, 40_000, 40_000)

    monkeypatch.setattr(typesetter, "surface", refuse)
    with pytest.raises(DrawingError, match=r"^4 letters of en: ") as caught:
        typesetter.set_lines("word", style("en"))
    assert "word" not in str(caught.value)


@pytest.mark.parametrize(
    "emoji", ["\U0001f600", "\U0001fae0", "\U0001f1e9\U0001f1ea", "\U0001f3f4\U000e0067\U000e007f"]
)
@pytest.mark.parametrize("language", ["en", "ar", "zh", "kn"])
def test_emoji_are_left_out_and_never_a_box_of_digits(typesetter: Typesetter, language: str, emoji: str) -> None:
    said = clean(f"7 {emoji} 8")
    assert len(said) == len(emoji) + 4
    assert said.split() == ["7", "8"]
    assert typesetter.unknown_glyphs(said, style(language)) == 0
