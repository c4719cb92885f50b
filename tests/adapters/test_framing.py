import io

import numpy as np
import pytest
from PIL import Image

from appliance.adapters.framing import WHOLE, Framing

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def quarters(width: int = 640, height: int = 360) -> Image.Image:
    """Red and green above, blue and white below."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(GREEN, (width // 2, 0, width, height // 2))
    picture.paste(BLUE, (0, height // 2, width // 2, height))
    picture.paste(WHITE, (width // 2, height // 2, width, height))
    return picture


def look(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg)).convert("RGB")


def colour(picture: Image.Image, across: float, down: float) -> tuple[int, ...]:
    """The nearest of the four, at a point in parts of the whole."""
    found = picture.getpixel((int(across * picture.width), int(down * picture.height)))
    return min((RED, GREEN, BLUE, WHITE), key=lambda one: sum(abs(a - b) for a, b in zip(one, found, strict=True)))


@pytest.mark.parametrize(
    ("rotation", "corners"),
    [
        (0, [RED, GREEN, BLUE, WHITE]),
        (90, [BLUE, RED, WHITE, GREEN]),
        (180, [WHITE, BLUE, GREEN, RED]),
        (270, [GREEN, WHITE, RED, BLUE]),
    ],
)
def test_it_is_turned_clockwise(rotation: int, corners: list[tuple[int, int, int]]) -> None:
    picture = look(Framing(rotation=rotation).jpeg(quarters(), 640, 640))
    assert picture.size == ((640, 360) if rotation in (0, 180) else (360, 640))
    assert [colour(picture, a, d) for d in (0.2, 0.8) for a in (0.2, 0.8)] == corners


def test_what_is_outside_the_crop_is_gone() -> None:
    picture = look(Framing((50, 0, 100, 50)).jpeg(quarters(), 640, 360))
    assert picture.size == (320, 180)
    assert {colour(picture, a, d) for a in (0.1, 0.9) for d in (0.1, 0.9)} == {GREEN}


@pytest.mark.parametrize(
    ("framing", "stream"),
    [
        (WHOLE, (640, 360)),
        (Framing(rotation=90), (640, 360)),
        (Framing((25, 25, 75, 75)), (1_280, 720)),
        (Framing((0, 0, 33, 33)), (1_920, 1_080)),
        (Framing((0, 0, 1, 100)), (1_920, 10)),
    ],
)
def test_the_sensor_delivers_so_much_that_the_rest_is_what_was_asked_for(
    framing: Framing, stream: tuple[int, int]
) -> None:
    assert framing.stream(640, 360) == stream


def test_it_stays_below_the_walls_and_within_the_size() -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (1_080, 1_920, 3), dtype=np.uint8))
    for size, wall in (((640, 360), 100_000), ((1_280, 720), 500_000), ((1_920, 1_080), 500_000)):
        jpeg = WHOLE.jpeg(noise, *size)
        assert len(jpeg) < wall
        assert look(jpeg).width <= size[0]
        assert look(jpeg).height <= size[1]


@pytest.mark.parametrize(
    "wrong", [((50, 0, 50, 100), 0), ((0, 60, 100, 50), 0), ((0, 0, 101, 100), 0), (WHOLE.crop, 45)]
)
def test_what_is_no_framing_is_a_bug(wrong: tuple[tuple[int, int, int, int], int]) -> None:
    with pytest.raises(AssertionError):
        Framing(*wrong)
