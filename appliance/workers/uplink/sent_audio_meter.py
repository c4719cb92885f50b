"""How much sound was sent, told to the event loop once a second while it grows.

Responsible for: the sum over all directions. Called by the event loop between two turns.
Must not: count what was sent again (the replay buffers know), or know days and caps.
"""

from collections.abc import Callable
from typing import Generic

from appliance.core.model.events import Event, SoundSent
from appliance.workers.uplink.replay_buffer import ReplayBuffers
from appliance.workers.uplink.sample_queue import P

LOOK_EVERY_MS = 1_000


class SentAudioMeter(Generic[P]):
    """Main thread only."""

    def __init__(self, replay_buffers: ReplayBuffers[P], post: Callable[[Event], None]) -> None:
        self._replay_buffers = replay_buffers
        self._post = post
        self._told_ms = 0
        self._looked_at: int | None = None

    def look(self, now: int) -> None:
        """Tell, where there is something to tell."""
        if self._looked_at is not None and now - self._looked_at < LOOK_EVERY_MS:
            return
        self._looked_at = now
        sent_ms = sum(replay_buffer.sent_ms for replay_buffer in self._replay_buffers.all())
        if sent_ms != self._told_ms:
            self._told_ms = sent_ms
            self._post(SoundSent(sent_ms))
