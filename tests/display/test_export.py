"""Pictures for people without a panel."""

import io
from pathlib import Path

import pytest
from PIL import Image

from appliance.display.canvas import pack
from appliance.display.export import GifRecorder, pixels, to_half_blocks, to_png
from appliance.ports import Frame


def dotted(*lit: int, width: int = 8, height: int = 4, depth: int = 1) -> Frame:
    return pack(bytes(255 if at in lit else 0 for at in range(width * height)), width, height, depth)


@pytest.mark.parametrize("depth", [1, 4])
def test_png_is_lossless(depth: int) -> None:
    frame = dotted(0, 9, 31, depth=depth)
    image = Image.open(io.BytesIO(to_png(frame)))
    assert image.size == (8, 4)
    assert image.convert("L").tobytes() == pixels(frame)


def test_png_scales_and_looks_like_a_panel() -> None:
    image = Image.open(io.BytesIO(to_png(dotted(0), 4, oled=True)))
    assert image.size == (32, 16)
    assert image.getpixel((0, 0)) == (178, 228, 255)
    assert image.getpixel((3, 0)) == image.getpixel((4, 0)) == (6, 8, 12)
    plain = Image.open(io.BytesIO(to_png(dotted(0), 4))).convert("L")
    assert [plain.getpixel((x, 3)) for x in (0, 3, 4)] == [255, 255, 0]
    for scale in (0, 17):
        with pytest.raises(ValueError, match="outside"):
            to_png(dotted(0), scale)


def test_half_blocks() -> None:
    assert to_half_blocks(dotted(0, 9, 2, 10)) == ["▀▄█     ", "        "]
    assert to_half_blocks(dotted(0, width=8, height=3)) == ["▀       ", "        "]
    assert to_half_blocks(dotted(0, depth=4))[0][0] == "▀"


def frames_of(path: Path) -> list[tuple[int, bytes]]:
    shown = []
    with Image.open(path) as image:
        for index in range(image.n_frames):
            image.seek(index)
            shown.append((image.info["duration"], image.convert("L").tobytes()))
    return shown


def test_gif_has_true_timing_and_every_picture(tmp_path: Path) -> None:
    recorder = GifRecorder(scale=1)
    scene = [(1000, dotted(0)), (1500, dotted(0)), (2003, dotted(0, 31)), (2998, dotted()), (3500, dotted(9))]
    for at_ms, frame in scene:
        recorder.add(at_ms, frame)
    assert len(recorder) == 4, "an unchanged frame is not kept"
    path = tmp_path / "oled.gif"
    recorder.write(path, end_ms=5000)
    shown = frames_of(path)
    assert [duration for duration, _ in shown] == [1000, 1000, 500, 1500]
    lit = [{at for at, value in enumerate(data) if value > 100} for _, data in shown]
    assert lit == [{0}, {0, 31}, set(), {9}]


def test_gif_at_full_size_equals_the_frames(tmp_path: Path) -> None:
    recorder = GifRecorder(scale=3)
    for step in range(40):
        recorder.add(step * 50, dotted(step % 32, (step * 7) % 32, width=128, height=64))
    path = tmp_path / "oled.gif"
    recorder.write(path, end_ms=2000)
    shown = frames_of(path)
    assert len(shown) == 40
    assert sum(duration for duration, _ in shown) == 2000
    for step, (_, data) in enumerate(shown):
        lit = {at for at, value in enumerate(data) if value > 100}
        expected = {(y * 384) + dot * 3 + x for dot in (step % 32, (step * 7) % 32) for x in range(2) for y in range(2)}
        assert lit == expected, step


def test_gif_lets_go_of_what_lasts_less_than_two_ticks(tmp_path: Path) -> None:
    recorder = GifRecorder(scale=1)
    for at_ms, frame in ((0, dotted(0)), (5, dotted(1)), (11, dotted(2)), (100, dotted(3)), (104, dotted(4))):
        recorder.add(at_ms, frame)
    path = tmp_path / "oled.gif"
    recorder.write(path, end_ms=104)
    shown = frames_of(path)
    assert [duration for duration, _ in shown] == [100, 20]
    assert [{at for at, value in enumerate(data) if value > 100} for _, data in shown] == [{2}, {4}]


def test_gif_is_bounded_and_strict(tmp_path: Path) -> None:
    recorder = GifRecorder(frames_max=2)
    with pytest.raises(ValueError, match="nothing"):
        recorder.write(tmp_path / "oled.gif", 0)
    for at_ms in range(4):
        recorder.add(at_ms, dotted(at_ms))
    assert (len(recorder), recorder.dropped) == (2, 2)
    with pytest.raises(ValueError, match="before"):
        recorder.add(0, dotted(8))
    with pytest.raises(ValueError, match="same size"):
        recorder.add(9, dotted(8, depth=4))


def test_gif_of_a_grey_panel(tmp_path: Path) -> None:
    recorder = GifRecorder(scale=1)
    recorder.add(0, pack(bytes([255, 128, 0, 0] * 8), 8, 4, 4))
    path = tmp_path / "oled.gif"
    recorder.write(path, 100)
    ((_, data),) = frames_of(path)
    assert data[0] > data[1] > data[2]
