"""``core/model/faults.py``: raising and clearing.

Responsible for: once on, once off, and which fault takes whose place. Must not: know causes.
"""

from appliance.core.model.effects import Note
from appliance.core.model.faults import LINE_FAULTS, cleared, raised
from appliance.core.model.state import State
from appliance.errors import FaultCode


def row(code: str, on: bool, detail: str = "") -> Note:
    return Note("fault", (("code", code), ("on", on), ("detail", detail)))


def codes(state: State) -> list[str]:
    return [fault.code for fault in state.faults]


def test_a_fault_is_raised_once() -> None:
    state, effects = raised(State(), FaultCode.M1, 5, "no card")
    assert effects == (row("M1", True, "no card"),)
    assert raised(state, FaultCode.M1, 9, "again") == (state, ())
    assert state.faults[0].since == 5


def test_the_newest_fault_of_the_line_takes_the_place_of_the_older() -> None:
    state, _ = raised(State(), FaultCode.M1, 1)
    state, _ = raised(state, FaultCode.N1, 2)
    state, effects = raised(state, FaultCode.S1, 3)
    assert codes(state) == ["M1", "S1"]
    assert effects == (row("N1", False), row("S1", True))


def test_clearing_takes_only_what_is_named() -> None:
    state, _ = raised(State(), FaultCode.M1, 1)
    state, _ = raised(state, FaultCode.N1, 2)
    state, effects = cleared(state, LINE_FAULTS)
    assert (codes(state), effects) == (["M1"], (row("N1", False),))
    assert cleared(state, LINE_FAULTS) == (state, ())
