"""``core/session/cues.py``: what the box tells people by itself, as a tone, on the screen and on the light.

Responsible for: when each cue comes, and what its pattern never does.
Must not: make sound or light, or test the words (``test_cue_words.py``).
"""

from dataclasses import replace

import pytest

from appliance.core.model.effects import CueName, Effect, Note, Repeat, Say
from appliance.core.model.events import (
    Key,
    LineLost,
    Loss,
    PlaybackEnded,
    PlaybackStarted,
    VoiceActivityChanged,
)
from appliance.core.model.modes import Valve
from appliance.core.model.state import Setup
from appliance.core.model.views import SignView, Status, SubtitlesView
from appliance.core.screen.screen import view
from appliance.core.session.cues import FORMS, owed, winks
from tests.core.aloud import DESK, EAR, ROOM, cues, of, on_air, text, valves
from tests.core.box import Box


def status(box: Box) -> Status:
    seen = view(box.state, box.now, box.limits)
    assert isinstance(seen, SignView | SubtitlesView)
    return seen.status


def speak(box: Box, turn: int = 1, line: int = 1) -> tuple[Effect, ...]:
    return box.send(PlaybackStarted(line, turn, box.now))


def fall_silent(box: Box, turn: int = 1, line: int = 1) -> tuple[Effect, ...]:
    return box.send(PlaybackEnded(line, turn, 900, 0))


# Cues.


def test_every_press_is_answered_and_no_release() -> None:
    box = Box(ROOM).boot()
    assert cues(box.key(Key.LANGUAGE, down=True)) == [CueName.TICK]
    box.pass_time(50)
    assert cues(box.key(Key.LANGUAGE, down=False)) == []
    box.key(Key.PRIVACY, down=False)
    box.pass_time(50)
    assert cues(box.key(Key.PRIVACY, down=True)) == [], "the slide is no key"


def test_ready_your_turn_sorry_and_no_network() -> None:
    box = Box(ROOM).boot()
    box.press(Key.TALK)
    assert cues(box.connect(1)) == [CueName.READY]
    speak(box)
    assert cues(fall_silent(box)) == [CueName.YOUR_TURN]
    box.owe(0, reported_lost=1)
    assert cues(box.effects) == [CueName.SORRY]
    box.send(LineLost(1, Loss.NO_ROUTE))
    assert cues(box.pass_time(5_000)) == [CueName.NO_NETWORK]
    assert cues(box.pass_time(5_000)) == [], "once"
    assert cues(box.connect(box.state.lines[-1].number)) == [CueName.READY]


def test_your_turn_is_for_a_microphone_that_waited() -> None:
    for setup in (Setup(cues=True), ROOM):
        box = on_air(setup)
        if setup is ROOM:
            box.press(Key.TALK)
        speak(box)
        assert cues(fall_silent(box)) == []


def test_a_tone_that_the_microphone_would_hear_is_muted() -> None:
    box = Box(ROOM).boot()
    box.press(Key.TALK)
    effects = box.connect(1)
    assert (cues(effects), valves(effects)) == ([CueName.READY], [Valve.MUTED])
    assert valves(box.pass_time(389)) == []
    assert valves(box.pass_time(1)) == [Valve.OPEN]
    other = Box(Setup(cues=True)).boot()
    other.press(Key.TALK)
    assert valves(other.connect(1)) == []


def test_a_tone_never_takes_the_word_from_somebody() -> None:
    box = Box(ROOM).boot()
    box.press(Key.TALK)
    box.send(VoiceActivityChanged(active=True))
    assert cues(box.connect(1)) == []
    box = Box(DESK).boot()
    box.key(Key.TALK, down=True)
    box.pass_time(100)
    assert cues(box.connect(1)) == []


def test_without_a_loudspeaker_there_are_no_cues() -> None:
    box = Box(Setup()).boot()
    assert cues(box.press(Key.TALK) + box.connect(1)) == []


# What the service only writes.


def test_a_tone_takes_the_place_of_a_voice_once_a_sentence() -> None:
    box = on_air(Setup(cues=True, text_only=frozenset({"es"})))
    assert cues(text(box, "Habari", final=False)) == []
    assert cues(text(box, "Habari.")) == [CueName.TEXT]
    assert cues(text(box, "Habari.")) == []
    assert cues(text(box, "", 2)) == []
    assert of(box.press(Key.REPEAT), Repeat) == [Repeat(1, 1)]


def test_a_recording_hears_no_sign_but_the_tone_in_the_place_of_a_voice() -> None:
    box = Box(Setup(cues=True, at_once=True, ends_with_microphone=True, text_only=frozenset({"es"}))).boot()
    box.pass_time(10)
    assert cues(box.connect(1)) == []
    assert cues(text(box, "Habari.")) == [CueName.TEXT]


def test_the_robot_reads_what_is_final() -> None:
    box = on_air(Setup(robot_voice=True, text_only=frozenset({"es"})))
    assert of(text(box, "Habari", final=False), Say) == []
    assert of(text(box, "Habari.", late=True), Say) == [Say(1, 1, "es", "Habari.", late=True)]
    other = on_air(Setup(robot_voice=True, text_only=frozenset({"sw"})))
    assert of(text(other, "Hola."), Say) == []


# The screen.


def test_the_screen_says_your_turn_for_three_seconds_beside_what_there_is_to_read() -> None:
    box = on_air(replace(ROOM, spoken_cues="never"))
    text(box, "Hola.")
    speak(box)
    fall_silent(box)
    assert (status(box).wait, status(box).speak) == (True, False)
    box.pass_time(400)
    assert (status(box).wait, status(box).speak) == (False, True)
    box.pass_time(2_599)
    assert status(box).speak
    box.pass_time(1)
    assert not status(box).speak


# The light.


def lit_up(box: Box, ms: int) -> list[tuple[int, int]]:
    """From and to of each wink within so long, in milliseconds from now."""
    began, on, seen = box.now, False, []
    for _ in range(ms + 1):
        if winks(box.state, box.now) is not on:
            on = not on
            seen.append(box.now - began)
        box.pass_time(1)
    assert not on
    return list(zip(seen[::2], seen[1::2], strict=True))


@pytest.mark.parametrize("setup", [Setup(), EAR], ids=["without a loudspeaker", "with one"])
def test_each_cue_winks_in_its_own_way(setup: Setup) -> None:
    box = Box(setup).boot()
    box.press(Key.TALK)
    box.connect(1)
    assert lit_up(box, 600) == [(0, 100), (250, 350)]
    box.owe(0, reported_lost=1)
    assert lit_up(box, 1_000) == [(0, 100), (250, 350), (500, 600)]
    box.send(LineLost(1, Loss.NO_ROUTE))
    box.pass_time(5_000)
    assert lit_up(box, 1_000) == [(0, 100), (200, 300), (600, 700), (800, 900)]


def test_a_press_ends_no_pattern_and_privacy_does() -> None:
    box = Box(EAR).boot()
    box.press(Key.TALK)
    box.connect(1)
    assert cues(box.key(Key.CAMERA, down=True)) == [CueName.TICK]
    assert winks(box.state, box.now)
    box.key(Key.PRIVACY, down=True)
    box.pass_time(50)
    box.key(Key.PRIVACY, down=False)
    assert not winks(box.state, box.now)


def test_no_pattern_hides_what_the_light_says() -> None:
    patterns = [form.winks_ms for form in FORMS.values() if form.winks_ms]
    assert len(patterns) == len(set(patterns)) == 5, "each can be told from the others"
    for pattern in patterns:
        assert max(pattern[::2]) <= 100, "a wink is a tenth of a blink at most"
        assert min(pattern[1::2], default=100) >= 100
        assert sum(pattern) <= 1_000
        assert len(pattern) % 2, "it ends as it began"


def test_a_recording_sees_none() -> None:
    box = Box(Setup(cues=True, at_once=True, ends_with_microphone=True)).boot()
    box.pass_time(10)
    assert of(box.connect(1), Note) != []
    assert not winks(box.state, box.now)
    assert owed(box.state).cue_state.words == ""


def test_the_journal_has_a_row_for_each_that_is_more_than_a_tone() -> None:
    box = Box(EAR).boot()
    box.press(Key.TALK)
    notes = [dict(e.fields) for e in box.connect(1) if isinstance(e, Note) and e.what == "cue"]
    assert notes == [{"name": "ready"}]
