"""Every row of the table of moves is taken, over all seeds together."""

from appliance.core.model.events import Event
from appliance.core.model.modes import Mode
from appliance.core.model.state import State
from tests.sim.checkers.watcher import Checker


class MovesAreTaken(Checker):
    """Collects; ``runs.Tally`` adds up. ``invariants.py`` refuses moves that are not in the table."""

    def booted(self) -> None:
        """Nothing is forgotten at a restart."""
        self.taken: set[tuple[Mode, Mode]] = getattr(self, "taken", set())

    def stepped(self, old: State, event: Event, new: State) -> None:
        """A move."""
        if old.mode is not new.mode:
            self.taken.add((old.mode, new.mode))
