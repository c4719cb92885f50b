"""What the service still owes us: local utterances on one side, its turns on the other, and the release rule.

Responsible for: appliance/workers/uplink/README.md#the-release-rule. Which index may be forgotten, what is unanswered,
what must be reported lost.
Must not: hold sound, lock, or read a clock (``at`` is an argument, in milliseconds).

Indexes count samples at 16 kHz, as in ``sample_queue.py``. An *utterance* is speech that the local detector heard;
pieces less than ``silence_ms`` apart are one. A *turn* is the service's. Neither detector is right about the other's
speech, so the rule trusts the service where it spoke and the local ear only as a fence.
"""

from appliance.protocol.marks import (
    AudioDone,
    Finished,
    Mark,
    ResponseDone,
    ResponseOpened,
    SourceClosed,
    SpeechStarted,
    SpeechStopped,
    TextDone,
)
from appliance.protocol.pcm import ms_of_samples, samples_of_ms
from appliance.workers.uplink.ack_records import LineEntry, TurnEntry, Utterance
from appliance.workers.uplink.deafness import DEAF_SPEECH_MS, SHORT_MS, UNANSWERED_MS, deaf_since
from appliance.workers.uplink.turn_matching import answered_upto, utterance_of

SHORT_RELEASED_AFTER_MS = 3_000
UNHEARD_RELEASED_AFTER_MS = 20_000
STALE_TURN_MS = 10_000
MOST_ATTEMPTS = 3
KEPT_MS = 90_000
KEPT_SILENCE_MS = 1_000
MOST_TURNS = 32  # kept for one line; the service opens one at a time, or two


class AckTracker:
    """What one direction still waits for."""

    def __init__(self, silence_ms: int) -> None:
        self._silence = samples_of_ms(silence_ms)
        self.utterances: list[Utterance] = []
        self.lines: dict[int, LineEntry] = {}
        self.release = 0
        self.reported_lost = 0
        self._high = 0  # the highest index any line was sent
        self.first_sent = 0  # samples that were sent at least once

    # What is heard and sent.

    def heard(self, start: int, end: int, at: int) -> None:
        """A frame of speech, captured until ``at``."""
        last = self.utterances[-1] if self.utterances else None
        if last is not None and start - last.end < self._silence:
            last.end, last.end_at, last.sent_at = end, at, None
        else:
            self.utterances.append(Utterance(start, end, at - ms_of_samples(end - start), at))

    def attached(self, number: int, base: int, *, speaks: bool, at: int) -> None:
        """A line begins to be sent sound from ``base`` on."""
        self.lines[number] = LineEntry(
            number, base, speaks, sent=base, replay_until=self._high, spoken=base, last_reply_at=at
        )

    def sent(self, number: int, upto: int, at: int) -> None:
        """The line was sent everything before ``upto``."""
        line = self.lines[number]
        for utterance in self.utterances:
            if utterance.start < upto and utterance.end > line.sent:
                line.asked_at = line.asked_at if line.speech_since_back else at
                line.spoken = min(upto, utterance.end)
                spoken = min(upto, utterance.end) - max(line.sent, utterance.start)
                line.answer_due_from = line.answer_due_from if line.speech_since_answer else at
                line.speech_since_back += spoken
                line.speech_since_answer += spoken
                utterance.sent_on.add(number)
                if utterance.end <= upto:
                    utterance.sent_at = at
        new = max(line.sent, self._high)
        repeated = sum(max(0, min(upto, u.end) - max(new, u.start)) for u in self.utterances if u.again)
        self.first_sent += max(0, upto - new) - repeated
        line.sent = upto
        self._high = max(self._high, upto)

    def silent_ms(self, number: int) -> int | None:
        """How much silence the line was sent behind the last speech; None for a line that was lost."""
        line = self.lines.get(number)
        return None if line is None else ms_of_samples(line.sent - line.spoken)

    # What comes back.

    def mark_reply(self, number: int, n: int, at: int) -> None:
        """Some news of a turn: it is alive, and so is the line."""
        line = self.lines.get(number)
        if line is None:
            return
        line.last_reply_at, line.speech_since_back, line.replied = at, 0, True
        if n in line.turns:
            line.turns[n].news_at = at

    def mark_answer(self, number: int, n: int, at: int, *, worded: bool = True) -> None:
        """A response, or (``worded``) words or sound of one: what the box was built for, not only a sign of life."""
        self.mark_reply(number, n, at)
        line = self.lines.get(number)
        if line is None:
            return
        line.speech_since_answer = 0
        if n in line.turns:
            line.turns[n].worded = line.turns[n].worded or worded

    def marked(self, number: int, mark: Mark, at: int) -> None:
        """A step in the life of a turn. News of a line that was lost changes nothing."""
        line = self.lines.get(number)
        if line is None:
            return
        if isinstance(mark, Finished):
            self._finished(line)
            return
        turn = line.turns.get(mark.turn)
        if isinstance(mark, SourceClosed):
            if turn is not None:
                turn.heard_out = True
            return
        if isinstance(mark, SpeechStarted | SpeechStopped):
            self.mark_reply(number, mark.turn, at)
        else:
            self.mark_answer(number, mark.turn, at, worded=not isinstance(mark, ResponseOpened))
        if turn is None:
            if not isinstance(mark, SpeechStarted | ResponseOpened):
                return  # late news of a turn long released
            turn = self._opened(line, mark.turn, at)
        self._apply(line, turn, mark, at)
        turn.about = utterance_of(self.utterances, self._silence, line, turn) or turn.about
        if turn.start is None and turn.about is None and line.moved_out[1] and not line.dropped:
            line.drop(turn)  # without a position, and nothing else to be about
        self._release_answered(line)

    def withdrawn(self, number: int, n: int) -> None:
        """The speaker took back what this turn is about. That is no news of the service, which may well hang in it."""
        line = self.lines.get(number)
        turn = line.turns.get(n) if line is not None else None
        if line is not None and turn is not None:
            turn.withdrawn = True
            self._release_answered(line)

    def _opened(self, line: LineEntry, n: int, at: int) -> TurnEntry:
        if len(line.turns) >= MOST_TURNS:
            oldest = line.turns[min(line.turns)]
            if not line.answered(oldest):
                self._report_turn_lost(oldest)
            oldest.done = True
            self._release_answered(line)
        turn = line.turns[n] = TurnEntry(n, at, dropped=n in line.dropped)
        line.newest = max(line.newest, n)
        return turn

    def _finished(self, line: LineEntry) -> None:
        """The end of a line that was asked for it. What was not answered will not be answered any more.

        One that nobody asked to finish has answered nothing by that: it is lost, and all is said again.
        """
        if not line.finishing:
            return
        for turn in line.open_turns():
            if not turn.text_done:
                self._report_unanswered(turn)
        line.turns.clear()
        self._release_upto(line.sent)

    def _apply(self, line: LineEntry, turn: TurnEntry, mark: Mark, at: int) -> None:
        match mark:
            case SpeechStarted(_, audio_start_ms):
                turn.start = None if audio_start_ms is None else line.base + samples_of_ms(audio_start_ms)
                if turn.start is not None and line.moved_out[0] <= turn.start < line.moved_out[1]:
                    line.drop(turn)
            case SpeechStopped(_, audio_end_ms):
                turn.stop_sent, turn.stopped_at = line.sent, at
                stop = None if audio_end_ms is None else line.base + samples_of_ms(audio_end_ms)
                if stop is not None and stop <= line.sent:
                    turn.stop, turn.acked_upto = stop, None
            case TextDone():
                turn.text_done, line.unanswered_turns = True, 0
            case AudioDone():
                turn.audio_done = True
            case ResponseDone(_, ok):
                if not ok and not turn.done and not turn.dropped:
                    self._report_turn_lost(turn)
                turn.done = True
                line.unanswered_turns = 0 if ok else line.unanswered_turns

    def _release_answered(self, line: LineEntry) -> None:
        """Release the longest prefix of turns that is answered."""
        for n in sorted(line.turns):
            turn = line.turns[n]
            if not line.answered(turn):
                break
            if turn.acked_upto is None:
                turn.acked_upto = (
                    self.release
                    if turn.dropped
                    else answered_upto(self.utterances, self._silence, self.release, line, turn)
                )
            # Text and sound may be done before the rest: such an entry is kept for its end. One that nobody waits for
            # is kept too: should the service hang in it, it hears nothing of what is said next.
            if turn.done or (turn.dropped and (line.complete(turn) or n != line.newest)):
                del line.turns[n]
            line.acked_upto = max(line.acked_upto, turn.acked_upto)
            self._release_upto(turn.acked_upto, line)
        # What one line answered may have had to wait for another.
        for other in self.lines.values():
            self._release_upto(other.acked_upto, other)

    def _answered_upto(self, line: LineEntry, turn: TurnEntry) -> int:
        return answered_upto(self.utterances, self._silence, self.release, line, turn)

    def _release_upto(self, index: int, by: LineEntry | None = None) -> None:
        """Release up to ``index``, but not what an open turn, or a line other than ``by``, still has to answer."""
        if index <= self.release:
            return
        for line in self.lines.values():
            for turn in line.open_turns():
                start = turn.start if turn.start is not None else turn.about.start if turn.about else index
                index = min(index, max(start, self.release))
        for utterance in self.utterances:
            if by is not None and by.number not in utterance.sent_on and self._live(utterance):
                index = min(index, max(utterance.start, self.release))
        if index <= self.release:
            return
        self.release = index
        for utterance in self.utterances:
            if utterance.start < index:  # what is left of it is whole
                utterance.head_evicted = utterance.reported = False
        self.utterances = [u for u in self.utterances if u.end > index]

    def _live(self, utterance: Utterance) -> bool:
        return any(number in self.lines for number in utterance.sent_on)

    # What is lost.

    def lost(self, number: int, *, busy: bool = False) -> list[Utterance]:
        """A line ended. The oldest unanswered utterance that it was sent has one attempt more; three are poison.

        ``busy``: the service said that it has too much to do, so that no utterance is to blame.
        What it alone was sent, and a newer line cannot be sent by going back, is removed and returned.
        """
        line = self.lines.pop(number, None)
        if line is None:
            return []
        oldest = next((u for u in self.utterances if self._counts(u)), None)
        if oldest is not None and number in oldest.sent_on and not busy:
            oldest.attempts += 1
            if oldest.attempts >= MOST_ATTEMPTS:
                self._drop(oldest)
        for turn in line.open_turns():
            if turn.about is not None and turn.about.head_evicted:
                self._report_lost(turn.about)
        for utterance in self.utterances:
            if utterance.head_evicted and number in utterance.sent_on and not self._live(utterance):
                self._report_lost(utterance)
        found = (self._orphaned(line, u) for u in list(self.utterances) if number in u.sent_on and self._counts(u))
        return [piece for piece in found if piece is not None]

    def _orphaned(self, line: LineEntry, utterance: Utterance) -> Utterance | None:
        """What of it lies before the first sample of a line that goes on, and was sent to the one that ended alone."""
        start = max(utterance.start, self.release)
        behind = min((other.base for other in self.lines.values() if other.base > start), default=None)
        if behind is None:
            return None
        end = min(utterance.end, line.sent, behind)
        piece = Utterance(start, end, utterance.start_at, utterance.end_at, utterance.attempts, again=True)
        if utterance.end > behind:  # the rest is the newer line's
            utterance.start = behind
            utterance.sent_on.discard(line.number)
        else:
            self.utterances = [u for u in self.utterances if u is not utterance]
        return None if utterance.reported or end - start < samples_of_ms(SHORT_MS) else piece

    def _drop(self, utterance: Utterance) -> None:
        self._report_lost(utterance)
        self.utterances = [u for u in self.utterances if u is not utterance]
        self._release_upto(utterance.end)

    def _report_lost(self, utterance: Utterance) -> None:
        self.reported_lost += not utterance.reported
        utterance.reported = True

    def _report_turn_lost(self, turn: TurnEntry) -> None:
        if turn.about is not None:
            self._report_lost(turn.about)
        else:
            self.reported_lost += 1

    def _report_unanswered(self, turn: TurnEntry) -> None:
        """A turn that opened and got no answer: it counts where speech was heard here too."""
        own = turn.about
        if own is not None and own.end - own.start >= samples_of_ms(SHORT_MS):
            self._report_lost(own)

    # What time brings.

    def advance(self, at: int, end: int, cursor: int) -> None:
        """Apply the rules that wait for time: stale turns, speech without a turn, old silence, the bound on memory."""
        for line in self.lines.values():
            self._report_stale_lost(line, at, STALE_TURN_MS)
            self._give_up_passed_over(line, at)
            self._release_unheard(line, at)
        self._release_silence(end, cursor)
        self._bound(end)

    def _report_stale_lost(self, line: LineEntry, at: int, after_ms: int) -> None:
        """Open turns that the service has passed over: a later one is answered, and nothing came for so long."""
        answered = [n for n, turn in line.turns.items() if line.answered(turn)]
        for turn in line.open_turns():
            if answered and turn.n < max(answered) and at - turn.news_at >= after_ms:
                turn.done = True
                self._report_turn_lost(turn)
        self._release_answered(line)

    def _give_up_passed_over(self, line: LineEntry, at: int) -> None:
        """Open turns that the service heard out and never answered, whatever it says of newer ones."""
        for turn in line.open_turns():
            if line.passed_over(turn, at, UNANSWERED_MS):
                turn.done = True
                line.unanswered_turns += 1
                self._report_unanswered(turn)
        self._release_answered(line)

    def _release_unheard(self, line: LineEntry, at: int) -> None:
        if line.open_turns() or line.finishing:
            return
        for utterance in list(self.utterances):
            if line.number not in utterance.sent_on or utterance.sent_at is None or utterance.end > line.sent:
                return
            long = self._counts(utterance)
            unproved = not line.replied or line.hangs_unwanted()
            if utterance.beyond(self.release) >= samples_of_ms(DEAF_SPEECH_MS) or (long and unproved):
                return  # the line is replaced instead
            if at - utterance.sent_at < (UNHEARD_RELEASED_AFTER_MS if long else SHORT_RELEASED_AFTER_MS):
                return
            self._release_upto(utterance.end)

    def _release_silence(self, end: int, cursor: int) -> None:
        """Silence with nothing unanswered before it: keep the last second, and what a line must yet be sent."""
        opened = [turn for line in self.lines.values() for turn in line.open_turns()]
        if any(turn.start is None and turn.about is None for turn in opened):
            return  # it is about something that only the service heard
        first = self.utterances[0].start if self.utterances else end
        limit = min(first, end) - samples_of_ms(KEPT_SILENCE_MS)
        if self.lines:
            limit = min(limit, cursor)
        self._release_upto(limit)

    def _bound(self, end: int) -> None:
        oldest = end - samples_of_ms(KEPT_MS)
        if oldest <= self.release:
            return
        for utterance in self.utterances:
            if utterance.start >= oldest:
                break
            if not self._counts(utterance):
                continue
            if any(n in self.lines and self.lines[n].sent >= min(oldest, utterance.end) for n in utterance.sent_on):
                utterance.head_evicted = True  # still being answered; lost only if its line dies
            else:
                self._report_lost(utterance)
        self.release = oldest
        self.utterances = [u for u in self.utterances if u.end > oldest]

    # What is owed.

    def _counts(self, utterance: Utterance) -> bool:
        return utterance.beyond(self.release) >= samples_of_ms(SHORT_MS)

    def unanswered_ms(self) -> int:
        """Speech beyond the release point that wants an answer; at least 1 while a turn is open."""
        speech = sum(u.beyond(self.release) for u in self.utterances if self._counts(u))
        return max(ms_of_samples(speech), int(any(line.open_turns() for line in self.lines.values())))

    def deaf_ms(self, at: int) -> int:
        """How long a line has given nothing back that should have; 0 where none should."""
        since = (deaf_since(line, self.utterances, self.release, at) for line in self.lines.values())
        return max((at - each for each in since), default=0)

    # What moves to another direction.

    def open_utterance(self, end: int) -> Utterance | None:
        """The utterance that is still being spoken at index ``end``, if one is."""
        last = self.utterances[-1] if self.utterances else None
        return last if last is not None and end - last.end < self._silence else None

    def give_away(self, utterance: Utterance) -> None:
        """This utterance is answered elsewhere; what the lines here still say to it is dropped."""
        self.utterances = [u for u in self.utterances if u is not utterance]
        for line in self.lines.values():
            if line.number not in utterance.sent_on:
                continue
            line.moved_out = (utterance.start - self._silence, utterance.end)
            for turn in line.turns.values():
                if (
                    turn.about is utterance
                    if turn.start is None
                    else line.moved_out[0] <= turn.start < line.moved_out[1]
                ):
                    line.drop(turn)

    def shifted(self, before: int, after: int) -> None:
        """The cursor jumped over unsent sound: what the line is sent from here on lies that much later."""
        for line in self.lines.values():
            if line.sent == before:
                line.base += after - before
                line.sent = after

    def wiped(self, index: int) -> None:
        """All sound is forgotten, and all that was owed. New sound begins at ``index``, and is no replay."""
        self.utterances.clear()
        self.release = index
        self._high = min(self._high, index)
        for line in self.lines.values():
            line.turns.clear()
            line.replay_until = min(line.replay_until, index)
