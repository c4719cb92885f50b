"""The contract of ``Camera``, over every adapter."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from appliance.adapters import captures
from appliance.ports import Camera
from tests.contract.bench import CAMERAS


@pytest.fixture(params=list(CAMERAS))
def camera(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Camera]:
    camera = CAMERAS[request.param](tmp_path)
    yield camera
    camera.close()


@pytest.mark.parametrize("size", [(640, 360), (1_280, 720), (32, 32)])
def test_a_capture_is_one_small_jpeg_without_exif(camera: Camera, size: tuple[int, int]) -> None:
    camera.open()
    jpeg = camera.capture(*size)
    picture = Image.open(io.BytesIO(jpeg))
    picture.load()
    assert picture.format == "JPEG"
    assert picture.width <= size[0]
    assert picture.height <= size[1]
    assert len(jpeg) < 500_000
    assert not picture.getexif()


def test_it_can_be_closed_twice_and_opened_again(camera: Camera) -> None:
    camera.close()
    for _ in range(2):
        camera.open()
        assert camera.capture(64, 64)
        camera.close()
        camera.close()


def test_every_opening_is_counted_and_nothing_else_is(camera: Camera) -> None:
    before = captures.opened()["folder"]
    camera.close()
    camera.open()
    camera.capture(64, 64)
    camera.close()
    assert captures.opened()["folder"] == before + 1
