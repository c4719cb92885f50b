"""``core/screen/guest_screen.py``: what the guest reads, and what the first panel leaves to it.

Responsible for: which view, in whose words. Must not: draw.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from appliance.core.model.direction import Direction
from appliance.core.model.effects import RestartWorker
from appliance.core.model.events import (
    Device,
    DeviceFailed,
    DeviceReady,
    Key,
    LineFinished,
    MicrophoneClosed,
    PlaybackStarted,
    ReplayReported,
    SourceArrived,
    StopRequested,
    TextArrived,
    WorkerSilent,
)
from appliance.core.model.state import About, Fault, Remark, Setup
from appliance.core.model.views import (
    CountdownView,
    FaultView,
    IdleView,
    MenuView,
    Sign,
    SignView,
    SubtitlesView,
    TableView,
    View,
)
from appliance.core.screen.guest_screen import guest_view
from appliance.core.screen.screen import view
from appliance.errors import FaultCode
from appliance.phrases import say
from tests.core.box import Box

SETUP = Setup(
    mine="en", theirs="es", kiosk=True, guest_panel=True, flip=True, show_source=True, names=(("sw", "Kiswahili"),)
)


def guest(box: Box) -> View:
    """The second panel."""
    return guest_view(box.state, box.now, box.limits)


def staff(box: Box) -> View:
    """The first panel."""
    return view(box.state, box.now, box.limits)


def rest(setup: Setup = SETUP) -> Box:
    return Box(setup).boot()


def talking(setup: Setup = SETUP, key: Key = Key.TALK) -> Box:
    """Somebody holds a key, and the line is ready."""
    box = rest(setup)
    box.key(key, down=True)
    box.connect(1)
    return box


def dialing() -> Box:
    box = rest()
    box.key(Key.TALK, down=True)
    return box


def stopping() -> Box:
    box = talking()
    box.owe(1_000)
    box.send(StopRequested("SIGTERM"))
    return box


def over() -> Box:
    box = rest()
    box.send(StopRequested("SIGTERM"))
    box.pass_time(10_000)
    return box


@pytest.mark.parametrize(
    ("reach", "sign", "title", "words"),
    [
        (lambda: Box(SETUP), Sign.WAIT, "starting", ""),
        (dialing, Sign.NETWORK, "connecting", ""),
        (talking, Sign.WAIT, "wait", ""),
        (lambda: talking(key=Key.GUEST), Sign.SPEAK, "ready", "speak_now"),
        (stopping, Sign.WAIT, "ending", ""),
        (over, Sign.NOTHING, "unavailable", ""),
        (lambda: Box(SETUP).boot(private=True), Sign.MICROPHONE_OFF, "private", ""),
        (lambda: rest(replace(SETUP, kiosk=False)), Sign.WAIT, "wait", ""),
    ],
)
def test_each_condition_in_the_guests_words(reach: Callable[[], Box], sign: Sign, title: str, words: str) -> None:
    seen = guest(reach())
    assert isinstance(seen, SignView)
    assert (seen.sign, seen.title) == (sign, say(title, "es"))
    assert seen.words == (say(words, "es") if words else "")
    assert (seen.language, seen.flip, seen.status.wordless) == ("es", False, True)


def test_a_desk_at_rest_invites_in_the_guests_language() -> None:
    assert guest(rest()) == IdleView("es", say("press", "es"), say("green_key", "es"), say("consent", "es"))


def test_a_language_without_words_of_the_boxs_own_has_its_name() -> None:
    setup = replace(SETUP, theirs="sw")
    assert guest(rest(setup)) == IdleView("sw", "Kiswahili")
    seen = guest(talking(setup))
    assert isinstance(seen, SignView)
    assert (seen.title, seen.words, seen.language) == ("Kiswahili", "", "sw")


def test_each_panel_shows_what_its_reader_reads() -> None:
    box = talking()
    box.send(TextArrived(1, 1, "Buenos días.", "", final=True, at=0), SourceArrived(1, 1, "Good.", "", "en", True))
    seen, other = guest(box), staff(box)
    assert isinstance(seen, SubtitlesView)
    assert ([s.text for s in seen.sentences], seen.language) == (["Buenos días."], "es")
    assert (seen.source, seen.flip) == ("", False)
    assert isinstance(other, SignView), "the staff has nothing to read yet"
    box.key(Key.GUEST, down=True)
    box.connect(2)
    box.send(TextArrived(2, 1, "Good morning.", "", final=True, at=0))
    seen, other = guest(box), staff(box)
    assert isinstance(seen, SubtitlesView)
    assert [s.text for s in seen.sentences] == ["Buenos días."], "text stays until newer text of the same panel"
    assert isinstance(other, SubtitlesView)
    assert ([s.text for s in other.sentences], other.flip) == (["Good morning."], False)


def test_a_second_panel_that_is_lost_leaves_the_first_to_both() -> None:
    box = talking()
    box.send(TextArrived(1, 1, "Buenos días.", "", final=True, at=0))
    box.send(DeviceFailed(Device.GUEST_SCREEN, "gone", "no panel answers at I2C address 0x3d"))
    assert isinstance(staff(box), FaultView), "first the staff is told"
    box.pass_time(30_000)
    seen = staff(box)
    assert isinstance(seen, SubtitlesView)
    assert (seen.language, seen.flip) == ("es", True)
    assert [(fault.code, fault.detail) for fault in box.state.faults] == [
        (FaultCode.D1, "no panel answers at I2C address 0x3d")
    ]
    box.send(DeviceReady(Device.GUEST_SCREEN))
    assert isinstance(staff(box), SignView)
    assert box.state.faults == ()


def test_the_fault_stands_until_both_panels_are_back() -> None:
    box = rest()
    box.send(DeviceFailed(Device.SCREEN, "gone", "0x3c"), DeviceFailed(Device.GUEST_SCREEN, "gone", "0x3d"))
    box.send(DeviceReady(Device.SCREEN))
    assert [fault.code for fault in box.state.faults] == [FaultCode.D1]
    box.send(DeviceReady(Device.GUEST_SCREEN))
    assert box.state.faults == ()


def test_a_second_panel_that_hangs_gets_a_fresh_worker() -> None:
    box = rest()
    assert box.send(WorkerSilent(Device.GUEST_SCREEN)) == (RestartWorker(Device.GUEST_SCREEN),)
    box.send(WorkerSilent(Device.GUEST_SCREEN))
    assert [fault.code for fault in box.state.faults] == [FaultCode.D1]


def test_who_is_asked_to_repeat() -> None:
    box = rest()
    box.send(ReplayReported(Direction("en", "es"), 0, 1, 0))
    assert isinstance(guest(box), IdleView), "the staff's words were lost"
    box.send(ReplayReported(Direction("es", "en"), 0, 1, 0))
    seen = guest(box)
    assert isinstance(seen, SignView)
    assert (seen.sign, seen.title) == (Sign.REPEAT, say("repeat", "es"))
    box.state = replace(box.state, reported_lost_in=None)
    assert isinstance(guest(box), SignView), "where nobody knows, both are asked"


def test_what_the_guest_said_last_is_not_shown_again_to_them() -> None:
    box = talking()
    box.send(TextArrived(1, 1, "Uno.", "", final=True, at=0), TextArrived(1, 2, "Dos.", "", final=True, at=0))
    box.send(PlaybackStarted(1, 1, box.now))
    box.press(Key.REPEAT)
    seen = guest(box)
    assert isinstance(seen, SubtitlesView)
    assert [s.text for s in seen.sentences] == ["Uno."]
    assert not isinstance(staff(box), SubtitlesView)


@pytest.mark.parametrize(("code", "shown"), [(code, code[0] in "NSMB") for code in FaultCode if code != "X1"])
def test_a_guest_never_reads_a_fault(code: FaultCode, shown: bool) -> None:
    box = talking()
    box.send(TextArrived(1, 1, "Buenos días.", "", final=True, at=0))
    box.state = replace(box.state, faults=(Fault(code, box.now, "a detail"),))
    seen = guest(box)
    assert not isinstance(seen, FaultView)
    if shown:
        assert isinstance(seen, SignView)
        assert (seen.sign, seen.title, seen.words) == (Sign.NOTHING, say("unavailable", "es"), "")
    else:
        assert isinstance(seen, SubtitlesView)


def test_a_guest_sees_the_menu_and_what_was_chosen() -> None:
    names = (("es", "Español"), ("sw", "Kiswahili"))
    box = rest(replace(SETUP, names=names, favourites=("es", "sw"), text_only=frozenset({"sw"})))
    box.press(Key.LANGUAGE, held_ms=1_000)
    seen = guest(box)
    assert isinstance(seen, MenuView)
    assert {(row.language, row.note) for row in seen.rows} == {("es", ""), ("sw", "")}
    box.pass_time(20_000)
    box.press(Key.LANGUAGE)
    seen = guest(box)
    assert isinstance(seen, SignView)
    assert (seen.sign, seen.title, seen.words, seen.language) == (Sign.LANGUAGE, "Kiswahili", "", "sw")
    box.pass_time(20_000)
    assert isinstance(guest(box), IdleView)


def test_a_guest_sees_the_end_of_the_visit_coming_and_what_was_kept() -> None:
    for language, stay, kept in (("es", say("stay", "es"), say("kept", "es")), ("sw", "", "Kiswahili")):
        box = rest(replace(SETUP, theirs=language))
        box.press(Key.GUEST)
        box.connect(1)
        box.send(MicrophoneClosed())
        box.pass_time(box.limits.visit_quiet_ms)
        seen = guest(box)
        assert isinstance(seen, CountdownView)
        assert (seen.words, seen.language) == (stay, language)
        box.pass_time(box.limits.visit_countdown_ms)
        box.send(MicrophoneClosed(), LineFinished(1))
        seen = guest(box)
        assert isinstance(seen, SignView)
        assert (seen.sign, seen.title, seen.language) == (Sign.NOTHING, kept, language)


@pytest.mark.parametrize(
    ("about", "language", "title", "words"),
    [
        (About.FOUND, "fr", "Français", say("accept", "fr")),
        (About.FOUND, "sw", "Kiswahili", ""),
        (About.HEARD, "fr", "Français", ""),
        (About.UNHEARD, "fr", say("wait", "es"), ""),
    ],
)
def test_a_language_that_was_noticed(about: About, language: str, title: str, words: str) -> None:
    box = talking(replace(SETUP, names=(("sw", "Kiswahili"), ("fr", "Français"))))
    box.state = replace(box.state, remark=Remark(about, language, box.now, box.now + 1_000))
    seen = guest(box)
    assert isinstance(seen, SignView)
    assert (seen.title, seen.words) == (title, words)


def test_captions_are_for_whoever_reads_their_language() -> None:
    for theirs, kind in (("en", SubtitlesView), ("es", SignView)):
        box = talking(Setup(mine="en", theirs=theirs, captions=True, guest_panel=True))
        box.send(SourceArrived(1, 1, "Good morning.", "", "en", final=True))
        assert isinstance(guest(box), kind)


def test_words_that_are_all_doubted_leave_both_panels_as_they_are() -> None:
    box = talking()
    box.send(TextArrived(1, 1, "", "Bue", final=False, at=0))
    assert isinstance(guest(box), SignView)
    alone = talking(replace(SETUP, guest_panel=False))
    alone.send(TextArrived(1, 1, "", "Bue", final=False, at=0))
    assert isinstance(staff(alone), SignView)
    alone.send(TextArrived(1, 1, "", "Buenos", final=False, at=0), TextArrived(1, 1, "", "Buenos días", False, at=0))
    assert isinstance(staff(alone), SubtitlesView)


def test_still_there_is_asked_of_the_guest_too() -> None:
    for theirs, title in (("es", say("still_there", "es")), ("sw", "Kiswahili")):
        box = Box(replace(SETUP, theirs=theirs, talk_taps=True, unattended_ms=60_000)).boot()
        box.press(Key.TALK)
        box.connect(1)
        box.pass_time(60_000)
        seen, first = guest(box), staff(box)
        assert isinstance(seen, SignView)
        assert isinstance(first, SignView)
        assert (seen.sign, seen.title, seen.language) == (Sign.PRESS, title, theirs)
        assert (first.sign, first.title) == (Sign.PRESS, say("still_there", "en"))
        box.press(Key.CAMERA)
        assert guest(box) != seen


def test_the_self_test_is_shown_in_the_guests_words_and_without_the_cost() -> None:
    box = rest()
    box.key(Key.LANGUAGE, down=True)
    box.key(Key.REPEAT, down=True)
    box.pass_time(box.limits.check_hold_ms)
    titles: set[str] = set()
    labels: set[str] = set()
    for _ in range(8):
        seen = guest(box)
        assert isinstance(seen, TableView)
        assert (seen.language, seen.status.wordless) == ("es", True)
        titles.add(seen.title)
        labels.update(row.label for row in seen.rows)
        box.pass_time(box.limits.check_page_ms)
    assert titles == {say("check", "es")}
    assert {say(key, "es") for key in ("network", "microphone", "loudspeaker")} <= labels
    assert say("minutes", "es") not in labels
    box.state = replace(box.state, theirs="sw")
    seen = guest(box)
    assert isinstance(seen, SignView)
    assert (seen.sign, seen.title, seen.words, seen.language) == (Sign.WAIT, "Kiswahili", "", "sw")


def test_a_self_test_that_does_not_begin_takes_no_words_from_the_guest() -> None:
    box = talking(replace(SETUP, talk_taps=True))
    before = guest(box)
    box.key(Key.LANGUAGE, down=True)
    box.key(Key.REPEAT, down=True)
    box.pass_time(box.limits.check_hold_ms)
    assert box.state.selftest.refused_until is not None
    assert guest(box) == before
