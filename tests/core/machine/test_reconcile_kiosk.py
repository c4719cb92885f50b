"""``core/machine/reconcile.py`` in a kiosk: the microphone between two presses of a visit. Must not: test how a visit
ends."""

from appliance.core.model.direction import Direction
from appliance.core.model.effects import CloseMicrophone, OpenMicrophone, SelectInput
from appliance.core.model.events import Key, MicrophoneClosed, VoiceActivityChanged
from appliance.core.model.modes import Phase, Valve
from tests.core.box import Box
from tests.core.session.test_guest_session import DESK, EN_ES, ES_EN, QUIET_MS, countdown, of, talked


def test_between_two_presses_the_microphone_stays_open_and_nothing_of_it_goes_anywhere() -> None:
    box = Box(DESK).boot()
    assert OpenMicrophone() in box.press(Key.TALK, 1_000)
    assert of(box.effects, CloseMicrophone, SelectInput) == [SelectInput(EN_ES, Valve.SHUT)]
    assert box.oracle.microphone
    box.pass_time(500)
    again = box.key(Key.TALK, down=True)
    assert of(again, OpenMicrophone, SelectInput) == [SelectInput(EN_ES, Valve.OPEN)]
    box.pass_time(500)
    box.key(Key.TALK, down=False)
    box.pass_time(500)
    turned = box.key(Key.GUEST, down=True)
    assert of(turned, OpenMicrophone, SelectInput) == [SelectInput(ES_EN, Valve.OPEN)]


def test_a_language_chosen_between_two_presses_is_heard_with_the_next() -> None:
    box = talked()
    assert of(box.press(Key.LANGUAGE), SelectInput) == []
    assert of(box.key(Key.GUEST, down=True), SelectInput) == [SelectInput(Direction("fr", "en"), Valve.OPEN, move=True)]


def test_voices_in_the_room_keep_no_line_warm_and_no_visit_going() -> None:
    box = talked()
    box.pass_time(110_000)
    box.send(VoiceActivityChanged(active=True))
    assert {line.phase for line in box.state.lines} == {Phase.READY}
    box.pass_time(9_950)
    assert {line.phase for line in box.state.lines} == {Phase.FINISHING}
    box.pass_time(QUIET_MS - 120_000)
    assert countdown(box) is not None


def test_privacy_closes_it_and_the_next_press_opens_it() -> None:
    box = talked()
    assert CloseMicrophone() in box.key(Key.PRIVACY, down=False)
    box.send(MicrophoneClosed())
    box.pass_time(100)
    assert OpenMicrophone() not in box.key(Key.PRIVACY, down=True)
    box.pass_time(100)
    assert OpenMicrophone() in box.key(Key.TALK, down=True)
