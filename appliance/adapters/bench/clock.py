"""The clock that bench devices are paced by.

Responsible for: the shape of it, so that tests put a virtual one in its place.
Must not: read any real time; the app passes the real one.
"""

from typing import Protocol


class Clock(Protocol):
    """Monotonic time in integer milliseconds; callable from any thread."""

    def now_ms(self) -> int:
        """Milliseconds since some fixed instant; never goes back."""

    def wait_until(self, at_ms: int) -> None:
        """Block until ``now_ms() >= at_ms``; never returns earlier, returns at once when that is past."""
