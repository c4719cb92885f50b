"""Every utterance is answered at least once, or reported lost.

An answer counts when its final text reached the event loop on a line in the state, and the wire had said all of it:
sound too, where sound was asked for.
"""

from typing import TYPE_CHECKING

from appliance.core.model.events import Event, TextArrived
from appliance.core.model.state import State
from appliance.emulator.session.interfaces import Message
from tests.sim.books import FRAME_MS, SHORT_MS, Said
from tests.sim.checkers.watcher import Checker
from tests.sim.sound import named, read

if TYPE_CHECKING:
    from tests.sim.world import World

ANSWERED_WITHIN_MS = 20_000  # of its end, where nothing is wrong
WELL_AFTER_MS = 60_000  # of the last time at which the service choked
FORGOTTEN_MS = 300_000
ENDS_WITHIN_MS = 1_000  # of the last word: a tap by then ends what was said
HEARD_WHOLE_MS = 400  # a piece of the microphone's at most
ACTED_WITHIN_MS = 200  # on a tap, by an event loop who is slow
TEXT_DONE = ("response.text.done", "response.audio_transcript.done")


class EveryUtteranceIsAnswered(Checker):
    """Joins what the wire said with what the event loop took."""

    def __init__(self, world: "World") -> None:
        super().__init__(world)
        self._texts: dict[tuple[int, str], str] = {}  # line and response → final text
        self._whole: set[tuple[int, str]] = set()  # line and final text, sound included
        self._taken: set[tuple[int, str]] = set()  # the same, as the event loop took it
        self._credited: set[tuple[int, str]] = set()
        self._about: dict[tuple[int, int], set[int]] = {}  # line and turn → utterances
        self._blocked_at = 0  # when the box last could not answer for a good reason
        self._reported_lost = 0
        self._refused = False

    def booted(self) -> None:
        """Line numbers begin anew."""
        self._refused = False
        self._texts.clear()
        self._whole.clear()
        self._taken.clear()
        self._credited.clear()
        self._about.clear()
        self._reported_lost = 0

    def heard(self, line: int, message: Message) -> None:
        """Which response is whole."""
        kind = message.get("type")
        if kind in TEXT_DONE:
            key = (line, message["response_id"])
            self._texts[key] = message["text" if kind == TEXT_DONE[0] else "transcript"].strip()
            if kind == TEXT_DONE[0]:  # a session without sound
                self._complete(*key)
        elif kind == "response.audio.done":
            self._complete(line, message["response_id"])
        elif kind == "response.done":
            self._complete(line, message["response"]["id"])

    def _complete(self, line: int, response: str) -> None:
        text = self._texts.get((line, response))
        if text:
            self._whole.add((line, text))
            self._credit(line, text)

    def stepped(self, old: State, event: Event, new: State) -> None:
        """A final text in the state counts; so does every new apology."""
        self._refused = new.refusal is not None
        if isinstance(event, TextArrived):
            self._about.setdefault((event.line, event.turn), set()).update(named(event.text + event.stash))
        if isinstance(event, TextArrived) and event.final and old.line(event.line) is not None:
            text = event.text.strip()
            self._taken.add((event.line, text))
            self._count_repeats(event.line, text)
            self._credit(event.line, text)
        reported_lost = sum(count for _, count in new.reported_lost)
        books = self.world.books
        for _ in range(reported_lost - self._reported_lost):
            books.apologies.append(self.world.agenda.now)
        self._reported_lost = reported_lost

    def taken_back(self, line: int, turn: int, latest: set[int]) -> None:
        """What a turn was about that a talk key cut off needs no answer, nor what the box takes for one with it.

        Before any text it is the latest turn.
        """
        books, now, ended_at = self.world.books, self.world.agenda.now, self.world.person.ended_at
        for said in books.recent(1):
            # Whole, or somebody else had ended the talk before: then this tap begins one, and cuts in.
            heard = said.last_at > said.ends_at - HEARD_WHOLE_MS and ended_at - said.last_at < ENDS_WITHIN_MS
            if heard and now - ended_at < ACTED_WITHIN_MS and not self._refused:
                self.object(f"the tap that ended number {said.number} took back what the box was saying", said.began_at)
        about = self._about.get((line, turn), set()) | latest
        chains = {books.said[number].chain for number in about if number in books.said}
        for said in books.open.values():
            if said.chain in chains and not said.excused:
                said.excused, said.excused_at = "taken back with a talk key", self.world.agenda.now

    def _count_repeats(self, line: int, text: str) -> None:
        """What a person reads twice, whether or not its sound came, and not because two turns of one line overlap."""
        books = self.world.books
        for number, frames in read(text).items():
            said = books.said.get(number)
            if said is None:
                continue
            before = said.read & ~said.read_on.get(line, 0)
            if (before & frames).bit_count() * 2 > said.captured.bit_count():
                said.repeats += 1
                books.repeats += 1
            said.read |= frames
            said.read_on[line] = said.read_on.get(line, 0) | frames

    def _credit(self, line: int, text: str) -> None:
        """An answer that came whole and was taken counts, once."""
        key = (line, text)
        if key in self._credited or key not in self._whole or key not in self._taken:
            return
        self._credited.add(key)
        books, now = self.world.books, self.world.agenda.now
        for number, frames in read(text).items():
            said = books.said.get(number)
            if said is None:
                continue
            said.answered |= frames
            if said.missing * FRAME_MS < SHORT_MS and said.answered_at is None:
                said.answered_at = now
            self.world.trace.say(
                now, "line %d answered number %d; %d ms of it are missing", line, number, said.missing * FRAME_MS
            )
        self._settle()

    def _settle(self) -> None:
        """Close what is done with."""
        books, now = self.world.books, self.world.agenda.now
        for said in list(books.open.values()):
            over = now >= said.ends_at + 1_000
            forgiven = said.forgivable and now >= said.ends_at + ANSWERED_WITHIN_MS
            if over and (said.excused or said.missing * FRAME_MS < SHORT_MS or forgiven):
                del books.open[said.number]

    def _may_wait_ms(self, said: Said) -> int:
        """Who changes the language again and again uses up the dials of a minute; the next waits for its own."""
        limits, dials = self.world.limits, self.world.event_loop.state.budget.dials
        since = said.began_at - limits.dial_window_ms
        used_up = len([at for at in dials if at > since]) >= limits.dials_in_window
        return limits.dial_window_ms if used_up else 0

    def _calm(self, said: Said) -> bool:
        """Whether nothing was wrong, nor the service choked at an earlier sentence, which may take this one along."""
        return said.calm and self.world.calm and self.world.books.choked_at < said.began_at - WELL_AFTER_MS

    def looked(self) -> None:
        """In a calm, answers come in time; and after a fault, some time."""
        self._settle()
        now = self.world.agenda.now
        self._find_forgotten(now)
        for said in self.world.books.open.values():
            waited = now - said.ends_at
            if self._calm(said) and waited > ANSWERED_WITHIN_MS + self._may_wait_ms(said):
                self.object(
                    f"number {said.number} was said in a calm and not answered within {waited} ms", said.began_at
                )

    def _find_forgotten(self, now: int) -> None:
        """Nobody has to come and press a key before the box answers what it owes."""
        state = self.world.event_loop.state
        free = state.refusal is None and (state.retry_at is None or state.retry_at < now - FORGOTTEN_MS)
        if not free or not self.world.alive:
            self._blocked_at = now
        if now - max(self.world.books.fault_at, self._blocked_at) < FORGOTTEN_MS:
            return
        for said in self.world.books.open.values():
            sorry = any(at >= said.began_at for at in self.world.books.apologies)
            if now - said.ends_at > FORGOTTEN_MS and not sorry:
                self.object(f"number {said.number} is not answered, and nothing has gone wrong for long", said.began_at)

    def settled(self) -> None:
        """After a calm nothing is open but what the box reported lost: one apology for each chain."""
        self._settle()
        books = self.world.books
        chains: dict[int, list[Said]] = {}
        for said in books.open.values():
            chains.setdefault(said.chain, []).append(said)
        for chain in chains.values():
            sorry = next((at for at in books.apologies if at >= chain[0].began_at), None)
            if sorry is None:
                numbers = ", ".join(str(said.number) for said in chain)
                self.object(f"number {numbers} was neither answered nor reported lost", chain[0].began_at)
                continue
            books.apologies.remove(sorry)
            books.apologised += len(chain)
            for said in chain:
                del books.open[said.number]
        books.apologies.clear()
