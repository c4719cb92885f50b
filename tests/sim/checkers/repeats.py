"""An utterance is repeated at most once for each line that was lost since it was said, for each fault, and each time
that it moved to another direction: it moves whole, and its beginning may have been answered in the old one."""

from appliance.core.model.events import Event, Loss, ReplayReported
from appliance.core.model.state import State
from tests.sim.checkers.watcher import Checker


class RepeatsHaveACause(Checker):
    """Counts lines that ended otherwise than in peace."""

    def ended(self, line: int, loss: Loss, status: int, detail: str) -> None:
        """A line's thread ended; a line that finished in peace was hung up by us."""
        self.world.books.losses += loss is not Loss.HUNG_UP

    def stepped(self, old: State, event: Event, new: State) -> None:
        """A line that hears nothing is replaced, though nobody ended it."""
        deaf = isinstance(event, ReplayReported) and event.deaf_ms >= self.world.limits.deaf_ms
        self.world.books.losses += deaf and any(new.line(line.number) is None for line in old.lines)

    def moved(self) -> None:
        """Somebody chose another language within a sentence."""
        self.world.books.moves += 1

    def looked(self) -> None:
        """Against the faults of the whole run, and for each utterance against the lines it may have been sent on."""
        books = self.world.books
        if books.repeats > books.causes:
            self.object(f"{books.repeats} repeats after {books.causes} faults, lost lines and moves")
        for said in books.recent(50):
            allowed = books.causes - said.causes_before
            if said.repeats > max(allowed, 0):
                self.object(f"number {said.number} was repeated {said.repeats} times after {allowed} causes")
