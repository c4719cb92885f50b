"""Frames lie in the memories as the controllers read them, and swim only where they may."""

import random

import pytest

from appliance.adapters.oled.controllers import CONTROLLERS
from appliance.ports import Frame

MONO = ("ssd1306", "ssd1309", "sh1106")


def pixels(width: int, lit: set[tuple[int, int]]) -> Frame:
    depth = 4 if width == 256 else 1
    rows = [["0"] * width for _ in range(64)]
    for x, y in lit:
        rows[y][x] = "1"
    digits = "".join("".join(row) for row in rows)
    data = bytes.fromhex(digits) if depth == 4 else int(digits, 2).to_bytes(1024, "big")
    return Frame(width, 64, depth, data)


@pytest.mark.parametrize("name", MONO)
def test_a_pixel_is_a_bit_of_its_page(name: str) -> None:
    chance = random.Random(5)
    lit = {(chance.randrange(128), chance.randrange(64)) for _ in range(500)} | {(0, 0), (127, 63)}
    memory = CONTROLLERS[name].pack(pixels(128, lit))
    assert len(memory) == 1024
    assert {(x, y) for x in range(128) for y in range(64) if memory[y // 8 * 128 + x] >> y % 8 & 1} == lit


def test_grey_rows_are_taken_as_they_are() -> None:
    data = random.Random(5).randbytes(8192)
    assert CONTROLLERS["ssd1322"].pack(Frame(256, 64, 4, data)) == data


@pytest.mark.parametrize("name", list(CONTROLLERS))
def test_a_picture_with_free_columns_moves_both_ways(name: str) -> None:
    panel = CONTROLLERS[name]
    chance = random.Random(6)
    lit = {(chance.randrange(1, panel.width - 1), chance.randrange(64)) for _ in range(300)}
    lit |= {(1, 0), (panel.width - 2, 63)}
    memory = panel.pack(pixels(panel.width, lit))
    for offset in (-1, 1):
        moved = panel.pack(pixels(panel.width, {(x + offset, y) for x, y in lit}))
        assert panel.shift(memory, offset) == (moved, offset)
    assert panel.shift(memory, 0) == (memory, 0)


@pytest.mark.parametrize("name", list(CONTROLLERS))
def test_nothing_is_pushed_off_the_panel(name: str) -> None:
    panel = CONTROLLERS[name]
    for y in (0, 7, 8, 63):
        left = panel.pack(pixels(panel.width, {(0, y)}))
        right = panel.pack(pixels(panel.width, {(panel.width - 1, y)}))
        assert panel.shift(left, -1) == (left, 0)
        assert panel.shift(right, 1) == (right, 0)
        assert panel.shift(left, 1)[1] == 1
        assert panel.shift(right, -1)[1] == -1
