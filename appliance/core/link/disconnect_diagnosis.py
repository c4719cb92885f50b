"""From the way a line ended to the code a person sees and what the box does next.

Responsible for: the map of failures of appliance/workers/connection/README.md#map-of-failures and the classes of
appliance/protocol/README.md#10-errors-and-close-codes.
Must not: keep anything, or decide when to dial.

Close reasons are matched by substring: they are at most 123 bytes and change with the service
(appliance/protocol/README.md#10-errors-and-close-codes).
"""

from dataclasses import dataclass

from appliance.core.model.events import Loss
from appliance.errors import FaultCode

_QUOTA = ("throttling.allocationquota", "insufficient_quota", "arrearage")
_PARAMETER = ("invalid_request_error", "invalid_value", "invalidparameter", "invalid parameter")
# appliance/protocol/README.md#10-errors-and-close-codes: it goes on
_HARMLESS = ("image", "committing input audio buffer", "commit is not allowed")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a loss means."""

    code: FaultCode
    fatal: bool = False  # never redialled by itself
    limited: bool = False  # the service's rate limit: wait long
    refused: bool = False  # the service itself refused or ended the line: the back-off grows


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
    words = f"{detail} {complaint}".lower()
    if any(code in words for code in _QUOTA):
        return Diagnosis(FaultCode.S2, fatal=True)
    if loss is not Loss.CLOSED:
        return _PLAIN[loss]
    if "rate limit" in words:
        return Diagnosis(FaultCode.S2, limited=True)
    if "voice" in words or "access denied" in words or rejects_settings(detail) or rejects_settings(complaint):
        return Diagnosis(FaultCode.S4, fatal=True)
    return Diagnosis(FaultCode.S3, refused=True)


def rejects_settings(said: str) -> bool:
    """Whether an ``error`` event or a close says that a parameter of ours is not accepted (and is not harmless)."""
    words = said.lower()
    return any(mark in words for mark in _PARAMETER) and not any(mark in words for mark in _HARMLESS)


def _http(status: int, body: str) -> Diagnosis:
    if any(code in body.lower() for code in _QUOTA):
        return Diagnosis(FaultCode.S2, fatal=True)
    if status == 401:
        return Diagnosis(FaultCode.S1, fatal=True)
    if status == 429:
        return Diagnosis(FaultCode.S2, limited=True)
    if status in (408, 425):  # the service asks for another try
        return Diagnosis(FaultCode.S3, refused=True)
    if 400 <= status < 500:
        return Diagnosis(FaultCode.S4, fatal=True)
    return Diagnosis(FaultCode.S3, refused=True)
