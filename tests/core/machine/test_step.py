"""``core/machine/step.py``: the fence, the start, and the words for a cause.

Responsible for: what belongs to no handler. Must not: repeat the tests of the handlers.
"""

from dataclasses import replace

import pytest

from appliance.core.machine.step import cause, step
from appliance.core.model.direction import Direction
from appliance.core.model.effects import Note
from appliance.core.model.events import (
    Booted,
    Event,
    Key,
    KeyEdge,
    LevelMetered,
    LineConfigured,
    LineCreated,
    LineFinished,
    LineLost,
    LineOpened,
    LineReached,
    LineTroubled,
    Loss,
    MicrophoneEnded,
    PlaybackEnded,
    PlaybackStarted,
    ReplayReported,
    ServiceComplained,
    SourceArrived,
    StopRequested,
    TextArrived,
    Tick,
    TurnAnswered,
    TurnOpened,
    UsageCounted,
    VoiceActivityChanged,
)
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode
from appliance.core.model.state import State, Wanted
from tests.core.box import Box
from tests.core.states import REACHED, on_air, standby

GONE = 999
STALE: tuple[Event, ...] = (
    LineTroubled(GONE, Loss.UNKNOWN_ISSUER),
    LineReached(GONE),
    LineOpened(GONE),
    LineCreated(GONE),
    LineConfigured(GONE),
    TurnOpened(GONE, 1),
    TextArrived(GONE, 1, "secret", "", final=True, at=0),
    SourceArrived(GONE, 1, "secret", "", "es", final=True),
    TurnAnswered(GONE, 1, True, False, 0, 1, 5),
    UsageCounted(GONE, 5, 5),
    ServiceComplained(GONE, "invalid_value", "x"),
    LineFinished(GONE),
    LineLost(GONE, Loss.HTTP, 401),
    PlaybackEnded(GONE, 1, 5, 0),
)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("event", STALE, ids=lambda event: type(event).__name__)
def test_news_of_a_line_that_is_gone_changes_nothing(mode: Mode, event: Event) -> None:
    box = REACHED[mode]()
    assert step(box.state, event, box.now, box.limits) == (box.state, ())


@pytest.mark.parametrize("mode", Mode)
def test_the_loudspeaker_plays_on_when_a_line_is_gone(mode: Mode) -> None:
    box = REACHED[mode]()
    state, effects = step(box.state, PlaybackStarted(GONE, 1, 0), box.now, box.limits)
    assert (state, effects) == (replace(box.state, sound=state.sound), ())
    assert state.sound.speaking == (GONE, 1)


def test_the_start_is_noted_once() -> None:
    state, effects = step(State(), Booted(private=True), 5, Limits())
    assert effects == (Note("mode", (("from", "starting"), ("to", "standby"), ("why", "booted"))),)
    assert state.private
    assert step(state, Booted(private=False), 6, Limits()) == (state, ())


def test_the_same_events_give_the_same_state() -> None:
    def run() -> Box:
        box = on_air()
        box.owe(900)
        box.send(LineLost(1, Loss.CLOSED, 1011))
        box.pass_time(90_000)
        return box

    assert run().state == run().state


def test_local_news_is_kept() -> None:
    box = on_air()
    box.send(LevelMetered(4), VoiceActivityChanged(active=True))
    assert (box.state.level, box.state.speech) == (4, True)
    box.send(MicrophoneEnded())
    assert (box.state.level, box.state.speech, box.state.capture, box.state.ended) == (0, False, False, True)


def test_speech_without_a_line_is_only_heard() -> None:
    box = standby()
    box.send(VoiceActivityChanged(active=True))
    assert (box.state.speech, box.state.lines, box.wanted()) == (True, (), Wanted.NOTHING)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (KeyEdge(Key.TALK, True, 0), "key talk down"),
        (KeyEdge(Key.PRIVACY, False, 0), "key privacy up"),
        (LineLost(3, Loss.HTTP, 503, "body of the answer"), "line 3 lost: http 503"),
        (LineLost(3, Loss.DEAD), "line 3 lost: dead"),
        (StopRequested("SIGTERM"), "SIGTERM"),
        (ReplayReported(Direction("", "es"), 400, 0, 0), "auto>es unanswered 400 ms"),
        (VoiceActivityChanged(True), "speech heard"),
        (Tick(), "tick"),
        (LineConfigured(1), "line configured"),
        (TextArrived(1, 1, "secret", "words", final=True, at=0), "text arrived"),
        (SourceArrived(1, 1, "secret", "words", "es", final=True), "source arrived"),
    ],
)
def test_a_cause_is_told_without_what_was_said(event: Event, words: str) -> None:
    assert cause(event) == words
