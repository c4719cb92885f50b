"""``core/devices/camera.py``: when the camera looks, and what its key asks for.

Responsible for: the key and the three modes. Must not: know when a picture goes out (``tests/workers`` do).
"""

import pytest

from appliance.core.model.effects import CloseCamera, CloseMicrophone, Effect, OpenCamera, TakePicture, WipeSound
from appliance.core.model.events import (
    CameraTurned,
    Device,
    DeviceFailed,
    DeviceReady,
    Key,
    LineLost,
    Loss,
    MicrophoneClosed,
    MicrophoneEnded,
    StopRequested,
    TextArrived,
    VoiceActivityChanged,
)
from appliance.core.model.state import Setup
from appliance.core.model.views import FaultView, SignView, SubtitlesView, View
from appliance.core.screen.screen import view
from tests.core.box import Box

CAMERA = (OpenCamera, CloseCamera, TakePicture)


def on_air(mode: str, *, kiosk: bool = False) -> Box:
    box = Box(Setup(camera=mode, kiosk=kiosk)).boot()
    if kiosk:
        box.key(Key.TALK, down=True)
    else:
        box.press(Key.TALK)
    box.connect(1)
    return box


def of_camera(effects: tuple[Effect, ...]) -> list[Effect]:
    return [effect for effect in effects if isinstance(effect, CAMERA)]


def shown(box: Box) -> View:
    return view(box.state, box.now, box.limits)


def test_down_is_one_sharp_picture_and_held_is_the_usual_pace() -> None:
    box = on_air("hold")
    assert of_camera(box.key(Key.CAMERA, down=True)) == [TakePicture()]
    assert of_camera(box.pass_time(499)) == []
    assert of_camera(box.pass_time(1)) == [OpenCamera()]
    assert of_camera(box.pass_time(60_000)) == []
    assert of_camera(box.key(Key.CAMERA, down=False)) == [CloseCamera()]


def test_a_press_is_one_picture_and_no_more() -> None:
    box = on_air("hold")
    assert of_camera(box.press(Key.CAMERA, 300)) == [TakePicture()]
    assert of_camera(box.pass_time(60_000)) == []


def test_before_the_first_word_it_is_taken_too_and_the_pace_waits_for_the_microphone() -> None:
    box = Box(Setup(camera="hold")).boot()
    assert of_camera(box.key(Key.CAMERA, down=True)) == [TakePicture()]
    assert of_camera(box.pass_time(5_000)) == []
    assert of_camera(box.press(Key.TALK)) == [OpenCamera()]


def test_with_auto_it_looks_while_the_box_listens() -> None:
    box = Box(Setup(camera="auto")).boot()
    assert of_camera(box.press(Key.TALK)) == [OpenCamera()]
    box.connect(1)
    assert of_camera(box.press(Key.CAMERA, 5_000)) == [TakePicture()]
    stopped = box.press(Key.TALK)
    assert of_camera(stopped) == [CloseCamera()]
    assert stopped.index(CloseMicrophone()) < stopped.index(CloseCamera())


def test_with_auto_it_rests_while_nobody_speaks() -> None:
    box = on_air("auto")
    box.pass_time(119_000)
    assert box.state.camera.open
    assert of_camera(box.pass_time(2_000)) == [CloseCamera()], "the line was let go"
    assert of_camera(box.send(VoiceActivityChanged(active=True))) == [OpenCamera()]


def test_off_is_off() -> None:
    box = on_air("off", kiosk=True)
    box.key(Key.TALK, down=False)
    assert of_camera(box.press(Key.CAMERA, 150_000)) == []
    assert box.state.faults == (), "nor can its key be stuck"


@pytest.mark.parametrize("mode", ["hold", "auto"])
def test_in_private_it_is_closed_and_wiped_and_its_key_does_nothing(mode: str) -> None:
    box = on_air(mode)
    box.key(Key.CAMERA, down=True)
    box.pass_time(1_000)
    effects = box.key(Key.PRIVACY, down=False)
    assert WipeSound() in effects
    assert CloseCamera() in effects
    box.send(MicrophoneClosed())
    box.key(Key.CAMERA, down=False)
    assert of_camera(box.press(Key.CAMERA, 5_000)) == []
    box.key(Key.CAMERA, down=True)
    assert of_camera(box.pass_time(5_000)) == []
    assert of_camera(box.key(Key.PRIVACY, down=True)) == [OpenCamera()], "it is wanted again, or held"


def test_a_process_that_ends_takes_no_picture() -> None:
    box = on_air("hold")
    box.send(StopRequested("SIGTERM"))
    assert of_camera(box.press(Key.CAMERA, 5_000)) == []


def test_while_answers_are_awaited_the_key_still_counts() -> None:
    box = Box(Setup(camera="auto", at_once=True, ends_with_microphone=True)).boot()
    box.pass_time(0)
    box.connect(1)
    box.owe(2_000)
    assert of_camera(box.send(MicrophoneEnded())) == [CloseCamera()]
    assert of_camera(box.press(Key.CAMERA)) == [TakePicture()]


def test_a_refusal_closes_it() -> None:
    box = on_air("auto")
    assert of_camera(box.send(LineLost(1, Loss.HTTP, 401))) == [CloseCamera()]


def test_a_key_that_is_stuck_counts_as_up() -> None:
    box = on_air("hold")
    box.key(Key.CAMERA, down=True)
    for _ in range(4):
        box.send(VoiceActivityChanged(active=True))
        assert CloseCamera() not in box.pass_time(29_999)
    assert of_camera(box.pass_time(4)) == [CloseCamera()]
    assert [(fault.code, fault.detail) for fault in box.state.faults] == [("K2", "free the camera key")]
    box.key(Key.CAMERA, down=False)
    assert box.state.faults == ()
    box.pass_time(100)
    assert of_camera(box.key(Key.CAMERA, down=True)) == [TakePicture()]


def test_the_sign_says_what_the_device_does() -> None:
    box = on_air("auto")
    assert box.state.camera.open
    for on in (True, False):
        box.send(CameraTurned(on))
        seen = shown(box)
        assert isinstance(seen, SignView)
        assert seen.status.camera is on


def test_a_lost_camera_is_told_for_a_while_and_the_box_works_on() -> None:
    box = on_air("hold")
    box.send(TextArrived(1, 1, "Hola.", "", final=True, at=box.now))
    before = box.mode()
    box.send(DeviceFailed(Device.CAMERA, "stalled", "a call did not come back"))
    seen = shown(box)
    assert isinstance(seen, FaultView)
    assert (seen.code, seen.says) == ("C1", "no camera; works on without")
    box.pass_time(3_999)
    assert isinstance(shown(box), FaultView)
    box.pass_time(1)
    assert isinstance(shown(box), SubtitlesView)
    assert box.mode() is before
    box.press(Key.CAMERA)
    assert isinstance(shown(box), FaultView), "the key asks for what is lost"
    box.send(DeviceReady(Device.CAMERA))
    assert isinstance(shown(box), SubtitlesView)
    assert box.state.faults == ()
