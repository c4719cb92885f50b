"""``core/link/disconnect_diagnosis.py``: every line of the map of failures
(appliance/workers/connection/README.md#map-of-failures)
and of appliance/protocol/README.md#10-errors-and-close-codes.

Responsible for: one row here for each row there.
Must not: know when the box dials again (``test_connection.py``).
"""

import pytest

from appliance.core.link.disconnect_diagnosis import Diagnosis, diagnose, rejects_settings
from appliance.core.model.events import Loss
from appliance.errors import FaultCode

RATE = "Requests rate limit exceeded, please try again later."
VOICE = "<400> InternalError.Algo.InvalidParameter: Voice 'X' is not supported."
IDLE = "Response stream timeout (timeout_seconds=300, elapsed_ms=300012)"
MODALITIES = "Invalid modalities: ['audio']. Supported combinations are: ['text'] and ['audio', 'text']."


def fatal(code: FaultCode) -> Diagnosis:
    return Diagnosis(code, fatal=True)


LIMITED = Diagnosis(FaultCode.S2, limited=True)
REFUSED = Diagnosis(FaultCode.S3, refused=True)
QUOTA = ("Throttling.AllocationQuota", "insufficient_quota", "Arrearage")


@pytest.mark.parametrize(
    ("loss", "status", "detail", "meaning"),
    [
        (Loss.HTTP, 401, "", fatal(FaultCode.S1)),
        (Loss.HTTP, 401, "Invalid API-key provided", fatal(FaultCode.S1)),
        (Loss.NO_KEY, 0, "", fatal(FaultCode.S1)),
        (Loss.HTTP, 403, "", fatal(FaultCode.S4)),
        (Loss.HTTP, 404, "", fatal(FaultCode.S4)),
        (Loss.HTTP, 400, "InvalidParameter", fatal(FaultCode.S4)),
        (Loss.CLOSED, 1007, "Workspace access denied", fatal(FaultCode.S4)),
        (Loss.CLOSED, 1007, "invalid_value: Invalid translation parameter.", fatal(FaultCode.S4)),
        (Loss.CLOSED, 1011, VOICE, fatal(FaultCode.S4)),
        (Loss.CLOSED, 1007, RATE, LIMITED),
        (Loss.HTTP, 429, "", LIMITED),
        *((Loss.HTTP, status, code, fatal(FaultCode.S2)) for code in QUOTA for status in (403, 429)),
        *((Loss.CLOSED, 1011, f"error {code}", fatal(FaultCode.S2)) for code in QUOTA),
        (Loss.UNKNOWN_ISSUER, 0, "", Diagnosis(FaultCode.N2)),
        (Loss.WRONG_NAME, 0, "", Diagnosis(FaultCode.N2)),
        (Loss.NOT_YET_VALID, 0, "", Diagnosis(FaultCode.N4)),
        (Loss.EXPIRED, 0, "", Diagnosis(FaultCode.S3)),
        (Loss.HTTP, 500, "", REFUSED),
        (Loss.HTTP, 503, "no upstream", REFUSED),
        (Loss.CLOSED, 1011, "", REFUSED),
        (Loss.CLOSED, 1011, "model repeat output happened", REFUSED),
        (Loss.CLOSED, 1007, IDLE, REFUSED),
        (Loss.CLOSED, 1011, IDLE, REFUSED),
        (Loss.CLOSED, 1000, "", REFUSED),
        (Loss.CLOSED, 4321, "something new", REFUSED),
        (Loss.NO_ROUTE, 0, "", Diagnosis(FaultCode.N1)),
        (Loss.NO_NAME, 0, "", Diagnosis(FaultCode.N1)),
        (Loss.REFUSED, 0, "", Diagnosis(FaultCode.N3)),
        (Loss.NO_ANSWER, 0, "", Diagnosis(FaultCode.N3)),
        (Loss.TLS, 0, "", Diagnosis(FaultCode.N3)),
        (Loss.RESET, 0, "", Diagnosis(FaultCode.N3)),
        (Loss.DEAD, 0, "", Diagnosis(FaultCode.N3)),
        (Loss.SEND_STALLED, 0, "", Diagnosis(FaultCode.N3)),
        (Loss.OVERSIZED, 1009, "", REFUSED),
        (Loss.NONSENSE, 0, "", REFUSED),
        (Loss.HUNG_UP, 0, "", REFUSED),
    ],
)
def test_a_loss_means(loss: Loss, status: int, detail: str, meaning: Diagnosis) -> None:
    assert diagnose(loss, status, detail, "") == meaning


@pytest.mark.parametrize("loss", Loss)
def test_every_loss_means_something(loss: Loss) -> None:
    assert diagnose(loss, 0, "", "").code in FaultCode


@pytest.mark.parametrize(
    ("loss", "complaint", "meaning"),
    [
        (Loss.CLOSED, f"COMMON_ERROR {VOICE}", fatal(FaultCode.S4)),
        (Loss.CLOSED, f"invalid_value {MODALITIES}", fatal(FaultCode.S4)),
        (Loss.CLOSED, "invalid_value Invalid translation parameter.", fatal(FaultCode.S4)),
        (Loss.CLOSED, "COMMON_ERROR model repeat output happened", REFUSED),
        (Loss.CLOSED, f"UNEXPECTED_ASR_ERROR grpc error: statusCode=504, message={IDLE}", REFUSED),
        (Loss.CLOSED, "response_idle_timeout Your session was closed", REFUSED),
        (Loss.CLOSED, "invalid_request_error Error append image before append audio.", REFUSED),
        (Loss.CLOSED, "Error committing input audio buffer: buffer too small, or have no audio.", REFUSED),
        (Loss.CLOSED, "insufficient_quota", fatal(FaultCode.S2)),
        (Loss.RESET, "insufficient_quota", fatal(FaultCode.S2)),
        (Loss.RESET, f"COMMON_ERROR {VOICE}", Diagnosis(FaultCode.N3)),
    ],
)
def test_an_error_explains_the_loss_that_follows(loss: Loss, complaint: str, meaning: Diagnosis) -> None:
    assert diagnose(loss, 1011 if loss is Loss.CLOSED else 0, "", complaint) == meaning


def test_a_harmless_error_does_not_excuse_the_reason_of_the_close() -> None:
    said = "invalid_request_error Error append image before append audio."
    assert diagnose(Loss.CLOSED, 1011, "InternalError.Algo.InvalidParameter", said) == fatal(FaultCode.S4)


@pytest.mark.parametrize(
    "error",
    [
        "unknown thing",
        "",
        "invalid_request_error Error append image before append audio.",
        "invalid_request_error emulator: image exceeds 500 KB.",
        "invalid_value emulator: more than 2 images per second.",
        "invalid_request_error Error committing input audio buffer: buffer too small, or have no audio.",
        "invalid_request_error emulator: commit is not allowed while turn detection is on.",
    ],
)
def test_unknown_and_harmless_errors_reject_nothing(error: str) -> None:
    assert not rejects_settings(error)
