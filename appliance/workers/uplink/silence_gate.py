"""The silence gate: what the microphone hears when nobody has spoken for long is not sent.

Responsible for: closing after 30 s without speech, keeping the last second, and letting it through first when someone
speaks again, so that no first syllable is lost (appliance/protocol/README.md#12-idle-and-silence: long silent streams
make the service loop).
Must not: hold more than the pre-roll, or know lines.
"""

from collections import deque
from dataclasses import dataclass
from typing import Generic

from appliance.protocol.pcm import samples_of_ms
from appliance.workers.uplink.sample_queue import P

CLOSES_AFTER_MS = 30_000
PRE_ROLL_MS = 1_000


@dataclass(frozen=True, slots=True)
class Heard(Generic[P]):
    """One period as it came from the microphone."""

    payload: P
    samples: int
    speech: bool
    at: int


class SilenceGate(Generic[P]):
    """Fed every period; gives back those that may go on. Open at first."""

    def __init__(self) -> None:
        self._silent = 0  # samples since the last speech
        self._kept: deque[Heard[P]] = deque()
        self._kept_samples = 0

    @property
    def closed(self) -> bool:
        """Whether nothing is let through just now."""
        return self._silent >= samples_of_ms(CLOSES_AFTER_MS)

    def pass_on(self, heard: Heard[P]) -> list[Heard[P]]:
        """What may be kept for sending, oldest first: the period, nothing, or the pre-roll and the period.

        By then 30 s of silence have been let through: far more than the service needs to close its turn.
        """
        if not heard.speech:
            self._silent += heard.samples
            return self._keep(heard) if self.closed else [heard]
        self._silent = 0
        let_through = [*self._kept, heard]
        self._kept.clear()
        self._kept_samples = 0
        return let_through

    def _keep(self, heard: Heard[P]) -> list[Heard[P]]:
        self._kept.append(heard)
        self._kept_samples += heard.samples
        while self._kept_samples - self._kept[0].samples >= samples_of_ms(PRE_ROLL_MS):
            self._kept_samples -= self._kept.popleft().samples
        return []

    def reset(self) -> None:
        """The capture was opened anew, or what is kept must be forgotten."""
        self._silent = 0
        self._kept.clear()
        self._kept_samples = 0
