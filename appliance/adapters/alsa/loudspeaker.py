"""The loudspeaker on a sound card.

Responsible for: 24 kHz mono or stereo to whatever the jack takes, a buffer of 80 ms, honest counting of underruns, and
silence at once on ``drop``.
Must not: hold speech of its own (``workers/playback/jitter_buffer.py`` does), or try again by itself: the worker
opens anew.
"""

from typing import TYPE_CHECKING

from appliance.adapters.alsa.binding import EPIPE, Library, load
from appliance.adapters.alsa.errors import is_xrun, use_failed
from appliance.adapters.alsa.opening import Stream, Wish, close_quickly, open_stream
from appliance.adapters.alsa.volume import EARS_CEILING_DB, CardVolume
from appliance.adapters.bench.clock import Clock
from appliance.errors import DeviceError, Kind
from appliance.ports import LOUDSPEAKER_PERIOD_SAMPLES, LOUDSPEAKER_RATE_HZ

if TYPE_CHECKING:
    from appliance.adapters.alsa.conversion import FromSpeech

DEVICE = "loudspeaker"
_PERIODS = 4  # of 20 ms
_TRIES = 5
_DRAIN_STEP_MS = 10
_DRAIN_SLACK_MS = 1_000
_RESAMPLER_MS = 10


class AlsaLoudspeaker:
    """A ``Loudspeaker`` that pyalsaaudio plays.

    ``device`` as in the settings: ``card:<name>`` or the name of a stream. A stall of the card makes ``write`` wait,
    and nothing is lost by it. ``volume`` may be used from any thread; it acts with the next ``write``.
    """

    def __init__(
        self,
        device: str,
        clock: Clock,
        channels: int = 1,
        *,
        ceiling_db: int = EARS_CEILING_DB,
        library: Library | None = None,
    ) -> None:
        assert channels in (1, 2)
        self._alsa = load(DEVICE) if library is None else library
        self._wanted = device
        self._clock = clock
        self._channels = channels
        self._stream: Stream | None = None
        self._conversion: FromSpeech | None = None
        self._playing = False  # written to since open, drop or drain
        self._underruns = 0
        self.volume = CardVolume(self._alsa, ceiling_db)

    @property
    def channels(self) -> int:
        """1 or 2."""
        return self._channels

    @property
    def delay_ms(self) -> int:
        """Until the last sample written is heard: the card's buffer and the resampler."""
        if self._stream is None or not self._playing:
            return 0
        held_ms = _RESAMPLER_MS if self._conversion is not None and self._conversion.resamples else 0
        return -(-self._queued() * 1_000 // self._stream.rate_hz) + held_ms

    @property
    def underruns(self) -> int:
        """How often the card said that it ran dry."""
        return self._underruns

    @property
    def rate_hz(self) -> int:
        """The rate that the card really has; 0 while closed."""
        return self._stream.rate_hz if self._stream is not None else 0

    def open(self) -> None:
        """Find the card and open it, with its volume control where it has one."""
        self.close()
        wish = Wish(DEVICE, self._alsa.PCM_PLAYBACK, LOUDSPEAKER_RATE_HZ, self._channels, periods=_PERIODS)
        self._stream = open_stream(self._alsa, self._wanted, wish)
        self.volume.attach(self._stream.card)
        if not self._as_it_is or not self.volume.in_hardware:
            self._convert()  # now: loading NumPy in the middle of speech would let the card run dry

    def write(self, frames: bytes) -> None:
        """Play at most 20 ms; blocks while the buffer is full."""
        assert self._stream is not None, "write before open"
        count, rest = divmod(len(frames), 2 * self._channels)
        assert rest == 0, "half a frame"
        assert count <= LOUDSPEAKER_PERIOD_SAMPLES, "more than 20 ms"
        if count:
            self._put(self._shaped(frames))
            self._playing = True

    def drop(self) -> None:
        """Be silent now."""
        assert self._stream is not None, "drop before open"
        self._playing = False
        if self._conversion is not None:
            self._conversion.clear()
        try:
            self._stream.pcm.drop()
        except self._alsa.ALSAAudioError as error:
            raise use_failed(DEVICE, self._stream.name, error) from error

    def drain(self) -> None:
        """Block until all was heard, at most a second longer than that should take: then the card is STALLED."""
        assert self._stream is not None, "drain before open"
        if not self._playing:
            return
        if self._conversion is not None and self._conversion.resamples:
            self.write(bytes(LOUDSPEAKER_PERIOD_SAMPLES * 2 * self._channels))  # pushes out what is held back
        give_up_ms = self._clock.now_ms() + self.delay_ms + _DRAIN_SLACK_MS
        while hasattr(self._stream.pcm, "avail") and self._queued() > self._stream.rate_hz // 50:
            now_ms = self._clock.now_ms()
            if now_ms >= give_up_ms:
                raise DeviceError(DEVICE, Kind.STALLED, f"{self._stream.name} does not play what it was given")
            self._clock.wait_until(now_ms + _DRAIN_STEP_MS)
        self._playing = False
        try:
            self._stream.pcm.drain()  # the last period, and what a sound server holds; no underrun is seen after it
        except self._alsa.ALSAAudioError as error:
            if not is_xrun(error):
                raise use_failed(DEVICE, self._stream.name, error) from error

    def close(self) -> None:
        """Stop at once."""
        stream, self._stream = self._stream, None
        self._conversion = None
        self._playing = False
        if stream is not None:
            self.volume.detach()
            close_quickly(self._alsa, stream)

    @property
    def _as_it_is(self) -> bool:
        """Whether the card takes what we have."""
        assert self._stream is not None
        shape = (self._stream.rate_hz, self._stream.channels, self._stream.format_name)
        return shape == (LOUDSPEAKER_RATE_HZ, self._channels, "S16_LE")

    def _convert(self) -> "FromSpeech":
        assert self._stream is not None
        if self._conversion is None:
            from appliance.adapters.alsa.conversion import FromSpeech

            stream = self._stream
            self._conversion = FromSpeech(self._channels, stream.rate_hz, stream.channels, stream.format_name)
        return self._conversion

    def _shaped(self, frames: bytes) -> bytes:
        """As the card takes it, and as loud as it may be."""
        gain = self.volume.follow()
        return frames if gain == 1 and self._as_it_is else self._convert().convert(frames, gain)

    def _put(self, raw: bytes) -> None:
        """Write all of it; an underrun is counted and the rest is written again."""
        assert self._stream is not None
        frame_bytes = 0
        tries = 0
        while raw:
            taken = self._write_once(raw, again=tries > 0)
            if taken <= 0:
                tries += 1
                if tries >= _TRIES:
                    raise DeviceError(DEVICE, Kind.BROKEN, f"{self._stream.name} takes no sound")
                continue
            tries = 0
            frame_bytes = frame_bytes or self._frame_bytes()
            raw = raw[taken * frame_bytes :]

    def _write_once(self, raw: bytes, *, again: bool) -> int:
        """Frames taken; 0 after an underrun, which 0.11 returns and 0.10 raises, or hides behind the state.

        After it was raised the state tells it once more, until the stream is written to ``again``.
        """
        assert self._stream is not None
        pcm = self._stream.pcm
        try:
            if not again and not hasattr(pcm, "avail") and pcm.state() == self._alsa.PCM_STATE_XRUN:
                self._underruns += 1
            taken = pcm.write(raw)
        except self._alsa.ALSAAudioError as error:
            if not is_xrun(error):
                raise use_failed(DEVICE, self._stream.name, error) from error
            taken = -EPIPE
        self._underruns += taken < 0
        return max(0, taken)

    def _frame_bytes(self) -> int:
        assert self._stream is not None
        return self._stream.channels * {"S16_LE": 2, "S24_3LE": 3}.get(self._stream.format_name, 4)

    def _queued(self) -> int:
        """Frames in the card's buffer; with 0.10, which cannot tell, a full one while it plays."""
        assert self._stream is not None
        if not self._playing:
            return 0
        if not hasattr(self._stream.pcm, "avail"):
            return self._stream.buffer_frames
        available = self._stream.pcm.avail()
        return 0 if available < 0 else max(0, self._stream.buffer_frames - available)
