"""Rectangles hold every difference, and are worth it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.adapters.oled.changes import Grid, Rect, changes

PAGES = Grid(rows=8, row_bytes=128, step=1, opening_bytes=10, is_tall=True)
SINGLE = Grid(rows=8, row_bytes=128, step=1, opening_bytes=7, is_tall=False)
ROWS = Grid(rows=64, row_bytes=128, step=2, opening_bytes=7, is_tall=True)
GRIDS = {"pages": PAGES, "single pages": SINGLE, "rows": ROWS}


def covered(grid: Grid, rects: tuple[Rect, ...]) -> set[int]:
    return {y * grid.row_bytes + x for r in rects for y in range(r.top, r.bottom) for x in range(r.left, r.right)}


def cost(grid: Grid, rects: tuple[Rect, ...]) -> int:
    return sum(rect.size + grid.opening_bytes for rect in rects)


@pytest.mark.parametrize("name", list(GRIDS))
@given(seed=st.integers(0, 2**32), dots=st.integers(0, 60), clusters=st.integers(0, 4))
def test_every_difference_is_in_a_rectangle_that_the_panel_can_take(
    name: str, seed: int, dots: int, clusters: int
) -> None:
    grid, chance = GRIDS[name], random.Random(seed)
    size = grid.rows * grid.row_bytes
    old = chance.randbytes(size)
    new = bytearray(old)
    for _ in range(dots):
        new[chance.randrange(size)] ^= chance.randrange(1, 256)
    for _ in range(clusters):
        start = chance.randrange(size)
        new[start : start + 100] = chance.randbytes(len(new[start : start + 100]))
    rects = changes(grid, old, bytes(new))
    assert {at for at in range(size) if old[at] != new[at]} <= covered(grid, rects)
    assert cost(grid, rects) <= cost(grid, grid.whole)
    for rect in rects:
        assert 0 <= rect.top < rect.bottom <= grid.rows
        assert 0 <= rect.left < rect.right <= grid.row_bytes
        assert rect.left % grid.step == rect.right % grid.step == 0
        assert grid.is_tall or rect.bottom == rect.top + 1


def test_equal_memories_need_nothing() -> None:
    assert changes(PAGES, bytes(1024), bytes(1024)) == ()


def test_one_byte_is_one_rectangle() -> None:
    new = bytearray(1024)
    new[3 * 128 + 17] = 1
    assert changes(PAGES, bytes(1024), bytes(new)) == (Rect(3, 4, 17, 18),)


def test_a_column_of_four_pixels_is_sent_whole() -> None:
    new = bytearray(64 * 128)
    new[5 * 128 + 7] = 1
    assert changes(ROWS, bytes(64 * 128), bytes(new)) == (Rect(5, 6, 6, 8),)


def test_near_changes_share_a_rectangle_and_far_ones_do_not() -> None:
    new = bytearray(1024)
    new[10] = new[21] = new[40] = 1
    assert changes(PAGES, bytes(1024), bytes(new)) == (Rect(0, 1, 10, 22), Rect(0, 1, 40, 41))


def test_a_word_over_two_pages_is_one_rectangle_where_the_controller_allows() -> None:
    new = bytearray(1024)
    new[20:50] = new[128 + 22 : 128 + 52] = b"\1" * 30
    assert changes(PAGES, bytes(1024), bytes(new)) == (Rect(0, 2, 20, 52),)
    assert changes(SINGLE, bytes(1024), bytes(new)) == (Rect(0, 1, 20, 50), Rect(1, 2, 22, 52))


def test_all_different_is_the_whole_memory() -> None:
    for grid in GRIDS.values():
        size = grid.rows * grid.row_bytes
        assert changes(grid, bytes(size), b"\1" * size) == grid.whole
        assert covered(grid, grid.whole) == set(range(size))
