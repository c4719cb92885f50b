"""Checks end in time, whatever hangs in them."""

import os
import threading
from collections.abc import Callable

import pytest

from appliance.errors import FaultCode
from appliance.selftest.bounded import BrokenCheckError, Check, Track, TrackApart
from appliance.selftest.findings import Finding

SHORT_MS = 50
Make = Callable[[tuple[Check, ...]], Track | TrackApart]
BOTH = pytest.mark.parametrize("make", [Track, TrackApart])
# Python 3.12 warns of a fork where there are threads; the command forks before its first one.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def passes(what: str) -> Check:
    return Check(what, lambda: Finding(what, "works"), 5_000)


def hangs(what: str, code: FaultCode | None) -> Check:
    def hang() -> Finding:
        threading.Event().wait()
        raise AssertionError("it waits for ever")

    return Check(what, hang, SHORT_MS, code, "it is silent")


def breaks() -> Finding:
    raise ZeroDivisionError("a bug")


@BOTH
def test_rows_come_in_order(make: Make) -> None:
    checks = (passes("a"), Check("b", lambda: Finding("b", "ä", FaultCode.W1), 5_000), passes("c"))
    assert list(make(checks).findings()) == [
        Finding("a", "works"), Finding("b", "ä", FaultCode.W1), Finding("c", "works"),
    ]  # fmt: skip


@BOTH
def test_what_hangs_is_told_and_the_rest_goes_on(make: Make) -> None:
    findings = list(make((hangs("a", FaultCode.N1), hangs("b", None), passes("c"))).findings())
    assert findings == [
        Finding("a", "it is silent within 0.05 s", FaultCode.N1),
        Finding("b", "it is silent within 0.05 s", told=True),
        Finding("c", "works"),
    ]


@BOTH
def test_what_needs_a_row_that_did_not_pass_is_not_tried(make: Make) -> None:
    told = Check("b", lambda: Finding("b", "private", told=True), 5_000)
    needy = Check("d", breaks, 5_000, needs=("a", "b", "c"))
    fine = Check("e", lambda: Finding("e", "works"), 5_000, needs=("a",))
    findings = list(make((passes("a"), told, hangs("c", FaultCode.P1), needy, fine)).findings())
    assert findings[3:] == [Finding("d", "not tried: it needs b and c", told=True), Finding("e", "works")]


def test_a_bug_in_a_check_is_not_a_row() -> None:
    with pytest.raises(ZeroDivisionError):
        list(Track((passes("a"), Check("b", breaks, 5_000))).findings())


def test_a_bug_in_a_process_of_its_own_is_not_a_row_either(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BrokenCheckError):
        list(TrackApart((passes("a"), Check("b", breaks, 5_000))).findings())
    assert "ZeroDivisionError: a bug" in capfd.readouterr().err


def test_each_check_apart_is_a_process() -> None:
    told = Check("a", lambda: Finding("a", str(os.getpid())), 5_000)
    pids = {finding.words for finding in TrackApart((told, told)).findings()}
    assert len(pids) == 2
    assert str(os.getpid()) not in pids
