"""``core/input/keys.py``: whether a press of a talk key cuts the voice off, or ends what is being said.

Responsible for: the rule of ``_cut_in``. Must not: test what the voice's end does (``test_playback.py``).
"""

from dataclasses import replace

import pytest

from appliance.core.model.effects import DropSpeech
from appliance.core.model.events import Key, VoiceActivityChanged
from appliance.core.model.state import Setup, Wanted
from tests.core.aloud import of
from tests.core.devices.test_playback import DESK, ROOM, on_air, speak

HEADSET = replace(DESK, talk_taps=True, half_duplex=False)


@pytest.mark.parametrize("setup", [Setup(), HEADSET, replace(DESK, talk_taps=True)])
@pytest.mark.parametrize("ceased_ms", [None, 0, 1_499])
def test_a_press_that_ends_a_sentence_takes_nothing_back(setup: Setup, ceased_ms: int | None) -> None:
    """The box may speak that very sentence's translation already."""
    box = on_air(setup)
    box.send(VoiceActivityChanged(True))
    box.pass_time(3_000)
    if ceased_ms is None and not setup.half_duplex:
        speak(box)
    else:
        box.send(VoiceActivityChanged(False))
        speak(box)
        box.pass_time(ceased_ms or 0)
    assert of(box.press(Key.TALK), DropSpeech) == []
    assert box.wanted() in (Wanted.NOTHING, Wanted.PAUSE)
    box.pass_time(100)
    assert of(box.press(Key.TALK), DropSpeech) == [DropSpeech(1, 1)], "the next one begins, and cuts the voice off"


@pytest.mark.parametrize("later_ms", [100, 1_499])
def test_a_sentence_that_the_slide_cut_short_is_ended_by_a_press_as_well(later_ms: int) -> None:
    box = on_air(HEADSET)
    box.send(VoiceActivityChanged(True))
    box.pass_time(3_000)
    box.key(Key.PRIVACY, down=False)
    speak(box)
    box.pass_time(later_ms)
    assert of(box.press(Key.TALK), DropSpeech) == []


@pytest.mark.parametrize("setup", [Setup(), ROOM, HEADSET])
def test_a_press_of_somebody_who_listens_takes_back_and_the_talk_goes_on(setup: Setup) -> None:
    box = on_air(setup)
    box.send(VoiceActivityChanged(True), VoiceActivityChanged(False))
    speak(box)
    box.pass_time(1_500)
    assert of(box.press(Key.TALK), DropSpeech) == [DropSpeech(1, 1)]
    assert box.wanted() is Wanted.INTERPRETING


def test_what_is_heard_while_muted_is_no_sentence_that_a_press_could_end() -> None:
    """The box hears its own voice."""
    box = on_air(ROOM)
    box.send(VoiceActivityChanged(True))
    speak(box)
    box.pass_time(1_400)
    box.send(VoiceActivityChanged(False), VoiceActivityChanged(True))
    box.pass_time(100)
    assert of(box.press(Key.TALK), DropSpeech) == [DropSpeech(1, 1)]


def test_speech_that_came_while_muted_a_moment_ago_is_a_sentence_still() -> None:
    box = on_air(ROOM)
    box.send(VoiceActivityChanged(True))
    box.pass_time(5_000)
    speak(box)
    box.pass_time(1_400)
    assert of(box.press(Key.TALK), DropSpeech) == []


def test_at_a_desk_the_other_key_always_cuts_in() -> None:
    box = on_air(HEADSET)
    box.send(VoiceActivityChanged(True))
    speak(box)
    assert of(box.press(Key.GUEST), DropSpeech) == [DropSpeech(1, 1)]
