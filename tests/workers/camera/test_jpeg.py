import io

import numpy as np
import pytest
from PIL import Image

from appliance.errors import DeviceError, Kind
from appliance.workers.camera.jpeg import GREY_SIZE, bytes_for, develop, encoded
from appliance.workers.camera.policy import SHARP_BYTES, USUAL_BYTES, Order

USUAL = Order(640, 360, USUAL_BYTES, False)
SHARP = Order(1_280, 720, SHARP_BYTES, True)


def noise(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8))


def jpeg(picture: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", **options)
    return stream.getvalue()


def look(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    assert picture.format == "JPEG"
    return picture


def test_what_is_small_and_plain_goes_through_as_it_is() -> None:
    data = jpeg(Image.new("RGB", (640, 360), (10, 200, 10)))
    picture = develop(data, USUAL, 7)
    assert picture is not None
    assert picture.jpeg is data
    assert (picture.width, picture.height, picture.sharp, picture.at) == (640, 360, False, 7)
    assert len(picture.grey) == GREY_SIZE[0] * GREY_SIZE[1]


def test_what_is_said_beside_the_picture_is_taken_out() -> None:
    exif = Image.Exif()
    exif[0x010F] = "a maker's name"
    green = Image.new("RGB", (64, 36), (10, 200, 10))
    for data in (jpeg(green, exif=exif), jpeg(green, comment=b"where it was"), jpeg(green) + b"and a film behind it"):
        picture = develop(data, USUAL, 0)
        assert picture is not None
        assert picture.jpeg != data
        for words in (b"Exif", b"maker", b"where it was", b"film"):
            assert words not in picture.jpeg
        assert look(picture.jpeg).size == (64, 36)


def test_4k_becomes_what_was_ordered() -> None:
    picture = develop(jpeg(noise(3_840, 2_160), quality=90), SHARP, 0)
    assert picture is not None
    assert look(picture.jpeg).size == (picture.width, picture.height)
    assert picture.width <= 1_280
    assert picture.height <= 720
    assert len(picture.jpeg) <= SHARP_BYTES


@pytest.mark.parametrize("most_bytes", [4_000, 13_677, 50_000])
def test_quality_falls_then_size(most_bytes: int) -> None:
    picture = develop(jpeg(noise(640, 360), quality=95), Order(640, 360, most_bytes, False), 0)
    assert picture is not None
    assert len(picture.jpeg) <= most_bytes
    assert look(picture.jpeg).size == (picture.width, picture.height)


def test_a_usual_picture_stays_below_100_kb_whoever_orders_more() -> None:
    picture = develop(jpeg(noise(640, 360), quality=100), Order(640, 360, 400_000, False), 0)
    assert picture is not None
    assert len(picture.jpeg) < 100_000
    assert (bytes_for(640, 360), bytes_for(640, 361)) == (USUAL_BYTES, SHARP_BYTES)


def test_what_cannot_be_small_enough_is_none() -> None:
    assert develop(jpeg(noise(640, 360)), Order(640, 360, 100, False), 0) is None
    assert encoded(noise(1, 1), 10) is None


@pytest.mark.parametrize(
    "data",
    [b"", b"no picture", b"\xff\xd8\xff\xe0 no picture", jpeg(noise(640, 360))[:5_000], bytes(40_000_000)],
    ids=["nothing", "words", "a first byte that lies", "cut short", "far too much"],
)
def test_what_is_no_picture_is_a_broken_camera(data: bytes) -> None:
    with pytest.raises(DeviceError) as caught:
        develop(data, USUAL, 0)
    assert (caught.value.device, caught.value.kind) == ("camera", Kind.BROKEN)


def test_another_format_under_a_jpegs_name_is_refused() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (64, 36)).save(stream, "PNG")
    with pytest.raises(DeviceError):
        develop(stream.getvalue(), USUAL, 0)


def test_grey_and_cmyk_become_colour() -> None:
    for mode in ("L", "CMYK"):
        picture = develop(jpeg(Image.new(mode, (2_000, 100))), USUAL, 0)
        assert picture is not None
        assert look(picture.jpeg).mode == "RGB"


def test_what_is_turned_on_its_side_is_measured_on_its_side() -> None:
    data = jpeg(Image.new("RGB", (360, 640)))
    picture = develop(data, USUAL, 0)
    assert picture is not None
    assert picture.jpeg is data
    large = develop(jpeg(Image.new("RGB", (2_160, 3_840))), USUAL, 0)
    assert large is not None
    assert (large.width, large.height) == (360, 640)
