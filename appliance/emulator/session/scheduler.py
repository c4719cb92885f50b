"""When things happen: the agenda of a session, and the outlet through which everything leaves it.

Responsible for: actions in order of time, and outputs in order of time with the quality of the network put on top.
Must not: read a clock, or know what is in a message.
"""

import heapq
import random
from collections import deque
from collections.abc import Callable

from appliance.emulator.faults.settings import Habits
from appliance.emulator.session.interfaces import Drop, Mute, Output, Send, SendRaw, Timed

QUEUE_LIMIT = 20_000  # outputs waiting behind a thin line; more than that and the connection is reset
ENVELOPE_BYTES = 300  # what a message without sound weighs, about


class Agenda:
    """Actions that are due at an instant."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Callable[[int], None]]] = []
        self._count = 0
        self._closed = False

    def plan(self, at: int, action: Callable[[int], None]) -> None:
        """Call ``action(at)`` at that instant; never, once the agenda is closed."""
        if self._closed:
            return
        self._count += 1
        heapq.heappush(self._heap, (at, self._count, action))

    def run(self, now: int) -> None:
        """Do all that is due, each at its own instant; an action may plan further ones."""
        while self._heap and self._heap[0][0] <= now:
            at, _, action = heapq.heappop(self._heap)
            action(at)

    def close(self) -> None:
        """Forget everything, for good."""
        self._closed = True
        self._heap.clear()

    def next_due(self) -> int | None:
        """The next instant."""
        return self._heap[0][0] if self._heap else None


class Outlet:
    """Outputs on their way. Time never runs backwards in what comes out."""

    def __init__(self, habits: Habits, chance: random.Random) -> None:
        self._habits = habits
        self._chance = chance
        self._queue: deque[Timed] = deque()
        self._latest = 0
        self._busy_until = 0
        self._shut = False

    def put(self, at: int, output: Output) -> None:
        """Send this. After a ``Mute``, a close or a drop, nothing goes out any more."""
        if self._shut:
            return
        if isinstance(output, Drop | Mute) or len(self._queue) >= QUEUE_LIMIT:
            if not isinstance(output, Mute):  # a reset loses what is under way
                self._queue.clear()
                output = Drop()
            self._shut = True
            self._latest = max(at, self._latest if self._queue else at)
        else:
            self._latest = max(self._arrival(at, output), self._latest)
            self._shut = not isinstance(output, Send | SendRaw)
        self._queue.append((self._latest, output))

    def take(self, now: int) -> list[Timed]:
        """All that is due."""
        due: list[Timed] = []
        while self._queue and self._queue[0][0] <= now:
            due.append(self._queue.popleft())
        return due

    def next_due(self) -> int | None:
        """The next instant."""
        return self._queue[0][0] if self._queue else None

    def _arrival(self, at: int, output: Output) -> int:
        number = self._habits.number
        at += (number("slow", 0) or 0) + (number("latency", 0) or 0)
        jitter_ms = number("jitter", 0) or 0
        at += self._chance.randint(0, jitter_ms) if jitter_ms else 0
        rate_kbps = number("throttle", 0)
        if rate_kbps:
            self._busy_until = max(at, self._busy_until) + _weight_bytes(output) * 8 // rate_kbps
            at = self._busy_until
        burst_ms = number("bursty", 0)
        return -(-at // burst_ms) * burst_ms if burst_ms else at


def _weight_bytes(output: Output) -> int:
    match output:
        case Send(message):
            return ENVELOPE_BYTES + len(message.get("delta", ""))
        case SendRaw(text):
            return len(text)
        case _:
            return 0
