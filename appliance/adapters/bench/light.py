"""A light for a box without pins.

Responsible for: remembering what it would have shown. Must not: fail.
"""

from collections import deque

_REMEMBERED = 1_000


class BenchLight:
    """A ``Light`` that nobody sees. ``changes``: the latest 1,000 times that it was switched, oldest first."""

    def __init__(self) -> None:
        self.changes: deque[bool] = deque(maxlen=_REMEMBERED)
        self._is_on = False

    @property
    def is_on(self) -> bool:
        """Whether it is lit."""
        return self._is_on

    def set(self, on: bool) -> None:
        """Switch it."""
        if on is not self._is_on:
            self._is_on = on
            self.changes.append(on)

    def close(self) -> None:
        """Dark."""
        self.set(False)
