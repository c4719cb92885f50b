"""Devices that come and go, and the replay buffer's report.

Responsible for: which device is broken, the fault it means, what is still owed.
Must not: open devices (their workers keep trying).
"""

from appliance.core.model.direction import Direction
from appliance.core.model.effects import RestartWorker
from appliance.core.model.events import Device, ReplayReported
from appliance.core.model.fast_replace import replace
from appliance.core.model.faults import cleared, raised
from appliance.core.model.state import State
from appliance.core.model.step_result import StepResult
from appliance.errors import FaultCode, Kind

_FAULTS: dict[Device, tuple[FaultCode, FaultCode]] = {  # (absent, gone or broken; busy)
    Device.MICROPHONE: (FaultCode.M1, FaultCode.M2),
    Device.LOUDSPEAKER: (FaultCode.P1, FaultCode.P2),
    Device.SCREEN: (FaultCode.D1, FaultCode.D1),
    Device.GUEST_SCREEN: (FaultCode.D1, FaultCode.D1),
    Device.CAMERA: (FaultCode.C1, FaultCode.C1),
}

_MICROPHONE_FAULTS = frozenset({FaultCode.M1, FaultCode.M2, FaultCode.M3, FaultCode.M4})


def device_failed(state: State, device: Device, kind: str, detail: str, now: int) -> StepResult:
    """A device is lost; privacy silences the microphone's faults."""
    state = replace(state, broken=(*(d for d in state.broken if d is not device), device))
    codes = _FAULTS.get(device)
    if codes is None or (device is Device.MICROPHONE and state.private):
        return state, ()
    return raised(state, codes[1] if kind == Kind.BUSY else codes[0], now, detail)


def device_ready(state: State, device: Device) -> StepResult:
    """A device works (again)."""
    state = replace(
        state,
        broken=tuple(d for d in state.broken if d is not device),
        restarted=tuple(d for d in state.restarted if d is not device),
    )
    over = frozenset(_FAULTS.get(device, ()))
    if device is Device.MICROPHONE and not state.microphone_health.deaf:
        over |= {FaultCode.M3}
    # Two panels share a code: it stands as long as either is away.
    return cleared(state, over - {code for other in state.broken for code in _FAULTS.get(other, ())})


def silenced(state: State) -> StepResult:
    """Privacy is a state, not a fault: what was wrong with the microphone is not said while it is meant to be off."""
    return cleared(replace(state, microphone_health=replace(state.microphone_health, deaf=False)), _MICROPHONE_FAULTS)


def worker_silent(state: State, device: Device, now: int) -> StepResult:
    """A worker hangs: a fresh one first, and a fault when that hangs as well."""
    if device not in state.restarted:
        return replace(state, restarted=(*state.restarted, device)), (RestartWorker(device),)
    code = FaultCode.M3 if device is Device.MICROPHONE else _FAULTS[device][0]
    state, effects = raised(state, code, now, "stalled")
    return state, (*effects, RestartWorker(device))


def trouble_reported(state: State, code: FaultCode, detail: str, now: int) -> StepResult:
    """The box works on: with weak power for as long as it lasts, without storage until it is unplugged."""
    return raised(state, code, now, detail) if detail else cleared(state, frozenset({code}))


def replay_reported(state: State, event: ReplayReported, now: int) -> State:
    """What the service still owes us, and what had to be dropped."""
    rest: tuple[tuple[Direction, int], ...] = tuple(row for row in state.owed if row[0] != event.direction)
    owed = (*rest, (event.direction, event.unanswered_ms)) if event.unanswered_ms > 0 else rest
    state = replace(state, owed=owed)
    if event.reported_lost > dict(state.reported_lost).get(event.direction, 0):
        others = tuple(row for row in state.reported_lost if row[0] != event.direction)
        reported_lost = (*others, (event.direction, event.reported_lost))
        state = replace(state, reported_lost=reported_lost, reported_lost_at=now, reported_lost_in=event.direction)
    return state
