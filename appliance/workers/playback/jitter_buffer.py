"""The jitter buffer: the service's speech on its way to the loudspeaker.

Responsible for: the order of turns, a short delay before each begins, what is dropped, and how much of it was played.
Must not: play, resample, or decide that something is to be silent (the event loop turns the valve).

Downlink is ordered by line number, then response (appliance/workers/connection/README.md). Sound is 24 kHz mono signed
16 bit.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from appliance.core.devices.playback import REPEAT_LINE
from appliance.core.model.events import Event, PlaybackEnded, PlaybackStarted
from appliance.core.model.modes import Valve
from appliance.protocol.pcm import OUTPUT_HZ, bytes_of_ms, ms_of_bytes
from appliance.workers.playback.history import SpeechMemory
from appliance.workers.playback.time_stretch import Stretch
from appliance.workers.playback.turn_audio import Segment

START_DELAY_MS = 80
MOST_DELAY_MS = 600
GROW_MS = 60
SHRINK_MS = 20
STALLED_MS = 10_000  # a turn of which nothing more comes no longer keeps later ones waiting
ENDED_REMEMBERED = 64
MOST_VALVES = 16
MOST_QUEUED_MS = 120_000  # the service may deliver faster than real time; two minutes of speech are 5.8 MB
BEHIND_MS = 2_000  # more is caught up by faster speech
CAUGHT_UP_MS = 500
SLOW = 0.8  # a repeat that was asked for twice


@dataclass(frozen=True, slots=True)
class Period:
    """Speech for at most one period, and which ear it is for: "left", "right" or "both"."""

    pcm: bytes
    output: str
    louder: bool = False


class JitterBuffer:
    """Pushed by line workers, taken from by the speaker worker, one period at a time."""

    def __init__(
        self,
        post: Callable[[Event], None],
        stretch: Callable[[float], Stretch | None] = lambda _: None,
        most_speed: float = 1.0,
    ) -> None:
        """``stretch``: speech at another speed, None where there is none; ``most_speed``: when hurrying."""
        self._post = post
        self._stretch = stretch
        self._most_speed = most_speed
        self._memory = SpeechMemory()
        self._again: tuple[int, int, bool] | None = None  # to be said again: line, turn, slower
        self._repeats = 0
        self._expected = 0  # texts that are being turned into speech
        self.wake: Callable[[], None] = lambda: None  # called when there is something to play
        self._lock = threading.Lock()
        self._segments: list[Segment] = []
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

    def push(self, line: int, turn: int, pcm: bytes, *, replay: bool, output: str, at: int, late: bool = False) -> None:
        """Speech of a turn has come. The first piece decides its output ("left", "right", "both") and its lateness."""
        with self._lock:
            # A turn that ended, because its sound was dropped for instance, does not begin again in mid-word.
            if self._valves.get(line, Valve.OPEN) is Valve.SHUT or (line, turn) in self._ended:
                self.dropped_ms += ms_of_bytes(len(pcm), OUTPUT_HZ)
                return
            segment = self._find(line, turn)
            if segment is not None and segment.dropped:
                self.dropped_ms += ms_of_bytes(len(pcm), OUTPUT_HZ)
                return
            if segment is None:
                segment = Segment(line, turn, replay, late, output, began_at=at)
                if line > REPEAT_LINE:
                    segment.heard = partial(self._memory.heard, line, turn, output)
                self._segments.append(segment)
                # What sounds already is not cut in two by what comes late.
                self._segments.sort(key=lambda s: (not s.sounded, s.line, s.turn))
            segment.push(pcm, at)
            self._bound()
        self.wake()

    def expect(self, texts: int) -> None:
        """So many texts are still being turned into speech here: until then this is not empty."""
        with self._lock:
            self._expected = texts

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

    def drop(self) -> None:
        """Be silent: drop what sounds and what waits, and what still comes of those turns."""
        with self._lock:
            self._again = None
            self._drop(list(self._segments))
            for segment in self._segments:
                segment.dropped = True

    def drop_line(self, line: int) -> None:
        """Drop what sounds and waits of this line; what comes of its next turns is heard."""
        with self._lock:
            own = [segment for segment in self._segments if segment.line == line]
            self._drop(own)
            for segment in own:
                segment.dropped = True

    def wipe(self) -> None:
        """Be silent, and remember nothing."""
        self.drop()
        with self._lock:
            self._memory.wipe()

    def repeat(self, line: int, turn: int, *, slower: bool) -> None:
        """Say a turn again from memory when nothing sounds; in the place of a repeat that sounds already."""
        with self._lock:
            self._again = (line, turn, slower)
            self._drop([s for s in self._segments if s.line == REPEAT_LINE])
        self.wake()

    @property
    def speaking(self) -> bool:
        """Whether a turn sounds, though it may have run dry just now."""
        with self._lock:
            return bool(self._segments) and self._segments[0].sounded

    @property
    def queued_ms(self) -> int:
        """Speech that waits."""
        with self._lock:
            return ms_of_bytes(sum(s.queued for s in self._segments), OUTPUT_HZ)

    @property
    def empty(self) -> bool:
        """Whether nothing waits, nothing more is expected of what began, and the end of each turn has been told."""
        with self._lock:
            return not self._segments and self._again is None and not self._expected

    def take(self, size: int, at: int) -> Period | None:
        """At most ``size`` bytes of speech, None where silence is due. Tells the event loop what begins and what
        ends."""
        events: list[Event] = []
        with self._lock:
            period = self._take(size, at, events)
        for event in events:
            self._post(event)
        return period

    def _take(self, size: int, at: int, events: list[Event]) -> Period | None:
        self._begin_repeat(at)
        while self._segments:
            segment = self._segments[0]
            if segment.cut and any(s.replay and not s.cut and s.queued and self._due(s, at) for s in self._segments):
                self._drop([s for s in self._segments if s.cut])
            if (len(self._segments) > 1 or segment.underrun) and at - segment.news_at >= STALLED_MS:
                segment.closed = True
            if segment.late and not segment.sounded and any(s.queued and not s.late for s in self._segments):
                self._drop([segment])  # it is on the screen; spoken only if nothing newer waits
            if segment.waits:
                if not self._due(segment, at):
                    segment.gap_bytes += size if segment.underrun else 0
                    return None
                return Period(self._cut_from(segment, size, at, events), segment.output, segment.louder)
            if segment.closed:
                self._end(segment, events)
                self._begin_repeat(at)
                continue
            if segment.sounded:
                self._ran_dry(segment, size)
            return None
        return None

    def _end(self, segment: Segment, events: list[Event]) -> None:
        segment.set_speed(None)
        self._segments.pop(0)
        self._ended.append((segment.line, segment.turn))
        if segment.sounded:
            ms, gap = (ms_of_bytes(n, OUTPUT_HZ) for n in (segment.played, segment.gap_bytes))
            events.append(PlaybackEnded(segment.line, segment.turn, ms, gap))

    def _begin_repeat(self, at: int) -> None:
        """What is to be said again goes first, but cuts nothing in two."""
        if self._again is None or (self._segments and self._segments[0].sounded):
            return
        line, turn, slower = self._again
        self._again = None
        said = self._memory.recall(line, turn)
        if said is None:
            return
        self._repeats += 1
        segment = Segment(
            REPEAT_LINE, self._repeats, False, False, said.output, louder=slower, closed=True, began_at=at
        )
        segment.push(bytes(said.pcm), at)
        if slower:
            segment.set_speed(self._stretch(SLOW))
        self._segments.insert(0, segment)

    def _pace(self, segment: Segment, at: int) -> None:
        """Hurry while the present response is far ahead of what is heard. Nothing is dropped for it."""
        if self._most_speed <= 1 or segment.line == REPEAT_LINE:
            return
        ahead = sum(s.queued_ms for s in self._segments[:-1] if s.line != REPEAT_LINE)
        behind_ms = max(ahead, segment.behind_ms(at))
        if segment.stretch is None and behind_ms > BEHIND_MS:
            segment.set_speed(self._stretch(self._most_speed))
        elif segment.stretch is not None and behind_ms < CAUGHT_UP_MS:
            segment.set_speed(None)

    def _due(self, segment: Segment, at: int) -> bool:
        """Whether a turn may sound: after its start delay, after an underrun once as much waits again."""
        enough = segment.queued >= bytes_of_ms(self.delay_ms, OUTPUT_HZ) or segment.closed
        if segment.underrun:
            return enough
        if segment.sounded:
            return True
        return at - segment.began_at >= self.delay_ms or segment.closed

    def _cut_from(self, segment: Segment, size: int, at: int, events: list[Event]) -> bytes:
        if not segment.sounded:
            segment.sounded = True
            events.append(PlaybackStarted(segment.line, segment.turn, at))
        segment.underrun = False
        self._pace(segment, at)
        pcm = segment.take(size)
        if segment.closed and not segment.waits and not segment.gap_bytes:
            self.delay_ms = max(START_DELAY_MS, self.delay_ms - SHRINK_MS)  # a calm turn
        return pcm

    def _ran_dry(self, segment: Segment, size: int) -> None:
        if not segment.underrun:
            segment.underrun = True
            self.underruns += 1
            self.delay_ms = min(MOST_DELAY_MS, self.delay_ms + GROW_MS)
        segment.gap_bytes += size

    def _find(self, line: int, turn: int) -> Segment | None:
        return next((s for s in self._segments if (s.line, s.turn) == (line, turn)), None)

    def _drop(self, segments: list[Segment]) -> None:
        for segment in segments:
            self.dropped_ms += segment.queued_ms
            segment.drop()

    def _bound(self) -> None:
        """Above the bound the oldest speech is dropped and counted: two minutes behind, nobody follows any more."""
        while sum(s.queued for s in self._segments) > bytes_of_ms(MOST_QUEUED_MS, OUTPUT_HZ):
            oldest = next(s for s in self._segments if s.chunks)
            lost = oldest.chunks.popleft()
            oldest.queued -= len(lost)
            self.dropped_ms += ms_of_bytes(len(lost), OUTPUT_HZ)
