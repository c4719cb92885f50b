"""The dead-peer rule: when to ping, and when silence means that nobody is there.

Responsible for: the rule of the dialling contract, as a pure object that is fed times and counts.
Must not: read a clock, touch a socket, or judge by the absence of speech (a quiet room is not a dead line).

The rule. Ping when nothing came for 1.5 s. The peer is dead when nothing at all came for 4 s **and** the bytes up to
the oldest unanswered ping made no progress in acknowledgement for 2.5 s. Acknowledgement of what was sent *after* that
ping counts for nothing: a relay or a hung peer's kernel gives it for seconds. The rule is armed by the line's first
pong, so that a service that never answers pings is not hung up on; the first ping therefore goes out at once.

A peer whose kernel acknowledges the ping and whose application is silent may only be busy: with it the patience doubles
after each line that was lost so, until something is answered. Else the box would lock itself out by its own replays.
"""

from enum import Enum

PING_AFTER_MS = 1_500
SILENT_MS = 4_000
STUCK_MS = 2_500
PATIENCE_MS = (SILENT_MS, 8_000, 16_000, 30_000)
SAMPLE_MS = 250  # how often the acknowledgements are to be read while a ping waits for its own


class Verdict(Enum):
    """What is to be done now."""

    PING = "ping"
    DEAD = "dead"


class Patience:
    """How long a peer may be silent that TCP still reaches. One for all lines; any thread."""

    def __init__(self) -> None:
        self._lost = 0  # lines in a row that were lost to such a silence

    @property
    def silent_ms(self) -> int:
        """The longest silence that is borne now."""
        return PATIENCE_MS[min(self._lost, len(PATIENCE_MS) - 1)]

    def lost(self) -> None:
        """One more line was lost to it."""
        self._lost += 1

    def answered(self) -> None:
        """Something was answered: the peer is not busy any more."""
        self._lost = 0


class Keepalive:
    """Fed by the line worker; every ``now`` is in ms on one clock that never goes back."""

    def __init__(self, now: int, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()
        self._received_at = now
        self._pinged_at: int | None = None
        self._armed = False
        self._acked = 0
        self._mark: int | None = None  # the last byte of the oldest unanswered ping
        self._progress_at = now
        self._sampled_at = now

    @property
    def armed(self) -> bool:
        """Whether this line has ever answered a ping."""
        return self._armed

    def received(self, now: int) -> None:
        """Any bytes came, a part of a frame included."""
        self._received_at = now

    def pinged(self, now: int, sent_bytes: int) -> None:
        """A ping was handed over; ``sent_bytes`` = all bytes handed to TCP so far, itself included."""
        self._pinged_at = now
        if self._mark is None:
            self._mark = sent_bytes
            self._progress_at = self._sampled_at = now

    def ponged(self, now: int) -> None:
        """A pong came. A peer may answer the latest ping alone (RFC 6455, 5.5.3), so it answers all before it."""
        self._armed = True
        self._mark = None
        self._received_at = now

    def acked(self, now: int, acked_bytes: int) -> None:
        """The peer's TCP has acknowledged this many bytes so far."""
        self._sampled_at = now
        if self._mark is not None and min(acked_bytes, self._mark) > min(self._acked, self._mark):
            self._progress_at = now
        self._acked = max(self._acked, acked_bytes)

    @property
    def only_silent(self) -> bool:
        """Whether TCP has acknowledged the oldest unanswered ping: the machine is there, and says nothing."""
        return self._mark is not None and self._acked >= self._mark

    @property
    def _ping_at(self) -> int:
        if self._pinged_at is None:
            return self._received_at  # arm the rule before it is needed
        return max(self._received_at, self._pinged_at) + PING_AFTER_MS

    @property
    def _dead_at(self) -> int | None:
        if not self._armed or self._mark is None:
            return None
        silent_ms = self._patience.silent_ms if self.only_silent else SILENT_MS
        return max(self._received_at + silent_ms, self._progress_at + STUCK_MS)

    @property
    def next_deadline(self) -> int:
        """When to read the acknowledgements and ask for the verdict again, at the latest."""
        due = self._ping_at
        if (dead_at := self._dead_at) is not None:
            due = min(due, dead_at)
        if self._mark is not None and self._acked < self._mark:
            due = min(due, self._sampled_at + SAMPLE_MS)
        return due

    def verdict(self, now: int) -> Verdict | None:
        """What is to be done now; feed ``acked`` first."""
        if (dead_at := self._dead_at) is not None and now >= dead_at:
            return Verdict.DEAD
        return Verdict.PING if now >= self._ping_at else None
