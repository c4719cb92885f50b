"""``core/session/usage_caps.py``: the question to whoever went away.

Responsible for: when it is asked, what answers it, and what follows where nobody does. Must not: test caps.
"""

from dataclasses import replace

import pytest

from appliance.core.model.effects import CloseMicrophone, Cue, CueName
from appliance.core.model.events import Key, LineFinished, MicrophoneClosed, VoiceActivityChanged
from appliance.core.model.modes import Mode
from appliance.core.model.state import Brightness, Setup, Wanted
from tests.core.box import Box
from tests.core.session.test_usage_caps import MINUTE_MS, codes, on_air, title

WATCHED = Setup(unattended_ms=30 * MINUTE_MS, cues=True, favourites=("es", "fr"))


def test_whoever_went_away_is_asked_and_then_it_stops() -> None:
    box = on_air(WATCHED)
    box.pass_time(30 * MINUTE_MS - 1)
    assert title(box) != "Still there? Press a key"
    assert Cue(CueName.ATTENTION) in box.pass_time(1)
    assert title(box) == "Still there? Press a key"
    box.pass_time(29_999)
    assert box.state.capture
    assert CloseMicrophone() in box.pass_time(1)
    assert box.wanted() is Wanted.NOTHING
    box.send(MicrophoneClosed())
    box.pass_time(30_000)
    assert (box.mode(), box.state.lines) == (Mode.STANDBY, ())
    box.pass_time(24 * 60 * MINUTE_MS)
    assert (box.state.lines, len(box.oracle.dials)) == ((), 1)


@pytest.mark.parametrize("key", [Key.TALK, Key.GUEST, Key.LANGUAGE, Key.REPEAT, Key.MUTE, Key.CAMERA])
def test_any_key_goes_on_and_does_nothing_else(key: Key) -> None:
    box = on_air(WATCHED)
    box.pass_time(30 * MINUTE_MS + 10_000)
    direction = box.state.direction
    box.press(key)
    assert title(box) != "Still there? Press a key"
    assert (box.wanted(), box.state.direction, box.state.sound.muted) == (Wanted.INTERPRETING, direction, False)
    box.pass_time(29 * MINUTE_MS)
    assert box.state.capture
    box.press(Key.TALK)
    assert box.wanted() is Wanted.NOTHING  # the next press is a press again


def test_the_slide_and_power_do_their_own_work() -> None:
    box = on_air(WATCHED)
    box.pass_time(30 * MINUTE_MS + 10_000)
    box.key(Key.PRIVACY, down=True)
    box.pass_time(100)
    box.key(Key.PRIVACY, down=False)
    assert box.state.private
    box = on_air(WATCHED)
    box.pass_time(30 * MINUTE_MS + 10_000)
    box.press(Key.POWER, 2_000)
    assert box.state.stopping


def test_a_knob_and_a_held_key_are_somebody() -> None:
    box = on_air(WATCHED)
    box.pass_time(20 * MINUTE_MS)
    box.key(Key.LOUDER, down=True)
    box.pass_time(29 * MINUTE_MS)
    assert box.state.cost.asked_at is None
    box = Box(replace(WATCHED, unattended_ms=MINUTE_MS)).boot()
    box.key(Key.TALK, down=True)
    box.connect(1)
    box.pass_time(100_000)
    assert (box.state.cost.asked_at, box.state.capture) == (None, True)


def test_a_question_is_over_where_nothing_is_interpreted_any_more() -> None:
    box = on_air(WATCHED)
    box.pass_time(30 * MINUTE_MS + 10_000)
    box.state = replace(box.state, private=True)  # whatever took the sound away
    box.send(VoiceActivityChanged(False))
    assert box.state.cost.asked_at is None


def test_without_keys_nobody_is_asked() -> None:
    box = on_air(replace(WATCHED, at_once=True, unattended_ms=0))
    box.pass_time(24 * 60 * MINUTE_MS)
    assert (box.wanted(), box.state.cost.asked_at) == (Wanted.INTERPRETING, None)


def test_a_stop_ends_the_question() -> None:
    box = on_air(WATCHED)
    box.pass_time(30 * MINUTE_MS + 10_000)
    box.press(Key.POWER, 2_000)
    assert box.state.cost.asked_at is None
    assert title(box) != "Still there? Press a key"


def test_a_recording_with_nobody_there_ends_rather_than_waits() -> None:
    box = on_air(replace(WATCHED, at_once=True, ends_with_microphone=True))
    box.pass_time(30 * MINUTE_MS + 30_000)
    assert (box.state.stopping, box.state.why) == (True, "unattended")


def test_a_forgotten_box_costs_nothing_after_two_minutes_of_silence() -> None:
    box = on_air(Setup(cap_ms=10 * MINUTE_MS, unattended_ms=30 * MINUTE_MS))
    box.pass_time(120_000)
    box.send(LineFinished(1))
    assert (box.state.lines, box.state.idle) == ((), True)
    dials = len(box.oracle.dials)
    box.pass_time(26 * MINUTE_MS)
    assert (box.state.lines, len(box.oracle.dials)) == ((), dials)


def test_a_talk_key_that_answered_and_never_comes_up_is_stuck() -> None:
    box = on_air(WATCHED)
    box.pass_time(30 * MINUTE_MS + 10_000)
    box.key(Key.TALK, down=True)
    box.pass_time(120_000)
    assert (codes(box), box.state.capture) == (["K2"], False)


def test_the_question_wakes_a_panel_that_sleeps() -> None:
    box = on_air(WATCHED)
    box.pass_time(120_000)
    box.owe(0)
    box.send(LineFinished(1))
    box.pass_time(20 * MINUTE_MS)
    assert box.state.screen_power.brightness is Brightness.ASLEEP
    box.pass_time(8 * MINUTE_MS)
    assert (title(box), box.state.screen_power.brightness) == ("Still there? Press a key", Brightness.BRIGHT)
