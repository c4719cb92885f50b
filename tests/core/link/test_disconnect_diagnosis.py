"""``core/link/disconnect_diagnosis.py``: every line of the map of failures
(appliance/workers/connection/README.md#map-of-failures)
and of appliance/protocol/README.md#10-errors-and-close-codes.

Responsible for: one row here for each row there.
Must not: know when the box dials again (``test_connection.py``).
"""

import pytest

from appliance.core.link.disconnect_diagnosis import Diagnosis, diagnose, is_busy, rejects_settings
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
SLOW = Diagnosis(FaultCode.S4, slow=True)
BUSY = Diagnosis(FaultCode.S3, refused=True, busy=True)
ACCOUNT = (
    "AllocationQuota.FreeTierOnly",
    "The free tier of the model has been exhausted.",
    "Arrearage",
    "PrepaidBillOverdue",
    "Access denied, please make sure your account is in good standing.",
)
HEALS_IN_A_MINUTE = (
    "Throttling.AllocationQuota Allocated quota exceeded, please increase your quota limit.",
    "insufficient_quota You exceeded your current quota, please check your plan and billing details.",
    "Throttling.RateQuota You exceeded your current requests list.",
    "Throttling.BurstRate Request rate increased too quickly.",
    "Throttling.Concurrency Too many concurrent requests.",
    "Throttling",
    "Too many requests",
)
OWN = '{"code":"AccessDenied","message":"Model access denied.","request_id":"r"}'


@pytest.mark.parametrize(
    ("loss", "status", "detail", "meaning"),
    [
        (Loss.HTTP, 401, "", fatal(FaultCode.S1)),
        (Loss.HTTP, 401, "Invalid API-key provided", fatal(FaultCode.S1)),
        (Loss.NO_KEY, 0, "", fatal(FaultCode.S1)),
        (Loss.HTTP, 403, OWN, SLOW),
        (Loss.HTTP, 404, OWN, SLOW),
        (Loss.HTTP, 403, "", REFUSED),
        (Loss.HTTP, 403, "<html>403 Forbidden</html>", REFUSED),
        (Loss.HTTP, 404, "", REFUSED),
        (Loss.HTTP, 404, "default backend - 404", REFUSED),
        (Loss.HTTP, 400, '{"error": {"code": "InvalidParameter"}}', fatal(FaultCode.S4)),
        (Loss.HTTP, 400, "bad gateway request", REFUSED),
        (Loss.HTTP, 407, "proxy", REFUSED),
        (Loss.CLOSED, 1007, "Model not found.", fatal(FaultCode.S4)),
        (Loss.CLOSED, 1007, "Multilingual voice does not support voice clone", fatal(FaultCode.S4)),
        (Loss.CLOSED, 1008, "voices can only be set in the first message.", REFUSED),
        (Loss.CLOSED, 1008, "access denied by policy of the day", REFUSED),
        (Loss.CLOSED, 1013, "Voice synthesis is overloaded. Please try again later.", BUSY),
        (Loss.CLOSED, 1013, "", BUSY),
        (Loss.CLOSED, 1012, "service restart", BUSY),
        (Loss.CLOSED, 1011, "thread pool exhausted max_workers 100", BUSY),
        (Loss.CLOSED, 1011, "thread pool exausted", BUSY),
        (Loss.CLOSED, 1013, RATE, LIMITED),
        (Loss.CLOSED, 1007, "Workspace access denied", fatal(FaultCode.S4)),
        (Loss.CLOSED, 1007, "invalid_value: Invalid translation parameter.", fatal(FaultCode.S4)),
        (Loss.CLOSED, 1011, VOICE, fatal(FaultCode.S4)),
        (Loss.CLOSED, 1007, RATE, LIMITED),
        (Loss.HTTP, 429, "", LIMITED),
        *((Loss.HTTP, status, code, fatal(FaultCode.S2)) for code in ACCOUNT for status in (403, 429)),
        *((Loss.CLOSED, status, code, fatal(FaultCode.S2)) for code in ACCOUNT for status in (1007, 1011)),
        *((Loss.HTTP, status, text, LIMITED) for text in HEALS_IN_A_MINUTE for status in (403, 429)),
        *((Loss.CLOSED, status, text, LIMITED) for text in HEALS_IN_A_MINUTE for status in (1007, 1011)),
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
        (Loss.CLOSED, "insufficient_quota", LIMITED),
        (Loss.CLOSED, "COMMON_ERROR thread pool exhausted max_workers 100", BUSY),
        (Loss.CLOSED, "AllocationQuota.FreeTierOnly", fatal(FaultCode.S2)),
        (Loss.RESET, "Arrearage", fatal(FaultCode.S2)),
        (Loss.RESET, f"COMMON_ERROR {VOICE}", Diagnosis(FaultCode.N3)),
    ],
)
def test_an_error_explains_the_loss_that_follows(loss: Loss, complaint: str, meaning: Diagnosis) -> None:
    assert diagnose(loss, 1011 if loss is Loss.CLOSED else 0, "", complaint) == meaning


def test_the_reason_of_the_close_counts_before_an_error_that_came_earlier() -> None:
    said = "InvalidParameter Language code ceb is not recognized"
    assert diagnose(Loss.CLOSED, 1011, "model repeat output happened", said) == REFUSED
    assert diagnose(Loss.CLOSED, 1011, "Response stream timeout (timeout_seconds=300)", said) == REFUSED


@pytest.mark.parametrize(
    ("said", "busy"),
    [
        ("COMMON_ERROR thread pool exhausted max_workers 100", True),
        ("grpc error: statusCode=429, message=busy", True),
        ("Throttling.Concurrency", True),
        ("AllocationQuota.FreeTierOnly", False),
        ("model repeat output happened", False),
        ("", False),
    ],
)
def test_a_service_that_has_too_much_to_do_blames_no_utterance(said: str, busy: bool) -> None:
    assert is_busy(said) is busy


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
