"""The network between box and service: how long things take, and what does not come through.

Responsible for: delay, darkness (nothing passes, nothing is lost yet), and why no connection can be made.
Must not: know messages, or decide when anything goes wrong (``storm.py`` does).
"""

from random import Random
from typing import Protocol

from appliance.core.model.events import Loss
from tests.sim.agenda import Action, Agenda

SERVICE_PATH = "/api-ws/v1/realtime?model=qwen3.5-livetranslate-flash-realtime"
RETRY_MS = 400


class NetworkUser(Protocol):
    """A line, as the network and the storm know it."""

    opened_at: int | None
    dead: bool

    def fall_silent(self, *, acknowledged: bool) -> None:
        """From now on nothing comes; ``acknowledged``: TCP still confirms what is sent."""

    def sound_again(self) -> None:
        """Things come again."""

    def end(self, loss: Loss, status: int = 0, detail: str = "") -> None:
        """The connection is gone."""


class Network:
    """One network for all lines of the box."""

    def __init__(self, agenda: Agenda, chance: Random) -> None:
        self.agenda = agenda
        self._chance = chance
        self.latency_ms = chance.choice((5, 20, 60, 150))
        self.slower_ms = 0  # on top, while a fault lasts
        self.send_ms = 0  # how long one frame occupies a thin uplink
        self.trouble: Loss | None = None
        self.dark = False
        self.duplicates = 0  # so many of the service's next messages come twice
        self.snaps_at = ""  # the connection is reset shortly after the next message of this type
        self.garbage = 0  # so many messages of nonsense come next
        self.lines: list[NetworkUser] = []
        self._held: list[Action] = []
        self._waiting: list[Action] = []

    def delay(self) -> int:
        """One way, in ms."""
        most = self.latency_ms + self.slower_ms
        return most // 2 + int(self._chance.random() * (most // 2 + 1))

    def arrive(self, action: Action) -> None:
        """Something has come to the end of the wire."""
        if self.dark:
            self._held.append(action)
        else:
            action()

    def wait(self, action: Action) -> None:
        """Try again when the network may have changed."""
        self._waiting.append(action)

    def break_down(self, trouble: Loss) -> None:
        """No new connection can be made."""
        self.trouble = trouble
        self._changed()

    def darken(self) -> None:
        """Nothing passes."""
        self.dark = True
        for line in tuple(self.lines):
            line.fall_silent(acknowledged=False)
        self._changed()

    def recover(self) -> None:
        """All is well; what was held comes now."""
        self.dark, self.trouble, self.slower_ms, self.send_ms = False, None, 0, 0
        self.duplicates = self.garbage = 0
        self.snaps_at = ""
        held, self._held = self._held, []
        for action in held:
            action()
        for line in tuple(self.lines):
            line.sound_again()
        self._changed()

    def _changed(self) -> None:
        waiting, self._waiting = self._waiting, []
        for action in waiting:
            self.agenda.after(1 + int(self._chance.random() * RETRY_MS), action)
