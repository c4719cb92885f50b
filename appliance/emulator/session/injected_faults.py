"""What befalls a turn in the middle of its response: blows that end the session, and noises that do not.

Responsible for: the exact events, frames and closes of each such habit
(appliance/protocol/README.md#10-errors-and-close-codes and appliance/protocol/README.md#23-emulator-fault-switches).
Must not: decide whether a habit fires (``settings.py``) or when (``turn_response.py``).
"""

import random
from collections.abc import Callable, Mapping

from appliance.emulator.session import messages
from appliance.emulator.session.interfaces import Close, Drop, Message, Mute, Output, SendRaw

REASON_BYTES = 123  # RFC 6455, section 5.5: 125 less the code
OVERSIZED_BYTES = 5_000_000
REPEAT = "model repeat output happened"
ASR_TIMEOUT = {
    "type": "transcription_error",
    "code": "UNEXPECTED_ASR_ERROR",
    "message": "grpc error: statusCode=504, message=Response stream timeout (timeout_seconds=300, elapsed_ms=300412)",
}
THREAD_POOL = "thread pool exhausted max_workers 100"
UNEXPECTED = ASR_TIMEOUT | {
    "message": "grpc error: statusCode=500, message=Receive batching backend response failed!",
}
NONSENSE = (
    '{"type": "response.text.text", "text": ',
    "[1, 2, 3]",
    '"type"',
    "null",
    '{"type": 7, "event_id": []}',
    '{"event_id": "event_x", "type": "response.audio.delta", "delta": 12, "response_id": null}',
    '{"event_id": "event_y", "type": "response.done", "response": "type"}',
    "\u0000not json at all",
)

Say = Callable[[int, Message], None]
Put = Callable[[int, Output], None]


def fits_into_reason(text: str) -> str:
    """``text`` cut so that a close frame holds it."""
    return text.encode(errors="replace")[:REASON_BYTES].decode(errors="ignore")


class Strike:
    """The blows and noises of one turn; ``fall`` works once."""

    def __init__(self, plan: Mapping[str, str], chance: random.Random) -> None:
        self._plan = plan
        self._chance = chance
        self._fallen = False

    def deafen(self, put: Put, halt: Callable[[], None], now: int) -> None:
        """Pings are answered, nothing else."""
        self._fallen = True
        put(now, Mute(pongs=True))
        halt()

    def exhaust(self, say: Say, put: Put, halt: Callable[[], None], now: int) -> None:
        """The service has no thread left for this turn."""
        self._fallen = True
        say(now, {"type": "error", "error": {"code": "COMMON_ERROR", "message": THREAD_POOL}})
        put(now, Close(1011, THREAD_POOL))
        halt()

    def fall(self, say: Say, put: Put, item_id: str, now: int) -> bool:
        """Do it; True = the session is over, or says nothing more."""
        if self._fallen:
            return False
        self._fallen = True
        self._noise(say, put, now)
        plan = self._plan
        if "oversized" in plan:
            put(now, SendRaw('{"type":"emulator.oversized","filler":"' + "x" * OVERSIZED_BYTES + '"}'))
        if "repeat_output_1011" in plan:
            say(now, {"type": "error", "error": {"code": "COMMON_ERROR", "message": REPEAT}})
            put(now, Close(1011, REPEAT))
        elif "asr_504" in plan:  # the recogniser hangs: the error comes, and then nothing
            failed = plan["asr_504"] == "failed"
            error: Message = {"type": "error", "error": dict(ASR_TIMEOUT)}
            say(now, messages.asr_failed(item_id, ASR_TIMEOUT | {"param": None}) if failed else error)
            put(now, Mute(pongs=True))
        elif "drops_mid_response" in plan:
            put(now, Drop())
        elif "half_open" in plan:
            put(now, Mute(pongs=False))
        elif "stall" in plan:
            put(now, Mute(pongs=True))
        else:
            return False
        return True

    def _noise(self, say: Say, put: Put, now: int) -> None:
        plan = self._plan
        if "talks_nonsense" in plan:
            put(now, SendRaw(self._chance.choice(NONSENSE)))
        if "unknown_event" in plan:
            say(now, {"type": "response.emulator.unknown", "detail": {"level": 1}})
        if "flat_error" in plan:
            say(now, {"code": "InvalidParameter", "message": "emulator: flat error."})
        if "minimal_error" in plan:
            nulls = plan["minimal_error"] == "nulls"
            error: Message = {"message": "emulator: only a message."}
            if nulls:
                error = {"type": None, "code": None, "message": "emulator: null fields.", "param": None}
            say(now, {"type": "error", "error": error})
