"""``core/screen/screen.py``: from the state to the one idea that matters now.

Responsible for: which view, with which words. Must not: draw.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from appliance.core.machine.deadlines import next_deadline
from appliance.core.model.direction import Direction
from appliance.core.model.events import (
    Device,
    DeviceFailed,
    Key,
    LevelMetered,
    LineConfigured,
    LineCreated,
    LineLost,
    LineOpened,
    Loss,
    PlaybackStarted,
    SourceArrived,
    TextArrived,
    TroubleReported,
)
from appliance.core.model.limits import Limits
from appliance.core.model.state import Fault, Setup
from appliance.core.model.views import FaultView, Link, Sentence, SignView, SubtitlesView, View
from appliance.core.screen.screen import view
from appliance.errors import FaultCode
from appliance.phrases import say
from tests.core.box import Box
from tests.core.states import (
    configuring,
    dialing,
    draining,
    fault,
    finishing,
    on_air,
    standby,
    starting,
    stopping,
    waiting,
)


def shown(box: Box) -> View:
    return view(box.state, box.now)


def title(box: Box) -> str:
    seen = shown(box)
    assert isinstance(seen, SignView)
    return seen.title


def over() -> Box:
    box = draining()
    box.pass_time(5_000)
    return box


def private() -> Box:
    return Box().boot(private=True)


@pytest.mark.parametrize(
    ("reach", "words"),
    [
        (starting, "Starting"),
        (standby, "EN → ES"),
        (dialing, "Connecting"),
        (configuring, "Connecting"),
        (waiting, "Connecting"),
        (on_air, "Ready"),
        (finishing, "Ready"),
        (stopping, "One moment"),
        (draining, "One moment"),
        (over, "Safe to unplug"),
        (private, "Microphone is off"),
    ],
)
def test_each_condition_has_its_words(reach: Callable[[], Box], words: str) -> None:
    assert title(reach()) == words


def test_a_process_that_ends_to_be_started_again_says_so_and_not_that_it_may_be_unplugged() -> None:
    box = over()
    box.state = replace(box.state, microphone_health=replace(box.state.microphone_health, restarting=True))
    assert title(box) == "Restarting"


@pytest.mark.parametrize("reach", [standby, dialing])
def test_what_was_started_again_says_so_for_two_seconds(reach: Callable[[], Box]) -> None:
    box = reach()
    box.state = replace(box.state, setup=replace(box.state.setup, restarted=True))
    usual = title(reach())
    assert isinstance(early := view(box.state, 1_999), SignView)
    assert early.title == "Restarting"
    assert next_deadline(box.state, 1_000, Limits()) == 2_000
    assert isinstance(later := view(box.state, 2_000), SignView)
    assert later.title == usual


@pytest.mark.parametrize(
    ("reach", "link"),
    [
        (starting, Link.OFF),
        (standby, Link.OFF),
        (dialing, Link.DIALING),
        (configuring, Link.DIALING),
        (on_air, Link.ON_AIR),
        (finishing, Link.ON_AIR),
        (waiting, Link.LOST),
        (fault, Link.LOST),
    ],
)
def test_the_link_is_the_real_state_of_the_line(reach: Callable[[], Box], link: Link) -> None:
    seen = shown(reach())
    assert isinstance(seen, SignView | FaultView)
    assert seen.status.link is link


def test_a_redial_is_a_lost_link_until_it_is_ready() -> None:
    box = on_air()
    box.send(LineLost(1, Loss.RESET))
    seen = shown(box)
    assert isinstance(seen, SignView)
    assert seen.status.link is Link.LOST
    box.send(LineOpened(2), LineCreated(2), LineConfigured(2))
    seen = shown(box)
    assert isinstance(seen, SignView)
    assert seen.status.link is Link.ON_AIR


def test_the_status_row() -> None:
    box = on_air()
    box.send(LevelMetered(3))
    seen = shown(box)
    assert isinstance(seen, SignView)
    status = seen.status
    assert (status.direction, status.level, status.listening, status.private) == ("EN→ES", 3, True, False)
    seen = shown(Box(Setup(mine="")).boot(private=True))
    assert isinstance(seen, SignView)
    assert (seen.status.direction, seen.status.listening, seen.status.private) == ("?→ES", False, True)


def test_a_fault_says_what_and_what_to_do() -> None:
    seen = shown(fault())
    assert isinstance(seen, FaultView)
    assert (seen.code, seen.says, seen.do) == ("S1", "the service refused the key", "check the key")


def test_a_degraded_box_keeps_its_screen() -> None:
    box = on_air()
    for device in (Device.CAMERA, Device.LOUDSPEAKER, Device.SCREEN):
        box.send(DeviceFailed(device, "gone", ""))
    assert isinstance(shown(box), FaultView), "told once"
    box.pass_time(4_000)
    assert title(box) == "Ready"
    box.send(DeviceFailed(Device.MICROPHONE, "gone", ""))
    assert isinstance(shown(box), FaultView)


def test_the_newest_fault_is_shown() -> None:
    box = fault()
    box.send(DeviceFailed(Device.MICROPHONE, "busy", ""))
    seen = shown(box)
    assert isinstance(seen, FaultView)
    assert seen.code == "M2"


def test_please_repeat_comes_before_everything_for_four_seconds() -> None:
    box = fault()
    box.owe(0, reported_lost=1)
    assert title(box) == "Please repeat"
    box.pass_time(3_999)
    assert title(box) == "Please repeat"
    box.pass_time(1)
    assert isinstance(shown(box), FaultView)


def test_subtitles_are_of_one_language_oldest_first() -> None:
    box = Box(Setup(letters="large", show_source=True, flip=True)).boot()
    box.press(Key.TALK)
    box.connect(1)
    box.send(TextArrived(1, 1, "Hola.", "", final=True, at=0), TextArrived(1, 2, "Dos", " más", final=False, at=0))
    box.send(TextArrived(1, 2, "Dos", " más y", final=False, at=0, late=True))
    box.send(SourceArrived(1, 2, "Two", " more", "en", final=False))
    seen = shown(box)
    assert isinstance(seen, SubtitlesView)
    assert seen.sentences == (Sentence("Hola.", final=True), Sentence("Dos", " más", late=True))
    assert (seen.language, seen.letters, seen.flip) == ("es", "large", True)
    assert (seen.source, seen.source_language) == ("Two more", "en")
    box.press(Key.GUEST)
    box.pass_time(1_000)
    box.connect(2)
    box.send(TextArrived(2, 1, "Hello.", "", final=True, at=0))
    seen = shown(box)
    assert isinstance(seen, SubtitlesView)
    assert [sentence.text for sentence in seen.sentences] == ["Hello."]
    assert not seen.flip, "the owner's own language stands upright"


def test_the_source_is_shown_only_where_wanted() -> None:
    box = on_air()
    box.send(TextArrived(1, 1, "Hola.", "", final=True, at=0), SourceArrived(1, 1, "Hi.", "", "", final=True))
    seen = shown(box)
    assert isinstance(seen, SubtitlesView)
    assert (seen.source, seen.flip) == ("", False)


def test_the_box_speaks_the_language_of_whoever_holds_it() -> None:
    box = Box(Setup(mine="de", theirs="es")).boot(private=True)
    assert title(box) == "Das Mikrofon ist aus"
    box = Box(Setup(mine="de", theirs="es")).boot()
    box.send(DeviceFailed(Device.MICROPHONE, "gone", ""))
    seen = shown(box)
    assert isinstance(seen, FaultView)
    assert (seen.language, seen.says) == ("de", say("fault_m1", "de"))


def test_a_language_without_words_of_the_boxs_own_is_spoken_to_in_english() -> None:
    assert title(Box(Setup(mine="sw", theirs="es")).boot(private=True)) == "Microphone is off"


def test_settings_that_cannot_be_used_stand_back_once_somebody_speaks() -> None:
    box = on_air()
    box.state = replace(box.state, faults=(Fault(FaultCode.X1, 0, "dragoman.toml:3: no such key"),))
    seen = shown(box)
    assert isinstance(seen, FaultView)
    assert seen.do == "dragoman.toml:3: no such key"
    box.send(TextArrived(1, 1, "Hola", "", True, box.now))
    assert isinstance(shown(box), SubtitlesView)


@pytest.mark.parametrize("code", [FaultCode.V1, FaultCode.W1])
def test_trouble_that_the_box_works_on_with_leaves_the_screen_to_the_subtitles(code: FaultCode) -> None:
    box = on_air()
    box.send(TroubleReported(code, "low voltage"))
    assert isinstance(shown(box), FaultView)
    box.send(TextArrived(1, 1, "Hola", "", True, box.now))
    assert isinstance(shown(box), SubtitlesView)


def test_what_is_asked_of_the_person_opposite_faces_them_in_their_words() -> None:
    box = Box(Setup(mine="en", theirs="es", flip=True)).boot()
    box.press(Key.TALK)
    box.connect(1)
    assert shown(box) == shown_upright(box, "Ready")
    box.press(Key.GUEST)
    box.pass_time(1_000)
    box.connect(2)
    seen = shown(box)
    assert isinstance(seen, SignView)
    assert (seen.title, seen.language, seen.flip) == (say("ready", "es"), "es", True)
    box.owe(0, Direction("es", "en"), reported_lost=1)
    seen = shown(box)
    assert isinstance(seen, SignView)
    assert (seen.title, seen.language, seen.flip) == (say("repeat", "es"), "es", True)
    box.pass_time(5_000)
    box.owe(0, Direction("en", "es"), reported_lost=1)
    assert shown(box) == shown_upright(box, "Please repeat")


def shown_upright(box: Box, words: str) -> View:
    seen = shown(box)
    assert isinstance(seen, SignView)
    assert (seen.title, seen.flip, seen.language) == (words, False, "en")
    return seen


def test_what_is_said_again_is_turned_and_read_from_its_beginning() -> None:
    box = Box(Setup(flip=True, show_source=True)).boot()
    box.press(Key.TALK)
    box.connect(1)
    box.send(TextArrived(1, 1, "Uno. " * 20, "", final=True, at=0), PlaybackStarted(1, 1, box.now))
    box.pass_time(60_000)
    box.press(Key.REPEAT)
    seen = shown(box)
    assert isinstance(seen, SubtitlesView)
    assert (len(seen.sentences), seen.flip) == (1, True)
    assert 95 <= seen.unread <= 99
    box.pass_time(8_000)
    seen = shown(box)
    assert isinstance(seen, SubtitlesView)
    assert seen.unread == 0
