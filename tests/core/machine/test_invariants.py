"""``core/machine/invariants.py``: each rule catches the state that breaks it.

Responsible for: one illegal state a rule; these, and only these, are made by hand. Must not: test the core by them.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from appliance.core.machine.invariants import BrokenInvariantError, check
from appliance.core.machine.reconcile import condition
from appliance.core.model.direction import Direction
from appliance.core.model.events import Key
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode, Phase
from appliance.core.model.state import (
    Budget,
    Camera,
    Contact,
    Ending,
    Fault,
    GuestSession,
    Line,
    Setup,
    Shown,
    Sound,
    State,
    Turn,
)
from appliance.errors import FaultCode
from tests.core.states import REACHED, draining, on_air, stopping

LIMITS = Limits()


def line(number: int, phase: Phase = Phase.READY, target: str = "es") -> Line:
    before = on_air().state.lines[0]
    return replace(before, number=number, phase=phase, direction=Direction("en", target))


def with_lines(*lines: Line) -> Callable[[State], State]:
    return lambda state: replace(state, lines=lines, next_line=max(n.number for n in lines) + 1)


@pytest.mark.parametrize("mode", Mode)
def test_every_mode_as_reached_is_legal(mode: Mode) -> None:
    state = REACHED[mode]().state
    check(state, state, LIMITS)


@pytest.mark.parametrize(
    ("rule", "breach"),
    [
        ("move on_air → starting", lambda s: replace(s, mode=Mode.STARTING)),
        ("mode is the condition", lambda s: replace(s, mode=Mode.WAITING)),
        ("too many lines", with_lines(*(line(n, target=f"t{n}") for n in range(1, 6)))),
        ("line numbers count up", with_lines(line(1), line(1, Phase.FINISHING))),
        ("line numbers count up", lambda s: replace(s, lines=(line(7),))),
        ("next line went back", lambda s: replace(s, lines=(), next_line=1, mode=Mode.WAITING)),
        ("two lines of one direction take speech", with_lines(line(1), line(2))),
        ("capture in private", lambda s: replace(s, private=True)),
        (
            "the camera without the microphone",
            lambda s: replace(s, capture=False, camera=Camera(open=True)),
        ),
        ("a camera that is off", lambda s: replace(s, setup=Setup(), camera=Camera(open=True))),
        ("muted without a loudspeaker", lambda s: replace(s, input_muted=True)),
        (
            "a talk key is not heard",
            lambda s: replace(
                s,
                setup=replace(s.setup, half_duplex=True),
                input_muted=True,
                contacts=(Contact(Key.TALK, raw=True, down=True),),
            ),
        ),
        (
            "words that no visit's end forgets",
            lambda s: replace(s, setup=replace(s.setup, kiosk=True), guest_session=GuestSession(), source_text="Where"),
        ),
        ("volume out of range", lambda s: replace(s, sound=Sound(volume=105))),
        ("capture without input", lambda s: replace(s, input=None)),
        (
            "a line in a fatal refusal",
            lambda s: replace(
                s, refusal=FaultCode.S1, mode=Mode.FAULT, lines=(*s.lines, line(2, Phase.DIALING, "fr")), next_line=3
            ),
        ),
        ("dials above the window", lambda s: replace(s, budget=Budget(dials=(1, 2, 3, 4, 5)))),
        ("tokens above the bucket", lambda s: replace(s, budget=Budget(tokens_spent=(1, 2, 3)))),
        (
            "too many sentences",
            lambda s: replace(s, shown=tuple(Shown(1, n, "es") for n in range(LIMITS.sentences + 1))),
        ),
        ("too many turns", lambda s: replace(s, turns=tuple(Turn(1, n) for n in range(LIMITS.turns + 1)))),
        ("one fault twice", lambda s: replace(s, faults=(Fault(FaultCode.M1, 0), Fault(FaultCode.M1, 1)))),
        ("line 1: ready → dialing", lambda s: replace(s, lines=(line(1, Phase.DIALING),), mode=Mode.DIALING)),
        ("line 1 changed its direction", lambda s: replace(s, lines=(line(1, target="fr"),))),
    ],
)
def test_a_breach_is_named(rule: str, breach: Callable[[State], State]) -> None:
    before = on_air().state
    after = breach(before)
    if not rule.startswith("mo"):
        after = replace(after, mode=condition(after))
    with pytest.raises(BrokenInvariantError, match=rule):
        check(before, after, LIMITS)


def test_an_end_never_goes_back() -> None:
    before = stopping().state
    with pytest.raises(BrokenInvariantError, match="the end went back"):
        check(before, replace(before, ending=Ending.NONE), LIMITS)
    last = draining().state
    with pytest.raises(BrokenInvariantError, match="a stop was forgotten"):
        check(last, replace(last, stopping=False), LIMITS)
