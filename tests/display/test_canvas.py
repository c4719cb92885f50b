"""Bits and nibbles."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.display.canvas import Canvas, pack
from appliance.display.export import pixels
from appliance.display.typeset import Typesetter
from tests.display.samples import lit

TYPESETTER = Typesetter()


def test_one_bit_leftmost_highest() -> None:
    frame = pack(bytes([255, 0, 0, 0, 0, 0, 0, 255] + [0] * 8), 8, 2, 1)
    assert frame.data == b"\x81\x00"


def test_four_bits_left_in_the_high_nibble() -> None:
    assert pack(bytes([255, 0, 17, 128]), 4, 1, 4).data == b"\xf0\x18"


@given(st.binary(min_size=64, max_size=64))
def test_packing_loses_nothing_but_shades(data: bytes) -> None:
    assert pixels(pack(data, 16, 4, 1)) == bytes(255 if value >= 128 else 0 for value in data)
    assert all(abs(a - b) <= 9 for a, b in zip(pixels(pack(data, 16, 4, 4)), data, strict=True))


def test_dots_pictures_and_flip() -> None:
    canvas = Canvas(TYPESETTER, 16, 8, 1)
    canvas.dot(-1, 0)
    canvas.dot(16, 0)
    canvas.picture(((0,), (1,)), 3, 2)
    canvas.dotted(5, 10, 7)
    expected = {(3, 2), (4, 3), (6, 7), (8, 7)}
    assert lit(canvas.finish(False)) == expected
    assert lit(canvas.finish(True)) == {(15 - x, 7 - y) for x, y in expected}


def test_a_growing_rule_keeps_its_dots() -> None:
    short, long = Canvas(TYPESETTER, 32, 8, 1), Canvas(TYPESETTER, 32, 8, 1)
    short.dotted(3, 20, 0)
    long.dotted(2, 32, 0)
    assert lit(short.finish(False)) <= lit(long.finish(False))


def test_strength_counts_on_grey_panels_only() -> None:
    mono, grey = Canvas(TYPESETTER, 8, 1, 1), Canvas(TYPESETTER, 8, 1, 4)
    for canvas in (mono, grey):
        canvas.dot(0, 0, 0.4)
    assert mono.finish(False).data == b"\x80"
    assert grey.finish(False).data == b"\x60\x00\x00\x00"
    assert not mono.is_grey
    assert grey.is_grey


def test_a_width_that_cairo_pads() -> None:
    canvas = Canvas(TYPESETTER, 10, 4, 4)
    canvas.dot(9, 3)
    assert canvas.finish(False).data == bytes(19) + b"\x0f"
