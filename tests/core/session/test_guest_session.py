"""``core/session/guest_session.py``: the guest_session of one guest, its end, and that nothing of it is left.

Responsible for: the clock, the countdown, leaving and forgetting, and the screens that go with them.
Must not: test what a talk key asks for (``test_keys.py``).
"""

from dataclasses import replace

import pytest

from appliance.core.devices.playback import NAME_LINE
from appliance.core.model.direction import Direction
from appliance.core.model.effects import (
    CloseMicrophone,
    Dial,
    DropSpeech,
    Effect,
    Finish,
    HangUp,
    Note,
    OpenMicrophone,
    SetVolume,
    WipeSound,
)
from appliance.core.model.events import (
    Key,
    LineFinished,
    LineLost,
    Loss,
    MicrophoneClosed,
    PlaybackEnded,
    PlaybackStarted,
    ReplayReported,
    SourceArrived,
    TextArrived,
    TurnAnswered,
    TurnOpened,
    VoiceActivityChanged,
)
from appliance.core.model.modes import Mode
from appliance.core.model.state import Setup, Wanted
from appliance.core.model.views import CountdownView, IdleView, Sign, SignView, SubtitlesView, View
from appliance.core.screen.screen import view
from appliance.phrases import say
from tests.core.box import Box, fields

NAMES = (("en", "English"), ("es", "Español"), ("fr", "Français"), ("sw", "Kiswahili"))
DESK = Setup(theirs="es", favourites=("fr", "sw"), names=NAMES, kiosk=True, cues=True)
EN_ES, ES_EN = Direction("en", "es"), Direction("es", "en")
QUIET_MS = 180_000


def shown(box: Box) -> View:
    return view(box.state, box.now, box.limits)


def sign(box: Box) -> tuple[Sign, str]:
    seen = shown(box)
    assert isinstance(seen, SignView)
    return seen.sign, seen.title


def countdown(box: Box) -> int | None:
    seen = shown(box)
    return seen.seconds if isinstance(seen, CountdownView) else None


def of(effects: tuple[Effect, ...], *kinds: type[Effect]) -> list[Effect]:
    return [effect for effect in effects if isinstance(effect, kinds)]


def visits(effects: tuple[Effect, ...]) -> list[object]:
    return [fields(effect)["ended"] for effect in effects if isinstance(effect, Note) and effect.what == "visit"]


def talked(setup: Setup = DESK) -> Box:
    """Both have spoken, and were answered: two warm lines, and a text on the screen."""
    box = Box(setup).boot()
    for number, key, words in ((1, Key.TALK, "Hola."), (2, Key.GUEST, "Hello.")):
        box.key(key, down=True)
        box.connect(number)
        box.pass_time(1_000)
        box.key(key, down=False)
        box.send(TextArrived(number, 1, words, "", final=True, at=box.now))
        box.pass_time(100)
    return box


def finish(box: Box) -> tuple[Effect, ...]:
    """The capture closes, and the service has said all it had."""
    return box.send(MicrophoneClosed()) + box.send(*(LineFinished(line.number) for line in box.state.lines))


def end(box: Box) -> tuple[Effect, ...]:
    """The push of the knob, held."""
    before = box.key(Key.MUTE, down=True)
    return before + box.pass_time(2_000)


# The clock and the countdown.


def test_three_minutes_without_a_key_or_speech_are_followed_by_fifteen_seconds() -> None:
    box = talked()
    box.pass_time(QUIET_MS - 101)
    assert isinstance(shown(box), SubtitlesView), "the text stays as long"
    box.pass_time(1)
    seen = shown(box)
    assert isinstance(seen, CountdownView)
    assert (seen.seconds, seen.words, seen.language) == (15, say("stay", "es"), "es")
    box.pass_time(1)
    assert countdown(box) == 15
    box.pass_time(999)
    assert countdown(box) == 14
    box.pass_time(13_000)
    assert countdown(box) == 1
    effects = box.pass_time(1_000)
    assert visits(effects) == ["unattended"]


def test_the_countdown_speaks_to_staff_where_the_guests_language_has_no_words() -> None:
    box = talked(replace(DESK, mine="de", theirs="sw"))
    box.pass_time(QUIET_MS)
    seen = shown(box)
    assert isinstance(seen, CountdownView)
    assert (seen.words, seen.language) == (say("stay", "de"), "de")


@pytest.mark.parametrize("key", [Key.LANGUAGE, Key.REPEAT, Key.CAMERA, Key.MUTE, Key.LOUDER])
def test_any_key_stops_it_and_does_nothing_else(key: Key) -> None:
    box = talked()
    box.pass_time(QUIET_MS + 5_000)
    before = box.state
    box.press(key)
    assert countdown(box) is None
    assert (box.state.direction, box.state.sound, box.state.remark) == (before.direction, before.sound, None)
    box.pass_time(QUIET_MS - 200)
    assert countdown(box) is None
    box.pass_time(200)
    assert countdown(box) == 15


def test_a_talk_key_stops_it_and_talks() -> None:
    box = talked()
    box.pass_time(QUIET_MS + 5_000)
    box.key(Key.GUEST, down=True)
    assert countdown(box) is None
    assert (box.wanted(), box.state.reversed) == (Wanted.INTERPRETING, True)


def test_speech_and_what_the_box_says_are_part_of_the_visit() -> None:
    box = talked()
    box.key(Key.TALK, down=True)
    box.pass_time(60_000)
    box.send(VoiceActivityChanged(active=True))
    box.pass_time(50_000)
    box.send(VoiceActivityChanged(active=False))
    box.key(Key.TALK, down=False)
    box.pass_time(QUIET_MS - 1_000)
    box.send(PlaybackStarted(1, 2, box.now))
    box.pass_time(60_000)
    assert countdown(box) is None
    box.send(PlaybackEnded(1, 2, 900, 0))
    box.pass_time(QUIET_MS - 1)
    assert countdown(box) is None
    box.pass_time(1)
    assert countdown(box) == 15


def test_where_nobody_came_nothing_ends() -> None:
    box = Box(DESK).boot()
    box.pass_time(24 * 3_600_000 // 20)
    assert isinstance(shown(box), IdleView)
    assert box.state.guest_session.since == 0


def test_a_box_without_keys_and_a_handheld_are_never_reset_by_time() -> None:
    for setup in (replace(DESK, at_once=True, keyless=True), replace(DESK, kiosk=False)):
        box = Box(setup).boot()
        box.pass_time(10)
        box.send(VoiceActivityChanged(active=True))
        box.send(VoiceActivityChanged(active=False))
        box.pass_time(10 * 60_000)
        assert box.state.guest_session.leaving_by is None
    handheld = Box(replace(DESK, kiosk=False)).boot()
    assert visits(end(handheld)) == []
    assert handheld.key(Key.MUTE, down=False)
    assert handheld.state.sound.muted, "held or not, it is a push"


def test_words_that_come_where_nobody_touched_a_key_are_forgotten_as_well() -> None:
    box = Box(replace(DESK, text_only=frozenset({"es"}))).boot()
    box.owe(900)  # a report that crossed the wipe
    box.connect(1)
    assert box.state.guest_session.touched_at is None, "a debt alone is no guest"
    box.pass_time(1_000)
    box.send(SourceArrived(1, 1, "My name", "", "en", final=False), ReplayReported(EN_ES, 0, 0, 0))
    box.pass_time(1_000)
    box.send(TextArrived(1, 1, "Me llamo", "", final=True, at=box.now))
    box.pass_time(QUIET_MS - 1_001)
    assert countdown(box) is None
    box.pass_time(1)
    assert countdown(box) == 15, "the first word began the clock"
    assert visits(box.pass_time(15_000)) == ["unattended"]
    finish(box)
    state = box.state
    assert (state.shown, state.readers, state.source_text, state.detected, state.lines) == ((), (), "", "", ())
    assert state.guest_session.touched_at is None


# The end.


def test_end_of_visit_finishes_both_lines_then_forgets_everything() -> None:
    box = talked()
    box.press(Key.LOUDER)
    box.send(SourceArrived(2, 1, "Hola", "", "es", final=True))
    effects = end(box)
    assert visits(effects) == ["key"]
    assert of(effects, CloseMicrophone) == [CloseMicrophone()]
    assert of(box.send(MicrophoneClosed()), Finish, WipeSound) == [Finish(1), Finish(2)]
    assert of(box.key(Key.MUTE, down=False), SetVolume) == [], "its release is no push"
    box.send(LineFinished(1))
    effects = box.send(LineFinished(2))
    assert of(effects, WipeSound, SetVolume) == [WipeSound(), SetVolume(85, False)]
    state = box.state
    assert (state.lines, state.shown, state.source_text, state.source_language) == ((), (), "", "")
    assert (state.detected, state.direction, state.sound.last, state.guest_session.touched_at) == (
        "",
        EN_ES,
        None,
        None,
    )
    assert box.mode() is Mode.STANDBY
    assert not box.oracle.microphone


def test_the_screen_says_what_is_true_and_then_waits_for_the_next_guest() -> None:
    box = talked()
    box.press(Key.LANGUAGE)
    box.pass_time(5_000)
    end(box)
    assert isinstance(shown(box), SubtitlesView), "what is still answered can be read"
    finish(box)
    seen = shown(box)
    assert isinstance(seen, SignView)
    assert (seen.sign, seen.title) == (Sign.NOTHING, say("kept", "fr"))
    assert (seen.words, seen.language) == (say("online", "fr"), "fr")
    box.pass_time(7_999)
    assert shown(box) == seen
    box.pass_time(1)
    assert isinstance(shown(box), IdleView)


def test_a_visit_that_ends_before_a_word_says_one_moment() -> None:
    box = Box(DESK).boot()
    box.press(Key.GUEST, 500)
    box.connect(1)
    end(box)
    assert sign(box)[0] is Sign.WAIT
    finish(box)
    assert sign(box)[0] is Sign.NOTHING


def test_a_mute_and_another_language_are_gone_with_the_guest() -> None:
    box = talked()
    box.press(Key.LANGUAGE)
    box.pass_time(100)
    box.press(Key.MUTE)
    box.pass_time(100)
    end(box)
    assert of(finish(box), SetVolume) == [SetVolume(85, False)]
    assert box.state.direction == EN_ES


def test_what_is_owed_is_answered_first_and_heard() -> None:
    box = talked()
    box.owe(2_000, ES_EN)
    end(box)
    box.send(MicrophoneClosed(), TurnOpened(2, 2), TextArrived(2, 2, "Room 7.", "", final=True, at=box.now))
    box.send(TurnAnswered(2, 2, True, False, None, None, 900), ReplayReported(ES_EN, 0, 0, 0))
    box.send(LineFinished(1), LineFinished(2))
    assert isinstance(shown(box), SubtitlesView)
    box.send(PlaybackStarted(2, 2, box.now))
    box.pass_time(900)
    assert WipeSound() in box.send(PlaybackEnded(2, 2, 900, 0))


def test_a_line_that_is_lost_while_leaving_is_dialled_again_for_what_is_owed() -> None:
    box = talked()
    box.owe(2_000, ES_EN)
    end(box)
    box.send(MicrophoneClosed())
    assert Dial(3, ES_EN) in box.send(LineFinished(1), LineLost(2, Loss.RESET)) + box.pass_time(500)
    assert of(box.send(ReplayReported(ES_EN, 0, 0, 0)), HangUp, WipeSound) == [
        HangUp(3, "not wanted"),
        WipeSound(),
    ], "what was owed is owed no more: nothing is waited for"


def test_what_cannot_be_had_in_time_is_reported_lost() -> None:
    box = talked()
    box.owe(2_000, ES_EN)
    end(box)
    box.send(MicrophoneClosed())
    effects = box.pass_time(20_000)
    assert WipeSound() in effects
    assert of(effects, HangUp), "no session.finished came"
    assert sign(box)[0] is Sign.REPEAT
    box.pass_time(4_000)
    assert sign(box)[0] is Sign.NOTHING
    assert (box.state.lines, box.state.owed) == ((), ())


def test_after_a_fatal_refusal_nothing_is_waited_for() -> None:
    box = Box(DESK).boot()
    box.key(Key.TALK, down=True)
    box.owe(2_000)
    box.send(LineLost(1, Loss.HTTP, 401), MicrophoneClosed())
    box.pass_time(500)
    box.key(Key.TALK, down=False)
    end(box)
    assert box.state.guest_session.touched_at is None
    assert box.state.reported_lost_at is None


def test_an_utterance_in_progress_is_heard_to_its_end() -> None:
    box = talked()
    box.key(Key.GUEST, down=True)
    box.send(VoiceActivityChanged(active=True))
    assert of(end(box), CloseMicrophone) == []
    box.pass_time(3_000)
    assert CloseMicrophone() in box.send(VoiceActivityChanged(active=False))
    finish(box)
    assert sign(box)[0] is Sign.NOTHING
    box.key(Key.GUEST, down=False)
    assert box.wanted() is Wanted.NOTHING, "the release of a key from before means nothing"


def test_it_is_not_waited_for_for_ever() -> None:
    box = talked()
    box.key(Key.GUEST, down=True)
    box.send(VoiceActivityChanged(active=True))
    end(box)
    assert CloseMicrophone() in box.pass_time(20_000)
    assert WipeSound() in box.send(MicrophoneClosed())


def test_a_talk_key_while_it_leaves_goes_on_with_the_visit() -> None:
    box = talked()
    end(box)
    box.send(MicrophoneClosed())
    box.key(Key.MUTE, down=False)
    box.key(Key.TALK, down=True)
    assert box.state.guest_session.leaving_by is None
    assert WipeSound() not in box.pass_time(30_000)
    assert box.wanted() is Wanted.INTERPRETING


def test_the_voice_that_a_talk_key_cuts_is_forgotten_with_the_rest() -> None:
    box = talked()
    box.send(PlaybackStarted(2, 1, box.now))
    assert of(box.key(Key.TALK, down=True), DropSpeech) == [DropSpeech(2, 1)]


def test_a_second_end_of_the_same_visit_is_none() -> None:
    box = talked()
    end(box)
    box.key(Key.MUTE, down=False)
    box.pass_time(100)
    assert visits(end(box)) == []


def test_a_stop_while_it_leaves_is_a_stop() -> None:
    box = talked()
    end(box)
    box.key(Key.POWER, down=True)
    box.pass_time(30_000)
    assert len(box.oracle.exits) == 1


def test_a_box_that_interprets_at_once_waits_for_the_next_word() -> None:
    box = Box(replace(DESK, at_once=True)).boot()
    box.pass_time(10)
    box.connect(1)
    box.send(VoiceActivityChanged(active=True), VoiceActivityChanged(active=False))
    box.pass_time(QUIET_MS)
    assert countdown(box) == 15
    box.pass_time(15_000)
    effects = finish(box)
    assert of(effects, WipeSound, OpenMicrophone) == [WipeSound(), OpenMicrophone()]
    assert of(box.pass_time(60_000), Dial) == []
    assert of(box.send(VoiceActivityChanged(active=True)), Dial)


def test_the_name_of_a_language_keeps_no_visit_from_its_countdown() -> None:
    box = talked()
    box.send(PlaybackStarted(NAME_LINE, 7, box.now))
    box.send(PlaybackEnded(NAME_LINE, 7, 900, 0))
    box.pass_time(QUIET_MS)
    assert countdown(box) == 15
