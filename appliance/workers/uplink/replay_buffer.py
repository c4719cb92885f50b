"""The replay buffer: sound that the service has not answered yet, one queue for each direction.

Responsible for: joining the queue of sound with the ack tracker under one lock, and saying what is owed.
Must not: talk to the service or to a device, or decide about lines (the core does, from ``ReplayReported``).

Nothing said is lost: what was said while a line is dialled, redialled or replaced waits here, and goes out again on the
next line until it is answered (appliance/workers/uplink/README.md#the-release-rule). Memory is bounded to 90 s a
direction; what falls out is reported lost.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic

from appliance.core.model.direction import Direction
from appliance.core.model.events import ReplayReported
from appliance.core.model.modes import Valve
from appliance.protocol.marks import Mark
from appliance.protocol.pcm import MESSAGE_SAMPLES, ms_of_samples, samples_of_ms
from appliance.workers.uplink.ack_records import Utterance
from appliance.workers.uplink.ack_tracker import KEPT_MS, AckTracker
from appliance.workers.uplink.sample_queue import Chunk, P, SampleQueue
from appliance.workers.uplink.silence_gate import Heard, SilenceGate

# Silence beyond ``silence_ms`` that closes the service's last turn (appliance/protocol/README.md#12-idle-and-silence)
SEAL_EXTRA_MS = 200
IN_SPEECH_MS = 200  # of silence behind speech: less than the shortest pause by which the service cuts
LATE_MS = 10_000
LEAD_MS = 200  # of sound before an utterance that moves with it
REPORT_EVERY_MS = 500
LINES_REMEMBERED = 64  # that were lost: an order to attach may come behind the end


@dataclass(frozen=True, slots=True)
class TurnFacts:
    """What is known here about a turn of the service. Times are local, in ms; None where no speech was matched."""

    start_at: int | None = None
    end_at: int | None = None
    replay: bool = False
    late: bool = False
    dropped: bool = False  # its speech moved to another direction: show and play nothing


@dataclass(frozen=True, slots=True)
class Orphaned(Generic[P]):
    """Speech of a line that died beside a newer one, which goes on behind it: it waits for a pause to be said again."""

    chunks: list[Chunk[P]]
    utterance: Utterance
    since: int  # the end of the queue when it was orphaned


class ReplayBuffer(Generic[P]):
    """One direction. Every method may be called from any thread; none blocks for longer than the lock."""

    def __init__(self, direction: Direction, silence_ms: int, silence: Callable[[int], P]) -> None:
        """``silence(samples)`` makes a payload of zeros."""
        self.direction = direction
        self._lock = threading.Lock()
        self._queue: SampleQueue[P] = SampleQueue()
        self._ack_tracker = AckTracker(silence_ms)
        self._seal_ms = silence_ms + SEAL_EXTRA_MS
        self._silence = silence
        self._reported = ReplayReported(direction, 0, 0, 0)
        self._reported_at = 0
        self._telling = threading.Lock()
        self._orphaned: deque[Orphaned[P]] = deque()
        self._gone: deque[int] = deque(maxlen=LINES_REMEMBERED)
        self.wake: Callable[[], None] = lambda: None  # called when there is something to send

    def append(self, payload: P, samples: int, *, speech: bool, at: int) -> None:
        """One period of the microphone, captured until ``at``."""
        with self._lock:
            chunk = self._queue.append(payload, samples)
            if speech:
                self._ack_tracker.heard(chunk.start, chunk.end, at)
            self._settle(at)
            ready = self._queue.end - self._queue.cursor >= MESSAGE_SAMPLES
        if ready:
            self.wake()

    def seal(self, at: int) -> None:
        """Append the silence by which the service closes the last turn."""
        with self._lock:
            self._seal(at)
        self.wake()

    def _seal(self, at: int) -> None:
        self._append_pause()
        self._settle(at)

    def _append_pause(self) -> None:
        left = samples_of_ms(self._seal_ms)
        while left > 0:
            size = min(left, MESSAGE_SAMPLES)
            self._queue.append(self._silence(size), size)
            left -= size

    def attach(self, line: int, *, speaks: bool, at: int) -> None:
        """This line is sent everything from the release point on. ``speaks``: it was asked for sound."""
        with self._lock:
            if line in self._gone or line in self._ack_tracker.lines:
                return  # the order comes behind the line's end, or twice: its first sample stays its first
            self._settle(at)
            self._ack_tracker.attached(line, self._queue.cursor, speaks=speaks, at=at)

    def take(self, line: int, at: int, *, flush: bool = False) -> list[P]:
        """The payloads of the line's next message, 40 ms; with ``flush`` the last may be shorter. Empty: wait.

        A line that was lost gets nothing, even before its thread has noticed; nor does one behind which a newer one was
        attached, for what a line is sent has no holes.
        """
        with self._lock:
            if line not in self._ack_tracker.lines or line < max(self._ack_tracker.lines):
                return []
            taken = self._queue.take(1 if flush else MESSAGE_SAMPLES, MESSAGE_SAMPLES)
            if taken:
                self._ack_tracker.sent(line, self._queue.cursor, at)
        return [chunk.payload for chunk in taken]

    def finishing(self, line: int) -> None:
        """The line was sent ``session.finish``: what it says nothing to is kept until that is answered."""
        with self._lock:
            entry = self._ack_tracker.lines.get(line)
            if entry is not None:
                entry.finishing = True

    def in_speech(self, line: int) -> bool:
        """Whether what the line was sent last belongs to speech that the service cannot have cut off yet."""
        with self._lock:
            silent_ms = self._ack_tracker.silent_ms(line)
        return silent_ms is not None and silent_ms < IN_SPEECH_MS

    def kept_ms(self) -> int:
        """Sound that is not released yet, sent or not."""
        return ms_of_samples(self._queue.end - self._queue.release)

    @property
    def sent_ms(self) -> int:
        """Sound that was sent for the first time: what a day's allowance counts."""
        return ms_of_samples(self._ack_tracker.first_sent)

    def sent_to(self, line: int) -> int:
        """Sound that this line was sent, in ms: what the service charges for, replays too."""
        with self._lock:
            entry = self._ack_tracker.lines.get(line)
            return ms_of_samples(entry.sent - entry.base) if entry is not None else 0

    def mark(self, line: int, mark: Mark, at: int) -> None:
        """A step in the life of one of the line's turns."""
        with self._lock:
            self._ack_tracker.marked(line, mark, at)
            self._settle(at)

    def withdraw(self, line: int, turn: int, at: int) -> None:
        """The speaker took back what this turn is about: it counts as answered, and is not sent again."""
        with self._lock:
            self._ack_tracker.withdrawn(line, turn)
            self._settle(at)

    def silence(self, samples: int) -> P:
        """A payload of zeros."""
        return self._silence(samples)

    def touch(self, line: int, turn: int, at: int) -> None:
        """Words or sound of a turn's answer."""
        with self._lock:
            self._ack_tracker.mark_answer(line, turn, at)

    def lose(self, line: int, at: int, *, busy: bool = False) -> None:
        """The line is gone: what it did not answer will go out again. ``busy``: the service had too much to do."""
        with self._lock:
            self._gone.append(line)
            for piece in self._ack_tracker.lost(line, busy=busy):
                first = max(piece.start - samples_of_ms(LEAD_MS), self._queue.release)
                self._orphaned.append(Orphaned(self._queue.copy(first, piece.end), piece, self._queue.end))
            self._queue.release_to(self._ack_tracker.release)
            # What another line was sent is that line's to answer.
            self._queue.rewind(max((other.sent for other in self._ack_tracker.lines.values()), default=0))
            self._settle(at)
        self.wake()

    def facts(self, line: int, turn: int, at: int) -> TurnFacts:
        """What to say about a turn of this line."""
        with self._lock:
            entry = self._ack_tracker.lines.get(line)
            if entry is None or turn not in entry.turns:
                return TurnFacts(dropped=entry is not None and turn in entry.dropped)
            known = entry.turns[turn]
            own = known.about
            if own is None:
                return TurnFacts(dropped=known.dropped)
            late = at - own.end_at > LATE_MS and self._ack_tracker.open_utterance(self._queue.end) is not own
            return TurnFacts(own.start_at, own.end_at, own.again or own.start < entry.replay_until, late, known.dropped)

    def report(self, at: int, *, last: bool = False) -> ReplayReported | None:
        """What is owed, where that is news; small changes wait half a second, for the event loop has better to do.

        ``last``: nobody may come by again soon, so that nothing waits.
        """
        with self._lock:
            self._settle(at)
            ack_tracker = self._ack_tracker
            unanswered_ms = ack_tracker.unanswered_ms() + self._orphaned_ms()
            now = ReplayReported(self.direction, unanswered_ms, ack_tracker.reported_lost, ack_tracker.deaf_ms(at))
            old = self._reported
            urgent = (
                last or (now.unanswered_ms > 0) != (old.unanswered_ms > 0) or now.reported_lost != old.reported_lost
            )
            if now == old or (not urgent and at - self._reported_at < REPORT_EVERY_MS):
                return None
            self._reported, self._reported_at = now, at
            return now

    def tell(self, post: Callable[[ReplayReported], None], at: int, *, last: bool = False) -> None:
        """Post the report, where there is one. Reports of two threads never overtake each other."""
        with self._telling:
            report = self.report(at, last=last)
            if report is not None:
                post(report)

    def wipe(self) -> None:
        """Forget all sound and all that was owed."""
        with self._lock:
            self._queue.wipe()
            self._orphaned.clear()
            self._ack_tracker.wiped(self._queue.release)

    def move_open_utterance(self, other: "ReplayBuffer[P]", at: int) -> None:
        """Give the utterance that is being spoken to another direction, whole; this one's last turn is closed."""
        with self._lock:
            utterance = self._ack_tracker.open_utterance(self._queue.end)
            moved: list[Chunk[P]] = []
            if utterance is not None:
                self._ack_tracker.give_away(utterance)
                first = max(utterance.start - samples_of_ms(LEAD_MS), self._queue.release)
                moved = self._queue.split(first)
                self._queue.blank(first, self._silence)
            self._seal(at)
        self.wake()
        if utterance is not None and moved:
            other.adopt(moved, utterance)

    def adopt(self, chunks: list[Chunk[P]], utterance: Utterance) -> None:
        """Take over an utterance from another direction."""
        with self._lock:
            fresh = Utterance(utterance.start, utterance.end, utterance.start_at, utterance.end_at)
            self._append_again(chunks, fresh)
        self.wake()

    def _append_again(self, chunks: list[Chunk[P]], utterance: Utterance) -> None:
        offset = self._queue.end - chunks[0].start
        for chunk in chunks:
            self._queue.append(chunk.payload, chunk.samples)
        start = max(utterance.start, chunks[0].start)
        self._ack_tracker.utterances.append(replace(utterance, start=start + offset, end=utterance.end + offset))

    def _splice(self) -> None:
        """Say again what is orphaned, in the first pause: never into the midst of what is being said.

        Who speaks on for as long as memory lasts has outrun it: it is reported lost.
        """
        while self._orphaned and self._ack_tracker.open_utterance(self._queue.end) is None:
            self._append_pause()  # it may lie close behind what was sent last
            waiting = self._orphaned.popleft()
            self._append_again(waiting.chunks, waiting.utterance)
            self._append_pause()
        while self._orphaned and (
            self._queue.end - self._orphaned[0].since > samples_of_ms(KEPT_MS) or self._orphaned_ms() > KEPT_MS
        ):
            self._orphaned.popleft()
            self._ack_tracker.reported_lost += 1

    def _orphaned_ms(self) -> int:
        return ms_of_samples(sum(each.utterance.end - each.utterance.start for each in self._orphaned))

    def _settle(self, at: int) -> None:
        self._splice()
        self._ack_tracker.advance(at, self._queue.end, self._queue.cursor)
        cursor = self._queue.cursor
        self._queue.release_to(self._ack_tracker.release)
        if self._queue.cursor > cursor:
            self._ack_tracker.shifted(cursor, self._queue.cursor)


class ReplayBuffers(Generic[P]):
    """All directions of this run, and which of them live sound goes to. Sound without a direction is not kept."""

    def __init__(self, make: Callable[[Direction], ReplayBuffer[P]]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._all: dict[Direction, ReplayBuffer[P]] = {}
        self._active: ReplayBuffer[P] | None = None
        self._valve = Valve.SHUT
        self._gate: SilenceGate[P] = SilenceGate()

    def of(self, direction: Direction) -> ReplayBuffer[P]:
        """The replay buffer of a direction."""
        with self._lock:
            if direction not in self._all:
                self._all[direction] = self._make(direction)
            return self._all[direction]

    def select(self, direction: Direction, valve: Valve, at: int, *, move: bool) -> None:
        """Live sound goes there from now on; with ``move`` the open utterance too."""
        chosen = self.of(direction)
        with self._lock:
            shuts = valve is Valve.SHUT and self._valve is not Valve.SHUT
            before, self._active, self._valve = self._active, chosen, valve
            if shuts:
                self._gate.reset()
                chosen.seal(at)  # the capture may stay open: its last turn is closed now
            # Before any live sound goes there: the utterance must not be put together in the wrong order.
            if before is None or before is chosen:
                return
            if move:
                before.move_open_utterance(chosen, at)
            else:
                before.seal(at)  # its last turn is closed now: the capture's own closing silence comes too late

    def append(self, payload: P, samples: int, *, speech: bool, at: int) -> None:
        """One period of the microphone."""
        with self._lock:
            if self._active is None or self._valve is Valve.SHUT:
                return
            if self._valve is Valve.MUTED:  # time passes for the service, and it hears nothing of us
                payload, speech = self._active.silence(samples), False
            for heard in self._gate.pass_on(Heard(payload, samples, speech, at)):
                self._active.append(heard.payload, heard.samples, speech=heard.speech, at=heard.at)

    def seal(self, at: int) -> None:
        """Close the active direction's last turn; the capture is closed."""
        with self._lock:
            self._gate.reset()
            if self._active is not None:
                self._active.seal(at)

    def wipe(self) -> None:
        """Forget all sound, and let none in until a direction is selected: a card still reads when this is ordered."""
        with self._lock:
            self._gate.reset()
            self._valve = Valve.SHUT
        for replay_buffer in self.all():
            replay_buffer.wipe()

    def tell(self, post: Callable[[ReplayReported], None], at: int, *, last: bool = False) -> None:
        """Post what is owed in each direction, where that is news: with or without a line, who speaks is owed."""
        for replay_buffer in self.all():
            replay_buffer.tell(post, at, last=last)

    def all(self) -> list[ReplayBuffer[P]]:
        """Every direction that was ever selected."""
        with self._lock:
            return list(self._all.values())
