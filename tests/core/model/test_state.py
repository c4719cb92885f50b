"""``core/model/state.py``: frozen facts.

Responsible for: that nothing changes in place, and the three questions a state answers. Must not: step.
"""

from dataclasses import FrozenInstanceError

import pytest

from appliance.core.model.direction import Direction
from appliance.core.model.modes import Phase
from appliance.core.model.state import Budget, Line, Purpose, Setup, State


def test_a_state_does_not_change_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        State().level = 3  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        Budget().refusals = 1  # type: ignore[misc]


def test_a_new_state_is_private_and_wants_nothing() -> None:
    assert (State().private, State().wanted, State().mode) == (True, "nothing", "starting")


@pytest.mark.parametrize(
    ("theirs", "is_reversed", "direction"),
    [
        ("", False, Direction("en", "es")),
        ("", True, Direction("es", "en")),
        ("fr", False, Direction("en", "fr")),
        ("fr", True, Direction("fr", "en")),
    ],
)
def test_the_active_direction(theirs: str, is_reversed: bool, direction: Direction) -> None:
    assert State(setup=Setup("en", "es"), theirs=theirs, reversed=is_reversed).direction == direction


def test_lines_by_number_and_debts_by_direction() -> None:
    line = Line(3, Direction("en", "es"), Phase.READY, Purpose.WANTED, since=0)
    state = State(lines=(line,), owed=((line.direction, 400),))
    assert (state.line(3), state.line(4)) == (line, None)
    assert (state.owed_ms(line.direction), state.owed_ms(Direction("es", "en"))) == (400, 0)
