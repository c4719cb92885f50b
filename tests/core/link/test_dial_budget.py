"""``core/link/dial_budget.py``: the window, the bucket and the back-off.

Responsible for: the arithmetic of appliance/workers/connection/README.md#dialling. Must not: dial a line.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.link.dial_budget import booked, earliest, redial_delay_ms
from appliance.core.model.direction import Direction
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Phase
from appliance.core.model.state import Budget, Line, Purpose

LIMITS = Limits()
WANTED, REDIAL = Purpose.WANTED, Purpose.REDIAL


def budget(*dials: tuple[int, Purpose]) -> Budget:
    spent = Budget()
    for at, purpose in dials:
        spent = booked(spent, purpose, at, LIMITS)
    return spent


def pending(number: int, purpose: Purpose) -> Line:
    return Line(number, Direction("en", "es"), Phase.DIALING, purpose, since=0)


def when(spent: Budget, purpose: Purpose, now: int, *waiting: Line) -> int:
    return earliest(spent, waiting, purpose, now, LIMITS)


def test_the_first_dials_are_free() -> None:
    assert when(Budget(), WANTED, 7) == 7
    assert when(budget((1, WANTED), (2, WANTED), (3, WANTED)), WANTED, 4) == 4


def test_the_fifth_waits_until_the_first_has_left_the_window() -> None:
    spent = budget((0, WANTED), (10_000, WANTED), (20_000, WANTED), (30_000, WANTED))
    assert when(spent, WANTED, 31_000) == 60_000
    assert when(spent, WANTED, 60_000) == 60_000
    assert when(booked(spent, WANTED, 60_000, LIMITS), WANTED, 60_001) == 70_000


def test_a_dial_that_is_not_written_yet_has_its_place() -> None:
    spent = budget((0, WANTED), (10_000, WANTED), (20_000, WANTED))
    assert when(spent, WANTED, 21_000, pending(4, WANTED)) == 60_000
    four = [pending(n, WANTED) for n in range(4)]
    assert when(Budget(), WANTED, 5, *four) == 60_005


def test_two_redials_take_the_bucket_and_each_token_comes_back_in_its_turn() -> None:
    spent = budget((0, REDIAL), (5_000, REDIAL))
    assert when(spent, REDIAL, 6_000) == 30_000
    assert when(spent, WANTED, 6_000) == 6_000, "a dial for a key takes no token"
    spent = booked(spent, REDIAL, 30_000, LIMITS)
    assert when(spent, REDIAL, 30_001) == 60_000
    assert when(spent, REDIAL, 90_000) == 90_000, "the bucket is full again"


def test_a_pending_redial_holds_its_token() -> None:
    assert when(Budget(), REDIAL, 5, pending(1, REDIAL)) == 5
    assert when(Budget(), REDIAL, 5, pending(1, WANTED), pending(2, WANTED)) == 5
    assert when(Budget(), REDIAL, 5, pending(1, REDIAL), pending(2, REDIAL)) == 30_005
    assert when(budget((0, REDIAL)), REDIAL, 5, pending(1, REDIAL)) == 30_000


def test_what_is_remembered_is_bounded() -> None:
    spent = budget(*((at * 10, REDIAL) for at in range(20)))
    assert (len(spent.dials), len(spent.tokens_spent)) == (4, 2)


@given(st.lists(st.tuples(st.integers(0, 40_000), st.sampled_from(Purpose)), max_size=40))
def test_who_dials_as_early_as_allowed_never_breaks_the_window(asked: list[tuple[int, Purpose]]) -> None:
    now, spent, dials, redials = 0, Budget(), list[int](), list[int]()
    for wait, purpose in asked:
        now = when(spent, purpose, now + wait)
        spent = booked(spent, purpose, now, LIMITS)
        dials.append(now)
        redials += [now] if purpose is REDIAL else []
        assert sum(now - at < 60_000 for at in dials) <= 4
    for first in range(len(redials)):
        for last in range(first, len(redials)):
            # In any stretch: the two of a full bucket, and one for each 30 s of it.
            assert last - first + 1 <= 2 + (redials[last] - redials[first]) // 30_000


@pytest.mark.parametrize(("refusals", "base_ms"), list(enumerate((0, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000))))
def test_the_back_off_grows_and_is_spread_by_a_fifth(refusals: int, base_ms: int) -> None:
    delays = {redial_delay_ms(Budget(refusals=refusals), serial, 1, LIMITS) for serial in range(300)}
    assert base_ms * 0.8 <= min(delays) <= max(delays) <= base_ms * 1.2
    if base_ms:
        assert min(delays) < base_ms * 0.85, "boxes march in step"
        assert max(delays) > base_ms * 1.15, "boxes march in step"


def test_chance_is_an_argument() -> None:
    once, again = (redial_delay_ms(Budget(refusals=3), 42, 7, LIMITS) for _ in range(2))
    assert once == again
    assert once != redial_delay_ms(Budget(refusals=3), 42, 8, LIMITS)
