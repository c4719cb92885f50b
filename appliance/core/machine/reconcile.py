"""After every event: bring what is into line with what is wanted.

Responsible for: comparing intent with condition and giving the orders that close the gap: capture, input,
camera, lines, mode.
Must not: handle an event, or give an order twice (each order changes the state that asked for it).
"""

from typing import assert_never

from appliance.core.devices import camera
from appliance.core.devices.playback import mutes_input
from appliance.core.link.connection import changed, noted, without
from appliance.core.link.dial_budget import earliest
from appliance.core.link.disconnect_diagnosis import diagnose
from appliance.core.link.rotation import rotate_connections
from appliance.core.model.direction import Direction
from appliance.core.model.effects import (
    CloseMicrophone,
    Dial,
    Effect,
    Finish,
    HangUp,
    Note,
    OpenMicrophone,
    SelectInput,
)
from appliance.core.model.events import Loss
from appliance.core.model.fast_replace import replace
from appliance.core.model.faults import LINE_FAULTS, cleared, raised
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode, Phase, Valve
from appliance.core.model.queries import heard, line_for, live, needed
from appliance.core.model.state import Ending, Line, Purpose, State, Wanted
from appliance.core.model.step_result import StepResult
from appliance.core.process.shutdown import advance_shutdown
from appliance.core.session import code_setup, guest_session
from appliance.core.session.selftest import sync_selftest
from appliance.core.session.usage_caps import enforce_caps
from appliance.errors import FaultCode

_SLOW_FAULTS = frozenset({FaultCode.N1, FaultCode.N3, FaultCode.S3})  # told when the line is not back in time


def reconcile(state: State, now: int, limits: Limits, why: str) -> StepResult:
    """The state with its orders given, and those orders."""
    if state.mode is Mode.STARTING and not state.stopping:
        return state, ()
    was_stopping = state.stopping
    state, effects = enforce_caps(state, now, limits)
    if state.stopping and not was_stopping:
        why = state.why
    state, more = reconcile_once(state, now, limits, why)
    effects += more
    state, more = guest_session.settled(state, now, limits)
    if more:  # a visit is over: what the next one wants is begun
        state, rest = reconcile_once(state, now, limits, why)
        more += rest
    return state, effects + more


def reconcile_once(state: State, now: int, limits: Limits, why: str) -> StepResult:
    state, effects = sync_selftest(state)
    state, more = code_setup.end_when_unwanted(state)
    effects += more
    for part in (advance_shutdown, guest_session.settled, _microphone, _drop_lines, _finish_lines):
        state, more = part(state, now, limits)
        effects += more
    state, more = camera.settled(state, live(state), now, limits)
    effects += more
    state, more = rotate_connections(state, needed(state), now, limits)
    effects += more
    for part in (_dial, _tell, advance_shutdown):
        state, more = part(state, now, limits)
        effects += more
    state, more = _mode(state, why)
    effects += more
    state, more = sync_selftest(state)  # a line was dialled meanwhile, for what is owed
    return state, effects + more


def dial_at(state: State, direction: Direction, now: int, limits: Limits) -> int | None:
    """When this direction's next line may be dialled; None where it has one, or must wait for another line to go."""
    if line_for(state, direction) is not None or len(state.lines) >= limits.lines_at_most:
        return None
    if state.single and state.lines:
        return None  # the service takes one line at a time
    at = max(now, state.retry_at or now)
    if direction == state.direction and state.direction_since is not None and not state.speech:
        at = max(at, state.direction_since + limits.settle_ms)
    pending = tuple(line for line in state.lines if line.phase is Phase.DIALING and not line.dialled)
    return max(at, earliest(state.budget, pending, purpose(state), now, limits))


def purpose(state: State) -> Purpose:
    """A dial after a loss is a redial and takes a token."""
    return Purpose.WANTED if state.lost_at is None else Purpose.REDIAL


def _microphone(state: State, now: int, limits: Limits) -> StepResult:
    effects: tuple[Effect, ...] = ()
    usable = not state.ended and state.refusal is None
    listens = live(state) and usable
    # Between two presses of a visit the card stays open, so that no first syllable is lost to it; nothing is kept.
    waits = state.setup.kiosk and state.wanted is Wanted.PAUSE and not state.private and state.ending is Ending.NONE
    wants = listens or (waits and usable and state.capture and not state.cost.closed)
    muted = mutes_input(state, now)
    if listens and (state.input != state.direction or state.input_muted is not muted or state.shut):
        moves = state.input != state.direction and _moves(state)
        effects = (SelectInput(state.direction, Valve.MUTED if muted else Valve.OPEN, move=moves),)
        spoke_at = now if state.speech and muted and not state.input_muted else state.spoke_at
        state = replace(state, input=state.direction, input_muted=muted, shut=False, spoke_at=spoke_at)
    elif wants and not listens and not state.shut and state.input is not None:
        effects = (SelectInput(state.input, Valve.SHUT),)
        state = replace(state, input_muted=False, shut=True)
    if state.closing_at is not None and now - state.closing_at >= limits.microphone_closes_within_ms:
        state = replace(state, closing_at=None)  # a dead capture must not hold up the end
    if wants and not state.capture and state.closing_at is None:
        return replace(state, capture=True), (*effects, OpenMicrophone())
    if state.capture and not wants:
        spoke_at = now if state.speech and not state.input_muted else state.spoke_at  # the slide cut a sentence short
        state = replace(state, capture=False, closing_at=now, speech=False, spoke_at=spoke_at)
        return state, (*effects, CloseMicrophone())
    return state, effects


def _moves(state: State) -> bool:
    """Whether the open utterance goes along. At a desk the other key means another speaker: what was said stays."""
    old, new = state.input, state.direction
    other_speaker = state.setup.kiosk and old is not None and (old.target, old.source) == (new.source, new.target)
    return old is not None and not other_speaker


def _drop_lines(state: State, _now: int, _limits: Limits) -> StepResult:
    """Hang up lines that are not ready yet and no longer needed."""
    effects: tuple[Effect, ...] = ()
    for line in state.lines:
        if line.phase not in (Phase.READY, Phase.FINISHING) and line.direction not in needed(state):
            state = without(state, line.number)
            effects += (noted(line, "closed", "not wanted"), HangUp(line.number, "not wanted"))
    if state.refusal is None and not _missing(state):
        if state.lost_at is not None:
            state = replace(state, lost_at=None, last_loss=None)
        state, more = cleared(state, LINE_FAULTS)
        effects += more
    return state, effects


def _missing(state: State) -> bool:
    """Whether a direction that must have a line has none that works. The loss of a line nobody needs is no loss."""
    lines = [line_for(state, direction) for direction in needed(state)]
    return any(line is None or line.phase in (Phase.DIALING, Phase.CONFIGURING) for line in lines)


def _finish_lines(state: State, now: int, limits: Limits) -> StepResult:
    """Finish lines that have done their work. Their last words still come."""
    effects: tuple[Effect, ...] = ()
    capturing = state.capture or state.closing_at is not None
    waits_for_answers = state.ending is Ending.ANSWERS
    for line in _least_used_first(state):
        active = line.direction == state.direction
        if state.private:
            why = "private"
        elif (state.wanted is Wanted.NOTHING or state.cost.closed) and not waits_for_answers:
            if capturing:
                continue  # its closing silence is not in the replay buffer yet
            why = "allowance" if state.cost.closed else "stopped"
        elif _too_many(state, limits) and not active:
            why = "another direction"
        elif (
            now - line.used_at >= limits.warm_ms and not state.owed_ms(line.direction) and not (active and heard(state))
        ):
            why = "unused"
            state = replace(state, idle=state.idle or (active and live(state)))
        else:
            continue
        state = changed(state, replace(line, phase=Phase.FINISHING, since=now))
        effects += (noted(line, "finishing", why), Finish(line.number))
    return state, effects


def _least_used_first(state: State) -> list[Line]:
    return sorted((line for line in state.lines if line.phase is Phase.READY), key=lambda line: line.used_at)


def _too_many(state: State, limits: Limits) -> bool:
    # A successor takes the place of its own line; it must not cost the other direction its warm one.
    lines = [
        line
        for line in state.lines
        if line.phase is Phase.READY or (line.phase is not Phase.FINISHING and line.purpose is not Purpose.ROTATION)
    ]
    missing = [direction for direction in needed(state) if line_for(state, direction) is None]
    return len(lines) + len(missing) > (1 if state.single else limits.lines_warm)


def _dial(state: State, now: int, limits: Limits) -> StepResult:
    effects: tuple[Effect, ...] = ()
    for direction in needed(state):
        at = dial_at(state, direction, now, limits)
        if at is None or at > now:
            continue
        line = Line(state.next_line, direction, Phase.DIALING, purpose(state), since=now, used_at=now)
        state = replace(state, lines=(*state.lines, line), next_line=state.next_line + 1)
        effects += (noted(line, "dialing", str(line.purpose)), Dial(line.number, direction))
    return state, effects


def _tell(state: State, now: int, limits: Limits) -> StepResult:
    """Raise the fault of a line that is not back in time."""
    if state.lost_at is None or now - state.lost_at < limits.fault_after_ms or state.refusal is not None:
        return state, ()
    if any(fault.code in LINE_FAULTS - _SLOW_FAULTS for fault in state.faults):
        return state, ()  # told already, and nearer to the cause
    code = diagnose(state.last_loss or Loss.NO_ANSWER, 0, "", "").code
    return raised(state, code, now, str(state.last_loss or ""))


def _mode(state: State, why: str) -> StepResult:
    mode = condition(state)
    if mode is state.mode:
        return state, ()
    note = Note("mode", (("from", str(state.mode)), ("to", str(mode)), ("why", why)))
    return replace(state, mode=mode, why=why), (note,)


def condition(state: State) -> Mode:
    """What the box is doing, from the facts: the mode of the active direction."""
    if state.stopping or state.ending in (Ending.DRAIN, Ending.OVER):
        return Mode.STOPPING
    if state.refusal is not None and state.wanted is Wanted.INTERPRETING:
        return Mode.FAULT
    line = line_for(state, state.direction)
    wanted = state.direction in needed(state)
    if line is None:
        return Mode.WAITING if wanted else Mode.STANDBY
    match line.phase:
        case Phase.DIALING:
            return Mode.DIALING
        case Phase.CONFIGURING:
            return Mode.CONFIGURING
        case Phase.READY | Phase.SPARE:
            return Mode.ON_AIR if wanted else Mode.STANDBY
        case Phase.FINISHING:
            return Mode.FINISHING
        case _:  # pragma: no cover - the type checker proves it
            assert_never(line.phase)
