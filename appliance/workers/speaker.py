"""The speaker worker: one thread that feeds the loudspeaker, a period at a time.

Responsible for: speech from the jitter buffer or silence in its place, left and right, draining, and trying again when
the device is gone.
Must not: order speech (``jitter.py``) or decide to be silent (the owner turns the valves).
"""

import logging
import threading
from array import array
from collections.abc import Callable

from appliance.core.events import Device, DeviceFailed, DeviceReady, Event, SoundDrained
from appliance.errors import DeviceError
from appliance.ports import LOUDSPEAKER_PERIOD_SAMPLES, Loudspeaker
from appliance.workers.beats import Beats
from appliance.workers.jitter import JitterBuffer, Period

NAME = "speaker"
PERIOD_BYTES = LOUDSPEAKER_PERIOD_SAMPLES * 2
PERIOD_S = 0.02
RETRY_PERIODS = 50  # a second

log = logging.getLogger(__name__)


class SpeakerWorker:
    """Orders from any thread; the device is touched on the worker's thread only."""

    def __init__(
        self,
        make: Callable[[], Loudspeaker],
        jitter: JitterBuffer,
        post: Callable[[Event], None],
        clock: Callable[[], int],
        beats: Beats,
    ) -> None:
        self._beats = beats
        self._make = make
        self._jitter = jitter
        self._post = post
        self._clock = clock
        self._device: Loudspeaker | None = None
        self._draining = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)

    def start(self) -> None:
        """Open the loudspeaker and begin to feed it."""
        self._thread.start()

    def drain(self) -> None:
        """Post ``SoundDrained`` once all speech has been heard."""
        self._draining.set()

    def stop(self, limit_ms: int) -> None:
        """End the thread; a device that hangs is abandoned after ``limit_ms``."""
        self._stopping.set()
        self._thread.join(limit_ms / 1000)

    def abandon(self) -> None:
        """The thread hangs in the device and is given up."""
        self._stopping.set()

    @property
    def underruns(self) -> int:
        """Of the card and of the jitter buffer so far."""
        return self._jitter.underruns + (self._device.underruns if self._device is not None else 0)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                # The same object after a failure: a file loudspeaker would empty its file anew.
                self._beats.beat(NAME)
                device = self._device = self._device or self._make()
                device.open()
                self._feed(device)
                device.close()
                self._beats.rest(NAME)
            except DeviceError as error:
                self._beats.rest(NAME)
                log.warning("%s", error)
                self._post(DeviceFailed(Device.LOUDSPEAKER, str(error.kind), error.detail))
                self._go_on_without()

    def _feed(self, device: Loudspeaker) -> None:
        silence = bytes(PERIOD_BYTES * device.channels)
        device.write(silence)  # open is a promise, sound is the proof
        self._post(DeviceReady(Device.LOUDSPEAKER))
        while not self._stopping.is_set():
            period = self._jitter.take(PERIOD_BYTES, self._clock())
            self._beats.beat(NAME)
            device.write(silence if period is None else laid_out(period, device.channels))
            if self._draining.is_set() and self._jitter.empty:
                device.drain()
                self._tell_drained()

    def _go_on_without(self) -> None:
        """Subtitles only: speech is taken at its own pace, so that turns end and the box works on."""
        for _ in range(RETRY_PERIODS):
            if self._stopping.wait(PERIOD_S):
                return
            self._jitter.take(PERIOD_BYTES, self._clock())
            if self._draining.is_set() and self._jitter.empty:
                self._tell_drained()

    def _tell_drained(self) -> None:
        self._draining.clear()
        self._post(SoundDrained())


def laid_out(period: Period, channels: int) -> bytes:
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
