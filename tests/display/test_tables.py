"""The menu, pre-flight and cost."""

from dataclasses import replace

import pytest

from appliance.core.model.views import Mark, MenuRow, MenuView, TableRow, TableView, View
from appliance.display.pictograms import picture
from appliance.display.renderer import Renderer
from appliance.protocol.languages import LANGUAGES
from tests.display.samples import lit, status

ROWS = tuple(
    MenuRow(code, one.native_name, one.speaks, "" if one.speaks else "reads") for code, one in LANGUAGES.items()
)
TABLE = TableView(
    status(), "Check", tuple(TableRow(name, "", Mark.GOOD) for name in ("one", "two", "three", "four", "five"))
)


def ink(view: View, width: int = 128) -> set[tuple[int, int]]:
    return lit(Renderer(width, 64, 1).draw(view))


def has(name: str, found: set[tuple[int, int]], columns: range, rows: range) -> bool:
    dots = {(x, y) for y, row in enumerate(picture(name)[0]) for x in row}
    return any({(x + dx, y + dy) for x, y in dots} <= found for dx in columns for dy in rows)


@pytest.mark.parametrize("chosen", range(len(ROWS)))
def test_the_menu_marks_what_is_spoken_and_what_is_read(chosen: int) -> None:
    found = ink(MenuView(ROWS, chosen))
    assert has("pointer", found, range(1, 2), range(20, 25))
    mark = "loudspeaker" if ROWS[chosen].speaks else "eye"
    assert has(mark, found, range(110, 128), range(17, 26))
    name = {(x, y) for x, y in found if 10 <= x < 112 and 17 < y < 33}
    assert name, "the chosen name"
    assert bool({p for p in found if p[1] > 51}) != ROWS[chosen].speaks, "the note stands at the foot"


def test_the_ends_of_the_menu_are_empty() -> None:
    first, last = ink(MenuView(ROWS, 0)), ink(MenuView(ROWS, len(ROWS) - 1))
    assert not {p for p in first if p[1] < 15}
    assert not {p for p in last if 35 < p[1] < 50}
    assert ink(MenuView(ROWS, 99)) == {(x, y) for x in range(4, 127, 4) for y in (16, 34)}


def test_a_table_shows_as_many_rows_as_fit_from_the_first() -> None:
    found = ink(TABLE)
    assert [has("good", found, range(110, 128), range(y, y + 10)) for y in (25, 38, 51)] == [True, True, True]
    assert ink(replace(TABLE, first=1)) != found
    assert ink(replace(TABLE, first=3)) < ink(TABLE) | ink(replace(TABLE, first=3))
    wide = ink(TABLE, 256)
    assert has("good", wide, range(110, 128), range(25, 35))
    assert has("good", wide, range(240, 256), range(25, 35)), "two columns"


def test_marks_differ() -> None:
    def of(mark: Mark) -> frozenset[tuple[int, int]]:
        return frozenset(ink(TableView(status(), "", (TableRow("one", "", mark),))))

    assert len({of(mark) for mark in Mark}) == len(Mark)


def test_values_end_at_the_right_and_in_hebrew_at_the_left() -> None:
    row = TableRow("Minutes", "37 / 240")
    found = ink(TableView(status(), "Cost", (row,)))
    value = {(x, y) for x, y in found if 25 < y < 37 and x > 64}
    assert 124 <= max(x for x, _ in value) <= 126
    hebrew = ink(TableView(status(), "עלות", (TableRow("דקות", "37 / 240"),), "he"))
    assert min(x for x, y in hebrew if 25 < y < 37) <= 3
    assert max(x for x, y in hebrew if 25 < y < 37) >= 123
