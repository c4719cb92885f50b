"""A queue of sound with an absolute index, a cursor, and a release point.

Responsible for: keeping what may have to be sent again, and handing it out in order without holes.
Must not: look into the sound, know turns or lines, or lock (``replay_buffer.py`` does).

Index counts samples at 16 kHz since the queue was made: ``release`` ≤ ``cursor`` ≤ ``end``.
A payload is opaque: bytes on the box, spans in the simulator.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Chunk(Generic[P]):
    """A piece of sound that is never cut."""

    start: int
    samples: int
    payload: P

    @property
    def end(self) -> int:
        """Index behind the last sample."""
        return self.start + self.samples


class SampleQueue(Generic[P]):
    """The sound of one direction, from the release point to now."""

    def __init__(self) -> None:
        self._chunks: deque[Chunk[P]] = deque()
        self._sent = 0  # how many of the chunks lie before the cursor
        self.release = 0
        self.cursor = 0
        self.end = 0

    def append(self, payload: P, samples: int) -> Chunk[P]:
        """Add sound at the end."""
        chunk = Chunk(self.end, samples, payload)
        self._chunks.append(chunk)
        self.end = chunk.end
        return chunk

    def take(self, at_least: int, at_most: int) -> list[Chunk[P]]:
        """The next chunks behind the cursor, in whole; none where fewer than ``at_least`` samples wait."""
        if self.end - self.cursor < at_least or self.end == self.cursor:
            return []
        taken: list[Chunk[P]] = []
        size = 0
        while self._sent < len(self._chunks):
            chunk = self._chunks[self._sent]
            if taken and size + chunk.samples > at_most:
                break
            taken.append(chunk)
            size += chunk.samples
            self._sent += 1
            self.cursor = chunk.end
            if size >= at_most:
                break
        return taken

    def release_to(self, index: int) -> None:
        """Forget the whole chunks before ``index``; what was not sent is then never sent."""
        while self._chunks and self._chunks[0].end <= index:
            self._chunks.popleft()
            self._sent = max(0, self._sent - 1)
        self.release = self._chunks[0].start if self._chunks else self.end
        self.cursor = max(self.cursor, self.release)

    def rewind(self, to: int = 0) -> None:
        """The cursor goes back to the release point, or to the first chunk that does not begin before ``to``."""
        self.cursor = self.release
        self._sent = 0
        while self.cursor < to and self._sent < len(self._chunks):
            self.cursor = self._chunks[self._sent].end
            self._sent += 1

    def copy(self, first: int, behind: int) -> list[Chunk[P]]:
        """The chunks that hold anything from ``first`` on and before ``behind``."""
        return [chunk for chunk in self._chunks if chunk.end > first and chunk.start < behind]

    def split(self, index: int) -> list[Chunk[P]]:
        """Copies of the chunks from ``index`` on; those not yet sent leave this queue."""
        tail = [chunk for chunk in self._chunks if chunk.start >= index]
        while len(self._chunks) > self._sent and self._chunks[-1].start >= index:
            self._chunks.pop()
        self.end = self._chunks[-1].end if self._chunks else self.cursor
        return tail

    def blank(self, index: int, silence: Callable[[int], P]) -> None:
        """Put silence in the place of the chunks from ``index`` on: a rewound queue must not say them again."""
        for place, chunk in enumerate(self._chunks):
            if chunk.start >= index:
                self._chunks[place] = Chunk(chunk.start, chunk.samples, silence(chunk.samples))

    def wipe(self) -> None:
        """Forget everything not sent, and what was sent as well: nothing can be sent again."""
        self._chunks.clear()
        self._sent = 0
        self.end = self.release = self.cursor
