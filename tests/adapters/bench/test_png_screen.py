"""Pictures of the panel as numbered files."""

import io
from pathlib import Path

import pytest
from PIL import Image

from appliance.adapters.bench.png_screen import PngScreen
from appliance.errors import DeviceError, Kind
from appliance.ports import Frame
from tests.adapters.virtual_clock import VirtualClock


def frame(number: int) -> Frame:
    return Frame(128, 64, 1, bytes([number]) * 1_024)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def opened(folder: Path, clock: VirtualClock, max_pictures: int = 100) -> PngScreen:
    screen = PngScreen(folder, clock, max_pictures=max_pictures)
    screen.open()
    return screen


def test_each_change_is_a_file(tmp_path: Path) -> None:
    clock = VirtualClock(9_000)
    screen = opened(tmp_path / "a" / "b", clock)
    screen.show(frame(1))
    clock.advance(500)
    screen.show(frame(1))
    clock.advance(11_845)
    screen.show(frame(2))
    screen.close()
    assert names(tmp_path / "a" / "b") == ["000001-000000000ms.png", "000002-000012345ms.png"]


def test_it_is_the_picture(tmp_path: Path) -> None:
    screen = opened(tmp_path, VirtualClock())
    data = bytearray(1_024)
    data[0] = 0x80  # the pixel at the top left
    screen.show(Frame(128, 64, 1, bytes(data)))
    picture = Image.open(io.BytesIO((tmp_path / names(tmp_path)[0]).read_bytes())).convert("L")
    scale = picture.width // 128
    lit = picture.getpixel((scale // 2, scale // 2))
    dark = picture.getpixel((picture.width // 2, picture.height // 2))
    assert lit > dark


def test_dark_is_a_picture_and_light_brings_the_old_one_back(tmp_path: Path) -> None:
    screen = opened(tmp_path, VirtualClock())
    screen.dim(0)
    screen.dim(255)
    assert names(tmp_path) == []
    screen.show(frame(3))
    screen.dim(40)
    assert len(names(tmp_path)) == 1
    screen.dim(0)
    screen.dim(0)
    screen.dim(255)
    first, dark, third = [(tmp_path / name).read_bytes() for name in names(tmp_path)]
    assert first == third
    assert dark != first


def test_at_the_bound_the_oldest_goes(tmp_path: Path) -> None:
    (tmp_path / "mine.png").write_bytes(b"stays")
    screen = opened(tmp_path, VirtualClock(), max_pictures=3)
    for number in range(1, 6):
        screen.show(frame(number))
    assert [name[:6] for name in names(tmp_path)] == ["000003", "000004", "000005", "mine.p"]


def test_numbers_go_on_after_those_that_are_there(tmp_path: Path) -> None:
    opened(tmp_path, VirtualClock()).show(frame(1))
    screen = opened(tmp_path, VirtualClock(), max_pictures=1)
    screen.show(frame(1))
    assert [name[:6] for name in names(tmp_path)] == ["000002"]


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DeviceError) as caught:
        opened(tmp_path / "file", VirtualClock())
    assert (caught.value.device, caught.value.kind) == ("screen", Kind.BROKEN)


def test_a_folder_that_goes_away_can_be_opened_again(tmp_path: Path) -> None:
    screen = opened(tmp_path / "a", VirtualClock())
    (tmp_path / "a").rmdir()
    with pytest.raises(DeviceError):
        screen.show(frame(1))
    screen.open()
    screen.show(frame(1))
    assert len(names(tmp_path / "a")) == 1


def test_grey_panels_too(tmp_path: Path) -> None:
    screen = PngScreen(tmp_path, VirtualClock(), width=256, height=64, depth=4)
    screen.open()
    screen.show(Frame(256, 64, 4, bytes(8_192)))
    assert len(names(tmp_path)) == 1
