"""The one bounded queue of control events to the event loop.

Responsible for: order, coalescing of meters and reports (the latest wins), and waking the event loop.
Must not: carry sound, drop control, or know what an event means.
"""

import threading
from collections import deque

from appliance.core.model.events import Event, LevelMetered, LineMetered, ReplayReported, SoundSent

MOST_EVENTS = 4_096
"""A storm of subtitles on four lines makes about 40 events a second; this is more than a minute of a hung event loop,
which the systemd watchdog ends long before."""


class EventQueue:
    """Many producers, one event loop."""

    def __init__(self, most: int = MOST_EVENTS) -> None:
        self._most = most
        self._events: deque[Event] = deque()
        self._changed = threading.Condition()

    def post(self, event: Event) -> None:
        """Add an event; a meter takes the place of its waiting forerunner. A full queue is our bug, and raises."""
        with self._changed:
            if isinstance(event, LevelMetered | ReplayReported | LineMetered | SoundSent):
                for place, waiting in enumerate(self._events):
                    if _same_meter(waiting, event):
                        self._events[place] = event
                        return
            if len(self._events) >= self._most:
                raise OverflowError(f"{self._most} events wait for the event loop")
            self._events.append(event)
            self._changed.notify()

    def next(self, wait_ms: int) -> Event | None:
        """The oldest event, or None after ``wait_ms`` without one."""
        with self._changed:
            if not self._events:
                self._changed.wait(wait_ms / 1000)
            return self._events.popleft() if self._events else None

    def __len__(self) -> int:
        return len(self._events)


def _same_meter(a: Event, b: Event) -> bool:
    if isinstance(a, ReplayReported) and isinstance(b, ReplayReported):
        return a.direction == b.direction
    if isinstance(a, LineMetered) and isinstance(b, LineMetered):
        return a.line == b.line
    return type(a) is type(b) and isinstance(a, LevelMetered | SoundSent)
