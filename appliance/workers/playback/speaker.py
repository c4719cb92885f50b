"""The speaker worker: one thread that feeds the loudspeaker, a period at a time.

Responsible for: speech from the jitter buffer, cues, or silence in their place; left and right; how loud; draining; and
trying again when the device is gone.
Must not: order speech (``jitter_buffer.py``) or decide to be silent (the event loop turns the valves).
"""

import logging
import threading
from array import array
from collections import deque
from collections.abc import Callable

from appliance.core.model.effects import CueName
from appliance.core.model.events import Device, DeviceFailed, DeviceReady, Event, SoundDrained
from appliance.errors import DeviceError
from appliance.ports import LOUDSPEAKER_PERIOD_SAMPLES, Loudspeaker, Volume
from appliance.workers.host.heartbeats import Heartbeats
from appliance.workers.playback.earcons import tone
from appliance.workers.playback.gain import START_PERCENT, below_ceiling_db, factor, louder_db, mixed, scaled
from appliance.workers.playback.jitter_buffer import JitterBuffer, Period

NAME = "speaker"
PERIOD_BYTES = LOUDSPEAKER_PERIOD_SAMPLES * 2
PERIOD_S = 0.02
RETRY_PERIODS = 50  # a second
IDLE_PERIODS = 1_500  # half a minute without a sound: the card is let go
MOST_CUES = 2
CUE_STALE_MS = 500  # later it no longer says what it meant

log = logging.getLogger(__name__)


class SpeakerWorker:
    """Orders from any thread; the device is touched on the worker's thread only."""

    def __init__(
        self,
        make: Callable[[], Loudspeaker],
        jitter: JitterBuffer,
        post: Callable[[Event], None],
        clock: Callable[[], int],
        heartbeats: Heartbeats,
        *,
        closes_idle: bool = False,
    ) -> None:
        """``closes_idle``: let the device go after half a minute of silence."""
        self._heartbeats = heartbeats
        self._make = make
        self._jitter = jitter
        self._post = post
        self._clock = clock
        self._closes_idle = closes_idle
        self._device: Loudspeaker | None = None
        self._draining = threading.Event()
        self._stopping = threading.Event()
        self._dropping = threading.Event()
        self._woken = threading.Event()  # there may be something to play
        self._cues: deque[tuple[CueName, int]] = deque(maxlen=MOST_CUES)
        self._cue = b""  # what is left of the one that sounds
        self._volume: tuple[int, bool] | None = None  # per cent, muted; None: as the device has it
        self._set_volume: tuple[int, bool] | None = None
        self._gain = 1.0
        self._quiet_periods = 0
        self._last_error = ""  # of a device that fails
        self._lent = threading.Event()  # to the self-test
        self._resting = threading.Event()  # the device is closed, and stays so until there is sound
        jitter.wake = self._woken.set
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)

    def start(self) -> None:
        """Open the loudspeaker and begin to feed it."""
        self._thread.start()

    def drain(self) -> None:
        """Post ``SoundDrained`` once all speech has been heard."""
        self._draining.set()
        self._woken.set()

    def drop(self) -> None:
        """Be silent at once, within a period: what the card holds is thrown away too."""
        self._cues.clear()
        self._dropping.set()

    def cue(self, name: CueName) -> None:
        """A tone, where no speech sounds."""
        self._cues.append((name, self._clock()))
        self._woken.set()

    def set_volume(self, percent: int, *, muted: bool) -> None:
        """How loud everything is from the next period on."""
        self._volume = (percent, muted)

    def lend(self, limit_ms: int) -> None:
        """Let the device go to somebody else, and come back when it is closed, or after ``limit_ms``."""
        self._resting.clear()
        self._lent.set()
        self._woken.set()
        self._resting.wait(limit_ms / 1000)

    def take_back(self) -> None:
        """The device is free again; it is opened when there is sound."""
        self._lent.clear()
        self._woken.set()

    def stop(self, limit_ms: int) -> None:
        """End the thread; a device that hangs is abandoned after ``limit_ms``."""
        self.abandon()
        self._thread.join(limit_ms / 1000)

    def abandon(self) -> None:
        """The thread hangs in the device and is given up."""
        self._stopping.set()
        self._woken.set()

    @property
    def underruns(self) -> int:
        """Of the card and of the jitter buffer so far."""
        return self._jitter.underruns + (self._device.underruns if self._device is not None else 0)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                # The same object after a failure: a file loudspeaker would empty its file anew.
                self._await_return()
                self._heartbeats.beat(NAME)
                device = self._device = self._device or self._make()
                device.open()
                self._feed(device)
                device.close()
                if self._stopping.is_set():
                    return
                self._heartbeats.rest(NAME)
                self._await_sound()
            except DeviceError as error:
                if self._stopping.is_set():
                    return  # given up: a fresh worker speaks for the device
                self._heartbeats.rest(NAME)
                if str(error) != self._last_error:  # it is tried every second, and told once
                    self._last_error = str(error)
                    log.warning("%s", error)
                self._post(DeviceFailed(Device.LOUDSPEAKER, str(error.kind), error.detail))
                self._go_on_without()

    def _feed(self, device: Loudspeaker) -> None:
        """Play until told to stop, or until nothing has sounded for so long that the card may go."""
        silence = bytes(PERIOD_BYTES * device.channels)
        device.write(silence)  # open is a promise, sound is the proof
        self._last_error = ""
        self._post(DeviceReady(Device.LOUDSPEAKER))
        self._quiet_periods, self._set_volume = 0, None
        while not self._stopping.is_set():
            if self._dropping.is_set():
                self._dropping.clear()
                self._cue = b""
                device.drop()
            self._woken.clear()
            period = self._with_cue(self._jitter.take(PERIOD_BYTES, self._clock()))
            self._heartbeats.beat(NAME)
            self._turn_knob(device)
            frames = None if period is None else self._frames(period, device.channels)
            device.write(frames or silence)
            self._quiet_periods = 0 if period is not None or not self._jitter.empty else self._quiet_periods + 1
            if self._draining.is_set() and self._jitter.empty:
                device.drain()
                self._tell_drained()
            if self._lent.is_set() or (self._closes_idle and self._quiet_periods >= IDLE_PERIODS):
                return

    def _await_sound(self) -> None:
        """The card is closed: nothing is done, and nothing is expected of this thread."""
        while not self._stopping.is_set() and self._jitter.empty and not self._cues and not self._draining.is_set():
            self._resting.set()
            self._woken.wait()
            self._woken.clear()

    def _await_return(self) -> None:
        """Somebody else has the device."""
        while not self._stopping.is_set() and self._lent.is_set():
            self._resting.set()
            self._woken.wait()
            self._woken.clear()

    def _with_cue(self, period: Period | None) -> Period | None:
        """A cue begins only where no turn sounds; what begins meanwhile is heard with it."""
        if not self._cue and not self._jitter.speaking:
            self._cue = self._next_cue()
        if not self._cue:
            return period
        piece, self._cue = self._cue[:PERIOD_BYTES], self._cue[PERIOD_BYTES:]
        if period is None:
            return Period(piece, "both")
        return Period(mixed(period.pcm, piece), period.output, period.louder)

    def _next_cue(self) -> bytes:
        try:
            name, at = self._cues.popleft()
        except IndexError:  # none, or a drop on another thread was quicker
            return b""
        return tone(name) if self._clock() - at <= CUE_STALE_MS else b""

    def _turn_knob(self, device: Loudspeaker) -> None:
        """Take a new volume over: by the device where it can, else by arithmetic."""
        if self._volume is None or self._volume == self._set_volume:
            return
        self._set_volume = self._volume
        percent, _ = self._volume
        knob: Volume | None = getattr(device, "volume", None)
        if knob is not None:
            knob.set_db(knob.ceiling_db + below_ceiling_db(percent))
        else:
            self._gain = factor(below_ceiling_db(percent) - below_ceiling_db(START_PERCENT))

    def _frames(self, period: Period, channels: int) -> bytes | None:
        """For the device; None where nothing is to be heard."""
        percent, muted = self._volume or (START_PERCENT, False)
        if muted or percent == 0:
            return None
        by = self._gain * (factor(louder_db(percent)) if period.louder else 1)
        return interleave(Period(scaled(period.pcm, by), period.output), channels)

    def _go_on_without(self) -> None:
        """Subtitles only: speech is taken at its own pace, so that turns end and the box works on."""
        self._cue = b""
        for _ in range(RETRY_PERIODS):
            if self._stopping.wait(PERIOD_S):
                return
            self._dropping.clear()
            self._jitter.take(PERIOD_BYTES, self._clock())
            if self._draining.is_set() and self._jitter.empty:
                self._tell_drained()

    def _tell_drained(self) -> None:
        self._draining.clear()
        self._post(SoundDrained())


def interleave(period: Period, channels: int) -> bytes:
    """One whole period for the device: padded with silence, on the ear it is for."""
    mono = period.pcm + bytes(PERIOD_BYTES - len(period.pcm))
    if channels == 1:
        return mono
    frames = array("h", bytes(2 * PERIOD_BYTES))
    if period.output in ("left", "both"):
        frames[0::2] = array("h", mono)
    if period.output in ("right", "both"):
        frames[1::2] = array("h", mono)
    return frames.tobytes()
