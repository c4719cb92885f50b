"""What stands in for a device that this box does not have (driver ``none``).

Responsible for: behaving like a device in time, and doing nothing.
Must not: fail, or make anybody believe that something was heard or shown.

A camera of ``none`` has no stand-in: there is no picture to be made up, so the factory answers None.
"""

from collections.abc import Callable

from appliance.adapters.bench.card_time import CardTime
from appliance.adapters.bench.clock import Clock
from appliance.ports import LOUDSPEAKER_PERIOD_SAMPLES, LOUDSPEAKER_RATE_HZ, Frame


class SilentLoudspeaker:
    """A ``Loudspeaker`` that takes as long as a card with 80 ms of buffer and makes no sound."""

    def __init__(self, clock: Clock, channels: int = 1) -> None:
        assert channels in (1, 2)
        self._channels = channels
        self._card = CardTime(clock, LOUDSPEAKER_RATE_HZ)
        self._is_open = False

    @property
    def channels(self) -> int:
        """1 or 2."""
        return self._channels

    @property
    def delay_ms(self) -> int:
        """Until the last sample written would be heard."""
        return self._card.delay_ms if self._is_open else 0

    @property
    def underruns(self) -> int:
        """Writes that came too late (``CardTime``)."""
        return self._card.underruns

    def open(self) -> None:
        """Get ready."""
        self._card.open()
        self._card.cut()
        self._is_open = True

    def write(self, frames: bytes) -> None:
        """Take at most 20 ms and the time that they need."""
        assert self._is_open, "write before open"
        count, rest = divmod(len(frames), 2 * self._channels)
        assert rest == 0, "half a frame"
        assert count <= LOUDSPEAKER_PERIOD_SAMPLES, "more than 20 ms"
        self._card.admit(count)

    def drop(self) -> None:
        """Forget what was not yet heard."""
        assert self._is_open, "drop before open"
        self._card.cut()

    def drain(self) -> None:
        """Wait until all would have been heard."""
        assert self._is_open, "drain before open"
        self._card.drain()

    def close(self) -> None:
        """Stop at once."""
        if self._is_open:
            self._card.cut()
            self._is_open = False


class SilentScreen:
    """A ``Screen`` of 128×64 that nobody sees."""

    width = 128
    height = 64
    depth = 1

    def open(self) -> None:
        """Nothing to initialise."""

    def show(self, frame: Frame) -> None:
        """Checks the frame's size, so that a wrong one is noticed here as on a panel."""
        assert (frame.width, frame.height, frame.depth) == (self.width, self.height, self.depth)

    def dim(self, level: int) -> None:
        """Checks the level."""
        assert 0 <= level <= 255

    def close(self) -> None:
        """Nothing to leave."""


class SilentKeys:
    """``Keys`` that nobody presses; live, for this build has no slide either."""

    def privacy(self) -> bool:
        """Never private: nothing could end it."""
        return False

    def start(self, post: Callable[[str, bool, int], None]) -> None:
        """Nothing to report."""

    def close(self) -> None:
        """Nothing to stop."""
