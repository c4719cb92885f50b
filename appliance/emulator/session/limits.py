"""The limits: connects and tokens a minute, how long a session may be idle or last, how much the context holds.

Responsible for: the numbers of appliance/protocol/README.md#11-limits and
appliance/protocol/README.md#12-idle-and-silence, scaled by habits, and how each end looks on the wire.
Must not: watch the clock (``session.py`` asks when it is due).
"""

from appliance.emulator.faults.settings import Habits
from appliance.emulator.session.injected_faults import ASR_TIMEOUT
from appliance.emulator.session.interfaces import Close, Drop, Message, Output
from appliance.emulator.session.token_meter import Meter

CONTEXT_TOKENS = 53_248
INPUT_TOKENS = 49_152
OUTPUT_TOKENS = 4_096  # of one response
CONNECTS_PER_MINUTE = 10
TOKENS_PER_MINUTE = 100_000
CLONE_SURCHARGE_PERCENT = 30
IDLE_SECONDS = 300
SESSION_SECONDS = 7_200
LINGER_MS = 60_000  # how long a finished session waits for the client's close
CONTEXT_FULL = "emulator: context length exceeded"
QUOTA_CODE = "AllocationQuota.FreeTierOnly"
QUOTA_USED = "The free tier of the model has been exhausted. emulator: nothing more is served."
TOKENS_SPENT = "emulator: requests rate limit exceeded: tokens per minute"


def idle_limit_ms(habits: Habits) -> int:
    """How long a session may be idle; the short form wins."""
    return 1000 * (habits.number("idle_close", 0) or habits.number("idle_seconds", IDLE_SECONDS) or IDLE_SECONDS)


def length_limit_ms(habits: Habits) -> int:
    """How long a session may last."""
    return 1000 * (habits.number("session_limit_seconds", SESSION_SECONDS) or SESSION_SECONDS)


def length_end(habits: Habits) -> Output:
    """What ends a session that has lasted too long."""
    code = habits.word("session_limit_code")
    return Drop() if code == "drop" else Close(int(code), "emulator: session duration limit")


def idle_end(habits: Habits, idle_ms: int) -> tuple[Message | None, Close]:
    """What ends an idle session: the ``error`` before the close, if any, and the close."""
    seconds = idle_limit_ms(habits) // 1000
    timeout = f"Response stream timeout (timeout_seconds={seconds}, elapsed_ms={idle_ms})"
    match habits.word("idle"):
        case "error":
            message = f"Your session was closed because no response was generated for {seconds} seconds."
            error = {"type": "invalid_request_error", "code": "response_idle_timeout", "message": message}
            return error, Close(1011)
        case "asr-504":
            return ASR_TIMEOUT | {"message": f"grpc error: statusCode=504, message={timeout}"}, Close(1011)
        case code:
            return None, Close(int(code), timeout)


def context_is_full(habits: Habits, meter: Meter) -> bool:
    """Whether the window, or its part for input, is used up; never where a habit says to ignore it."""
    tokens_in, tokens = meter.context(accumulate=habits.word("image_context") == "accumulate")
    limit = habits.number("context_limit_tokens", CONTEXT_TOKENS) or CONTEXT_TOKENS
    full = tokens >= limit or tokens_in * CONTEXT_TOKENS >= limit * INPUT_TOKENS
    return full and habits.word("context_full") != "ignore"
