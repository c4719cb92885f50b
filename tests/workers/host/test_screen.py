import queue
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from appliance.adapters.bench.silent import SilentScreen
from appliance.core.model.events import Device, DeviceFailed, DeviceReady, Event
from appliance.core.model.state import State
from appliance.core.model.views import BlankView, View
from appliance.core.screen.screen import view
from appliance.errors import DeviceError, DrawingError, Kind
from appliance.ports import Frame, Screen
from appliance.workers.host import screen as module
from appliance.workers.host.heartbeats import Heartbeats
from appliance.workers.host.screen import ScreenWorker

WAIT_S = 5.0


class Panel(SilentScreen):
    """A panel that fails when told."""

    def __init__(self) -> None:
        self.failures: list[DeviceError] = []
        self.calls: list[str] = []
        self.levels: queue.Queue[int] = queue.Queue()

    def open(self) -> None:
        self.calls.append("open")

    def show(self, frame: Frame) -> None:
        if self.failures:
            raise self.failures.pop(0)
        super().show(frame)

    def dim(self, level: int) -> None:
        self.calls.append(f"dim {level}")
        self.levels.put(level)

    def close(self) -> None:
        self.calls.append("close")


class Brush:
    """Draws the n-th view in colour n; ``same`` draws all alike."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen

    def draw(self, picture: View) -> Frame:
        colour = COLOURS.setdefault(repr(picture), len(COLOURS))
        return Frame(128, 64, 1, bytes([colour]) * 1024)


COLOURS: dict[str, int] = {}


class Desk:
    def __init__(self, device: Device = Device.SCREEN) -> None:
        self.panel = Panel()
        self.made = 0
        self.events: queue.Queue[Event] = queue.Queue()
        self.shown: queue.Queue[tuple[int, str]] = queue.Queue()
        self.worker = ScreenWorker(self._make, Brush, self.events.put, self._note, Heartbeats(lambda: 0), device)

    def _note(self, frame: Frame, digest: str) -> None:
        self.shown.put((frame.data[0], digest))

    def _make(self) -> Panel:
        self.made += 1
        return self.panel


@contextmanager
def desk(*failures: DeviceError, device: Device = Device.SCREEN) -> Iterator[Desk]:
    COLOURS.clear()
    it = Desk(device)
    it.panel.failures += failures
    it.worker.start()
    try:
        yield it
    finally:
        it.worker.stop(5_000)
        assert not it.worker._thread.is_alive()


def pictures() -> tuple[View, View]:
    return view(State(), 0), BlankView()


def test_each_new_view_is_shown_and_the_same_frame_once() -> None:
    one, other = pictures()
    with desk() as box:
        assert box.events.get(timeout=WAIT_S) == DeviceReady(Device.SCREEN)
        box.worker.show(one)
        colour, digest = box.shown.get(timeout=WAIT_S)
        assert (colour, len(digest)) == (0, 16)
        box.worker.show(one)
        box.worker.show(other)
        assert box.shown.get(timeout=WAIT_S)[0] == 1
    assert box.shown.empty()
    assert box.panel.calls == ["open", "close"]


def test_the_latest_view_is_still_shown_when_it_stops() -> None:
    one, _ = pictures()
    with desk() as box:
        box.events.get(timeout=WAIT_S)
        box.worker.show(one)
        box.worker.stop(5_000)
        assert box.shown.get_nowait()[0] == 0


def test_a_panel_that_comes_back_shows_the_latest_view_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.01)
    one, _ = pictures()
    with desk(DeviceError("screen", Kind.GONE, "i2c")) as box:
        box.events.get(timeout=WAIT_S)
        box.worker.show(one)
        assert box.events.get(timeout=WAIT_S) == DeviceFailed(Device.SCREEN, "gone", "i2c")
        assert box.events.get(timeout=WAIT_S) == DeviceReady(Device.SCREEN)
        assert box.shown.get(timeout=WAIT_S)[0] == 0
        assert box.made == 1


def test_a_panel_whose_bus_comes_after_the_box_is_found_soon_and_missed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EARLY_RETRY_S", 0.01)
    monkeypatch.setattr(module, "RETRY_S", 60)
    absent = DeviceError("screen", Kind.ABSENT, "i2c")
    failures = [absent] * module.EARLY_TRIES
    monkeypatch.setattr(Panel, "open", lambda _panel: _raise(failures.pop()) if failures else None)
    with desk() as box:
        assert box.events.get(timeout=WAIT_S) == DeviceFailed(Device.SCREEN, "absent", "i2c")
        assert box.events.get(timeout=WAIT_S) == DeviceReady(Device.SCREEN)


def _raise(error: DeviceError) -> None:
    raise error


def test_stopping_does_not_wait_for_a_panel_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 60)
    one, _ = pictures()
    with desk(DeviceError("screen", Kind.GONE, "i2c")) as box:
        box.worker.show(one)
        while not isinstance(box.events.get(timeout=WAIT_S), DeviceFailed):
            continue


def test_brightness_reaches_the_panel_behind_the_picture() -> None:
    one, _ = pictures()
    with desk() as box:
        box.events.get(timeout=WAIT_S)
        box.worker.dim(16)
        assert box.panel.levels.get(timeout=WAIT_S) == 16
        box.worker.dim(0)
        assert box.panel.levels.get(timeout=WAIT_S) == 0
        box.worker.dim(0)
        box.worker.show(one)
        assert box.shown.get(timeout=WAIT_S)[0] == 0
    assert box.panel.calls == ["open", "dim 16", "dim 0", "close"]


def test_a_panel_that_comes_back_is_as_bright_as_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.01)
    one, _ = pictures()
    with desk(DeviceError("screen", Kind.GONE, "i2c")) as box:
        box.events.get(timeout=WAIT_S)
        box.worker.dim(16)
        assert box.panel.levels.get(timeout=WAIT_S) == 16
        box.worker.show(one)
        assert isinstance(box.events.get(timeout=WAIT_S), DeviceFailed)
        assert box.panel.levels.get(timeout=WAIT_S) == 16
        assert box.panel.calls == ["open", "dim 16", "open", "dim 16"]


def test_the_second_panel_tells_its_own_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.01)
    one, _ = pictures()
    with desk(DeviceError("screen", Kind.GONE, "i2c"), device=Device.GUEST_SCREEN) as box:
        assert box.events.get(timeout=WAIT_S) == DeviceReady(Device.GUEST_SCREEN)
        box.worker.show(one)
        assert box.events.get(timeout=WAIT_S) == DeviceFailed(Device.GUEST_SCREEN, "gone", "i2c")


def test_a_picture_that_cannot_be_drawn_leaves_the_one_before_and_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = pictures()
    draw = Brush.draw

    def refused(self: Brush, picture: View) -> Frame:
        if picture == other:
            raise DrawingError("9 letters of en: out of range")
        return draw(self, picture)

    with desk() as box:
        box.events.get(timeout=WAIT_S)
        monkeypatch.setattr(Brush, "draw", refused)
        box.worker.show(one)
        assert box.shown.get(timeout=WAIT_S)[0] == 0
        box.worker.show(other)
        box.worker.stop(5_000)
        assert box.shown.empty()
    assert box.events.empty()
    assert box.panel.calls == ["open", "close"]


def test_a_first_picture_that_cannot_be_drawn_leaves_the_panel_dark(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Brush, picture: View) -> Frame:
        raise DrawingError("9 letters of en: out of range")

    monkeypatch.setattr(Brush, "draw", refused)
    with desk() as box:
        box.events.get(timeout=WAIT_S)
        box.worker.show(pictures()[0])
        box.worker.stop(5_000)
        assert box.shown.empty()
