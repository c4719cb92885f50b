"""At most four dials in any 60 s, over restarts too; redials take tokens."""

from collections import deque
from typing import TYPE_CHECKING

from appliance.core.model.events import Event, LineReached
from appliance.core.model.state import Purpose, State
from tests.sim.checkers.watcher import Checker

if TYPE_CHECKING:
    from tests.sim.world import World

WINDOW_MS = 60_000
DIALS = 4
TOKENS = 2
TOKEN_EVERY_MS = 30_000


class DialsStayInTheBudget(Checker):
    """Counts upgrades as they are written to the wire, whatever the event loop comes to know of them."""

    def __init__(self, world: "World") -> None:
        super().__init__(world)
        self._dials: deque[int] = deque(maxlen=DIALS)
        self._tokens = float(TOKENS)
        self._filled_at = 0

    def dialled(self, line: int) -> None:
        """One more on the wire, by a line that is in the state, or was dropped a moment ago."""
        now = self.world.agenda.now
        if len(self._dials) == DIALS and now - self._dials[0] < WINDOW_MS - 1_000:
            self.object(f"line {line} is the fifth dial within {now - self._dials[0]} ms")
        self._dials.append(now)

    def stepped(self, old: State, event: Event, new: State) -> None:
        """The event loop books a dial; a redial takes a token."""
        if not isinstance(event, LineReached):
            return
        made = old.line(event.line)
        if made is None or made.purpose is not Purpose.REDIAL:
            return
        now = self.world.agenda.now
        self._tokens = min(TOKENS, self._tokens + (now - self._filled_at) / TOKEN_EVERY_MS)
        self._filled_at = now
        self._tokens -= 1
        if self._tokens < -0.1:
            self.object(f"line {event.line} is a redial without a token")
