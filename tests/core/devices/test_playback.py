"""``core/devices/playback.py``: what the box says, and when it must not hear itself.

Responsible for: half duplex, barge-in, repeat, volume, cues and orders to the synthetic voice. Must not: make sound.
"""

from dataclasses import replace

import pytest

from appliance.core.model.direction import Direction
from appliance.core.model.effects import (
    DropSpeech,
    Effect,
    Note,
    OpenMicrophone,
    Repeat,
    SelectInput,
    SetVolume,
    WipeSound,
)
from appliance.core.model.events import (
    Key,
    LineLost,
    Loss,
    MicrophoneClosed,
    PlaybackEnded,
    PlaybackStarted,
    StopRequested,
    TurnAnswered,
    TurnOpened,
)
from appliance.core.model.modes import Mode, Valve
from appliance.core.model.state import Setup, Wanted
from appliance.core.model.views import FaultView, SignView, Status, SubtitlesView, VolumeView
from appliance.core.screen.screen import view
from tests.core.aloud import of, text, valves
from tests.core.box import Box

ROOM = Setup(half_duplex=True, cues=True)
DESK = Setup(half_duplex=True, cues=True, kiosk=True)
EN_ES = Direction("en", "es")


def on_air(setup: Setup = ROOM) -> Box:
    """Tapped, in a kiosk held; line 1 takes speech."""
    box = Box(setup).boot()
    if setup.kiosk and not setup.talk_taps:
        box.key(Key.TALK, down=True)
        box.pass_time(100)
    else:
        box.press(Key.TALK)
        box.pass_time(100)
    box.connect(1)
    box.pass_time(1_000)
    return box


def speak(box: Box, turn: int = 1, line: int = 1) -> tuple[Effect, ...]:
    return box.send(PlaybackStarted(line, turn, box.now))


def fall_silent(box: Box, turn: int = 1, line: int = 1) -> tuple[Effect, ...]:
    return box.send(PlaybackEnded(line, turn, 900, 0))


def status(box: Box) -> Status:
    seen = view(box.state, box.now, box.limits)
    assert isinstance(seen, SignView | SubtitlesView | VolumeView | FaultView)
    return seen.status


# Half duplex.


def test_while_speech_sounds_and_for_400_ms_after_silence_goes_up_and_the_screen_says_wait() -> None:
    box = on_air()
    assert valves(speak(box)) == [Valve.MUTED]
    assert status(box).wait
    box.pass_time(5_000)
    assert valves(fall_silent(box)) == []
    assert valves(box.pass_time(399)) == []
    assert status(box).wait
    assert valves(box.pass_time(1)) == [Valve.OPEN]
    assert not status(box).wait


def test_speech_that_follows_at_once_keeps_it_muted() -> None:
    box = on_air()
    speak(box)
    fall_silent(box)
    box.pass_time(300)
    speak(box, 2)
    assert valves(box.pass_time(2_000)) == []
    fall_silent(box, 2)
    assert valves(box.pass_time(400)) == [Valve.OPEN]


def test_a_headset_hears_and_speaks_at_once() -> None:
    box = on_air(Setup())
    assert valves(speak(box) + fall_silent(box)) == []
    assert not status(box).wait


def test_nothing_moves_when_the_valve_turns() -> None:
    box = on_air()
    assert of(speak(box), SelectInput) == [SelectInput(EN_ES, Valve.MUTED, move=False)]


def test_a_microphone_that_opens_while_the_box_speaks_is_muted_from_the_start() -> None:
    box = on_air(DESK)
    box.key(Key.TALK, down=False)
    speak(box)
    assert not box.state.input_muted, "nothing is captured"
    box.key(Key.TALK, down=True)
    assert not box.state.input_muted, "the key gets through"


# Barge-in.


@pytest.mark.parametrize(("setup", "key"), [(ROOM, Key.TALK), (DESK, Key.TALK), (DESK, Key.GUEST)])
def test_a_talk_key_stops_the_voice_and_opens_the_microphone_at_once(setup: Setup, key: Key) -> None:
    box = on_air(setup)
    if setup.kiosk:
        box.key(Key.TALK, down=False)
        box.send(MicrophoneClosed())
    speak(box)
    box.pass_time(100)
    effects = box.key(key, down=True)
    assert of(effects, DropSpeech) == [DropSpeech(1, 1)]
    assert not box.state.input_muted
    assert box.state.capture
    assert not status(box).wait
    assert valves(fall_silent(box)) == [], "what was cut off leaves no echo"
    assert of(speak(box, 2), DropSpeech) == []


def test_a_key_that_is_held_is_heard_whatever_the_box_says() -> None:
    box = on_air(DESK)
    assert valves(speak(box)) == []
    box.pass_time(1_000)
    assert not status(box).wait


def test_the_press_that_cuts_the_voice_off_does_not_end_the_talk() -> None:
    for held_ms in (100, 1_000):
        box = on_air()
        speak(box)
        box.press(Key.TALK, held_ms)
        assert box.wanted() is Wanted.INTERPRETING
        box.pass_time(50)
        box.press(Key.TALK)
        assert box.wanted() is Wanted.NOTHING, "the next one does"


def test_a_tap_at_the_desk_that_cuts_the_voice_off_does_not_end_the_talk() -> None:
    box = on_air(replace(DESK, talk_taps=True))
    speak(box)
    box.press(Key.TALK)
    assert box.wanted() is Wanted.INTERPRETING
    box.pass_time(50)
    box.press(Key.TALK)
    assert box.wanted() is Wanted.PAUSE


def test_a_press_in_standby_stops_the_voice_and_begins_a_talk() -> None:
    box = Box(ROOM).boot()
    speak(box, line=0)
    effects = box.press(Key.TALK)
    assert of(effects, DropSpeech, OpenMicrophone) == [DropSpeech(0, 1), OpenMicrophone()]
    assert box.wanted() is Wanted.INTERPRETING


def test_at_the_end_no_key_cuts_what_is_still_said() -> None:
    box = on_air()
    speak(box)
    box.send(StopRequested("SIGTERM"))
    assert of(box.press(Key.TALK), DropSpeech) == []


def test_the_figures_of_what_was_cut_are_noted() -> None:
    box = on_air()
    box.send(TurnOpened(1, 1), TurnAnswered(1, 1, True, False, 0, 500, 3_000))
    speak(box)
    box.key(Key.TALK, down=True)
    rows = [note.what for note in of(fall_silent(box), Note) if isinstance(note, Note)]
    assert rows == ["spoken", "turn"]


# Repeat.


def test_repeat_says_and_shows_the_last_translation_again() -> None:
    box = on_air()
    text(box, "Hola.", 1)
    text(box, "Adiós.", 2)
    speak(box, 1)
    fall_silent(box, 1)
    box.pass_time(1_000)
    assert of(box.press(Key.REPEAT), Repeat) == [Repeat(1, 1)]
    seen = view(box.state, box.now, box.limits)
    assert isinstance(seen, SubtitlesView)
    assert [sentence.text for sentence in seen.sentences] == ["Hola."]
    box.pass_time(9_899)
    assert of(box.press(Key.REPEAT, 30), Repeat) == [Repeat(1, 1, slower=True)]
    box.pass_time(10_000)
    seen = view(box.state, box.now, box.limits)
    assert isinstance(seen, SubtitlesView)
    assert [sentence.text for sentence in seen.sentences] == ["Hola.", "Adiós."]
    assert of(box.press(Key.REPEAT), Repeat) == [Repeat(1, 1)], "ten seconds later it begins anew"


def test_repeat_needs_no_line_and_is_not_noted_as_speech() -> None:
    box = on_air()
    speak(box)
    fall_silent(box)
    box.press(Key.TALK)
    box.send(LineLost(1, Loss.RESET))
    box.pass_time(1_000)
    assert box.mode() is Mode.STANDBY
    assert of(box.press(Key.REPEAT), Repeat) == [Repeat(1, 1)]
    rows = of(speak(box, 1, line=0) + fall_silent(box, 1, line=0), Note)
    assert rows == []
    assert box.state.sound.last == (1, 1), "what is said again is not a translation of its own"


def test_there_is_nothing_to_repeat_before_speech_after_a_wipe_or_at_the_end() -> None:
    box = on_air()
    assert of(box.press(Key.REPEAT), Repeat) == []
    speak(box)
    fall_silent(box)
    box.key(Key.PRIVACY, down=True)
    box.pass_time(50)
    assert of(box.key(Key.PRIVACY, down=False), WipeSound) == [WipeSound()]
    assert of(box.press(Key.REPEAT), Repeat) == []
    box.pass_time(50)
    speak(box, 2)
    box.send(StopRequested("SIGTERM"))
    assert of(box.press(Key.REPEAT), Repeat) == []


def test_what_is_said_again_is_muted_too() -> None:
    box = on_air()
    assert valves(speak(box, 1, line=0)) == [Valve.MUTED]


# Volume.


def test_the_knob_turns_in_steps_between_nothing_and_all() -> None:
    box = on_air()
    assert of(box.press(Key.LOUDER), SetVolume) == [SetVolume(90, False)]
    for _ in range(4):
        box.pass_time(50)
        last = of(box.press(Key.LOUDER), SetVolume)
    assert last == [SetVolume(100, False)]
    for _ in range(22):
        box.pass_time(50)
        last = of(box.press(Key.QUIETER), SetVolume)
    assert last == [SetVolume(0, False)]


def test_volume_is_shown_for_two_seconds_and_mute_large() -> None:
    box = on_air()
    box.press(Key.QUIETER, 0)
    seen = view(box.state, box.now, box.limits)
    assert isinstance(seen, VolumeView)
    assert (seen.percent, seen.muted, seen.status.volume, seen.words) == (80, False, 80, "Volume")
    box.pass_time(2_000)
    assert status(box).volume is None
    assert of(box.press(Key.MUTE, 30), SetVolume) == [SetVolume(80, True)], "when it is let go"
    seen = view(box.state, box.now, box.limits)
    assert isinstance(seen, VolumeView)
    assert (seen.muted, seen.words) == (True, "Sound off")
    box.pass_time(2_000)
    assert status(box).muted, "the row goes on to say so"
    assert of(box.press(Key.MUTE), SetVolume) == [SetVolume(80, False)]
    box.pass_time(50)
    box.press(Key.MUTE)
    box.pass_time(50)
    assert of(box.press(Key.LOUDER), SetVolume) == [SetVolume(85, False)], "turning it ends a mute"
