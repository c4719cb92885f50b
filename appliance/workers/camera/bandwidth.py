"""How fast the uplink is, from what the far end's TCP has acknowledged. Pure: time is an argument.

Responsible for: bytes a second, and whether what was sent is stuck just now.
Must not: touch a socket, or know what a message says.

Sound alone says little: 40 ms of it every 40 ms never fills a link. A large message does, so each picture measures the
way for the next one. Until one has, the way is taken for a slow one.
"""

from collections import deque
from dataclasses import dataclass

FIRST_BYTES_PER_S = 125_000  # 1 Mbit/s
LEAST_BYTES_PER_S = 4_000
MOST_BYTES_PER_S = 12_500_000
LARGE_BYTES = 4_000  # a message that says something about the rate
STUCK_MS = 150  # an acknowledgement that is so much later than the quickest: the way is full
MOST_GROWTH = 2  # a measurement may raise the estimate so much at once
TRUSTED_MS = 30_000  # after so long the estimate doubles, up to the first one: a way that was slow is tried again

_MOST_MESSAGES = 256
_DELAYS_KEPT = 64


@dataclass(frozen=True, slots=True)
class _Sent:
    upto: int
    size: int
    at: int


class UplinkRate:
    """One line's way up. ``upto`` and ``acked`` count bytes on the same scale, from any start."""

    def __init__(self) -> None:
        self._rate = FIRST_BYTES_PER_S
        self._measured_at: int | None = None
        self._waiting: deque[_Sent] = deque(maxlen=_MOST_MESSAGES)
        self._delays: deque[int] = deque(maxlen=_DELAYS_KEPT)

    def renewed(self) -> None:
        """Another line: what is under way on the old one is not told any more. The rate is the way's, and stays."""
        self._waiting.clear()
        self._delays.clear()

    def sent(self, at: int, upto: int, size: int) -> None:
        """A message of ``size`` bytes that ends at ``upto`` was handed to TCP."""
        self._waiting.append(_Sent(upto, size, at))

    def acked(self, at: int, acked: int) -> None:
        """All up to ``acked`` has been acknowledged."""
        while self._waiting and self._waiting[0].upto <= acked:
            done = self._waiting.popleft()
            delay_ms = max(0, at - done.at)
            if done.size < LARGE_BYTES:
                self._delays.append(delay_ms)
            else:
                self._measured(at, done.size, max(1, delay_ms - self._quickest_ms()))

    def stuck(self, at: int) -> bool:
        """Whether something has waited for its acknowledgement for longer than the way takes."""
        return bool(self._waiting) and at - self._waiting[0].at > self._quickest_ms() + STUCK_MS

    def bytes_in(self, ms: int, at: int) -> int:
        """What the way carries in so long."""
        return self.bytes_per_s(at) * ms // 1000

    def bytes_per_s(self, at: int) -> int:
        """The estimate. A low one is believed less as time goes by."""
        if self._measured_at is None or self._rate >= FIRST_BYTES_PER_S:
            return self._rate
        doublings = min(max(0, at - self._measured_at) // TRUSTED_MS, 16)
        return int(min(self._rate << doublings, FIRST_BYTES_PER_S))

    def _measured(self, at: int, size: int, took_ms: int) -> None:
        sample = size * 1000 // took_ms
        grown = min(sample, MOST_GROWTH * self.bytes_per_s(at))
        self._rate = min(max(grown, LEAST_BYTES_PER_S), MOST_BYTES_PER_S)
        self._measured_at = at

    def _quickest_ms(self) -> int:
        return min(self._delays, default=0)
