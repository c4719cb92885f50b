"""What a checker is told, and how it objects.

Responsible for: the news of a run as methods that do nothing, and passing each on to those who want it.
Must not: check anything.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from appliance.core.model.events import Event, Loss
from appliance.core.model.modes import Valve
from appliance.core.model.state import State
from appliance.core.model.views import View
from appliance.emulator.session.interfaces import Message
from tests.sim.trace import Objection

if TYPE_CHECKING:
    from tests.sim.world import World


class Checker:
    """CueState everything; overrides what it wants to know."""

    def __init__(self, world: "World") -> None:
        self.world = world

    def object(self, sentence: str, since: int | None = None) -> None:
        """This must not be. ``since``: when it began, for the trace."""
        raise Objection(type(self).__name__, sentence, since)

    def stepped(self, old: State, event: Event, new: State) -> None:
        """The event loop took an event."""

    def dialled(self, line: int) -> None:
        """An upgrade request was written to the wire."""

    def sent(self, line: int, raw: bytes) -> None:
        """A line sent a message."""

    def heard(self, line: int, message: Message) -> None:
        """A message of the service came, and is read next."""

    def ended(self, line: int, loss: Loss, status: int, detail: str) -> None:
        """A line's thread ended."""

    def parted(self, line: int, faults: Sequence[str]) -> None:
        """The service's session is over; what it held against its client."""

    def uplink_set(self, line: int, valve: Valve) -> None:
        """The handler was told so."""

    def taken_back(self, line: int, turn: int, latest: set[int]) -> None:
        """A talk key cut a turn's voice off: that was not what the speaker meant, and it need not be said again.

        ``latest``: the utterances that the line's latest turn is about.
        """

    def wiped(self) -> None:
        """The handler was told to forget all sound, and forgets it next; the event loop's state is what ordered it."""

    def moved(self) -> None:
        """The open utterance moves to another direction, whole."""

    def shown(self, view: View) -> None:
        """A new picture."""

    def booted(self) -> None:
        """A process begins with nothing in memory."""

    def crashed(self) -> None:
        """The process is over, whether it ended or died."""

    def exited(self, code: int) -> None:
        """The process ended by itself."""

    def looked(self) -> None:
        """Once in a while."""

    def calmed(self) -> None:
        """The storm is over."""

    def settled(self) -> None:
        """The calm is over: what was wrong must be well by now."""

    def closed(self) -> None:
        """The run is over."""


_NEWS = (
    "stepped", "dialled", "sent", "heard", "ended", "parted", "uplink_set", "taken_back", "wiped", "moved", "shown",
    "booted", "crashed", "exited", "looked", "calmed", "settled", "closed",
)  # fmt: skip


class Watchdog:
    """Passes news on; ``watch.sent(line, raw)`` calls each checker that has a ``sent`` of its own."""

    def __init__(self, checkers: Sequence[Checker]) -> None:
        self._news: dict[str, Callable[..., None]] = {}
        for name in _NEWS:
            wanting = [
                getattr(checker, name)
                for checker in checkers
                if getattr(type(checker), name) is not getattr(Checker, name)
            ]
            self._news[name] = wanting[0] if len(wanting) == 1 else _to_all(tuple(wanting))

    def __getattr__(self, name: str) -> Callable[..., None]:
        news = self.__dict__["_news"][name]
        self.__dict__[name] = news
        found: Callable[..., None] = news
        return found


def _to_all(wanting: tuple[Callable[..., None], ...]) -> Callable[..., None]:
    def tell(*values: Any) -> None:
        for each in wanting:
            each(*values)

    return tell
