"""From the way a line ended to the code a person sees and what the box does next.

Responsible for: the map of failures of appliance/workers/connection/README.md#map-of-failures and the classes of
appliance/protocol/README.md#10-errors-and-close-codes.
Must not: keep anything, or decide when to dial.

Close reasons are matched by substring: they are at most 123 bytes and change with the service
(appliance/protocol/README.md#10-errors-and-close-codes).
"""

import re
from dataclasses import dataclass

from appliance.core.model.events import Loss
from appliance.errors import FaultCode

# Texts of appliance/protocol/README.md#10-errors-and-close-codes, in lower case. A bare word decides nothing: "voice"
# and "access" stand in reasons that pass by themselves, too.
_ACCOUNT = ("freetieronly", "free tier", "arrearage", "overdue", "good standing")
_LIMITED = (
    "rate limit",
    "throttling",
    "ratequota",
    "burstrate",
    "allocationquota",
    "allocated quota",
    "insufficient_quota",
    "current quota",
    "current requests list",
    "increased too quickly",
    "too many concurrent",
    "too many requests",
)
_BUSY = ("thread pool", "overloaded", "try again", "statuscode=429", "statuscode=500", "statuscode=503", "temporarily")
_PASSING = ("timeout", "timed out", "repeat output", "in the first message")
_PARAMETER = ("invalid_request_error", "invalid_value", "invalidparameter", "invalid parameter")
_SETTINGS = (
    *_PARAMETER,
    "workspace access denied",
    "model access denied",
    "model not found",
    "model not exist",
    "modelnotfound",
    "invalid translation parameter",
    "' is not supported",
    "does not support voice clone",
)
# appliance/protocol/README.md#10-errors-and-close-codes: it goes on
_HARMLESS = ("image", "committing input audio buffer", "commit is not allowed")
_PASSING_CODES = (1012, 1013)  # the service restarts, or asks for another try later
_OWN_JSON = re.compile(r'^\s*\{.*"(code|message|error)"\s*:')


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a loss means."""

    code: FaultCode
    fatal: bool = False  # never redialled by itself
    limited: bool = False  # the service's rate limit: wait long
    refused: bool = False  # the service itself refused or ended the line: the back-off grows
    busy: bool = False  # it has too much to do: quick redials would prolong that
    slow: bool = False  # probably ours to mend, and tried again all the same, seldom


_PLAIN: dict[Loss, Diagnosis] = {
    Loss.NO_NAME: Diagnosis(FaultCode.N1),
    Loss.NO_ROUTE: Diagnosis(FaultCode.N1),
    Loss.REFUSED: Diagnosis(FaultCode.N3),
    Loss.NO_ANSWER: Diagnosis(FaultCode.N3),
    Loss.UNKNOWN_ISSUER: Diagnosis(FaultCode.N2),
    Loss.WRONG_NAME: Diagnosis(FaultCode.N2),
    Loss.NOT_YET_VALID: Diagnosis(FaultCode.N4),
    Loss.EXPIRED: Diagnosis(FaultCode.S3),
    Loss.TLS: Diagnosis(FaultCode.N3),
    Loss.NO_KEY: Diagnosis(FaultCode.S1, fatal=True),
    Loss.RESET: Diagnosis(FaultCode.N3),
    Loss.DEAD: Diagnosis(FaultCode.N3),
    Loss.SEND_STALLED: Diagnosis(FaultCode.N3),
    Loss.OVERSIZED: Diagnosis(FaultCode.S3, refused=True),
    Loss.NONSENSE: Diagnosis(FaultCode.S3, refused=True),
    Loss.HUNG_UP: Diagnosis(FaultCode.S3, refused=True),
}


def diagnose(loss: Loss, status: int, detail: str, complaint: str) -> Diagnosis:
    """``complaint``: code and message of an ``error`` event of the last three seconds, or empty."""
    if loss is Loss.HTTP:
        return _http(status, detail)
    account = any(_account(said) for said in (detail, complaint))
    if loss is not Loss.CLOSED:
        return Diagnosis(FaultCode.S2, fatal=True) if account else _PLAIN[loss]
    if account:
        return Diagnosis(FaultCode.S2, fatal=True)
    if status in _PASSING_CODES and not _has(detail, _LIMITED):
        return _BUSY_NOW
    # The reason of the close before an error that came earlier: that one may be about something else.
    return _said(detail) or _said(complaint) or Diagnosis(FaultCode.S3, refused=True)


def rejects_settings(said: str) -> bool:
    """Whether an ``error`` event or a close says that a parameter of ours is not accepted (and is not harmless)."""
    return _has(said, _SETTINGS) and not _has(said, (*_HARMLESS, *_PASSING, *_BUSY))


def is_busy(said: str) -> bool:
    """Whether the service says that it has too much to do just now: what was sent to it is not to blame."""
    return not _account(said) and _has(said, (*_BUSY, *_LIMITED))


_BUSY_NOW = Diagnosis(FaultCode.S3, refused=True, busy=True)


def _said(words: str) -> Diagnosis | None:
    """What a text of the service means; None where it is not known."""
    if _has(words, _LIMITED):
        return Diagnosis(FaultCode.S2, limited=True)
    if _has(words, _BUSY):
        return _BUSY_NOW
    if _has(words, _PASSING):
        return Diagnosis(FaultCode.S3, refused=True)
    return Diagnosis(FaultCode.S4, fatal=True) if rejects_settings(words) else None


def _has(said: str, texts: tuple[str, ...]) -> bool:
    words = said.lower()
    return any(text in words for text in texts)


def _account(said: str) -> bool:
    return _has(said, _ACCOUNT)


def _http(status: int, body: str) -> Diagnosis:
    if _account(body):
        return Diagnosis(FaultCode.S2, fatal=True)
    if status == 401:
        return Diagnosis(FaultCode.S1, fatal=True)
    if status == 429 or _has(body, _LIMITED):
        return Diagnosis(FaultCode.S2, limited=True)
    own = _OWN_JSON.search(body) is not None
    if status in (403, 404) and own:
        return Diagnosis(FaultCode.S4, slow=True)
    if 400 <= status < 500 and status not in (403, 404, 408, 425) and own:
        return Diagnosis(FaultCode.S4, fatal=True)
    return Diagnosis(FaultCode.S3, refused=True)  # a gateway's page says nothing about us
