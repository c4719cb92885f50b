"""Rotation: a fresh line takes over before the service ends the old one.

Responsible for: when a line is old (time or tokens, appliance/protocol/README.md#11-limits), dialling its successor
while it still works,
and the moment of the change: in a pause in which nothing is owed, or by force.
Must not: lose a word: the old line finishes what it was sent, the new one begins with what comes next.
"""

from appliance.core.link.connection import changed, noted
from appliance.core.link.dial_budget import earliest
from appliance.core.model.direction import Direction
from appliance.core.model.effects import Dial, Effect, Finish, SetDownlink, SetUplink
from appliance.core.model.fast_replace import replace
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Phase, Valve
from appliance.core.model.state import Line, Purpose, State
from appliance.core.model.step_result import StepResult


def rotate_connections(state: State, needed: tuple[Direction, ...], now: int, limits: Limits) -> StepResult:
    """Dial successors of old lines that are needed, and let those that are ready take over."""
    effects: tuple[Effect, ...] = ()
    for spare in [line for line in state.lines if line.phase is Phase.SPARE]:
        old = _ready(state, spare)
        if old is None or _pause(state, spare) or _forced(old, now, limits):
            state, more = _handed_over(state, old, spare, now)
            effects += more
    for line in [line for line in state.lines if line.phase is Phase.READY]:
        due = line.direction in needed and _old(line, now, limits)
        if due and (_pause(state, line) or _forced(line, now, limits)):
            state, more = _succeeded(state, line, now, limits)
            effects += more
    return state, effects


def rotation_deadline(line: Line, now: int, limits: Limits) -> int | None:
    """When this line is next to be looked at for its age."""
    if line.phase is not Phase.READY:
        return None
    return next(
        (at for at in (line.since + limits.rotate_after_ms, line.since + limits.rotate_by_force_ms) if at > now), None
    )


def _succeeded(state: State, line: Line, now: int, limits: Limits) -> StepResult:
    """Begin the change: with a spare where the service takes a second line, without one where it does not."""
    if state.single:
        state = changed(state, replace(line, phase=Phase.FINISHING, since=now))
        return state, (noted(line, "finishing", "rotation"), Finish(line.number))
    others = [other for other in state.lines if other.direction == line.direction and other is not line]
    if others or len(state.lines) >= limits.lines_at_most:
        return state, ()
    pending = tuple(other for other in state.lines if other.phase is Phase.DIALING and not other.dialled)
    if earliest(state.budget, pending, Purpose.ROTATION, now, limits) > now:
        return state, ()  # asked again at the next event; there are ten minutes left
    spare = Line(state.next_line, line.direction, Phase.DIALING, Purpose.ROTATION, since=now, used_at=now)
    state = replace(state, lines=(*state.lines, spare), next_line=state.next_line + 1)
    return state, (noted(spare, "dialing", "rotation"), Dial(spare.number, spare.direction))


def _handed_over(state: State, old: Line | None, spare: Line, now: int) -> StepResult:
    effects: tuple[Effect, ...] = ()
    if old is not None:
        state = changed(state, replace(old, phase=Phase.FINISHING, since=now))
        effects = (noted(old, "finishing", "rotation"), Finish(old.number))
    state = changed(state, replace(spare, phase=Phase.READY, since=now, used_at=now))
    return state, (
        *effects,
        noted(spare, "ready", "takes over"),
        SetDownlink(Valve.OPEN, spare.number),
        SetUplink(Valve.OPEN, spare.number),
    )


def _ready(state: State, spare: Line) -> Line | None:
    return next((line for line in state.lines if line.phase is Phase.READY and line.direction == spare.direction), None)


def _pause(state: State, line: Line) -> bool:
    """Nobody speaks and nothing is owed: if the old line died now, nothing would be lost with it."""
    return not state.speech and not state.owed_ms(line.direction)


def _old(line: Line, now: int, limits: Limits) -> bool:
    return now - line.since >= limits.rotate_after_ms or line.tokens >= limits.rotate_tokens


def _forced(line: Line, now: int, limits: Limits) -> bool:
    return now - line.since >= limits.rotate_by_force_ms or line.tokens >= limits.rotate_by_force_tokens
