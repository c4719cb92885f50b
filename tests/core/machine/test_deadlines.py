"""``core/machine/deadlines.py``: when the core wants to be woken.

Responsible for: that each deadline is told, and none stays in the past. Must not: test what a Tick does.
"""

from dataclasses import replace

import pytest

from appliance.core.machine.deadlines import next_deadline
from appliance.core.machine.step import step
from appliance.core.model.events import Booted, Key, KeyEdge, LineLost, LineOpened, LineTroubled, Loss, StopRequested
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode
from appliance.core.model.state import CueState, Setup, State
from tests.core.box import Box
from tests.core.states import REACHED, configuring, dialing, draining, finishing, on_air, standby, stopping, waiting

FAR_MS = 10**9


def wait(box: Box) -> int | None:
    """Milliseconds until the box wants to be woken; the care of the panels, and cues, have tests of their own."""
    limits = replace(box.limits, dim_ms=FAR_MS, sleep_ms=FAR_MS)
    due = next_deadline(replace(box.state, cue_state=CueState()), box.now, limits)
    return None if due is None or due >= FAR_MS else due - box.now


def test_nothing_is_due_before_the_start_or_at_rest() -> None:
    assert next_deadline(State(), 5, Limits()) is None
    assert wait(standby()) is None


def test_what_is_wanted_at_the_start_begins_at_once() -> None:
    state, _ = step(State(setup=Setup(at_once=True)), Booted(private=False), 7, Limits())
    assert state.mode is Mode.STANDBY
    assert next_deadline(state, 7, Limits()) == 7


def test_a_private_start_waits_for_the_slide() -> None:
    assert wait(Box(Setup(at_once=True)).boot(private=True)) is None


def test_each_phase_of_a_line() -> None:
    assert wait(dialing()) == 10_000 - 100
    assert wait(configuring()) == 10_000
    box = on_air()
    assert wait(box) == 120_000
    box.pass_time(120_000 + 15_000)
    assert wait(box) is None, "nobody spoke, the line was finished, and the box rests"
    assert wait(finishing()) == 15_000


def test_a_dial_that_must_wait() -> None:
    box = waiting()
    assert wait(box) == 5_000, "first the fault is told"
    box.pass_time(5_000)
    assert wait(box) == 25_000, "then the next token comes back"


def test_a_direction_that_must_stand() -> None:
    box = on_air()
    box.key(Key.GUEST, down=True)
    assert wait(box) == 1_000


def test_contacts() -> None:
    box = standby()
    box.send(KeyEdge(Key.TALK, True, box.now), KeyEdge(Key.TALK, False, box.now))
    assert wait(box) == 20
    box = standby()
    box.key(Key.POWER, down=True)
    assert wait(box) == 2_000


def test_a_fault_to_tell() -> None:
    box = Box(dials_at_once=False).boot()
    box.press(Key.TALK)
    assert wait(box) is None
    box.send(LineTroubled(1, Loss.NO_ROUTE))
    assert wait(box) == 5_000
    box.pass_time(5_000)
    assert wait(box) is None


def test_a_microphone_that_should_close() -> None:
    box = on_air()
    box.press(Key.TALK)
    assert wait(box) == 1_000, "the tap's release told it"


def test_the_end() -> None:
    assert wait(stopping()) == 8_000
    assert wait(draining()) == 5_000
    box = draining()
    box.pass_time(5_000)
    assert wait(box) is None


def test_please_repeat_stands_for_four_seconds() -> None:
    box = standby()
    box.owe(0, reported_lost=1)
    assert wait(box) == 4_000
    box.pass_time(4_000)
    assert wait(box) is None


@pytest.mark.parametrize("mode", Mode)
def test_an_hour_in_any_mode_is_no_busy_loop(mode: Mode) -> None:
    box = REACHED[mode]()
    ticks = 0
    end = box.now + 3_600_000
    while (due := next_deadline(box.state, box.now, box.limits)) is not None and due <= end:
        box.pass_time(max(0, due - box.now))
        ticks += 1
        assert ticks <= 1_000
    box.pass_time(end - box.now)
    assert box.mode() in (mode, Mode.STANDBY, Mode.WAITING, Mode.DIALING, Mode.STOPPING)


def test_four_directions_that_owe_leave_no_past_deadline() -> None:
    box = on_air()
    box.send(LineLost(1, Loss.HTTP, 503), LineOpened(2), StopRequested("SIGTERM"))
    due = next_deadline(box.state, box.now, box.limits)
    assert due is not None
    assert due > box.now
