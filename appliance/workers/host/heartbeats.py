"""Heartbeats of the workers: who has been silent for too long.

Responsible for: the time of each worker's last sign of life, while it is at work.
Must not: decide what a silent worker means (the core does) or feed any watchdog (``watchdog.py``).
"""

from collections.abc import Callable

LIMITS_MS = {"microphone": 3_000, "speaker": 3_000, "screen": 5_000, "guest_screen": 5_000, "line": 15_000}
"""Longest silence that is still life. A period is 20 ms; a line may be in its upgrade for 10 s."""


class Heartbeats:
    """Workers call ``beat`` and ``rest`` from their own threads; one dictionary item each, so no lock is needed."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._last: dict[str, int] = {}

    def beat(self, worker: str) -> None:
        """This worker lives and is at work. Lines have numbers: ``line 3``."""
        self._last[worker] = self._clock()

    def rest(self, worker: str) -> None:
        """This worker has nothing to do: its silence means nothing."""
        self._last.pop(worker, None)

    def silent(self) -> list[str]:
        """The workers that are at work and gave no sign for longer than their limit."""
        now = self._clock()
        return [name for name, at in list(self._last.items()) if now - at > LIMITS_MS[name.split()[0]]]
