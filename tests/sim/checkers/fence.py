"""News of a line that is no longer in the state changes nothing."""

from appliance.core.model.events import Event, PlaybackEnded, PlaybackStarted
from appliance.core.model.state import State
from tests.sim.checkers.watcher import Checker


class StaleNewsChangesNothing(Checker):
    """Compares the states on both sides. The loudspeaker's news outlive a line: they only complete figures."""

    def stepped(self, old: State, event: Event, new: State) -> None:
        """``new`` is ``old`` where the line is gone."""
        line = getattr(event, "line", None)
        if line is None or isinstance(event, PlaybackStarted | PlaybackEnded):
            return
        if all(each.number != line for each in old.lines) and new != old:
            self.object(f"{type(event).__name__} of line {line}, which is gone, changed the state")
