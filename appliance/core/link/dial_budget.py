"""When the box may dial: the window, the bucket, and the back-off.

Responsible for: arithmetic on ``Budget``. A dial is an upgrade request written to the wire
(appliance/workers/connection/README.md#dialling).
Must not: dial, or know why a line is wanted.

A dial is booked, and the booking written down, before its request is: a process that dies at any moment leaves no dial
that the next one does not know of. A wrong guess costs a wait, never the account.

The service counts every connect and refuses above ten a minute (appliance/protocol/README.md#11-limits); a restart
loop that ignores this
is locked out for minutes, so the box plans for four.
"""

import zlib

from appliance.core.model.fast_replace import replace
from appliance.core.model.limits import Limits
from appliance.core.model.state import Budget, Line, Purpose


def _refilled(budget: Budget, now: int, limits: Limits) -> Budget:
    """Forget the dials outside the window and the tokens that came back."""
    every = limits.redial_token_every_ms
    spent = budget.tokens_spent
    # Tokens come back one after the other: the k-th of those spent returns k periods after the first.
    while spent and now - spent[0] >= every:
        returned = spent[0] + every
        spent = tuple(max(at, returned) for at in spent[1:])
    dials = tuple(at for at in budget.dials if now - at < limits.dial_window_ms)
    return replace(budget, dials=dials, tokens_spent=spent)


def earliest(budget: Budget, pending: tuple[Line, ...], purpose: Purpose, now: int, limits: Limits) -> int:
    """The first moment at which one more dial may be started; ``pending`` are lines whose dial is not yet written."""
    budget = _refilled(budget, now, limits)
    at = now
    free = limits.dials_in_window - len(pending)
    if free <= 0:
        return now + limits.dial_window_ms
    if len(budget.dials) >= free:
        at = max(at, budget.dials[-free] + limits.dial_window_ms)
    if purpose is Purpose.REDIAL:
        tokens = limits.redial_tokens - sum(1 for line in pending if line.purpose is Purpose.REDIAL)
        if tokens <= 0:
            at = max(at, now + limits.redial_token_every_ms)
        elif len(budget.tokens_spent) >= tokens:
            missing = len(budget.tokens_spent) - tokens + 1
            at = max(at, budget.tokens_spent[0] + missing * limits.redial_token_every_ms)
    return at


def booked(budget: Budget, purpose: Purpose, now: int, limits: Limits) -> Budget:
    """The budget with one more upgrade request."""
    budget = _refilled(budget, now, limits)
    spent = (*budget.tokens_spent, now) if purpose is Purpose.REDIAL else budget.tokens_spent
    return replace(
        budget, dials=(*budget.dials, now)[-limits.dials_in_window :], tokens_spent=spent[-limits.redial_tokens :]
    )


def redial_delay_ms(budget: Budget, serial: int, line: int, limits: Limits, *, busy: bool = False) -> int:
    """The wait before the next redial: grows with refusals, spread by a CRC so that boxes do not march in step."""
    steps = limits.busy_delays_ms if busy else limits.redial_delays_ms
    base = steps[min(budget.refusals, len(steps) - 1)]
    chance = zlib.crc32(f"{serial}/{line}/{budget.refusals}".encode()) % 2_001 - 1_000  # per mille of the spread
    return base + base * limits.redial_jitter_percent * chance // 100_000
