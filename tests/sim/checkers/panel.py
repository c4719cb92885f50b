"""The panel never says on air when no line in the state is configured and alive."""

from appliance.core.model.events import Event
from appliance.core.model.state import State
from appliance.core.model.views import Link, Status, View
from tests.sim.checkers.configured import OnlyConfiguredLinesAreSpokenTo
from tests.sim.checkers.watcher import Checker


class ThePanelTellsTheTruth(Checker):
    """A picture against the wire."""

    def booted(self) -> None:
        """Nothing is shown yet."""
        self._on_air = False

    def shown(self, picture: View) -> None:
        """What a person reads."""
        status = getattr(picture, "status", None)
        self._on_air = isinstance(status, Status) and status.link is Link.ON_AIR

    def stepped(self, old: State, event: Event, new: State) -> None:
        """On air needs a line that the service has configured."""
        if not self._on_air:
            return
        wire = next(c for c in self.world.checkers if isinstance(c, OnlyConfiguredLinesAreSpokenTo))
        if not any(line.number in wire.configured for line in new.lines):
            self.object(f"the panel says on air, and none of {[line.number for line in new.lines]} is configured")
