"""How a run ends: answers, finish, drain, over.

Responsible for: the steps and deadlines of appliance/config/README.md#runs-that-have-an-end and the exit code.
Must not: stop anything itself; it only moves the run to its next step.
"""

from appliance.core.link.connection import noted, without
from appliance.core.model.effects import DrainSound, Effect, Exit, HangUp
from appliance.core.model.fast_replace import replace
from appliance.core.model.limits import Limits
from appliance.core.model.state import Ending, State, Wanted
from appliance.core.model.step_result import StepResult
from appliance.core.transcript.turns import flushed
from appliance.errors import FaultCode

EXIT_DONE = 0
EXIT_UNANSWERED = 69
# Systemd starts a fresh process; 69 belongs to runs that have an end (hardware/guide/operate.md#commands)
EXIT_RESTART = 70


def advance_shutdown(state: State, now: int, limits: Limits) -> StepResult:
    """Move the ending on as far as the facts allow."""
    effects: tuple[Effect, ...] = ()
    for _ in Ending:  # pragma: no branch - each step at most once, so the bound is never met
        step = _next(state, now, limits)
        if step is None:
            break
        state, more = step
        effects += more
    if state.ending is not Ending.NONE and state.cost.asked_at is not None:  # nobody is asked "still there?" any more
        state = replace(state, cost=replace(state.cost, asked_at=None))
    return state, effects


def hurried(state: State, now: int, limits: Limits) -> State:
    """A stop shortens an end that had already begun: the bounds of a stop count from the stop."""
    within = {Ending.FINISH: limits.stop_finished_within_ms, Ending.DRAIN: limits.stop_drained_within_ms}
    if state.ending not in within or state.ending_by is None:
        return state
    return replace(state, ending_by=min(state.ending_by, now + within[state.ending]))


def drained(state: State, now: int) -> State:
    """The loudspeaker has played out."""
    return replace(state, ending_by=now) if state.ending is Ending.DRAIN else state


def _next(state: State, now: int, limits: Limits) -> StepResult | None:
    due = state.ending_by is not None and now >= state.ending_by
    if state.ending is Ending.NONE:
        return _begun(state, now, limits)
    if state.ending is Ending.ANSWERS and state.stopping:
        return _finishing(state, now + limits.stop_finished_within_ms), ()
    if state.ending is Ending.ANSWERS and (not state.owed or due or state.refusal is not None):
        return _finishing(state, now + limits.finished_within_ms), ()
    if state.ending is Ending.FINISH and (due or _all_said(state)):
        return _draining(state, now, limits)
    if state.ending is Ending.DRAIN and due:
        state, rows = flushed(replace(state, ending=Ending.OVER, ending_by=None))
        return state, (*rows, Exit(state.exit_code))
    return None


def _all_said(state: State) -> bool:
    """No line is left, the capture is closed, and nothing more can be answered."""
    answered = not state.owed or (state.setup.ends_with_microphone and not state.stopping)
    silent = not state.capture and state.closing_at is None
    return not state.lines and silent and (answered or state.refusal is not None or state.private)


def _begun(state: State, now: int, limits: Limits) -> StepResult | None:
    if state.stopping:
        return _finishing(state, now + limits.stop_finished_within_ms), ()
    if not state.setup.ends_with_microphone:
        return None
    if state.refusal is not None:
        return _finishing(state, now), ()
    if state.cost.closed:  # what is left of the recording is refused
        return _finishing(state, now + limits.finished_within_ms), ()
    if state.ended or _unheard(state):
        return replace(state, ending=Ending.ANSWERS, ending_by=now + limits.answered_within_ms), ()
    return None


def _finishing(state: State, by: int) -> State:
    return replace(state, ending=Ending.FINISH, ending_by=by, wanted=Wanted.NOTHING)


def _draining(state: State, now: int, limits: Limits) -> StepResult:
    hung_up = tuple(
        effect
        for line in state.lines
        for effect in (noted(line, "closed", "the run ends"), HangUp(line.number, "the run ends"))
    )
    refused = state.refusal is not None or state.cost.closed
    lost = any(times for _, times in state.reported_lost)
    missed = state.setup.ends_with_microphone and (bool(state.owed) or lost or refused or _unheard(state))
    within = limits.stop_drained_within_ms if state.stopping else limits.drained_within_ms
    for line in state.lines:
        state = without(state, line.number)
    state = replace(
        state,
        ending=Ending.DRAIN,
        ending_by=now + within,
        exit_code=EXIT_RESTART if state.microphone_health.restarting else EXIT_UNANSWERED if missed else EXIT_DONE,
    )
    return state, (*hung_up, DrainSound())


def _unheard(state: State) -> bool:
    """Whether the recording cannot be played: a run with an end waits for it in vain."""
    return any(fault.code is FaultCode.M1 for fault in state.faults)
