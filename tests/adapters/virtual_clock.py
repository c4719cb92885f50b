"""A clock that a test moves.

Responsible for: time that passes only by waiting or by command.
Must not: look at any real clock.
"""

import threading
from collections.abc import Callable


class VirtualClock:
    """``wait_until`` moves it forward at once, so that nothing in a test ever sleeps. Thread-safe."""

    def __init__(self, now_ms: int = 1_000_000, on_wait: Callable[[int], None] | None = None) -> None:
        self._lock = threading.Lock()
        self._now_ms = now_ms
        self._on_wait = on_wait

    def now_ms(self) -> int:
        """The time that it was moved to."""
        with self._lock:
            return self._now_ms

    def wait_until(self, at_ms: int) -> None:
        """Move to ``at_ms``; in the past: stay."""
        with self._lock:
            self._now_ms = max(self._now_ms, at_ms)
        if self._on_wait is not None:
            self._on_wait(at_ms)

    def advance(self, by_ms: int) -> None:
        """Let time pass."""
        with self._lock:
            self._now_ms += by_ms
