"""At most four dials in any 60 s, over restarts too; redials take tokens."""

from collections import deque
from typing import TYPE_CHECKING

from appliance.core.events import Event, LineDialled
from appliance.core.state import Purpose, State
from tests.sim.checkers.watcher import Checker

if TYPE_CHECKING:
    from tests.sim.world import World

WINDOW_MS = 60_000
DIALS = 4
TOKENS = 2
TOKEN_EVERY_MS = 30_000


class DialsStayInTheBudget(Checker):
    """Counts upgrades as they are told to the owner."""

    def __init__(self, world: "World") -> None:
        super().__init__(world)
        self._dials: deque[int] = deque(maxlen=DIALS)
        self._tokens = float(TOKENS)
        self._filled_at = 0

    def stepped(self, old: State, event: Event, new: State) -> None:
        """One more, if the owner still knows the line: news of a line that it dropped meanwhile is fenced off."""
        if isinstance(event, LineDialled) and old.line(event.line) is not None:
            self._count(event.line, old)

    def _count(self, line: int, state: State) -> None:
        now = self.world.agenda.now
        if len(self._dials) == DIALS and now - self._dials[0] < WINDOW_MS - 1_000:
            self.object(f"line {line} is the fifth dial within {now - self._dials[0]} ms")
        self._dials.append(now)
        made = state.line(line)
        if made is None or made.purpose is not Purpose.REDIAL:
            return
        self._tokens = min(TOKENS, self._tokens + (now - self._filled_at) / TOKEN_EVERY_MS)
        self._filled_at = now
        self._tokens -= 1
        if self._tokens < -0.1:
            self.object(f"line {line} is a redial without a token")
