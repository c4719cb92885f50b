"""Raising and clearing faults.

Responsible for: the list of faults in the state and its journal rows.
Must not: know what caused a fault or what it says (``errors.ADVICE``).
"""

from appliance.core.model.effects import Effect, Note
from appliance.core.model.fast_replace import replace
from appliance.core.model.state import Fault, State
from appliance.core.model.step_result import StepResult
from appliance.errors import FaultCode

LINE_FAULTS = frozenset(
    {FaultCode.N1, FaultCode.N2, FaultCode.N3, FaultCode.N4, FaultCode.S1, FaultCode.S2, FaultCode.S3, FaultCode.S4}
)
"""The faults that end when a line is ready."""


def raised(state: State, code: FaultCode, now: int, detail: str = "") -> StepResult:
    """With the fault, once; among the line's own faults the newest takes the place of the others."""
    if any(f.code == code for f in state.faults):
        return state, ()
    effects: tuple[Effect, ...] = ()
    if code in LINE_FAULTS:
        state, effects = cleared(state, LINE_FAULTS)
    state = replace(state, faults=(*state.faults, Fault(code, now, detail)))
    return state, (*effects, _note(code, True, detail))


def cleared(state: State, codes: frozenset[FaultCode]) -> StepResult:
    """Without these faults."""
    gone = tuple(f for f in state.faults if f.code in codes)
    if not gone:
        return state, ()
    return replace(state, faults=tuple(f for f in state.faults if f.code not in codes)), tuple(
        _note(f.code, False, "") for f in gone
    )


def _note(code: FaultCode, on: bool, detail: str) -> Note:
    return Note("fault", (("code", str(code)), ("on", on), ("detail", detail)))
