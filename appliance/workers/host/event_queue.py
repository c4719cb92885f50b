"""The one bounded queue of control events to the event loop.

Responsible for: order, coalescing of what only replaces older news, edges of contacts first, and waking the event loop.
Must not: carry sound, drop control, or know what an event means.
"""

import threading
from collections import deque

from appliance.core.model.events import (
    Booted,
    Event,
    KeyEdge,
    LevelMetered,
    LineMetered,
    ReplayReported,
    SoundSent,
    SourceArrived,
    TextArrived,
    UsageCounted,
)

MOST_EVENTS = 4_096
"""A storm of subtitles on four lines makes about 40 events a second; this is more than a minute of a hung event loop,
which the systemd watchdog ends long before."""


CROWDED = 1_024
"""With so many waiting, lines read nothing more: who sends thousands of small events waits in its own TCP."""

_NEWS = (LevelMetered, ReplayReported, LineMetered, SoundSent, UsageCounted, TextArrived, SourceArrived)
"""Events of which a newer one may say all that a waiting one says."""


class EventQueue:
    """Many producers, one event loop."""

    def __init__(self, most: int = MOST_EVENTS) -> None:
        self._most = most
        self._events: deque[Event] = deque()
        self._edges: deque[KeyEdge] = deque()
        self._boots = False  # ``Booted`` waits: it tells how the slide stood, and edges are what came after
        self._changed = threading.Condition()

    def post(self, event: Event) -> None:
        """Add an event; news take the place of waiting older ones. A full queue is our bug, and raises."""
        with self._changed:
            if isinstance(event, _NEWS):
                for place, waiting in enumerate(self._events):
                    if _replaces(event, waiting):
                        self._events[place] = event
                        return
            if len(self) >= self._most:
                raise OverflowError(f"{self._most} events wait for the event loop")
            if isinstance(event, KeyEdge):
                self._edges.append(event)
            else:
                self._events.append(event)
                self._boots = self._boots or isinstance(event, Booted)
            self._changed.notify()

    def next(self, wait_ms: int) -> Event | None:
        """The oldest edge of a contact, else the oldest event, or None after ``wait_ms`` without one."""
        with self._changed:
            if not self._edges and not self._events:
                self._changed.wait(wait_ms / 1000)
            if self._edges and not self._boots:
                return self._edges.popleft()
            event = self._events.popleft() if self._events else None
            self._boots = self._boots and not isinstance(event, Booted)
            return event

    def next_edge(self, before: int | None) -> KeyEdge | None:
        """The oldest edge that waits, if its own time is not behind ``before`` (ms; None = any). Does not wait."""
        with self._changed:
            if self._boots or not self._edges or (before is not None and self._edges[0].at > before):
                return None
            return self._edges.popleft()

    def crowded(self) -> bool:
        """Whether those who can wait should wait."""
        return len(self) >= CROWDED

    def __len__(self) -> int:
        return len(self._events) + len(self._edges)


def _replaces(a: Event, b: Event) -> bool:
    """Whether ``a`` says all that the waiting ``b`` says."""
    if isinstance(a, TextArrived | SourceArrived):
        return type(a) is type(b) and (a.line, a.turn) == (b.line, b.turn) and not b.final
    if isinstance(a, UsageCounted) and isinstance(b, UsageCounted):
        return a.line == b.line
    if isinstance(a, ReplayReported) and isinstance(b, ReplayReported):
        return a.direction == b.direction
    if isinstance(a, LineMetered) and isinstance(b, LineMetered):
        return a.line == b.line
    return type(a) is type(b) and isinstance(a, LevelMetered | SoundSent)
