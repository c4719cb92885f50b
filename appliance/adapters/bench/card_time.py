"""How a sound card with a small buffer passes the time.

Responsible for: where on the time axis each frame sounds, how long a write blocks, what an underrun is.
Must not: hold sound or know files.
"""

from appliance.adapters.bench.clock import Clock

BUFFER_MS = 80


class CardTime:
    """The play cursor of a card that is paced by a clock. Positions are frames since the first ``open``.

    An *underrun* is a write that finds the buffer dry although the card was running: a write came before it since the
    last ``open``, ``cut`` or ``drain``, and all of it had sounded before this one came. To write in the very
    millisecond in which the last frame ends is no underrun. The silence between ``drain`` (or ``cut``) and the next
    write is none either.
    """

    def __init__(self, clock: Clock, rate_hz: int, buffer_ms: int = BUFFER_MS) -> None:
        self._clock = clock
        self._rate_hz = rate_hz
        self._buffer_frames = buffer_ms * rate_hz // 1000
        self._base_ms: int | None = None
        self._end = 0  # where the last frame written ends
        self._running = False
        self.underruns = 0

    @property
    def position(self) -> int:
        """The frame that sounds now; 0 before the first ``open``."""
        return 0 if self._base_ms is None else (self._clock.now_ms() - self._base_ms) * self._rate_hz // 1000

    @property
    def delay_ms(self) -> int:
        """Until the last frame written has sounded, rounded up."""
        return -(-max(0, self._end - self.position) * 1000 // self._rate_hz)

    def open(self) -> None:
        """Begin, or go on: the axis keeps its zero at the first ``open``."""
        if self._base_ms is None:
            self._base_ms = self._clock.now_ms()
        self._running = False

    def admit(self, frames: int) -> int:
        """Block until ``frames`` fit into the buffer; the position at which the first of them sounds."""
        here = self.position
        if self._end < here:
            self.underruns += self._running
            self._end = here
        start = self._end
        self._wait_for(start + frames - self._buffer_frames)
        self._end = start + frames
        self._running = True
        return start

    def cut(self) -> int:
        """Forget what has not sounded yet; the position at which silence begins."""
        self._end = min(self._end, self.position)
        self._running = False
        return self._end

    def drain(self) -> None:
        """Block until all has sounded."""
        self._wait_for(self._end)
        self._running = False

    def _wait_for(self, position: int) -> None:
        assert self._base_ms is not None, "used before open"
        self._clock.wait_until(self._base_ms + -(-position * 1000 // self._rate_hz))
