"""After a storm the box is on air again when a person wants it, and says so."""

from appliance.core.model.events import Event
from appliance.core.model.modes import Mode
from appliance.core.model.state import State
from tests.sim.checkers.watcher import Checker


class TheBoxRecovers(Checker):
    """In each calm somebody speaks; then a line is on air, no fault stands and nothing is owed."""

    def booted(self) -> None:
        """Not yet."""
        self._on_air = False

    def calmed(self) -> None:
        """From here on it counts."""
        self._on_air = False

    def stepped(self, old: State, event: Event, new: State) -> None:
        """On air."""
        # A rest that was said while nothing was there is sent and the line finished at once.
        self._on_air = self._on_air or new.mode in (Mode.ON_AIR, Mode.FINISHING)

    def settled(self) -> None:
        """The calm has lasted long enough for everything."""
        state = self.world.event_loop.state
        if not self._on_air:
            self.object(f"never on air in the calm, but {state.mode}")
        if state.faults:
            self.object(f"fault {state.faults[0].code} stands at the end of the calm")
        if state.owed:
            self.object(f"{state.owed[0][1]} ms are owed at the end of the calm")
