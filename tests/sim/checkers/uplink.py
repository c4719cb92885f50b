"""At most one line receives live sound; what a line is sent of an utterance comes in order and without holes."""

from typing import TYPE_CHECKING

from appliance.core.model.events import Loss
from appliance.core.model.modes import Phase, Valve
from tests.sim.checkers.watcher import Checker
from tests.sim.sound import SILENCE, Frame

if TYPE_CHECKING:
    from tests.sim.world import World


class OneLineReceives(Checker):
    """Follows every span on its way up."""

    def __init__(self, world: "World") -> None:
        super().__init__(world)
        self._next: dict[tuple[int, int], int] = {}  # line and utterance → the frame that must come next
        self._carrier: dict[int, int] = {}  # utterance → the line that was sent it last
        self._again: set[int] = set()  # utterances of which a line that died was sent a part: it may be sent again
        self._open: set[int] = set()

    def booted(self) -> None:
        """Line numbers begin anew."""
        self._next.clear()
        self._carrier.clear()
        self._again.clear()
        self._open.clear()

    def uplink_set(self, line: int, valve: Valve) -> None:
        """An order: in each direction one line may take sound; one that finishes still sends its rest."""
        if valve is not Valve.OPEN:
            self._open.discard(line)
            return
        self._open.add(line)
        state = self.world.event_loop.state
        ready = [each for each in state.lines if each.number in self._open and each.phase is Phase.READY]
        if len({each.direction for each in ready}) < len(ready):
            self.object(f"lines {[each.number for each in ready]} of one direction take sound at once")

    def moved(self) -> None:
        """It may move there and back, and is then sent to the same line again."""
        self._next.clear()

    def ended(self, line: int, loss: Loss, status: int, detail: str) -> None:
        """Its numbers are not needed any more; what it was sent may go out again where the rest of it went."""
        self._open.discard(line)
        carried = {number for each, number in self._next if each == line}
        for key in [key for key in self._next if key[0] == line or key[1] in carried]:
            del self._next[key]
        self._again |= carried

    def sent(self, line: int, raw: bytes) -> None:
        """Sound in order; a sample is on its way on one living line at a time."""
        if not isinstance(raw, Frame):
            return
        for span in raw.audio.spans:
            if span.utterance <= SILENCE:
                continue
            key = (line, span.utterance)
            due = self._next.get(key)
            if due is not None and span.first < due and span.utterance in self._again:
                self._again.discard(span.utterance)  # once, in the first pause behind it
                due = None
            if due is not None and span.first != due and self._hole(span.utterance, due, span.first):
                self.object(
                    f"line {line} was sent number {span.utterance} from frame {span.first} on, not from {due} on"
                )
            self._next[key] = span.first + span.samples // 320
            before = self._carrier.get(span.utterance, line)
            other = self.world.handler.lines.get(before)
            upto = self._next.get((before, span.utterance), 0)  # a newer line may go on where an older one ends
            broken = upto not in (0, span.first) and self._hole(span.utterance, upto, span.first)
            if broken and before != line and other is not None and not other.over:
                here = self.world.handler.lines.get(line)
                if here is not None and here.direction == other.direction:
                    self.object(f"number {span.utterance} goes to line {line} and to line {before}")
            self._carrier[span.utterance] = line

    def _hole(self, number: int, due: int, first: int) -> bool:
        """Whether what lies between was captured: a lost microphone leaves a hole that is no fault of the uplink."""
        said = self.world.books.said.get(number)
        if said is None or first < due:
            return said is not None
        between = ((1 << first) - 1) & ~((1 << due) - 1)
        return bool(said.captured & between)
