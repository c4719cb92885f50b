"""``core/session/cues.py``: the words of cues.

Responsible for: in which language they are said, to whom, how often, and when they are left out. Must not: make sound.
"""

from dataclasses import replace

import pytest

from appliance.core.devices.playback import CUE_LINE
from appliance.core.model.direction import Direction
from appliance.core.model.effects import CueName, DropSpeech, Effect, Note, Say
from appliance.core.model.events import (
    Booted,
    DateTold,
    Key,
    LineLost,
    LineTroubled,
    Loss,
    PlaybackEnded,
    PlaybackStarted,
    ReplayReported,
    SoundSent,
    StopRequested,
    VoiceActivityChanged,
)
from appliance.core.model.modes import Valve
from appliance.core.model.state import Setup, State, Wanted
from appliance.core.session.cues import owed
from appliance.phrases import say
from tests.core.aloud import DESK, EAR, ES_EN, MINUTE_MS, ROOM, cues, of, on_air, sounded, valves
from tests.core.box import Box


def said(effects: tuple[Effect, ...]) -> list[tuple[str, str]]:
    return [(e.language, e.text) for e in effects if isinstance(e, Say) and e.line == CUE_LINE]


def speak(box: Box, turn: int = 1, line: int = 1) -> tuple[Effect, ...]:
    return box.send(PlaybackStarted(line, turn, box.now))


def fall_silent(box: Box, turn: int = 1, line: int = 1) -> tuple[Effect, ...]:
    return box.send(PlaybackEnded(line, turn, 900, 0))


def test_ready_is_said_behind_its_tone_in_the_language_of_who_is_to_speak() -> None:
    box = Box(EAR).boot()
    box.press(Key.TALK)
    assert said(box.connect(1)) == []
    assert said(box.pass_time(139)) == []
    effects = box.pass_time(1)
    assert of(effects, Say) == [Say(CUE_LINE, box.now, "en", "Ready", late=True, toward=ES_EN)]


@pytest.mark.parametrize(
    ("theirs", "words"),
    [("es", [("es", say("ready", "es"))]), ("uk", [])],
    ids=["in words of their own", "never in ours"],
)
def test_a_guest_is_told_in_the_guests_language_or_by_the_tone_alone(theirs: str, words: list[tuple[str, str]]) -> None:
    box = Box(replace(EAR, kiosk=True, talk_taps=True, theirs=theirs)).boot()
    box.press(Key.GUEST)
    assert cues(box.connect(1)) == [CueName.READY]
    effects = box.pass_time(1_000)
    assert said(effects) == words
    assert [e.toward for e in effects if isinstance(e, Say)] == [Direction("en", theirs)] * len(words)


def test_who_holds_the_box_is_told_in_english_where_it_has_no_words_or_knows_no_language() -> None:
    for mine in ("uk", ""):
        box = Box(replace(EAR, mine=mine)).boot()
        box.press(Key.TALK)
        box.connect(1)
        assert said(box.pass_time(200)) == [("en", "Ready")]


def test_an_invitation_is_learned_and_a_trouble_is_said_each_time() -> None:
    box = on_air()
    for turn, words in ((1, [("en", "Speak now")]), (2, [])):
        speak(box, turn)
        assert cues(fall_silent(box, turn)) == [CueName.YOUR_TURN]
        assert said(box.pass_time(200)) == words
        if words:
            sounded(box)
        box.pass_time(1_000)
    for count in (1, 2):
        box.owe(0, reported_lost=count)
        assert said(box.pass_time(500)) == [("en", "Please repeat")]
        sounded(box)
        box.pass_time(1_000)


@pytest.mark.parametrize(("choice", "times"), [("never", 0), ("once", 1), ("always", 2)])
def test_how_often_is_a_setting(choice: str, times: int) -> None:
    box = on_air(replace(ROOM, spoken_cues=choice))
    effects: tuple[Effect, ...] = ()
    for turn in (1, 2):
        speak(box, turn)
        fall_silent(box, turn)
        effects += box.pass_time(200)
        sounded(box)
        box.pass_time(1_000)
    assert len(said(effects)) == times


def test_the_next_guest_knows_nothing_of_it() -> None:
    box = Box(replace(DESK, talk_taps=True)).boot()
    effects: tuple[Effect, ...] = ()
    for number in (1, 2):
        box.press(Key.GUEST)
        box.connect(number)
        effects += box.pass_time(500)
        sounded(box)
        box.press(Key.MUTE, 2_000)
        box.pass_time(30_000)
    assert said(effects) == [("es", say("ready", "es"))] * 2


def test_words_cut_nobody_short_and_are_left_out_where_they_come_too_late() -> None:
    box = on_air(EAR)
    box.send(VoiceActivityChanged(active=True))
    box.owe(0, reported_lost=1)
    assert said(box.pass_time(5_000)) == [], "a person speaks"
    speak(box)
    assert said(box.send(VoiceActivityChanged(active=False))) == [], "a translation sounds"
    assert said(fall_silent(box)) == [("en", "Please repeat")]
    sounded(box)
    speak(box, 2)
    box.owe(0, reported_lost=2)
    box.pass_time(10_000)
    assert said(fall_silent(box, 2)) == []


def test_words_that_are_not_true_any_more_are_not_said() -> None:
    box = on_air(EAR)
    speak(box)
    box.send(LineLost(1, Loss.NO_ROUTE))
    assert cues(box.pass_time(5_000)) == [CueName.NO_NETWORK]
    box.connect(box.state.lines[-1].number)
    assert said(fall_silent(box) + box.pass_time(5_000)) == []
    box = Box(EAR).boot()
    speak(box, line=0)
    box.press(Key.TALK)
    speak(box, line=0)
    box.connect(1)
    box.send(LineLost(1, Loss.RESET))
    assert said(fall_silent(box, line=0) + box.pass_time(1_000)) == [], "ready, it was"


def test_no_network_is_said_as_what_it_is() -> None:
    box = Box(EAR).boot()
    box.press(Key.TALK)
    box.send(LineTroubled(1, Loss.NOT_YET_VALID))
    assert said(box.pass_time(1_000)) == [("en", "the clock is wrong")]


def test_your_turn_is_not_said_where_the_microphone_is_closed_meanwhile() -> None:
    box = on_air()
    speak(box)
    fall_silent(box)
    box.press(Key.TALK)
    assert said(box.pass_time(1_000)) == []


def test_nothing_is_said_in_private_or_at_the_end_or_in_captions_or_without_a_voice() -> None:
    box = on_air(EAR)
    box.owe(0, reported_lost=1)
    box.key(Key.PRIVACY, down=True)
    box.pass_time(50)
    assert said(box.key(Key.PRIVACY, down=False) + box.pass_time(1_000)) == []
    box = on_air(EAR)
    box.owe(0, reported_lost=1)
    assert said(box.send(StopRequested("SIGTERM")) + box.pass_time(1_000)) == []
    for setup in (replace(EAR, captions=True), Setup()):
        box = on_air(setup)
        box.owe(0, reported_lost=1)
        assert said(box.pass_time(1_000)) == []


def test_what_was_lost_in_a_crash_is_asked_for_by_the_next_process() -> None:
    box = Box(EAR)
    box.state = owed(replace(box.state, reported_lost_at=0))
    assert said(box.send(Booted(private=False))) == [("en", "Please repeat")]
    assert owed(State()).cue_state.words == "", "without a loudspeaker the light alone says it"


def test_still_there_little_left_and_nothing_left_are_said() -> None:
    box = Box(replace(EAR, unattended_ms=MINUTE_MS, cap_ms=10 * MINUTE_MS)).boot()
    box.press(Key.TALK)
    box.connect(1)
    box.pass_time(500)
    sounded(box)
    assert said(box.pass_time(MINUTE_MS)) == [("en", "Still there? Press a key")]
    sounded(box)
    box.press(Key.CAMERA)
    box.send(DateTold("2026-11-28", sure=True), SoundSent(9 * MINUTE_MS))
    assert said(box.pass_time(500)) == [("en", "Little time left today")]
    sounded(box)
    box.send(SoundSent(10 * MINUTE_MS))
    assert said(box.pass_time(2_000)) == [("en", "today's allowance is used up")]


def test_who_answers_is_not_asked_aloud_any_more() -> None:
    box = Box(replace(EAR, unattended_ms=MINUTE_MS)).boot()
    box.press(Key.TALK)
    box.connect(1)
    box.pass_time(500)
    sounded(box)
    box.pass_time(MINUTE_MS - 3_000)
    speak(box)
    box.pass_time(3_000)
    assert box.state.cost.asked_at is not None
    box.press(Key.CAMERA)
    assert said(fall_silent(box) + box.pass_time(500)) == []


def test_a_guest_who_speaks_hears_that_it_is_not_available_and_whether_anybody_is_there() -> None:
    guest = replace(EAR, kiosk=True, talk_taps=True, cap_ms=10 * MINUTE_MS, unattended_ms=MINUTE_MS)
    box = Box(guest).boot()
    box.press(Key.GUEST)
    box.connect(1)
    box.pass_time(500)
    sounded(box)
    assert said(box.pass_time(MINUTE_MS)) == [("es", say("still_there", "es"))]
    sounded(box)
    box.press(Key.CAMERA)
    box.send(DateTold("2026-11-28", sure=True), SoundSent(10 * MINUTE_MS))
    assert said(box.pass_time(2_000))[-1:] == [("es", say("unavailable", "es"))]


def test_please_repeat_is_for_whoever_said_it() -> None:
    box = Box(replace(EAR, kiosk=True, talk_taps=True)).boot()
    box.press(Key.TALK)
    box.connect(1)
    box.pass_time(500)
    sounded(box)
    box.send(ReplayReported(ES_EN, 0, 1, 0))
    assert said(box.pass_time(500)) == [("es", say("repeat", "es"))]


def test_a_key_that_is_held_for_long_is_asked_about_and_its_words_wait_for_it_in_a_room() -> None:
    for setup, words in ((replace(DESK, half_duplex=False), [("en", "a key is stuck")]), (DESK, [])):
        box = Box(setup).boot()
        box.key(Key.TALK, down=True)
        box.connect(1)
        box.pass_time(2_500)
        sounded(box)
        assert said(box.pass_time(109_000)) == words


def test_words_are_muted_give_no_turn_of_their_own_and_touch_no_visit() -> None:
    box = Box(replace(DESK, talk_taps=True)).boot()
    box.press(Key.GUEST)
    box.connect(1)
    box.pass_time(500)
    touched = box.state.guest_session.touched_at
    effects = box.send(PlaybackStarted(CUE_LINE, 1, box.now))
    assert valves(effects) == [Valve.MUTED]
    box.pass_time(600)
    effects = box.send(PlaybackEnded(CUE_LINE, 1, 600, 0))
    assert cues(effects) == []
    assert of(effects, Note) == []
    assert box.state.guest_session.touched_at == touched


def test_the_press_that_cuts_words_off_does_its_own_work_too() -> None:
    box = on_air()
    speak(box, line=CUE_LINE)
    assert of(box.press(Key.TALK), DropSpeech) == [DropSpeech(CUE_LINE, 1)]
    assert box.wanted() is Wanted.NOTHING
    box = on_air(replace(DESK, talk_taps=True))
    speak(box, line=CUE_LINE)
    box.press(Key.TALK)
    assert box.wanted() is Wanted.PAUSE
