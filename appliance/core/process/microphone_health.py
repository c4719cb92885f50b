"""A box that knows when it is deaf: what is done about a microphone that delivers, and not what it should.

Responsible for: the three steps of appliance/core/README.md#nothing-said-is-lost (open the card by name, restart the
process, reboot) and the hint
that somebody muted it.
Must not: count samples (``workers/uplink/capture_health.py``), or act in private, where a silent microphone is what
is wanted.
"""

from appliance.core.model.effects import Effect, Reboot, ReopenMicrophone
from appliance.core.model.events import CaptureHealth
from appliance.core.model.fast_replace import replace
from appliance.core.model.faults import cleared, raised
from appliance.core.model.limits import Limits
from appliance.core.model.state import Ending, State
from appliance.core.model.step_result import StepResult
from appliance.core.process.shutdown import hurried
from appliance.errors import FaultCode

_CAPTURE_FAULTS = frozenset({FaultCode.M3, FaultCode.M4})


def update_microphone_health(state: State, health: CaptureHealth, percent: int, now: int, limits: Limits) -> StepResult:
    """The microphone's worker has counted what came."""
    if state.private:
        return state, ()
    if health is CaptureHealth.RATE_OK:
        return cleared(replace(state, microphone_health=replace(state.microphone_health, deaf=False)), _CAPTURE_FAULTS)
    if health is CaptureHealth.FLATLINE:
        return raised(state, FaultCode.M4, now)
    state, effects = raised(state, FaultCode.M3, now, f"{percent} % of its rate")
    state, more = _escalated(state, now, limits)
    return state, (*effects, *more)


def _escalated(state: State, now: int, limits: Limits) -> StepResult:
    microphone_health = state.microphone_health
    again = microphone_health.reopened_at is not None and now - microphone_health.reopened_at < limits.deaf_again_ms
    state = replace(state, microphone_health=replace(microphone_health, deaf=True, reopened_at=now))
    mend: tuple[Effect, ...] = (ReopenMicrophone(),)
    if not again or state.ending is not Ending.NONE:
        return state, mend
    if microphone_health.restarted_at is None or now - microphone_health.restarted_at >= limits.deaf_restart_helps_ms:
        microphone_health = replace(state.microphone_health, restarted_at=now, restarting=True)
        # An orderly end: the sentence is finished, what is owed is marked, and systemd starts the next process.
        return hurried(
            replace(state, microphone_health=microphone_health, stopping=True, why="deaf: restart"), now, limits
        ), ()
    if microphone_health.reboot_from is not None and now >= microphone_health.reboot_from:
        return replace(state, microphone_health=replace(state.microphone_health, reboot_from=None)), (Reboot(),)
    return state, mend
