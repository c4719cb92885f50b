"""The jitter buffer: the service's speech on its way to the loudspeaker.

Responsible for: the order of turns, a short delay before each begins, what is dropped, and how much of it was played.
Must not: play, resample, or decide that something is to be silent (the owner turns the valve).

Downlink is ordered by line number, then response (CONTRACTS section 7). Sound is 24 kHz mono signed 16 bit.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from appliance.core.events import Event, SpeechEnded, SpeechSounded
from appliance.core.modes import Valve
from appliance.protocol.pcm import OUTPUT_HZ, bytes_of_ms, ms_of_bytes

START_DELAY_MS = 80
MOST_DELAY_MS = 600
GROW_MS = 60
SHRINK_MS = 20
STALLED_MS = 10_000  # a turn of which nothing more comes no longer keeps later ones waiting
ENDED_REMEMBERED = 64
MOST_VALVES = 16
MOST_QUEUED_MS = 120_000  # the service may deliver faster than real time; two minutes of speech are 5.8 MB


@dataclass(frozen=True, slots=True)
class Period:
    """Speech for at most one period, and which ear it is for: "left", "right" or "both"."""

    pcm: bytes
    output: str


@dataclass(slots=True)
class _Segment:
    """The speech of one turn."""

    line: int
    turn: int
    replay: bool
    late: bool  # far behind the speech it answers
    output: str
    chunks: deque[bytes] = field(default_factory=deque)
    queued: int = 0  # bytes
    closed: bool = False  # all of it has come
    cut: bool = False  # its line was lost: no more will come, and a replay may
    began_at: int = 0  # when its first bytes came
    news_at: int = 0  # when its last bytes came
    sounded: bool = False
    played: int = 0  # bytes
    gap_bytes: int = 0
    dry: bool = False


class JitterBuffer:
    """Pushed by line workers, taken from by the speaker worker, one period at a time."""

    def __init__(self, post: Callable[[Event], None]) -> None:
        self._post = post
        self._lock = threading.Lock()
        self._segments: list[_Segment] = []
        self._ended: deque[tuple[int, int]] = deque(maxlen=ENDED_REMEMBERED)
        self._valves: dict[int, Valve] = {}
        self.delay_ms = START_DELAY_MS
        self.underruns = 0
        self.dropped_ms = 0

    def set_valve(self, line: int, valve: Valve) -> None:
        """Let this line's speech through, or drop what comes and what waits."""
        with self._lock:
            self._valves[line] = valve
            if len(self._valves) > MOST_VALVES:
                del self._valves[min(self._valves)]  # lines count up: the lowest is long gone
            if valve is Valve.SHUT:
                self._drop([s for s in self._segments if s.line == line])

    def push(
        self, line: int, turn: int, pcm: bytes, *, replay: bool, output: str, at: int, late: bool = False
    ) -> None:
        """Speech of a turn has come. The first piece decides its output ("left", "right", "both") and its lateness."""
        with self._lock:
            # A turn that ended, because its sound was dropped for instance, does not begin again in mid-word.
            if self._valves.get(line, Valve.OPEN) is Valve.SHUT or (line, turn) in self._ended:
                self.dropped_ms += ms_of_bytes(len(pcm), OUTPUT_HZ)
                return
            segment = self._find(line, turn)
            if segment is None:
                segment = _Segment(line, turn, replay, late, output, began_at=at)
                self._segments.append(segment)
                # What sounds already is not cut in two by what comes late.
                self._segments.sort(key=lambda s: (not s.sounded, s.line, s.turn))
            segment.news_at = at
            segment.chunks.append(pcm)
            segment.queued += len(pcm)
            self._bound()

    def close(self, line: int, turn: int) -> None:
        """No more speech of this turn will come."""
        with self._lock:
            segment = self._find(line, turn)
            if segment is not None:
                segment.closed = True

    def cut(self, line: int) -> None:
        """The line is gone: what has come of its unfinished turns is played, unless a replay sounds first."""
        with self._lock:
            for segment in self._segments:
                if segment.line == line and not segment.closed:
                    segment.closed = segment.cut = True

    def wipe(self) -> None:
        """Be silent: drop everything."""
        with self._lock:
            self._drop(list(self._segments))

    @property
    def queued_ms(self) -> int:
        """Speech that waits."""
        with self._lock:
            return ms_of_bytes(sum(s.queued for s in self._segments), OUTPUT_HZ)

    @property
    def empty(self) -> bool:
        """Whether nothing waits, nothing more is expected of what began, and the end of each turn has been told."""
        with self._lock:
            return not self._segments

    def take(self, size: int, at: int) -> Period | None:
        """At most ``size`` bytes of speech, None where silence is due. Tells the owner what begins and what ends."""
        events: list[Event] = []
        with self._lock:
            period = self._take(size, at, events)
        for event in events:
            self._post(event)
        return period

    def _take(self, size: int, at: int, events: list[Event]) -> Period | None:
        while self._segments:
            segment = self._segments[0]
            if segment.cut and any(s.replay and not s.cut and s.queued and self._due(s, at) for s in self._segments):
                self._drop([s for s in self._segments if s.cut])
            if len(self._segments) > 1 and at - segment.news_at >= STALLED_MS:
                segment.closed = True
            if segment.late and not segment.sounded and any(s.queued and not s.late for s in self._segments):
                self._drop([segment])  # it is on the screen; spoken only if nothing newer waits
            if segment.queued:
                if not self._due(segment, at):
                    segment.gap_bytes += size if segment.dry else 0
                    return None
                return Period(self._cut_from(segment, size, at, events), segment.output)
            if segment.closed:
                self._segments.pop(0)
                self._ended.append((segment.line, segment.turn))
                if segment.sounded:
                    ms, gap = (ms_of_bytes(n, OUTPUT_HZ) for n in (segment.played, segment.gap_bytes))
                    events.append(SpeechEnded(segment.line, segment.turn, ms, gap))
                continue
            if segment.sounded:
                self._ran_dry(segment, size)
            return None
        return None

    def _due(self, segment: _Segment, at: int) -> bool:
        """Whether a turn may sound: after its start delay, after an underrun once as much waits again."""
        enough = segment.queued >= bytes_of_ms(self.delay_ms, OUTPUT_HZ) or segment.closed
        if segment.dry:
            return enough
        if segment.sounded:
            return True
        return at - segment.began_at >= self.delay_ms or segment.closed

    def _cut_from(self, segment: _Segment, size: int, at: int, events: list[Event]) -> bytes:
        if not segment.sounded:
            segment.sounded = True
            events.append(SpeechSounded(segment.line, segment.turn, at))
        segment.dry = False
        parts: list[bytes] = []
        while size > 0 and segment.chunks:
            chunk = segment.chunks.popleft()
            if len(chunk) > size:
                segment.chunks.appendleft(chunk[size:])
                chunk = chunk[:size]
            parts.append(chunk)
            size -= len(chunk)
        pcm = b"".join(parts)
        segment.queued -= len(pcm)
        segment.played += len(pcm)
        if segment.closed and not segment.queued and not segment.gap_bytes:
            self.delay_ms = max(START_DELAY_MS, self.delay_ms - SHRINK_MS)  # a calm turn
        return pcm

    def _ran_dry(self, segment: _Segment, size: int) -> None:
        if not segment.dry:
            segment.dry = True
            self.underruns += 1
            self.delay_ms = min(MOST_DELAY_MS, self.delay_ms + GROW_MS)
        segment.gap_bytes += size

    def _find(self, line: int, turn: int) -> _Segment | None:
        return next((s for s in self._segments if (s.line, s.turn) == (line, turn)), None)

    def _drop(self, segments: list[_Segment]) -> None:
        for segment in segments:
            self.dropped_ms += ms_of_bytes(segment.queued, OUTPUT_HZ)
            segment.chunks.clear()
            segment.queued = 0
            segment.closed = True

    def _bound(self) -> None:
        """Above the bound the oldest speech is dropped and counted: two minutes behind, nobody follows any more."""
        while sum(s.queued for s in self._segments) > bytes_of_ms(MOST_QUEUED_MS, OUTPUT_HZ):
            oldest = next(s for s in self._segments if s.chunks)
            lost = oldest.chunks.popleft()
            oldest.queued -= len(lost)
            self.dropped_ms += ms_of_bytes(len(lost), OUTPUT_HZ)
