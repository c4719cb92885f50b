"""Whether a card still hears: frames per second, and samples that never move.

Responsible for: the two figures of the deafness watchdog (appliance/core/README.md#nothing-said-is-lost) and what they
mean.
Must not: read a clock or a device, or decide what is done about it (the core escalates).

Why a count: a USB card can deliver 47 % of its rate, or 44.1 kHz that it calls 16, and report no error at all.
"""

from collections import deque

from appliance.core.model.events import CaptureHealth
from appliance.ports import MICROPHONE_RATE_HZ

SECOND_MS = 1_000
SECONDS = 3
LEAST_PERCENT = 95
MOST_PERCENT = 105
_CLEARLY_LESS_PERCENT = 97
_CLEARLY_MORE_PERCENT = 103
FLAT_MS = 10_000
PROOF_MS = 1_000
_SAMPLE_BYTES = 2


class Hearing:
    """Told of every period; asked as often as one likes, also when nothing comes.

    *Wrong rate*: of three whole seconds in a row, together below 95 or above 105 % of nominal, each one lay on that
    side by more than 3 %. So neither a stall that is caught up nor one gap is a wrong rate: a card that stood still for
    a second and a half and then delivers it all has seconds on both sides. *Flatline*: every sample has been the same
    for 10 s.

    *Proved*: a second of sound within 95 to 105 %, counted from one period to the next, over any number of openings: at
    a desk the card is open for one sentence at a time, and must not be called deaf for ever because each is short.
    """

    def __init__(self, rate_hz: int = MICROPHONE_RATE_HZ) -> None:
        self._rate_hz = rate_hz
        self._second_began: int | None = None
        self._samples = 0  # in the second that runs
        self._percents: deque[float] = deque(maxlen=SECONDS)
        self._still: bytes | None = None  # the sample that has not changed
        self._still_since = 0
        self.proved = False
        self._proof_ms = self._proof_samples = 0
        self._proof_percent: float | None = None
        self._came_at: int | None = None  # the last period, since the card was opened

    def doubt(self) -> None:
        """The card was found deaf: it has to prove itself again."""
        self.proved = False
        self._proof_ms = self._proof_samples = 0

    @property
    def percent(self) -> float | None:
        """Frames of the last whole second, in % of nominal; before there is one, of the last that could be a proof."""
        return self._percents[-1] if self._percents else self._proof_percent

    def opened(self, at: int) -> None:
        """The card was opened (anew): all that was counted before is void."""
        self._second_began = at
        self._samples = 0
        self._percents.clear()
        self._still = self._came_at = None

    def closed(self) -> None:
        """The card was closed on purpose: nothing is expected of it."""
        self._second_began = self._came_at = None
        self._percents.clear()
        self._still = None

    def heard(self, pcm: bytes, at: int) -> None:
        """A period of 16 bit mono came."""
        self._pass(at)
        self._samples += len(pcm) // _SAMPLE_BYTES
        self._prove(len(pcm) // _SAMPLE_BYTES, at)
        first = pcm[:_SAMPLE_BYTES]
        if pcm != first * (len(pcm) // _SAMPLE_BYTES):
            self._still = None
        elif first != self._still:
            self._still = first
            self._still_since = at

    def verdict(self, at: int) -> CaptureHealth:
        """What holds now."""
        self._pass(at)
        if self._off_rate():
            return CaptureHealth.WRONG_RATE
        if self._second_began is not None and self._still is not None and at - self._still_since >= FLAT_MS:
            return CaptureHealth.FLATLINE
        return CaptureHealth.RATE_OK

    def _prove(self, samples: int, at: int) -> None:
        if self._came_at is not None:
            self._proof_ms += at - self._came_at
            self._proof_samples += samples
        self._came_at = at
        if self._proof_ms >= PROOF_MS:
            self._proof_percent = 100 * SECOND_MS * self._proof_samples / (self._proof_ms * self._rate_hz)
            self._proof_ms = self._proof_samples = 0
            self.proved = LEAST_PERCENT <= self._proof_percent <= MOST_PERCENT

    def _off_rate(self) -> bool:
        if len(self._percents) < SECONDS:
            return False
        mean = sum(self._percents) / SECONDS
        too_few = mean < LEAST_PERCENT and max(self._percents) < _CLEARLY_LESS_PERCENT
        too_many = mean > MOST_PERCENT and min(self._percents) > _CLEARLY_MORE_PERCENT
        return too_few or too_many

    def _pass(self, at: int) -> None:
        """Close every second that has ended, at most as many as are kept: what lies further back no longer counts."""
        if self._second_began is None:
            return
        ended = (at - self._second_began) // SECOND_MS
        for _ in range(min(ended, SECONDS + 1)):
            self._percents.append(100 * self._samples / self._rate_hz)
            self._samples = 0
        self._second_began += max(0, ended) * SECOND_MS
