"""What a picture shows survives what cameras and encoders do to it, and nothing else passes for it."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from appliance.emulator.script.image_match import MEMORY_LIMIT, Sights, signature_of
from appliance.emulator.script.script import desk
from tests.emulator.drawing import PICTURES as PICTURES_DRAWN
from tests.emulator.drawing import write

PICTURES = [sense.picture for turn in desk().turns for sense in turn.senses]
SIGHTS = Sights(PICTURES)


def encoded(picture: Image.Image, quality: int = 70) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg)).convert("RGB")


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("width", [96, 320, 640, 1_280, 1_920])
@pytest.mark.parametrize("quality", [15, 50, 95])
def test_other_sizes_and_qualities(place: int, width: int, quality: int) -> None:
    picture = opened(PICTURES[place]).resize((width, width * 9 // 16))
    assert SIGHTS.like(encoded(picture, quality)) == PICTURES[place]


CHANGES = {
    "darker": lambda p: ImageEnhance.Brightness(p).enhance(0.7),
    "brighter": lambda p: ImageEnhance.Brightness(p).enhance(1.15),
    "paler": lambda p: ImageEnhance.Color(p).enhance(0.7),
    "cut": lambda p: p.crop((60, 30, 580, 330)),
    "turned": lambda p: p.rotate(8, fillcolor=(128, 128, 128)),
    "mirrored": ImageOps.mirror,
    "framed": lambda p: ImageOps.pad(p, (480, 480), color=(0, 0, 0)),
    "blurred": lambda p: p.filter(ImageFilter.GaussianBlur(4)),
    "upright": lambda p: p.rotate(90, expand=True),
}


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("change", list(CHANGES))
def test_what_cameras_do(place: int, change: str) -> None:
    assert SIGHTS.like(encoded(CHANGES[change](opened(PICTURES[place])))) == PICTURES[place]


@pytest.mark.parametrize("colour", ["white", "black", "grey", "skyblue", "#dceaf0", "purple", "gold", "red"])
def test_plain_areas_are_nothing_known(colour: str) -> None:
    assert SIGHTS.like(encoded(Image.new("RGB", (640, 360), colour))) is None


def test_noise_is_nothing_known() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (360, 640, 3), np.uint8)
    assert SIGHTS.like(encoded(Image.fromarray(noise))) is None


@pytest.mark.parametrize("broken", [b"", b"\xff\xd8\xff" + bytes(200), PICTURES[0][:3_000], b"GIF89a"])
def test_what_cannot_be_decoded_is_nothing_known(broken: bytes) -> None:
    assert signature_of(broken) is None
    assert SIGHTS.like(broken) is None


def test_without_known_pictures_nothing_is_known_and_answers_are_remembered_for_a_while() -> None:
    sights = Sights([])
    for n in range(MEMORY_LIMIT + 2):
        assert sights.like(PICTURES[0] + bytes(n)) is None
    assert len(Sights([b"no picture"])._known) == 0


def test_the_shipped_pictures_are_those_that_we_draw(tmp_path: Path) -> None:
    write(tmp_path)
    for drawn, shipped in zip(PICTURES_DRAWN, PICTURES, strict=True):
        assert SIGHTS.like((tmp_path / drawn).read_bytes()) == shipped
        assert len(shipped) < 20_000
