"""``core/link/rotation.py``: a fresh line takes over before the service ends the old one.

Responsible for: when, in which pause, and in which order. Must not: test how a line is dialled.
"""

from appliance.core.model.direction import Direction
from appliance.core.model.effects import Dial, Effect, Finish, Note, SetUplink, Upgrade
from appliance.core.model.events import Key, LineFinished, LineLost, Loss, UsageCounted, VoiceActivityChanged
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode, Phase, Valve
from appliance.core.model.state import Purpose
from tests.core.box import Box
from tests.core.states import on_air

EN_ES = Direction("en", "es")
MINUTES = 60_000


def orders(effects: tuple[Effect, ...]) -> list[Effect]:
    return [effect for effect in effects if not isinstance(effect, Note)]


def talkative(minutes: int) -> Box:
    """On the air for so long, with a word each minute: never idle, and nothing owed."""
    box = on_air()
    for _ in range(minutes):
        box.pass_time(MINUTES)
        box.send(VoiceActivityChanged(active=True), VoiceActivityChanged(active=False))
    return box


def phases(box: Box) -> list[tuple[int, Phase]]:
    return [(line.number, line.phase) for line in box.state.lines]


def expensive() -> Box:
    """A line that has cost so much that its successor is on its way."""
    box = on_air()
    box.send(UsageCounted(1, 40_000, 0))
    return box


def test_after_a_hundred_minutes_a_successor_is_dialled_without_a_token() -> None:
    box = talkative(99)
    assert len(box.oracle.dials) == 1
    assert Dial(2, EN_ES) in box.pass_time(MINUTES)
    assert box.state.lines[-1].purpose is Purpose.ROTATION
    assert box.mode() is Mode.ON_AIR, "the old line still works"
    assert box.oracle.redials == []


def test_after_forty_thousand_tokens_as_well() -> None:
    box = on_air()
    assert orders(box.send(UsageCounted(1, 30_000, 9_999))) == []
    assert orders(box.send(UsageCounted(1, 30_000, 10_000))) == [Dial(2, EN_ES), Upgrade(2)]


def test_it_takes_over_in_the_pause_and_the_old_one_finishes_first() -> None:
    box = expensive()
    effects = orders(box.connect(2))
    assert effects.index(Finish(1)) < effects.index(SetUplink(Valve.OPEN, 2))
    assert phases(box) == [(1, Phase.FINISHING), (2, Phase.READY)]
    assert box.mode() is Mode.ON_AIR
    box.send(LineFinished(1))
    assert phases(box) == [(2, Phase.READY)]


def test_it_waits_while_somebody_speaks_or_an_answer_is_owed() -> None:
    box = expensive()
    box.send(VoiceActivityChanged(active=True))
    box.owe(900)
    box.connect(2)
    assert phases(box) == [(1, Phase.READY), (2, Phase.SPARE)]
    box.send(VoiceActivityChanged(active=False))
    assert phases(box) == [(1, Phase.READY), (2, Phase.SPARE)]
    box.owe(0)
    assert phases(box) == [(1, Phase.FINISHING), (2, Phase.READY)]


def test_no_successor_is_dialled_in_mid_speech() -> None:
    box = on_air()
    box.send(VoiceActivityChanged(active=True))
    assert orders(box.send(UsageCounted(1, 43_999, 0))) == []
    assert orders(box.send(VoiceActivityChanged(active=False))) == [Dial(2, EN_ES), Upgrade(2)]


def test_without_a_pause_it_comes_by_force() -> None:
    box = on_air()
    box.send(VoiceActivityChanged(active=True), UsageCounted(1, 44_000, 0))
    assert len(box.oracle.dials) == 2
    box.connect(2)
    assert phases(box) == [(1, Phase.FINISHING), (2, Phase.READY)]
    box = on_air()
    box.send(VoiceActivityChanged(active=True))
    assert orders(box.pass_time(110 * MINUTES - 1)) == []
    assert orders(box.pass_time(1)) == [Dial(2, EN_ES), Upgrade(2)]


def test_the_loss_of_the_old_line_makes_the_spare_the_line() -> None:
    box = expensive()
    box.send(VoiceActivityChanged(active=True))
    box.connect(2)
    effects = box.send(LineLost(1, Loss.RESET))
    assert phases(box) == [(2, Phase.READY)]
    assert SetUplink(Valve.OPEN, 2) in effects
    assert len(box.oracle.dials) == 2


def test_an_unwanted_spare_is_hung_up() -> None:
    box = expensive()
    box.press(Key.TALK)
    assert 2 not in box.oracle.lines


def test_a_service_that_takes_one_line_gets_the_next_after_the_first() -> None:
    box = on_air()
    box.owe(900, Direction("es", "en"))
    box.send(LineLost(2, Loss.CLOSED, 1007, "rate limit"))
    assert box.state.single
    box.owe(0, Direction("es", "en"))
    box.pass_time(61_000)
    assert Finish(1) in box.send(UsageCounted(1, 40_000, 0))
    assert list(box.oracle.lines) == [1]
    box.send(LineFinished(1))
    assert list(box.oracle.lines) == [], "the service must have seen it go"
    box.pass_time(Limits().single_gap_ms)
    assert list(box.oracle.lines) == [2 + 1]


def test_the_budget_of_dials_holds_for_rotation() -> None:
    box = on_air()
    for number in range(2, 8):
        box.send(UsageCounted(number - 1, 44_000, 0))
        if box.state.line(number) is not None:
            box.connect(number)
            box.send(LineFinished(number - 1))
    assert len(box.oracle.dials) == 4


def test_a_line_that_nobody_needs_gets_no_successor() -> None:
    box = on_air()
    box.press(Key.TALK)
    assert orders(box.send(UsageCounted(1, 44_000, 0))) == []
    box = on_air()
    box.owe(900, Direction("es", "en"))
    box.send(LineLost(2, Loss.HTTP, 401), UsageCounted(1, 44_000, 0))
    assert (box.mode(), len(box.oracle.dials)) == (Mode.FAULT, 2)


def test_a_successor_does_not_cost_the_other_direction_its_warm_line() -> None:
    box = on_air()
    box.owe(900, Direction("es", "en"))
    box.connect(2)
    box.owe(0, Direction("es", "en"))
    box.send(UsageCounted(1, 40_000, 0))
    assert phases(box) == [(1, Phase.READY), (2, Phase.READY), (3, Phase.DIALING)]
    box.connect(3)
    assert phases(box) == [(1, Phase.FINISHING), (2, Phase.READY), (3, Phase.READY)]
