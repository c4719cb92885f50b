"""Screen, keys with knob and light, and camera: what a person who brings a box up is told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.adapters.bench.light import BenchLight
from appliance.config.pins import packaged
from appliance.errors import DeviceError, FaultCode, Kind
from appliance.ports import Frame
from appliance.selftest import checks
from appliance.selftest.bounded import Check
from appliance.selftest.parts import Parts, border, camera_checks, parts_of, pin_checks
from tests.adapters.virtual_clock import VirtualClock
from tests.selftest.test_checks import limits_s, loaded

ABSENT = DeviceError("the part", Kind.ABSENT, "nothing answers")


class Panel:
    """A screen that keeps what it was shown, or fails."""

    width, height, depth = 128, 64, 1

    def __init__(self, fault: DeviceError | None = None) -> None:
        self.fault = fault
        self.shown: list[Frame] = []
        self.is_open = False

    def open(self) -> None:
        self.is_open = True
        if self.fault is not None:
            raise self.fault

    def show(self, frame: Frame) -> None:
        self.shown.append(frame)

    def dim(self, level: int) -> None:
        raise AssertionError(level)

    def close(self) -> None:
        self.is_open = False


class Pressed:
    """Keys of which some are pressed at once."""

    def __init__(self, *names: str, fault: DeviceError | None = None) -> None:
        self.names = names
        self.fault = fault
        self.closed = False

    def privacy(self) -> bool:
        return False

    def start(self, post: Callable[[str, bool, int], None]) -> None:
        if self.fault is not None:
            raise self.fault
        for name in self.names:
            post(name, True, 0)
            post(name, False, 1)

    def close(self) -> None:
        self.closed = True


class Eye:
    """A camera with one picture."""

    def __init__(self, picture: bytes, fault: DeviceError | None = None) -> None:
        self.picture = picture
        self.fault = fault
        self.closed = False

    def open(self) -> None:
        if self.fault is not None:
            raise self.fault

    def capture(self, width: int, height: int) -> bytes:
        return self.picture

    def close(self) -> None:
        self.closed = True


def test_the_screen_gets_a_frame_along_its_edges_and_is_let_go() -> None:
    panel = Panel()
    finding = Parts(VirtualClock(), lambda: panel, None, None).look()
    assert finding.passed
    assert "128 x 64" in finding.words
    assert panel.shown == [border(128, 64, 1)]
    assert not panel.is_open


@pytest.mark.parametrize(("width", "height", "depth"), [(128, 64, 1), (256, 64, 4)])
def test_the_border_is_lit_at_the_edges_alone(width: int, height: int, depth: int) -> None:
    bits = "".join(f"{byte:08b}" for byte in border(width, height, depth).data)
    lit = {n // depth for n, bit in enumerate(bits) if bit == "1"}
    edges = {y * width + x for y in range(height) for x in range(width) if x in (0, width - 1) or y in (0, height - 1)}
    assert lit == edges


def test_keys_that_are_pressed_are_named_once_and_the_light_ends_dark() -> None:
    pressed, light = Pressed("talk", "louder", "louder"), BenchLight()
    finding = Parts(VirtualClock(), None, lambda: (pressed, light), None).press()
    assert finding.passed
    assert finding.words.endswith("pressed: talk, louder")
    assert (pressed.closed, light.is_on) == (True, False)
    nobody = Parts(VirtualClock(), None, lambda: (Pressed(), BenchLight()), None).press()
    assert nobody.words.endswith("none was pressed")


def test_what_fails_has_its_code_and_is_let_go() -> None:
    panel, pressed, eye = Panel(ABSENT), Pressed(fault=ABSENT), Eye(b"", ABSENT)
    parts = Parts(VirtualClock(), lambda: panel, lambda: (pressed, BenchLight()), lambda: eye)
    assert [parts.look().code, parts.press().code, parts.see().code] == [FaultCode.D1, FaultCode.K2, FaultCode.C1]
    assert (panel.is_open, pressed.closed, eye.closed) == (False, True, True)
    assert "cannot be used" in str(parts.press())
    assert Parts(VirtualClock(), None, None, lambda: Eye(b"no picture")).see().code is FaultCode.C1


def test_a_picture_is_measured() -> None:
    eye = Eye(b"\xff\xd8" + bytes(20_000))
    finding = Parts(VirtualClock(), None, None, lambda: eye).see()
    assert (finding.passed, finding.words) == (True, "it took a picture of 20 kB, which was dropped")


def test_bench_devices_are_told_and_not_opened(tmp_path: Path) -> None:
    parts = parts_of(loaded(tmp_path, camera__driver="none").settings, VirtualClock(), False)
    assert [parts.look().told, parts.press().told, parts.see().words] == [True, True, "there is none"]


def test_a_private_box_keeps_its_camera_closed(tmp_path: Path) -> None:
    settings = loaded(tmp_path, camera__driver="picamera2").settings
    assert parts_of(settings, VirtualClock(), True).see().words == "private: it is not opened"


def test_a_board_has_all_three(tmp_path: Path) -> None:
    values = {"screen__driver": "ssd1306", "keys__driver": "gpio", "camera__driver": "picamera2"}
    parts = parts_of(loaded(tmp_path, **values).settings, VirtualClock(), False)
    assert None not in (parts._screen, parts._keys, parts._camera)
    assert packaged().lights["on_air"]


def test_they_end_in_time() -> None:
    parts = Parts(VirtualClock(), None, None, None)
    assert [check.what for check in (*pin_checks(parts), *camera_checks(parts))] == ["screen", "keys", "camera"]
    assert max(limits_s(pin_checks(parts)), limits_s(camera_checks(parts))) <= 15


def test_the_boxs_own_child_has_no_such_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    def begin(found: tuple[Check, ...]) -> None:
        begun.extend(check.what for check in found)

    monkeypatch.setattr(checks, "Track", begin)
    monkeypatch.setattr(checks, "TrackApart", begin)
    settings = loaded(tmp_path, camera__driver="none")
    checks.tracks(settings, False, {}, is_box=True)
    assert {"screen", "keys", "camera"} & set(begun) == set()
    begun.clear()
    checks.tracks(settings, False, {})
    assert {"screen", "keys", "camera", "microphone"} <= set(begun)
