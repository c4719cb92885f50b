"""``core/machine/reconcile.py``: capture, input, lines and mode follow what is wanted.

Responsible for: the orders that close a gap, and their order. Must not: test how an event is handled.
"""

from collections.abc import Callable

import pytest

from appliance.core.machine.step import step
from appliance.core.model.direction import Direction
from appliance.core.model.effects import (
    CloseMicrophone,
    Dial,
    Finish,
    HangUp,
    Note,
    OpenMicrophone,
    SelectInput,
    Upgrade,
)
from appliance.core.model.events import (
    Key,
    LineFinished,
    LineLost,
    LineOpened,
    Loss,
    MicrophoneClosed,
    MicrophoneEnded,
    Tick,
    TurnOpened,
    VoiceActivityChanged,
)
from appliance.core.model.modes import Mode, Phase, Valve
from appliance.core.model.queries import line_for
from appliance.core.model.state import Setup
from tests.core.box import Box
from tests.core.states import dialing, finishing, on_air, standby, starting, waiting

EN_ES, ES_EN, EN_FR = Direction("en", "es"), Direction("es", "en"), Direction("en", "fr")


def orders(box: Box) -> list[object]:
    return [effect for effect in box.effects if not isinstance(effect, Note)]


def faults(box: Box) -> list[str]:
    return [str(fault.code) for fault in box.state.faults]


def desk() -> Box:
    """A kiosk with a warm line in each direction, the guest's turn."""
    box = Box(Setup(kiosk=True, favourites=("es", "fr"))).boot()
    box.key(Key.TALK, down=True)
    box.connect(1)
    box.key(Key.GUEST, down=True)
    box.connect(2)
    return box


def test_sound_has_a_place_to_go_before_it_comes() -> None:
    box = standby()
    box.key(Key.TALK, down=True)
    assert orders(box) == [SelectInput(EN_ES, Valve.OPEN, move=False), OpenMicrophone(), Dial(1, EN_ES), Upgrade(1)]


def test_every_run_passes_through_standby() -> None:
    box = starting()
    assert box.pass_time(10_000) == ()
    box = Box(Setup(at_once=True))
    box.boot()
    assert [to for _, to in box.oracle.moves] == [Mode.STANDBY, Mode.DIALING]


def test_a_microphone_that_was_closed_is_opened_again_when_it_has_said_so() -> None:
    box = on_air()
    box.key(Key.TALK, down=True)
    box.pass_time(50)
    box.key(Key.TALK, down=False)
    assert CloseMicrophone() in box.effects
    box.pass_time(50)
    assert OpenMicrophone() not in box.key(Key.TALK, down=True)
    assert OpenMicrophone() in box.send(MicrophoneClosed())


def test_a_dead_capture_does_not_hold_up_the_next() -> None:
    box = on_air()
    box.press(Key.TALK)
    box.pass_time(50)
    box.key(Key.TALK, down=True)
    assert OpenMicrophone() in box.pass_time(1_000)


def test_a_line_is_finished_when_the_closing_silence_is_in() -> None:
    box = on_air()
    box.press(Key.TALK)
    assert Finish(1) not in box.effects
    assert Finish(1) in box.send(MicrophoneClosed())


def test_a_recording_that_has_ended_is_not_opened_again() -> None:
    box = Box(Setup(at_once=True)).boot()
    box.connect(1)
    box.send(MicrophoneEnded())
    box.pass_time(30_000)
    assert not box.oracle.microphone
    assert box.mode() is Mode.ON_AIR


def test_an_unwanted_dial_is_dropped_and_an_owing_one_is_not() -> None:
    box = dialing()
    assert HangUp(1, "not wanted") in box.press(Key.TALK)
    assert box.mode() is Mode.STANDBY
    box = dialing()
    box.owe(900)
    box.press(Key.TALK)
    assert box.mode() is Mode.DIALING


def test_what_is_owed_in_another_direction_gets_its_own_line() -> None:
    box = on_air()
    box.owe(900, ES_EN)
    assert orders(box) == [Dial(2, ES_EN), Upgrade(2)]
    assert box.mode() is Mode.ON_AIR, "the mode is that of the active direction"


def test_a_third_direction_finishes_the_least_used_line() -> None:
    box = desk()
    box.pass_time(1_000)
    box.send(VoiceActivityChanged(active=True))
    box.press(Key.LANGUAGE)
    box.pass_time(30)
    assert finishes(box, 1)
    assert not finishes(box, 2)
    assert line_for(box.state, Direction("fr", "en")) is not None


def finishes(box: Box, number: int) -> bool:
    line = box.state.line(number)
    return line is not None and line.phase is Phase.FINISHING


def test_an_unused_line_is_finished_after_two_minutes() -> None:
    box = desk()
    assert not finishes(box, 1)
    box.pass_time(119_999)
    assert not finishes(box, 1)
    box.pass_time(1)
    assert finishes(box, 1)


def test_the_active_line_is_finished_in_a_long_silence_and_the_next_word_dials() -> None:
    box = on_air()
    box.pass_time(119_999)
    assert box.mode() is Mode.ON_AIR
    box.pass_time(1)
    assert finishes(box, 1)
    box.send(LineFinished(1))
    box.pass_time(3_600_000)
    assert (box.mode(), box.oracle.microphone, len(box.oracle.dials)) == (Mode.STANDBY, True, 1)
    assert Dial(2, EN_ES) in box.send(VoiceActivityChanged(active=True))


def test_a_key_wakes_a_resting_box_too() -> None:
    box = on_air()
    box.pass_time(120_000)
    box.send(LineFinished(1))
    assert Dial(2, EN_ES) in box.key(Key.REPEAT, down=True)


def test_speech_that_goes_on_keeps_the_line() -> None:
    box = on_air()
    box.send(VoiceActivityChanged(active=True))
    box.pass_time(600_000)
    assert box.mode() is Mode.ON_AIR


def test_a_service_that_refuses_a_second_line_gets_one() -> None:
    box = on_air()
    box.owe(900, ES_EN)
    box.send(LineLost(2, Loss.CLOSED, 1007, "rate limit"))
    assert (box.state.single, faults(box), box.mode()) == (True, [], Mode.ON_AIR)
    box.pass_time(60_000)
    assert len(box.oracle.dials) == 2, "the owed direction waits for the line to go"


def test_a_second_line_turned_away_in_other_words_is_refused_as_well() -> None:
    """What the service says is not published (appliance/protocol/README.md#21-what-nobody-knows-yet, U11): a close
    before ``session.created`` says enough."""
    box = on_air()
    box.owe(900, ES_EN)
    box.send(LineOpened(2))
    box.send(LineLost(2, Loss.CLOSED, 1007, "no more of these"))
    assert (box.state.single, faults(box), box.mode()) == (True, [], Mode.ON_AIR)
    box.pass_time(60_000)
    assert len(box.oracle.dials) == 2


def test_use_keeps_a_line() -> None:
    box = desk()
    box.pass_time(60_000)
    box.send(TurnOpened(1, 1))
    box.pass_time(119_000)
    assert not finishes(box, 1)


def test_a_line_that_owes_is_not_unused() -> None:
    box = desk()
    box.owe(900, EN_ES)
    box.pass_time(300_000)
    assert not finishes(box, 1)


def test_turning_the_conversation_round_costs_no_dial_while_lines_are_warm() -> None:
    box = desk()
    for key in (Key.TALK, Key.GUEST) * 3:
        box.key(key, down=False)
        box.pass_time(100)
        box.key(key, down=True)
        box.pass_time(2_000)
        assert box.mode() is Mode.ON_AIR
    assert len(box.oracle.dials) == 2


def test_the_next_line_waits_for_the_one_that_finishes() -> None:
    box = finishing()
    box.press(Key.TALK)
    assert (box.mode(), len(box.state.lines)) == (Mode.FINISHING, 1)
    assert Dial(2, EN_ES) in box.send(LineFinished(1))


def test_with_four_lines_the_fifth_direction_waits() -> None:
    box = Box(Setup(favourites=("es", "fr", "zh", "ar"))).boot()
    directions = [Direction("en", code) for code in ("fr", "zh", "ar", "de")]
    for direction in directions:
        box.owe(900, direction)
    for line in box.state.lines:
        box.connect(line.number)
    box.pass_time(61_000)
    assert len(box.state.lines) == 4
    box.press(Key.TALK)
    box.pass_time(100)
    assert box.mode() is Mode.WAITING
    assert line_for(box.state, EN_ES) is None


def test_a_line_not_back_in_time_is_a_fault_until_nobody_wants_it() -> None:
    box = waiting()
    box.pass_time(4_999)
    assert faults(box) == []
    box.pass_time(1)
    assert faults(box) == ["N3"]
    box.press(Key.TALK)
    assert (faults(box), box.mode()) == ([], Mode.STANDBY)


def test_a_certificate_that_ended_the_line_keeps_its_own_code() -> None:
    box = on_air()
    box.send(LineLost(1, Loss.UNKNOWN_ISSUER))
    box.pass_time(5_000)
    assert faults(box) == ["N2"]


def test_a_fault_already_told_is_not_told_over() -> None:
    box = on_air()
    box.send(LineLost(1, Loss.CLOSED, 1007, "rate limit"))
    box.pass_time(30_000)
    assert faults(box) == ["S2"]


@pytest.mark.parametrize("reach", [standby, dialing, on_air, finishing, waiting])
def test_settling_again_orders_nothing(reach: Callable[[], Box]) -> None:
    box = reach()
    assert step(box.state, Tick(), box.now, box.limits) == (box.state, ())


def test_the_active_direction_is_the_mode() -> None:
    box = on_air()
    box.key(Key.GUEST, down=True)
    assert box.mode() is Mode.WAITING
    box.pass_time(1_000)
    assert box.mode() is Mode.DIALING
    box.key(Key.GUEST, down=False)
    box.pass_time(100)
    box.key(Key.GUEST, down=True)
    assert box.mode() is Mode.ON_AIR, "the first line is still warm"


def test_after_a_refusal_the_other_line_serves_when_a_person_asks() -> None:
    box = on_air()
    box.owe(900, ES_EN)
    box.send(LineLost(2, Loss.HTTP, 401))
    assert box.mode() is Mode.FAULT
    box.owe(0, ES_EN)
    box.pass_time(100)
    box.key(Key.TALK, down=True)
    assert box.mode() is Mode.ON_AIR
