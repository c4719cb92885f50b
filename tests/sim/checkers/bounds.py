"""Every queue and buffer keeps its bound."""

from appliance.workers.playback.jitter_buffer import MOST_QUEUED_MS
from appliance.workers.uplink.ack_tracker import KEPT_MS, MOST_TURNS
from tests.sim.checkers.watcher import Checker

EVENTS = 400  # a thousand times fewer than the queue holds; the event loop looks every few milliseconds
ONE_PIECE_MS = 4_100
SEAL_MS = 1_100
UTTERANCES = 64
LINES_AT_ONCE = 8


class EverythingIsBounded(Checker):
    """Looks now and then, and at every restart."""

    def looked(self) -> None:
        """Measure."""
        world = self.world
        self._within("events of the event loop", len(world.queue), EVENTS)
        self._within("speech in the jitter buffer (ms)", world.jitter.queued_ms, MOST_QUEUED_MS + 1_000)
        self._within("lines of the handler", len(world.handler.lines), LINES_AT_ONCE)
        for replay_buffer in world.replay_buffers.all():
            # What is said while nothing is dialled is bounded at the next piece of sound.
            self._within(
                f"sound of {replay_buffer.direction} (ms)", replay_buffer.kept_ms(), KEPT_MS + ONE_PIECE_MS + SEAL_MS
            )
            ack_tracker = replay_buffer._ack_tracker
            self._within("utterances on the books", len(ack_tracker.utterances), UTTERANCES)
            self._within("lines on the books", len(ack_tracker.lines), world.limits.lines_at_most)
            for line in ack_tracker.lines.values():
                self._within("turns on the books", len(line.turns), MOST_TURNS)

    def settled(self) -> None:
        """After a calm nothing is left lying about."""
        self.looked()
        self._within("speech in the jitter buffer after a calm (ms)", self.world.jitter.queued_ms, 0)

    def _within(self, what: str, found: int, most: int) -> None:
        if found > most:
            self.object(f"{what}: {found}, at most {most}")
