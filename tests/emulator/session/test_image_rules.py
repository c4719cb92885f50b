"""The JPEG header, read by ourselves."""

import base64
import io

import pytest
from PIL import Image

from appliance.emulator.session.image_rules import Picture, jpeg_size, judge


def real(width: int, height: int, *, progressive: bool = False) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 10, 10)).save(out, "JPEG", progressive=progressive, comment=b"x" * 300)
    return out.getvalue()


@pytest.mark.parametrize("progressive", [False, True])
def test_the_size_of_real_pictures(progressive: bool) -> None:
    data = real(641, 359, progressive=progressive)
    assert jpeg_size(data) == (641, 359)
    assert judge(base64.b64encode(data).decode()) == Picture(data, 641, 359)


def test_fill_bytes_and_markers_without_length_are_skipped() -> None:
    data = real(16, 8)
    assert jpeg_size(data[:2] + b"\xff\x01\xff" + data[2:]) == (16, 8)


@pytest.mark.parametrize("cut", range(0, 24, 3))
def test_a_picture_that_is_cut_off_is_none(cut: int) -> None:
    assert jpeg_size(real(16, 8)[:cut]) is None


@pytest.mark.parametrize(
    "data", [b"\xff\xd8\xff\xe0\x00\x01" + bytes(20), b"\xff\xd8\xff\xe0\x00\x02\x00\x00" + bytes(9)]
)
def test_broken_segments_are_none(data: bytes) -> None:
    assert jpeg_size(data) is None


@pytest.mark.parametrize(
    ("image", "says"),
    [
        (None, "missing"),
        ("", "missing"),
        ("data:image/jpeg;base64,/9j/", "not base64"),
        ("é", "not base64"),
        ("AAAA", "not a JPEG"),
        (base64.b64encode(real(1_200, 1_200)).decode(), "1080p"),
    ],
)
def test_what_is_not_taken(image: object, says: str) -> None:
    found = judge(image)
    assert isinstance(found, str)
    assert says in found
