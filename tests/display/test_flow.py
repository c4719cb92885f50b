"""Words as large as there is room, and rows that stay on the panel."""

from itertools import pairwise

import pytest

from appliance.display import flow
from appliance.display.canvas import Canvas
from appliance.display.flow import Words
from appliance.display.fonts import FontChoice, choose
from appliance.display.typeset import Line, Typesetter

TYPESETTER = Typesetter()
CANVAS = Canvas(TYPESETTER, 128, 64, 1)
FONT = choose("en")


def rows(*texts: str, language: str = "en") -> list[tuple[Line, FontChoice]]:
    found = []
    for text in texts:
        setting = flow.set_words(TYPESETTER, Words(text, language), CANVAS, 126)
        found += [(line, setting.font) for line in setting.lines]
    return found


def inside(found: list[int], lines: list[tuple[Line, FontChoice]]) -> bool:
    spans = [flow.span(line) for line, _ in lines]
    return all(y + up >= 0 and y + down < 64 for y, (up, down) in zip(found, spans, strict=True))


def test_the_first_size_that_fits_is_taken() -> None:
    def choices(text: str) -> list[list[Words]]:
        return [[Words(text, "en", size)] for size in ("huge", "large", "normal", "small")]

    def px(text: str, height: int) -> int:
        return flow.first_that_fits(TYPESETTER, choices(text), CANVAS, 126, height)[0].font.px

    assert px("Ready", 26) == 24
    assert px("Ready", 20) == 16
    assert px("Ready", 14) == 12
    assert px("Ready", 5) == 10, "nothing fits: the smallest"
    assert px("Donaudampfschiffahrt", 64) == 12, "large words are not broken inside"


def test_small_is_for_latin_only() -> None:
    assert [flow.font_of(Words("", code, "small")).px for code in ("en", "ru", "vi", "ar", "zh")] == [
        10,
        10,
        13,
        14,
        12,
    ]
    assert flow.set_words(TYPESETTER, Words("", "en"), CANVAS, 126).height == 0


def test_rows_stand_at_their_pitch_where_they_can() -> None:
    lines = rows("one", "two")
    assert flow.places(lines, 12, 64) == [22, 35]
    assert flow.places([], 12, 64) == []


def test_rows_move_as_one_where_that_is_enough() -> None:
    lines = rows("one", "gap")
    moved = flow.places(lines, 40, 64)
    assert moved[1] - moved[0] == FONT.pitch
    assert inside(moved, lines)
    tall = rows("É")
    assert flow.places(tall, 0, 64)[0] == -flow.span(tall[0][0])[0]


@pytest.mark.parametrize("count", [5, 6])
def test_rows_draw_together_before_one_leaves_the_panel(count: int) -> None:
    lines = rows(*["mean"] * count)
    found = flow.places(lines, 0, 64)
    assert inside(found, lines)
    steps = {below - above for above, below in pairwise(found)}
    assert min(steps) >= 9
    assert max(steps) <= FONT.pitch


def test_a_line_without_ink_takes_no_room() -> None:
    assert flow.span(Line(0, 0, None)) == (0, 0)
