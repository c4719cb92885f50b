"""Rows and the exit code."""

import pytest

from appliance.errors import DeviceError, FaultCode, Kind
from appliance.selftest.findings import Finding, device_code, exit_code


def test_a_row_of_each_kind() -> None:
    assert str(Finding("key", "found")) == "key         | PASS | found"
    assert str(Finding("loop", "not heard", told=True)) == "loop        | -    | not heard"
    assert str(Finding("name", "x.example", FaultCode.N1)) == (
        "name        | N1   | no network: x.example; check Wi-Fi or cable"
    )
    assert str(Finding("key", "look here", FaultCode.S1, says="there is none")) == (
        "key         | S1   | there is none: look here; check the key"
    )
    assert str(Finding("name", "", FaultCode.N1)) == "name        | N1   | no network; check Wi-Fi or cable"


def test_only_a_code_fails() -> None:
    assert exit_code([]) == exit_code([Finding("a", ""), Finding("b", "", told=True)]) == 0
    assert exit_code([Finding("a", ""), Finding("b", "", FaultCode.W1)]) == 69


def test_only_a_row_that_was_checked_has_passed() -> None:
    assert Finding("a", "").passed
    assert not Finding("a", "", told=True).passed
    assert not Finding("a", "", FaultCode.W1).passed


@pytest.mark.parametrize("kind", list(Kind))
def test_a_device_has_the_code_that_the_box_would_raise(kind: Kind) -> None:
    code = device_code(DeviceError("microphone", kind, ""), FaultCode.M1, FaultCode.M2)
    assert code is (FaultCode.M2 if kind is Kind.BUSY else FaultCode.M1)
