"""The virtual clock: actions in order of time, and nothing between them.

Responsible for: what the time is, and what happens next.
Must not: read a real clock, or know what an action does.
"""

import heapq
from collections.abc import Callable

Action = Callable[[], None]


class Agenda:
    """Integer milliseconds. Actions of one instant happen in the order in which they were planned."""

    def __init__(self) -> None:
        self.now = 0
        self._heap: list[tuple[int, int, Action]] = []
        self._count = 0

    def clock(self) -> int:
        """The time, as the product asks for it."""
        return self.now

    def at(self, when: int, action: Action) -> None:
        """Do this then; at once where that is past."""
        self._count += 1
        heapq.heappush(self._heap, (when if when > self.now else self.now, self._count, action))

    def after(self, delay_ms: int, action: Action) -> None:
        """Do this so much later."""
        self.at(self.now + delay_ms, action)

    def run(self, until: int) -> None:
        """Do all that is due up to that moment; idle time costs nothing."""
        heap = self._heap
        while heap and heap[0][0] <= until:
            self.now, _, action = heapq.heappop(heap)
            action()
        self.now = until

    def forget(self) -> None:
        """Nothing that was planned happens."""
        self._heap.clear()
