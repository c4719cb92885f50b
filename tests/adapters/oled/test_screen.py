"""The real luma drivers over fake buses: what the models show is the frame, whatever happens on the way."""

import errno
import random
import time
from typing import Any

import pytest
from PIL import Image

from appliance.adapters.oled.buses import I2c
from appliance.adapters.oled.drivers import device
from appliance.adapters.oled.screen import CARE_MS, OledScreen
from appliance.core.model.views import BlankView
from appliance.display.renderer import Renderer
from appliance.errors import DeviceError, Kind
from appliance.ports import Frame
from tests.adapters.oled.models import MODELS, Mono, Sh1106, frame
from tests.adapters.oled.streams import LETTERS, any_view, conversation
from tests.adapters.oled.wires import Box, Wire, build, solder
from tests.adapters.virtual_clock import VirtualClock

CONTROLLERS = list(MODELS)
LANGUAGES = ("en", "fr", "de", "ru", "ar", "hi", "th", "zh", "ja", "ko")


@pytest.fixture(params=CONTROLLERS)
def box(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Box:
    return build(monkeypatch, request.param)


def moved(picture: Frame, offset: int) -> bytes:
    """The frame's bytes, each row ``offset`` pixels to the right."""
    row = picture.width * picture.depth // 8
    bits = row * 8
    rows = []
    for start in range(0, len(picture.data), row):
        number = int.from_bytes(picture.data[start : start + row], "big")
        number = number >> picture.depth if offset > 0 else number << picture.depth if offset < 0 else number
        rows.append((number & (1 << bits) - 1).to_bytes(row, "big"))
    return b"".join(rows)


def assert_shown(box: Box, picture: Frame) -> None:
    seen = box.panel.seen()
    assert seen == moved(picture, box.screen.offset)
    lost = moved(Frame(picture.width, picture.height, picture.depth, seen), -box.screen.offset)
    assert lost == picture.data, "something was pushed off the panel"


def noise(box: Box, seed: int) -> Frame:
    return frame(box.panel, random.Random(seed).randbytes(box.screen.width * box.screen.height * box.screen.depth // 8))


def show_views(box: Box, views: int, seed: int) -> None:
    chance = random.Random(seed)
    renderer = Renderer(box.screen.width, box.screen.height, box.screen.depth)
    offsets = set()
    box.screen.open()
    for _ in range(views):
        picture = renderer.draw(any_view(chance))
        box.screen.show(picture)
        assert_shown(box, picture)
        offsets.add(box.screen.offset)
        box.clock.advance(chance.choice((10, 300, 300, 3_000, CARE_MS // 4)))
    assert offsets == {-1, 0, 1}


def test_the_model_shows_every_one_of_2500_views(box: Box) -> None:
    show_views(box, 2_500, seed=1)


@pytest.mark.soak
def test_the_model_shows_every_one_of_10000_views(box: Box) -> None:
    show_views(box, 10_000, seed=2)


def whole_frame_bytes(box: Box, controller: str) -> int:
    """What luma's own ``display`` sends for any frame, also for one that did not change."""
    bus = I2c(0x3C).connect() if controller != "ssd1322" else None
    if bus is None:
        return 64 * 128 + 7
    before = box.wire.sent
    device(controller, bus.serial).display(Image.new("1", (128, 64)))
    bus.close()
    return box.wire.sent - before


@pytest.mark.parametrize("letters", LETTERS)
@pytest.mark.parametrize("controller", CONTROLLERS)
def test_subtitles_need_a_third_of_the_bytes_of_whole_frames(
    monkeypatch: pytest.MonkeyPatch, controller: str, letters: str
) -> None:
    box = build(monkeypatch, controller)
    whole = whole_frame_bytes(box, controller)
    renderer = Renderer(box.screen.width, box.screen.height, box.screen.depth)
    box.screen.open()
    box.screen.show(renderer.draw(BlankView()))
    before, frames, last = box.wire.sent, 0, b""
    for language in LANGUAGES:
        for view in conversation(language, 1, letters):
            picture = renderer.draw(view)
            box.screen.show(picture)
            frames += picture.data != last
            last = picture.data
    sent = box.wire.sent - before
    print(f"{controller} {letters}: {sent / frames:.0f} of {whole} bytes, {sent / (frames * whole):.3f}")
    assert frames > 200
    assert sent <= 0.35 * frames * whole


def test_an_equal_frame_costs_nothing(box: Box) -> None:
    box.screen.open()
    box.screen.show(noise(box, 1))
    before = box.wire.sent
    box.screen.show(noise(box, 1))
    assert box.wire.sent == before


def test_it_is_dark_until_the_first_frame_is_whole(box: Box) -> None:
    box.screen.open()
    box.screen.dim(9)
    assert not box.panel.is_on
    box.screen.show(noise(box, 1))
    assert box.panel.seen() == noise(box, 1).data
    assert box.panel.contrast == 9


def test_dim_sleep_and_wake(box: Box) -> None:
    box.screen.open()
    box.screen.show(noise(box, 1))
    box.screen.dim(30)
    assert (box.panel.is_on, box.panel.contrast) == (True, 30)
    box.screen.dim(0)
    assert not box.panel.is_on
    box.screen.show(noise(box, 2))
    assert not box.panel.is_on, "a new picture does not wake it"
    box.screen.dim(255)
    assert (box.panel.is_on, box.panel.contrast) == (True, 255)
    assert box.panel.seen() == noise(box, 2).data


def test_a_sleeping_panel_sleeps_on_through_care_and_faults(box: Box) -> None:
    box.screen.open()
    box.screen.show(noise(box, 1))
    box.screen.dim(0)
    box.clock.advance(CARE_MS)
    box.screen.show(noise(box, 1))
    assert not box.panel.is_on
    box.wire.fault_at = 3
    with pytest.raises(DeviceError):
        box.screen.show(noise(box, 2))
    box.screen.show(noise(box, 2))
    assert not box.panel.is_on
    box.screen.dim(80)
    assert box.panel.seen() == noise(box, 2).data


def test_close_leaves_the_picture_and_the_bus(box: Box) -> None:
    box.screen.open()
    box.screen.show(noise(box, 3))
    assert box.wire.open_files == 1
    box.screen.close()
    box.screen.close()
    assert box.panel.seen() == noise(box, 3).data
    assert box.wire.open_files == 0


def test_it_swims_by_a_pixel_a_minute_and_comes_back(box: Box) -> None:
    margins = Renderer(box.screen.width, box.screen.height, box.screen.depth).draw(next(conversation("en", 4)))
    box.screen.open()
    offsets = []
    for _ in range(5):
        box.screen.show(margins)
        assert_shown(box, margins)
        offsets.append(box.screen.offset)
        box.clock.advance(CARE_MS)
    assert offsets == [0, 1, 0, -1, 0]


def test_a_full_picture_does_not_swim(box: Box) -> None:
    box.screen.open()
    full = frame(box.panel, b"\xff" * len(noise(box, 1).data))
    for _ in range(5):
        box.screen.show(full)
        assert box.panel.seen() == full.data
        box.clock.advance(CARE_MS)


def test_care_repairs_a_panel_that_lost_its_supply_without_a_word(box: Box) -> None:
    box.screen.open()
    box.screen.dim(50)
    box.screen.show(noise(box, 1))
    box.panel.reset()
    box.panel.ram[:] = random.Random(9).randbytes(len(box.panel.ram))
    box.clock.advance(CARE_MS)
    box.screen.show(noise(box, 1))
    assert_shown(box, noise(box, 1))
    assert box.panel.contrast == 50


def test_care_never_darkens_the_panel(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.screen.open()
    box.screen.show(noise(box, 1))
    box.clock.advance(CARE_MS)
    dark = []
    command = type(box.panel).command

    def watch(panel: Any, byte: int) -> None:
        command(panel, byte)
        dark.append(not panel.is_on or getattr(panel, "shows", 0xA6) != 0xA6)

    monkeypatch.setattr(type(box.panel), "command", watch)
    box.screen.show(noise(box, 1))
    assert len(dark) > 15
    assert not any(dark)


def stream(box: Box) -> list[Frame]:
    """A few frames, small and large changes: short, so that every byte can be a fault."""
    renderer = Renderer(box.screen.width, box.screen.height, box.screen.depth)
    views = [*list(conversation("en", 2))[3:9:2], BlankView()]
    return [renderer.draw(view) for view in views]


def play(screen: OledScreen, frames: list[Frame]) -> None:
    """Open, show all with a brightness between, as a worker would that tries once more after a fault."""
    work = [screen.open, *(lambda picture=picture: screen.show(picture) for picture in frames[:2])]
    work += [lambda: screen.dim(60), *(lambda picture=picture: screen.show(picture) for picture in frames[2:])]
    kinds: list[Kind] = []
    for step in work:
        try:
            step()
        except DeviceError as error:
            kinds.append(error.kind)
            step()
    assert set(kinds) <= {Kind.GONE, Kind.ABSENT}


def heal(patch: pytest.MonkeyPatch, controller: str, stride: int) -> None:
    """A fault at every byte of a short transfer, and at every ``stride``th of all."""
    box = build(patch, controller)
    frames = stream(box)
    play(box.screen, frames)
    places = sorted({*box.wire.short, *range(0, box.wire.sent, stride)})
    assert len(places) >= box.wire.sent // stride
    for at in places:
        one = build(patch, controller)
        one.wire.fault_at = at
        play(one.screen, frames)
        assert one.wire.faults == 1
        assert one.panel.seen() == frames[-1].data
        assert (one.panel.is_on, one.panel.contrast) == (True, 60)
        assert not one.panel.strays
        one.screen.close()
        assert one.wire.open_files == 0


@pytest.mark.parametrize("controller", CONTROLLERS)
def test_a_fault_at_any_byte_heals(monkeypatch: pytest.MonkeyPatch, controller: str) -> None:
    # The SSD1309 is sent what the SSD1306 is; 12,000 bytes of the SSD1322 are long runs of data: all of them in soak.
    heal(monkeypatch, controller, {"ssd1309": 11, "ssd1322": 101}.get(controller, 1))


@pytest.mark.soak
def test_a_fault_at_every_single_byte_heals(monkeypatch: pytest.MonkeyPatch) -> None:
    heal(monkeypatch, "ssd1322", stride=1)


def test_the_cable_out_and_in_again(box: Box) -> None:
    box.screen.open()
    box.screen.show(noise(box, 1))
    for code in (errno.EREMOTEIO, errno.EIO, errno.ETIMEDOUT):
        box.wire.is_plugged, box.wire.error = False, code
        for number in range(3):
            with pytest.raises(DeviceError) as caught:
                box.screen.show(noise(box, number))
            assert (caught.value.device, caught.value.kind) == ("screen", Kind.GONE)
            with pytest.raises(DeviceError):
                box.screen.open()
        assert box.wire.open_files == 0
        box.panel.reset()
        box.panel.ram[:] = random.Random(8).randbytes(len(box.panel.ram))
        box.wire.is_plugged = True
        box.screen.open()
        box.screen.show(noise(box, 7))
        assert box.panel.seen() == noise(box, 7).data


@pytest.mark.parametrize("code", [errno.ENOENT, errno.EREMOTEIO])
def test_no_panel_is_absent(box: Box, code: int) -> None:
    box.wire.is_plugged, box.wire.error = False, code
    with pytest.raises(DeviceError) as caught:
        box.screen.open()
    assert caught.value.kind == Kind.ABSENT


def test_a_bus_that_this_user_may_not_use(monkeypatch: pytest.MonkeyPatch) -> None:
    box = build(monkeypatch, "ssd1306")
    box.wire.is_plugged, box.wire.error = False, errno.EACCES
    with pytest.raises(DeviceError, match="this user may not use I2C address 0x3c") as caught:
        box.screen.open()
    assert caught.value.kind == Kind.DENIED


def test_two_panels_at_once_on_one_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    staff, guest = Mono(1), Sh1106(2)
    wire = Wire({0x3C: staff, 0x3D: guest})
    solder(monkeypatch, wire)
    clock = VirtualClock()
    first, second = OledScreen("ssd1306", I2c(0x3C), clock), OledScreen("sh1106", I2c(0x3D), clock)
    first.open()
    second.open()
    chance = random.Random(4)
    for _ in range(50):
        pictures = [frame(staff, chance.randbytes(1024)) for _ in range(2)]
        first.show(pictures[0])
        second.show(pictures[1])
        assert [staff.seen(), guest.seen()] == [picture.data for picture in pictures]
    second.dim(0)
    assert (staff.is_on, guest.is_on) == (True, False)
    del wire.panels[0x3D]
    with pytest.raises(DeviceError, match="0x3d"):
        second.show(pictures[0])
    first.show(pictures[1])
    assert staff.seen() == pictures[1].data


def test_an_absent_panel_does_not_grow_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    import atexit

    box = build(monkeypatch, "ssd1306")
    box.screen.open()
    hooks: list[object] = []
    monkeypatch.setattr(atexit, "register", hooks.append)
    box.wire.is_plugged = False
    for _ in range(20):
        with pytest.raises(DeviceError):
            OledScreen("ssd1306", I2c(0x3C), box.clock).open()
    assert hooks == []


@pytest.mark.timing
def test_an_update_costs_little(box: Box) -> None:
    """The adapter and luma, without the bus: the fake one is emptied."""
    renderer = Renderer(box.screen.width, box.screen.height, box.screen.depth)
    frames = [renderer.draw(view) for view in conversation("en", 1)]
    box.screen.open()
    transfer = box.screen._connection
    assert transfer is not None
    transfer.serial.command = transfer.serial.data = lambda *_: None
    best_s = 1e9
    for _ in range(10):
        began_s = time.process_time()
        for picture in frames:
            box.screen.show(picture)
        best_s = min(best_s, time.process_time() - began_s)
    print(f"{best_s / len(frames) * 1000:.3f} ms of CPU an update")
    assert best_s / len(frames) < 0.005
