"""The speech of one turn in the jitter buffer, and how fast it is played.

Responsible for: pieces in, periods out, at the speed that was set, at the same pitch.
Must not: know other turns, lock, or decide to hurry (``jitter_buffer.py`` does all three).

Sound is 24 kHz mono signed 16 bit.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from appliance.protocol.pcm import OUTPUT_HZ, ms_of_bytes
from appliance.workers.playback.time_stretch import Stretch

_PIECE_BYTES = 960  # fed to the stretch at once


@dataclass(slots=True)
class Segment:
    """The speech of one turn."""

    line: int
    turn: int
    replay: bool
    late: bool  # far behind the speech it answers
    output: str
    louder: bool = False
    chunks: deque[bytes] = field(default_factory=deque)
    queued: int = 0  # bytes that wait in ``chunks``
    closed: bool = False  # all of it has come
    cut: bool = False  # its line was lost: no more will come, and a replay may
    dropped: bool = False  # what still comes of it is not wanted
    began_at: int = 0  # when its first bytes came
    news_at: int = 0  # when its last bytes came
    sounded: bool = False
    taken: int = 0  # bytes as they came
    played: int = 0  # bytes as they were heard
    gap_bytes: int = 0
    underrun: bool = False
    stretch: Stretch | None = None  # while it is not played as it came
    ready: bytearray = field(default_factory=bytearray)  # out of ``stretch``, for the next period
    heard: Callable[[bytes], None] = lambda _: None  # told of all that is played, as it came

    @property
    def waits(self) -> bool:
        """Whether there is something to play."""
        return bool(self.queued or self.ready)

    @property
    def queued_ms(self) -> int:
        """Speech that was not taken yet."""
        return ms_of_bytes(self.queued, OUTPUT_HZ)

    def behind_ms(self, at: int) -> int:
        """How much later it is played than it came. What came faster than it is spoken is not late for that."""
        return min(at - self.began_at - ms_of_bytes(self.taken, OUTPUT_HZ), self.queued_ms)

    def push(self, pcm: bytes, at: int) -> None:
        """More of it."""
        self.news_at = at
        self.chunks.append(pcm)
        self.queued += len(pcm)

    def set_speed(self, stretch: Stretch | None) -> None:
        """From here on through this, or as it came; what the old one still holds comes first."""
        if self.stretch is not None:
            self.ready += self.stretch.flush()
            self.stretch.close()
        self.stretch = stretch

    def take(self, size: int) -> bytes:
        """At most ``size`` bytes."""
        while self.stretch is not None and len(self.ready) < size and self.queued:
            self.ready += self.stretch.feed(self._raw(_PIECE_BYTES))
        if self.stretch is not None and not self.queued:
            self.set_speed(None)
        pcm = bytes(self.ready[:size])
        del self.ready[:size]
        if self.stretch is None and len(pcm) < size:
            pcm += self._raw(size - len(pcm))
        self.played += len(pcm)
        return pcm

    def drop(self) -> None:
        """Forget what waits."""
        self.set_speed(None)
        self.chunks.clear()
        self.ready.clear()
        self.queued = 0
        self.closed = True

    def _raw(self, size: int) -> bytes:
        parts: list[bytes] = []
        while size > 0 and self.chunks:
            chunk = self.chunks.popleft()
            if len(chunk) > size:
                self.chunks.appendleft(chunk[size:])
                chunk = chunk[:size]
            parts.append(chunk)
            size -= len(chunk)
        pcm = b"".join(parts)
        self.queued -= len(pcm)
        self.taken += len(pcm)
        self.heard(pcm)
        return pcm
