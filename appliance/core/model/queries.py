"""Questions about the state that several rooms of the core ask.

Responsible for: whether the person wants interpreting, whether somebody speaks, which directions need a line, and
which line serves a direction.
"""

from appliance.core.model.direction import Direction
from appliance.core.model.modes import Phase
from appliance.core.model.state import Ending, Line, State, Wanted


def live(state: State) -> bool:
    """Whether the person wants interpreting, and nothing forbids it."""
    forbidden = state.private or state.cost.closed
    return state.wanted is Wanted.INTERPRETING and not forbidden and state.ending in (Ending.NONE, Ending.ANSWERS)


def heard(state: State) -> bool:
    """Whether somebody speaks to the box. Voices in the room while no key is down are none of its business."""
    return state.speech and live(state)


def needed(state: State) -> tuple[Direction, ...]:
    """The directions that must have a line: the active one while live, and each that still owes an answer."""
    if state.private or state.ending in (Ending.DRAIN, Ending.OVER) or state.refusal is not None:
        return ()
    active = state.direction
    speaking = live(state) and not state.idle
    if not state.owed:
        return (active,) if speaking else ()
    first = (active,) if speaking or state.owed_ms(active) else ()
    return first + tuple(direction for direction, _ in state.owed if direction != active)


def line_for(state: State, direction: Direction) -> Line | None:
    """The line of a direction that takes speech, else the newest that may, else one that is finishing."""
    lines = [line for line in state.lines if line.direction == direction]
    usable = [line for line in lines if line.phase is Phase.READY] or [
        line for line in lines if line.phase is not Phase.FINISHING
    ]
    return (usable or lines)[-1] if lines else None
