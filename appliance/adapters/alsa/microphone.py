"""The microphone on a sound card.

Responsible for: 16 kHz mono periods of 20 ms from whatever the card delivers, and honest counting of overruns.
Must not: judge the sound or its pace (``workers/uplink/capture_health.py``), or try again by itself: the worker opens
anew.
"""

from typing import TYPE_CHECKING

from appliance.adapters.alsa.binding import Library, load
from appliance.adapters.alsa.errors import is_xrun, use_failed
from appliance.adapters.alsa.opening import Stream, Wish, close_quickly, open_stream
from appliance.adapters.bench.clock import Clock
from appliance.errors import DeviceError, Kind
from appliance.ports import MICROPHONE_PERIOD_BYTES, MICROPHONE_RATE_HZ

if TYPE_CHECKING:
    from appliance.adapters.alsa.conversion import ToSpeech

DEVICE = "microphone"
_PERIODS = 16  # 320 ms: the buffer is no delay for capture, only patience
_STALE_MS = 40
_FRUITLESS = 50  # reads in a row


class AlsaMicrophone:
    """A ``Microphone`` that pyalsaaudio reads.

    ``device`` as in the settings: ``card:<name>`` or the name of a stream. ``channel`` "left" or "right" asks the card
    for two. The card is looked up anew at every ``open``, so it may come back under another index.
    """

    def __init__(
        self, device: str, clock: Clock, *, channel: str = "mix", gain_db: float = 0, library: Library | None = None
    ) -> None:
        self._alsa = load(DEVICE) if library is None else library
        self._wanted = device
        self._clock = clock
        self._channel = channel
        self._gain_db = gain_db
        self._stream: Stream | None = None
        self._conversion: ToSpeech | None = None
        self._pending = bytearray()
        self._opened_ms: int | None = None  # until the first read
        self.xruns = 0

    @property
    def rate_hz(self) -> int:
        """The rate that the card really has; 0 while closed."""
        return self._stream.rate_hz if self._stream is not None else 0

    def open(self) -> None:
        """Find the card and open it."""
        self.close()
        wish = Wish(
            DEVICE, self._alsa.PCM_CAPTURE, MICROPHONE_RATE_HZ, 1 if self._channel == "mix" else 2, periods=_PERIODS
        )
        stream = self._stream = open_stream(self._alsa, self._wanted, wish)
        as_it_is = (stream.rate_hz, stream.channels, stream.format_name) == (MICROPHONE_RATE_HZ, 1, "S16_LE")
        if not as_it_is or self._gain_db:
            from appliance.adapters.alsa.conversion import ToSpeech

            self._conversion = ToSpeech(
                stream.rate_hz, stream.channels, stream.format_name, self._channel, self._gain_db
            )
        self._opened_ms = self._clock.now_ms()

    def read(self) -> bytes:
        """The next 640 bytes. Overruns are counted and read past."""
        assert self._stream is not None, "read before open"
        self._freshen()
        fruitless = 0
        while len(self._pending) < MICROPHONE_PERIOD_BYTES:
            raw = self._take()
            fruitless = 0 if raw else fruitless + 1
            if fruitless >= _FRUITLESS:
                raise DeviceError(DEVICE, Kind.BROKEN, f"{self._stream.name} delivers nothing but overruns")
            self._pending += raw if self._conversion is None else self._conversion.convert(raw)
        period = bytes(self._pending[:MICROPHONE_PERIOD_BYTES])
        del self._pending[:MICROPHONE_PERIOD_BYTES]
        return period

    def close(self) -> None:
        """Stop at once."""
        stream, self._stream = self._stream, None
        self._conversion = None
        self._opened_ms = None
        self._pending.clear()
        if stream is not None:
            close_quickly(self._alsa, stream)

    def _freshen(self) -> None:
        """A first read that comes late would begin with what a sound server kept meanwhile: open anew instead.

        ``avail()`` does not tell (a server's backlog is not in it), and ``drop()`` is not in every version.
        """
        opened_ms, self._opened_ms = self._opened_ms, None
        if opened_ms is not None and self._clock.now_ms() - opened_ms > _STALE_MS:
            self.open()
            self._opened_ms = None

    def _take(self) -> bytes:
        assert self._stream is not None
        try:
            frames, raw = self._stream.pcm.read()
        except self._alsa.ALSAAudioError as error:
            if not is_xrun(error):
                raise use_failed(DEVICE, self._stream.name, error) from error
            frames, raw = -1, b""
        if frames < 0:
            self.xruns += 1
            return b""
        return raw
