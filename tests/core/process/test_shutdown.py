"""``core/process/shutdown.py``: how a run ends, by which bounds, and with which code.

Responsible for: appliance/config/README.md#runs-that-have-an-end (microphone-ends, SIGTERM). Must not: know how a line
finishes (``test_connection.py``).
"""

import pytest

from appliance.core.model.effects import DrainSound, Exit, Finish, HangUp
from appliance.core.model.events import (
    Device,
    DeviceFailed,
    Key,
    LineConfigured,
    LineCreated,
    LineFinished,
    LineLost,
    LineOpened,
    Loss,
    MicrophoneClosed,
    MicrophoneEnded,
    SoundDrained,
    StopRequested,
)
from appliance.core.model.modes import Mode
from appliance.core.model.state import Ending, Setup
from tests.core.box import Box
from tests.core.states import on_air, standby, starting, stopping

RECORDING = Setup(at_once=True, ends_with_microphone=True)


def recording() -> Box:
    """A run that ends with its recording, on the air."""
    box = Box(RECORDING).boot()
    box.connect(1)
    return box


def codes(box: Box) -> list[int]:
    return [effect.code for effect in box.effects if isinstance(effect, Exit)]


def test_a_recording_that_is_answered_ends_with_zero() -> None:
    box = recording()
    box.owe(2_000)
    box.send(MicrophoneEnded())
    assert box.ending() is Ending.ANSWERS
    box.owe(0)
    assert Finish(1) in box.effects
    box.send(LineFinished(1))
    assert DrainSound() in box.effects
    box.send(SoundDrained())
    assert codes(box) == [0]
    assert box.ending() is Ending.OVER


def test_what_is_never_answered_ends_with_69_within_the_bounds() -> None:
    box = recording()
    box.owe(2_000)
    box.send(MicrophoneEnded())
    assert box.pass_time(119_999) == ()
    assert Finish(1) in box.pass_time(1)
    assert HangUp(1, "no session.finished") not in box.pass_time(14_999)
    box.pass_time(1)
    assert DrainSound() in box.effects
    box.pass_time(10_000)
    assert codes(box) == [69]


def test_a_silent_recording_ends_with_zero() -> None:
    box = recording()
    box.send(MicrophoneEnded(), LineFinished(1), SoundDrained())
    assert codes(box) == [0]


def test_speech_that_found_no_line_in_the_end_is_unanswered() -> None:
    box = recording()
    box.owe(2_000)
    box.send(LineLost(1, Loss.NO_ROUTE))
    box.send(MicrophoneEnded())
    box.pass_time(120_000 + 15_000 + 10_000)
    assert codes(box) == [69]


def test_a_fatal_fault_ends_a_run_that_has_an_end_with_69() -> None:
    box = Box(RECORDING).boot()
    box.send(LineLost(1, Loss.HTTP, 401))
    assert DrainSound() in box.effects
    box.send(MicrophoneClosed(), SoundDrained())
    assert codes(box) == [69]


def test_a_fatal_fault_while_answers_are_awaited_ends_the_wait() -> None:
    box = recording()
    box.owe(2_000)
    box.send(MicrophoneEnded(), LineLost(1, Loss.CLOSED, 1007, "Workspace access denied"))
    box.send(SoundDrained())
    assert codes(box) == [69]


def test_a_fatal_fault_keeps_an_endless_run_alive() -> None:
    box = Box(Setup(at_once=True)).boot()
    box.send(LineLost(1, Loss.HTTP, 401))
    box.pass_time(600_000)
    assert (box.mode(), box.oracle.exits) == (Mode.FAULT, [])


def test_a_stop_finishes_the_sentence_and_plays_it() -> None:
    box = stopping()
    assert Finish(1) in box.effects
    assert box.oracle.exits == []
    box.owe(0)
    box.send(LineFinished(1))
    assert box.ending() is Ending.DRAIN
    box.send(SoundDrained())
    assert codes(box) == [0]


def test_a_stop_waits_for_speech_that_has_no_line_yet() -> None:
    box = on_air()
    box.owe(2_000)
    box.send(LineLost(1, Loss.RESET), StopRequested("SIGTERM"), MicrophoneClosed())
    assert box.ending() is Ending.FINISH
    box.connect(2)
    assert Finish(2) in box.effects
    box.owe(0)
    box.send(LineFinished(2), SoundDrained())
    assert codes(box) == [0]


def test_a_stop_has_bounds() -> None:
    box = stopping()
    assert DrainSound() not in box.pass_time(7_999)
    assert HangUp(1, "the run ends") in box.pass_time(1)
    assert codes(box) == []
    box.pass_time(5_000)
    assert codes(box) == [0], "an endless run ends with 0 whatever is unanswered"


@pytest.mark.parametrize("awaited", [True, False], ids=["answers", "finish"])
def test_a_stop_shortens_an_end_that_had_begun(awaited: bool) -> None:
    box = recording()
    if awaited:
        box.owe(2_000)
    box.send(MicrophoneEnded())
    assert box.ending() is (Ending.ANSWERS if awaited else Ending.FINISH)
    box.pass_time(1_000)
    box.send(StopRequested("SIGTERM"))
    box.pass_time(8_000)
    assert box.ending() is Ending.DRAIN
    box.pass_time(5_000)
    assert codes(box) == [69 if awaited else 0]


def test_a_stop_shortens_the_drain() -> None:
    box = recording()
    box.send(MicrophoneEnded(), LineFinished(1))
    assert box.ending() is Ending.DRAIN
    box.send(StopRequested("SIGTERM"))
    box.pass_time(5_000)
    assert codes(box) == [0]


def test_a_stop_never_lengthens_an_end() -> None:
    box = recording()
    box.send(MicrophoneEnded(), LineFinished(1))
    box.pass_time(9_000)
    box.send(StopRequested("SIGTERM"))
    box.pass_time(1_000)
    assert codes(box) == [0]


def test_a_second_stop_changes_nothing() -> None:
    box = stopping()
    before = box.state
    box.send(StopRequested("again"))
    assert box.state == before


def test_a_stop_in_private_does_not_wait_for_speech_that_was_wiped() -> None:
    box = standby()
    box.owe(2_000)
    box.key(Key.PRIVACY, down=False)
    box.send(StopRequested("SIGTERM"))
    assert box.ending() is Ending.DRAIN


def test_a_stop_before_the_start_is_a_stop() -> None:
    box = starting()
    box.send(StopRequested("Ctrl-C"), SoundDrained())
    assert (box.mode(), codes(box)) == (Mode.STOPPING, [0])
    assert box.boot().state.mode is Mode.STOPPING


def test_the_drain_may_only_be_over_while_it_lasts() -> None:
    box = on_air()
    before = box.state
    box.send(SoundDrained())
    assert box.state == before


def test_no_key_turns_the_end() -> None:
    box = on_air()
    box.owe(2_000)
    box.send(LineLost(1, Loss.RESET), StopRequested("SIGTERM"), MicrophoneClosed())
    box.press(Key.TALK, held_ms=600)
    box.send(LineOpened(2), LineCreated(2), LineConfigured(2))
    assert Finish(2) in box.effects, "a talk key kept the line from being finished"


def test_a_recording_that_cannot_be_played_ends_a_run_that_has_an_end() -> None:
    box = Box(Setup(at_once=True, ends_with_microphone=True)).boot()
    box.pass_time(1)
    box.send(DeviceFailed(Device.MICROPHONE, "broken", "not a WAV"))
    box.pass_time(30_000)
    assert [e.code for e in box.effects if isinstance(e, Exit)] == [69]


@pytest.mark.parametrize("why", [StopRequested("SIGTERM"), MicrophoneEnded()])
def test_at_the_end_nobody_is_asked_whether_somebody_is_there(why: StopRequested | MicrophoneEnded) -> None:
    """Found by the random sequences: the question stood until the next event."""
    box = Box(Setup(at_once=True, ends_with_microphone=True, unattended_ms=60_000)).boot()
    box.connect(1)
    box.pass_time(60_000)
    assert box.state.cost.asked_at is not None
    box.send(why)
    assert box.ending() is not Ending.NONE
    assert box.state.cost.asked_at is None


def test_a_talk_key_in_the_end_does_not_excuse_a_fatal_fault() -> None:
    box = recording()
    box.owe(2_000)
    box.send(StopRequested("SIGTERM"), LineLost(1, Loss.CLOSED, 1007, "Workspace access denied"))
    box.press(Key.TALK)
    box.send(MicrophoneClosed(), SoundDrained())
    box.pass_time(30_000)
    assert len(box.oracle.exits) == 1
    assert box.state.exit_code == 69
