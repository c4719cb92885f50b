"""No sound goes to a line that is not configured, and the service finds no fault with how it is spoken to."""

from collections.abc import Sequence

from appliance.emulator.session.interfaces import Message
from tests.sim.checkers.watcher import Checker
from tests.sim.sound import Frame

WORLD_MADE = ("the connection ended", "a gap of", "audio came slower")  # what a storm does, not the box


class OnlyConfiguredLinesAreSpokenTo(Checker):
    """By the wire, not by the state."""

    def booted(self) -> None:
        """Line numbers begin anew."""
        self.configured: set[int] = set()

    def heard(self, line: int, message: Message) -> None:
        """``session.updated`` makes a line fit for sound."""
        if message.get("type") == "session.updated":
            self.configured.add(line)

    def sent(self, line: int, raw: bytes) -> None:
        """Sound."""
        if isinstance(raw, Frame) and line not in self.configured:
            self.object(f"line {line} was sent sound before it was configured")

    def parted(self, line: int, faults: Sequence[str]) -> None:
        """What the service holds against us."""
        ours = [fault for fault in faults if not fault.startswith(WORLD_MADE)]
        if ours:
            self.object(f"on line {line} the service complains: {ours[0]}")
