"""What the ack tracker writes down: utterances, turns and lines.

Responsible for: the facts of each, and when a turn is answered. Must not: apply the release rule (``ack_tracker.py``).

Indexes count samples at 16 kHz, as in ``sample_queue.py``; times are in milliseconds.
"""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Utterance:
    """Speech heard here. ``end`` moves while it goes on."""

    start: int
    end: int
    start_at: int
    end_at: int
    attempts: int = 0
    sent_on: set[int] = field(default_factory=set)
    sent_at: int | None = None  # when its last sample so far was sent
    head_evicted: bool = False  # its beginning can no longer be sent again
    reported: bool = False  # lost, once
    again: bool = False  # was sent before, on a line that died beside a newer one, and stands here a second time

    def beyond(self, release: int) -> int:
        """How much of it lies behind the release point."""
        return self.end - max(self.start, release)


@dataclass(slots=True)
class TurnEntry:
    """One turn of the service on one line."""

    n: int
    news_at: int
    start: int | None = None
    stop: int | None = None
    stop_sent: int | None = None  # how much had been sent when the service heard the end
    stopped_at: int | None = None
    worded: bool = False  # words or sound of its answer came
    heard_out: bool = False  # its transcript is complete, or failed
    text_done: bool = False
    audio_done: bool = False
    done: bool = False
    dropped: bool = False  # its speech moved to another direction
    withdrawn: bool = False  # the speaker took it back
    about: Utterance | None = None  # the local utterance, remembered beyond its release
    acked_upto: int | None = None  # what its answer releases; said once, for what is oldest changes with it


@dataclass(slots=True)
class LineEntry:
    """One line as the ack tracker sees it, from its first sample to its end."""

    number: int
    base: int  # index of the first sample it was sent
    speaks: bool
    sent: int
    replay_until: int  # what lies before was sent on an earlier line
    spoken: int  # index behind the last speech it was sent
    last_reply_at: int  # when anything about speech last came back
    speech_since_back: int = 0
    asked_at: int = 0  # when the first speech since then was sent
    replied: bool = False  # something about speech came back, once
    speech_since_answer: int = 0  # marks of speech and transcripts are no answers
    answer_due_from: int = 0  # when the first speech since the last answer was sent
    unanswered_turns: int = 0  # in a row, that were given up
    newest: int = 0  # the latest turn that was opened
    finishing: bool = False  # it was asked to finish: its answer, or none, will say whether it still lives
    turns: dict[int, TurnEntry] = field(default_factory=dict)
    acked_upto: int = 0  # what its answered turns release
    moved_out: tuple[int, int] = (0, 0)  # speech that moved to another direction: what is answered to it is dropped
    dropped: set[int] = field(default_factory=set)  # turns about that speech

    def passed_over(self, turn: TurnEntry, at: int, after_ms: int) -> bool:
        """Whether the service heard all of this open turn, went on without an answer, and that for so long."""
        if turn.stopped_at is None or turn.worded or at - turn.stopped_at < after_ms:
            return False
        return turn.heard_out or self.last_reply_at > turn.stopped_at

    def complete(self, turn: TurnEntry) -> bool:
        """Whether the service has said all to a turn."""
        return turn.done or (turn.text_done and (turn.audio_done or not self.speaks))

    def answered(self, turn: TurnEntry) -> bool:
        """Whether nothing is waited for any more: all is said, or nobody wants to hear it."""
        return turn.dropped or turn.withdrawn or self.complete(turn)

    def drop(self, turn: TurnEntry) -> None:
        """What is said to this turn is shown and played nowhere."""
        turn.dropped = True
        self.dropped.add(turn.n)

    def hangs_unwanted(self) -> bool:
        """Whether the service still owes the latest turn, which nobody waits for: it may hang, and hear nothing more.

        A later turn would show that it does not.
        """
        latest = self.turns.get(self.newest)
        return latest is not None and self.answered(latest) and not self.complete(latest)

    def open_turns(self) -> list[TurnEntry]:
        """The turns that still want an answer."""
        return [turn for turn in self.turns.values() if not self.answered(turn)]
