"""No dial follows a fatal refusal until somebody presses a talk key; between other refusals the wait grows."""

from typing import TYPE_CHECKING

from appliance.core.model.events import Event, Key, KeyEdge, LineLost, Loss, TurnAnswered
from appliance.core.model.state import Purpose, State
from tests.sim.checkers.watcher import Checker

if TYPE_CHECKING:
    from tests.sim.world import World

NOTICED_MS = 500  # a dial may be on its way when the event loop hears of the refusal


class NothingFollowsAFatalRefusal(Checker):
    """By what the wire said, not by what the box made of it."""

    def booted(self) -> None:
        """A new process may try."""
        self._refused_at: int | None = None
        self._refused = 0  # the line that was

    def ended(self, line: int, loss: Loss, status: int, detail: str) -> None:
        """Refused for good?"""
        account = "FreeTierOnly" in detail
        if (loss is Loss.HTTP and (status == 401 or account)) or (
            loss is Loss.CLOSED and ("access denied" in detail or "not found" in detail or account)
        ):
            self._refused_at, self._refused = self.world.agenda.now, line

    def stepped(self, old: State, event: Event, new: State) -> None:
        """A person wants it tried again; or the line was not wanted any more, and its news are fenced off."""
        if isinstance(event, KeyEdge) and event.key in (Key.TALK, Key.GUEST):
            self._refused_at = None
        if isinstance(event, LineLost) and event.line == self._refused and old.line(event.line) is None:
            self._refused_at = None

    def dialled(self, line: int) -> None:
        """Not now."""
        if self._refused_at is not None and self.world.agenda.now - self._refused_at > NOTICED_MS:
            self.object(f"line {line} is dialled after a fatal refusal that nobody has seen to")


class TheWaitGrows(Checker):
    """Where the service itself ends lines one after the other; an answered turn ends that."""

    def __init__(self, world: "World") -> None:
        super().__init__(world)
        self.booted()

    def booted(self) -> None:
        """A new process waits anew; its dials are counted on."""
        self._ends = 0
        self._ended_at = 0
        self._begun = 0  # lines below this number were on their way to the service when it ended the last one

    def ended(self, line: int, loss: Loss, status: int, detail: str) -> None:
        """The service's doing?"""
        if loss is Loss.CLOSED and status == 1011:
            self._ends += 1
            self._ended_at, self._begun = self.world.agenda.now, self.world.event_loop.state.next_line

    def stepped(self, old: State, event: Event, new: State) -> None:
        """An answered turn, and nothing is waited for any more."""
        pressed = isinstance(event, KeyEdge) and event.key in (Key.TALK, Key.GUEST)
        if new.refusal is not None or pressed:
            self._ends = 0  # a person need not wait, and begins anew
        if isinstance(event, TurnAnswered) and old.line(event.line) is not None:
            self._ends = 0
            if new.budget.refusals or new.budget.limited:
                self.object("a turn was answered, and the box still waits longer than at first")

    def dialled(self, line: int) -> None:
        """A redial."""
        made = self.world.event_loop.state.line(line)
        if made is None or made.purpose is not Purpose.REDIAL or self._ends < 2 or line < self._begun:
            return
        delays = self.world.limits.redial_delays_ms
        least = delays[min(self._ends, len(delays)) - 1] * 8 // 10
        waited = made.since - self._ended_at
        if 0 <= waited < least:
            self.object(f"line {line} is dialled {waited} ms after the service ended {self._ends} lines in a row")
