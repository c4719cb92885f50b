"""One direction's replay buffer with a clock, for tests: 20 ms at a time, as the microphone gives it.

Responsible for: making sound, taking it, and remembering what each line was sent. Must not: assert anything.
"""

from itertools import pairwise

from appliance.core.model.direction import Direction
from appliance.core.model.events import ReplayReported
from appliance.protocol.marks import (
    AudioDone,
    Finished,
    Mark,
    ResponseDone,
    ResponseOpened,
    SpeechStarted,
    SpeechStopped,
    TextDone,
)
from appliance.workers.uplink.replay_buffer import ReplayBuffer

FRAME = 320
MS = 16  # samples


class Desk:
    """Payloads are the numbers of the frames, from 0; silence of the seal is −1."""

    def __init__(self, silence_ms: int = 800) -> None:
        self.replay_buffer: ReplayBuffer[int] = ReplayBuffer(Direction("en", "es"), silence_ms, lambda _: -1)
        self.at = 0
        self.frames = 0
        self.line: int | None = None
        self.sent: dict[int, list[int]] = {}

    def hear(self, ms: int, *, speech: bool = True, send: bool = True) -> int:
        """Sound of so long; returns the index in ms at which it began."""
        began = self.end_ms
        for _ in range(ms // 20):
            self.at += 20
            self.replay_buffer.append(self.frames, FRAME, speech=speech, at=self.at)
            self.frames += 1
            if send:
                self.send()
        return began

    def quiet(self, ms: int, *, send: bool = True) -> int:
        return self.hear(ms, speech=False, send=send)

    def dial(self, line: int, *, speaks: bool = True) -> None:
        self.line = line
        self.sent.setdefault(line, [])
        self.replay_buffer.attach(line, speaks=speaks, at=self.at)
        self.send()

    def send(self, *, flush: bool = False) -> None:
        """All that is ready."""
        while self.line is not None and (taken := self.replay_buffer.take(self.line, self.at, flush=flush)):
            self.sent[self.line] += taken

    def lose(self, line: int | None = None) -> None:
        number = line if line is not None else self.line
        assert number is not None
        self.replay_buffer.lose(number, self.at)
        self.line = None if number == self.line else self.line

    def wait(self, ms: int) -> None:
        """Time without sound, as while the capture is closed."""
        self.at += ms
        self.replay_buffer.report(self.at)

    def mark(self, *marks: Mark, line: int | None = None) -> None:
        number = line if line is not None else self.line
        assert number is not None
        for mark in marks:
            self.replay_buffer.mark(number, mark, self.at)

    def turn(self, n: int, start: int | None, stop: int | None) -> None:
        """A whole turn, answered; positions in ms of what the line was sent."""
        self.mark(SpeechStarted(n, start), SpeechStopped(n, stop), ResponseOpened(n))
        self.answer(n)

    def answer(self, n: int, *, ok: bool = True) -> None:
        self.mark(TextDone(n), AudioDone(n), ResponseDone(n, ok, False))

    def finished(self) -> None:
        assert self.line is not None
        self.replay_buffer.finishing(self.line)
        self.mark(Finished())

    @property
    def release_ms(self) -> int:
        return self.replay_buffer._queue.release // MS

    @property
    def cursor_ms(self) -> int:
        return self.replay_buffer._queue.cursor // MS

    @property
    def end_ms(self) -> int:
        return self.replay_buffer._queue.end // MS

    @property
    def report(self) -> ReplayReported:
        ack_tracker = self.replay_buffer._ack_tracker
        return ReplayReported(
            self.replay_buffer.direction,
            ack_tracker.unanswered_ms(),
            ack_tracker.reported_lost,
            ack_tracker.deaf_ms(self.at),
        )

    @property
    def unanswered(self) -> int:
        return self.report.unanswered_ms

    @property
    def reported_lost(self) -> int:
        return self.report.reported_lost


def holes(sent: list[int]) -> list[tuple[int, int]]:
    """Where the numbers of frames jump; the seal's silence is −1 and stands between any two."""
    frames = [n for n in sent if n >= 0]
    return [(a, b) for a, b in pairwise(frames) if b != a + 1]
