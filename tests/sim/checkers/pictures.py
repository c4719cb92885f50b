"""A picture goes out behind sound, within the service's walls and the budget, and never in private.

The emulator's own objections (no sound of its buffer before it, too many, too large, no JPEG) end in ``configured.py``,
which takes no complaint of the service; here the wire is read without the emulator.
"""

import base64
import json
from collections import deque
from typing import TYPE_CHECKING

from appliance.core.model.events import Event, Loss
from appliance.core.model.state import State
from appliance.emulator.session.image_rules import jpeg_size
from appliance.emulator.session.interfaces import Message
from appliance.protocol.prices import picture_tokens
from tests.sim.camera import TOKENS_PER_MINUTE, taken_at
from tests.sim.checkers.watcher import Checker
from tests.sim.sound import Frame

if TYPE_CHECKING:
    from tests.sim.world import World

MOST_BYTES = 500_000
LONG_SIDE, SHORT_SIDE = 1_920, 1_080
MINUTE_MS = 60_000
_KIND = b'"input_image_buffer.append"'


class PicturesKeepTheWalls(Checker):
    """Follows every message on its way up."""

    def __init__(self, world: "World") -> None:
        super().__init__(world)
        self._sent: deque[tuple[int, int]] = deque(maxlen=100)  # when, tokens
        self._private_at = -1  # when the box was private last
        self._behind_sound: set[int] = set()

    def booted(self) -> None:
        """Line numbers begin anew, and so does the budget: it is kept in memory."""
        self._behind_sound.clear()
        self._sent.clear()

    def stepped(self, old: State, event: Event, new: State) -> None:
        """The slide."""
        if old.private or new.private:
            self._private_at = self.world.agenda.now

    def ended(self, line: int, loss: Loss, status: int, detail: str) -> None:
        """Its number is not needed any more."""
        self._behind_sound.discard(line)

    def heard(self, line: int, message: Message) -> None:
        """The service objects at once."""
        words = str(message.get("error"))
        if message.get("type") == "error" and "image" in words:
            self.object(f"on line {line} the service says {words}")

    def sent(self, line: int, raw: bytes) -> None:
        """A picture, or what a picture may stand behind."""
        if isinstance(raw, Frame):
            self._behind_sound.add(line)
            return
        if _KIND in raw[:200]:
            self._picture(line, base64.b64decode(json.loads(raw)["image"], validate=True))
        self._behind_sound.discard(line)

    def _picture(self, line: int, picture: bytes) -> None:
        now = self.world.agenda.now
        model = self.world.model
        if line not in self._behind_sound:
            self.object(f"line {line} sent a picture that is not right behind sound")
        size = jpeg_size(picture)
        if size is None or len(picture) > MOST_BYTES or max(size) > LONG_SIDE or min(size) > SHORT_SIDE:
            self.object(f"line {line} sent {len(picture)} bytes as a picture of {size} pixels")
            return
        if self.world.event_loop.state.private:
            self.object(f"line {line} sent a picture in private")
        if taken_at(picture) <= self._private_at:
            self.object(f"line {line} sent a picture that was taken before the box was private", taken_at(picture))
        if len(self._sent) > 1 and now - self._sent[-2][0] < 1_000:
            self.object(f"line {line} sent the third picture in a second")
        self._sent.append((now, picture_tokens(model, *size)))
        spent = sum(tokens for at, tokens in self._sent if now - at < MINUTE_MS)
        if spent > TOKENS_PER_MINUTE:
            self.object(f"pictures of {spent} tokens in a minute")
