"""Pictures of a folder, and a camera that misbehaves on command."""

import io
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from appliance.adapters.bench.picture_folder import CameraFaults, PictureFolder
from appliance.errors import DeviceError, Kind
from tests.adapters.virtual_clock import VirtualClock

LIMIT_S = 10.0
_ORIENTATION = 0x0112


def save(path: Path, size: tuple[int, int], colour: tuple[int, int, int] = (200, 30, 30), turned: bool = False) -> None:
    exif = Image.Exif()
    if turned:
        exif[_ORIENTATION] = 6  # to be turned by a quarter
    exif[0x010F] = "a maker's name"
    Image.new("RGB", size, colour).save(path, "JPEG", exif=exif)


def look(jpeg: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(jpeg))
    picture.load()
    return picture


def opened(folder: Path, faults: CameraFaults | None = None) -> PictureFolder:
    camera = PictureFolder(folder, faults)
    camera.open()
    return camera


def test_pictures_come_in_order_of_name_round_and_round(tmp_path: Path) -> None:
    for name, red in (("b.JPEG", 100), ("a.jpg", 20), ("c.jpg", 240)):
        save(tmp_path / name, (64, 64), (red, 0, 0))
    (tmp_path / "notes.txt").write_text("no picture")
    camera = opened(tmp_path)
    seen = [look(camera.capture(64, 64)).getpixel((32, 32))[0] for _ in range(4)]
    assert seen == pytest.approx([20, 100, 240, 20], abs=6)
    camera.close()
    camera.close()
    camera.open()
    assert look(camera.capture(64, 64)).getpixel((32, 32))[0] == pytest.approx(100, abs=6)


def test_large_ones_are_made_smaller_and_small_ones_are_left(tmp_path: Path) -> None:
    save(tmp_path / "a.jpg", (2_000, 1_000))
    save(tmp_path / "b.jpg", (100, 50))
    camera = opened(tmp_path)
    assert look(camera.capture(640, 360)).size == (640, 320)
    assert look(camera.capture(640, 360)).size == (100, 50)


def test_exif_is_taken_out_and_its_turn_obeyed(tmp_path: Path) -> None:
    save(tmp_path / "a.jpg", (400, 200), turned=True)
    jpeg = opened(tmp_path).capture(640, 360)
    assert look(jpeg).size == (180, 360)
    assert b"Exif" not in jpeg
    assert b"a maker's name" not in jpeg


def test_a_picture_full_of_noise_stays_below_the_wall(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1_080, 1_920, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.jpg", "JPEG", quality=95)
    jpeg = opened(tmp_path).capture(1_920, 1_080)
    assert len(jpeg) < 500_000
    assert len(opened(tmp_path).capture(640, 360)) < 100_000
    assert look(jpeg).format == "JPEG"


def test_what_is_no_picture_is_named_once_a_round(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    save(tmp_path / "b.jpg", (640, 480))
    whole = (tmp_path / "b.jpg").read_bytes()
    (tmp_path / "c.jpg").write_bytes(whole[: len(whole) // 2])
    camera = opened(tmp_path)
    for _ in range(2):
        with pytest.raises(DeviceError, match=r"a\.jpg is not a usable JPEG"):
            camera.capture(64, 64)
        assert look(camera.capture(64, 64)).size == (64, 48)
        with pytest.raises(DeviceError, match=r"c\.jpg is not a usable JPEG") as caught:
            camera.capture(64, 64)
        assert caught.value.kind is Kind.BROKEN


def test_missing_folder_empty_folder_vanished_file(tmp_path: Path) -> None:
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(DeviceError) as caught:
            opened(folder)
        assert (caught.value.device, caught.value.kind) == ("camera", Kind.ABSENT)
    save(tmp_path / "a.jpg", (64, 64))
    camera = opened(tmp_path)
    (tmp_path / "a.jpg").unlink()
    with pytest.raises(DeviceError) as caught:
        camera.capture(64, 64)
    assert caught.value.kind is Kind.ABSENT


def test_it_fails_delivers_garbage_and_is_late_on_command(tmp_path: Path) -> None:
    save(tmp_path / "a.jpg", (64, 64))
    clock = VirtualClock(0)
    faults = CameraFaults(clock)
    camera = opened(tmp_path, faults)
    faults.fail(Kind.GONE, times=2)
    for _ in range(2):
        with pytest.raises(DeviceError) as caught:
            camera.capture(64, 64)
        assert caught.value.kind is Kind.GONE
    faults.garbage()
    with pytest.raises(OSError, match=r"(?i)identify|broken|truncated"):
        look(camera.capture(64, 64))
    assert look(camera.capture(64, 64)).size == (64, 64)
    assert clock.now_ms() == 0
    faults.late(1_500)
    camera.capture(64, 64)
    assert clock.now_ms() == 1_500
    faults.recover()
    camera.capture(64, 64)
    assert clock.now_ms() == 1_500


def test_it_hangs_until_it_recovers(tmp_path: Path) -> None:
    save(tmp_path / "a.jpg", (64, 64))
    faults = CameraFaults(VirtualClock())
    camera = opened(tmp_path, faults)
    taken: list[bytes] = []
    faults.hang()
    thread = threading.Thread(target=lambda: taken.append(camera.capture(64, 64)), daemon=True)
    thread.start()
    assert thread.is_alive()
    assert taken == []
    faults.recover()
    thread.join(LIMIT_S)
    assert look(taken[0]).size == (64, 64)
