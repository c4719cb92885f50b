"""The microphone worker: one thread that makes, opens, reads and closes the capture.

Responsible for: periods into the replay buffer with their voice flags, the level, the closing silence, and trying
again when the device is gone.
Must not: decide when to listen (the event loop orders it), or send anything.
"""

import logging
import threading
from collections.abc import Callable

from appliance.core.model.events import (
    CaptureHealth,
    Device,
    DeviceFailed,
    DeviceReady,
    Event,
    LevelMetered,
    MicrophoneClosed,
    MicrophoneEnded,
    MicrophoneJudged,
    VoiceActivityChanged,
)
from appliance.errors import DeviceError
from appliance.ports import MICROPHONE_PERIOD_SAMPLES, Microphone
from appliance.protocol.pcm import bars
from appliance.workers.host.heartbeats import Heartbeats
from appliance.workers.uplink.capture_health import Hearing
from appliance.workers.uplink.replay_buffer import ReplayBuffers
from appliance.workers.uplink.vad import VoiceDetector

RETRY_S = 1.0
NAME = "microphone"
METER_EVERY = 5  # periods: ten times a second; so often what is owed is looked at too

log = logging.getLogger(__name__)


class MicrophoneWorker:
    """Orders from any thread; the device is touched on the worker's thread only."""

    def __init__(
        self,
        make: Callable[[], Microphone],
        replay_buffers: ReplayBuffers[bytes],
        post: Callable[[Event], None],
        clock: Callable[[], int],
        heartbeats: Heartbeats,
        hearing: Hearing | None = None,
    ) -> None:
        """``hearing``: who counts what comes, where that can be wrong."""
        self._hearing = hearing
        self._health = CaptureHealth.RATE_OK
        self._told_deaf = False  # since it was opened
        self._reopening = False
        self._heartbeats = heartbeats
        self._abandoned = False
        self._make = make
        self._replay_buffers = replay_buffers
        self._post = post
        self._clock = clock
        self._orders = threading.Condition()
        self._wanted = False
        self._closing = False  # an order to close is not answered yet, whatever was ordered since
        self._running = True
        self._device: Microphone | None = None
        self._is_open = False
        self._detector = VoiceDetector()
        self._speaking = False
        self._heard = False  # since the last closing silence
        self._level = 0
        self._last_error = ""
        self._ever_spoken = False
        self._thread = threading.Thread(target=self._run, name="microphone", daemon=True)

    def start(self) -> None:
        """Start the thread; the device stays closed."""
        self._thread.start()

    def open(self) -> None:
        """Listen."""
        self._order(wanted=True)

    def close(self) -> None:
        """Stop listening; answered by ``MicrophoneClosed``."""
        self._order(wanted=False)

    def reopen(self) -> None:
        """Close the card and open it again, by its name."""
        self._reopening = True

    def stop(self, limit_ms: int) -> None:
        """End the thread; a device that hangs is abandoned after ``limit_ms``."""
        with self._orders:
            self._wanted = self._running = False
            self._closing = True
            self._orders.notify()
        self._thread.join(limit_ms / 1000)

    def abandon(self) -> None:
        """The thread hangs in the device and is given up: should it ever wake, it says and does nothing more.

        So the sentence that it heard is closed here; the service would wait for its end.
        """
        self._abandoned = True
        with self._orders:
            self._wanted = self._running = False
            self._closing = True
            self._orders.notify()
        self._settle()

    @property
    def capturing(self) -> bool:
        """Whether the device is open now: the light's truth, not what was ordered."""
        return self._is_open

    @property
    def xruns(self) -> int:
        """Overruns of the capture so far."""
        return self._device.xruns if self._device is not None else 0

    def _order(self, *, wanted: bool) -> None:
        with self._orders:
            self._wanted = wanted
            self._closing = self._closing or not wanted
            self._orders.notify()

    def _run(self) -> None:
        while self._running:
            with self._orders:
                self._orders.wait_for(lambda: self._wanted or self._closing or not self._running)
            if self._running:
                self._listen()

    def _listen(self) -> None:
        """From one order to open until the order to close, through any number of lost devices."""
        while not self._closing:
            try:
                self._heartbeats.beat(NAME)
                if self._device is None:
                    self._device = self._make()
                self._is_open = True
                self._device.open()
                self._begin_to_judge()
                ended = self._read(self._device)
                self._device.close()
                self._is_open = False
            except DeviceError as error:
                self._let_go()
                if self._abandoned:
                    return
                self._heartbeats.rest(NAME)
                if str(error) != self._last_error:  # it is tried every second, and told once
                    self._last_error = str(error)
                    log.warning("%s", error)
                self._post(DeviceFailed(Device.MICROPHONE, str(error.kind), error.detail))
                if self._heard:
                    self._close()  # the service waits for the end of what it was sent
                with self._orders:
                    self._orders.wait_for(lambda: self._closing, RETRY_S)
                continue
            if self._abandoned:
                return
            self._heartbeats.rest(NAME)
            if ended:
                with self._orders:
                    self._wanted = False
                self._close()
                self._post(MicrophoneEnded())
                return
        self._close()
        with self._orders:
            self._closing = False
        self._post(MicrophoneClosed())

    def _read(self, device: Microphone) -> bool:
        """Read until told to stop; True when a recording has ended."""
        count = 0
        while not self._closing and not self._reopening:
            period = device.read()
            self._heartbeats.beat(NAME)
            if self._abandoned or not period:
                if not self._ever_spoken:
                    log.warning("nothing was heard in the recording: no speech from its beginning to its end")
                return True
            if count == 0:  # open is a promise, sound is the proof
                self._last_error = ""
                self._post(DeviceReady(Device.MICROPHONE))
            self._heard = True
            self._judge(period)
            flag = self._detector.hear(period)
            self._replay_buffers.append(period, MICROPHONE_PERIOD_SAMPLES, speech=flag, at=self._clock())
            self._ever_spoken = self._ever_spoken or self._detector.speaking
            if self._detector.speaking is not self._speaking:
                self._speaking = self._detector.speaking
                self._post(VoiceActivityChanged(self._speaking))
            count += 1
            if count % METER_EVERY == 0:
                self._meter(bars(period))
                # Here, not only where a line is: what is said before there is one is owed as well.
                self._replay_buffers.tell(self._post, self._clock())
        return False

    def _begin_to_judge(self) -> None:
        self._reopening = self._told_deaf = False
        if self._hearing is not None:
            self._hearing.opened(self._clock())

    def _judge(self, period: bytes) -> None:
        """Tell the event loop when the card's hearing changed, and that it is deaf each time it was opened for
        nothing."""
        if self._hearing is None:
            return
        now = self._clock()
        self._hearing.heard(period, now)
        verdict = self._hearing.verdict(now)
        if verdict is CaptureHealth.WRONG_RATE:
            if not self._told_deaf:
                self._told_deaf = True
                self._report_health(CaptureHealth.WRONG_RATE)
        elif verdict is CaptureHealth.FLATLINE:
            if self._health is not CaptureHealth.FLATLINE:
                self._report_health(CaptureHealth.FLATLINE)
        elif self._mended(self._hearing, period):
            self._report_health(CaptureHealth.RATE_OK)

    def _mended(self, hearing: Hearing, period: bytes) -> bool:
        if self._health is CaptureHealth.FLATLINE:
            return period != period[:2] * (len(period) // 2)
        return self._health is CaptureHealth.WRONG_RATE and hearing.proved

    def _report_health(self, health: CaptureHealth) -> None:
        assert self._hearing is not None
        self._health = health
        if health is CaptureHealth.WRONG_RATE:
            self._hearing.doubt()
        self._post(MicrophoneJudged(health, round(self._hearing.percent or 0)))

    def _meter(self, level: int) -> None:
        if level != self._level:
            self._level = level
            self._post(LevelMetered(level))

    def _close(self) -> None:
        """All that is due before anyone is told that the capture is closed."""
        if self._hearing is not None:
            self._hearing.closed()
        self._settle()
        self._detector = VoiceDetector()

    def _settle(self) -> None:
        """The closing silence, what is owed now, and nobody speaks any more."""
        if self._heard:
            self._heard = False
            self._replay_buffers.seal(self._clock())
        self._replay_buffers.tell(self._post, self._clock(), last=True)
        if self._speaking:
            self._speaking = False
            self._post(VoiceActivityChanged(False))
        self._meter(0)

    def _let_go(self) -> None:
        if self._device is not None:
            try:
                self._device.close()
            except DeviceError as error:
                log.warning("%s", error)
        self._is_open = False
