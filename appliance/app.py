"""The box as one process: settings become a handler of effects, the handler gets an event loop.

Responsible for: wiring, the order of start and stop, signals, and crashing on a bug of a worker.
Must not: decide anything that the core decides, or know a device.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from appliance import crash
from appliance.adapters import captures, factory
from appliance.adapters.on_air import OnAir, light_state
from appliance.adapters.systemd import Notifier
from appliance.clock import RealClock
from appliance.config.folders import state_folder
from appliance.config.here import HereOptions
from appliance.config.secret import SecretKey
from appliance.config.settings import Settings
from appliance.core.model.direction import Direction
from appliance.core.model.effects import Field
from appliance.core.model.events import (
    Booted,
    Device,
    DeviceFailed,
    Event,
    Key,
    KeyEdge,
    StopRequested,
    VoiceActivityChanged,
)
from appliance.core.model.limits import Limits
from appliance.core.model.state import Fault, MicrophoneHealth, State
from appliance.core.session.cues import winks
from appliance.errors import DeviceError, FaultCode, Problem, SettingsError
from appliance.event_loop import EventLoop
from appliance.first_state import remembered, setup
from appliance.handler import AppHandler, Makers
from appliance.ports import Camera, Frame, Keys, Screen
from appliance.protocol.settings import SessionSettings, hot_words, plan
from appliance.protocol.voices import known_model
from appliance.recorder import Recorder
from appliance.watchdog import Watchdog
from appliance.workers.camera.codes import CodeReader
from appliance.workers.camera.feed import CameraFeed
from appliance.workers.camera.policy import Picture
from appliance.workers.camera.worker import CameraWorker
from appliance.workers.connection.worker import access_of
from appliance.workers.host.event_queue import EventQueue
from appliance.workers.host.heartbeats import Heartbeats
from appliance.workers.host.power import Power
from appliance.workers.host.reboot import Rebooter
from appliance.workers.host.screen import Painter, ScreenWorker
from appliance.workers.host.selftest_process import SelftestWorker
from appliance.workers.playback.jitter_buffer import JitterBuffer
from appliance.workers.playback.speaker import SpeakerWorker
from appliance.workers.playback.time_stretch import Stretch
from appliance.workers.playback.tts import TtsWorker
from appliance.workers.storage.journal import Journal
from appliance.workers.storage.latency_stats import LatencyStats
from appliance.workers.storage.runtime_store import RuntimeStore, boot_id
from appliance.workers.storage.usage_store import UsageStore
from appliance.workers.uplink.capture_health import Hearing
from appliance.workers.uplink.microphone import MicrophoneWorker
from appliance.workers.uplink.replay_buffer import ReplayBuffer, ReplayBuffers
from appliance.workers.uplink.sent_audio_meter import SentAudioMeter

STOP_WORKER_MS = 1_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Totals:
    """What a run came to, in numbers."""

    tokens: int
    minutes: float  # of sound sent, replays not counted
    underruns: int
    xruns: int
    unanswered_ms: int
    reported_lost: int


@dataclass(frozen=True, slots=True)
class Taps:
    """Who else wants to see what the box does: the demo."""

    row: Callable[[int, str, dict[str, Field]], None] | None = None
    frame: Callable[[int, Frame], None] | None = None
    recording: Path | None = None  # where the flight recorder dumps
    runtime: Path | None = None  # a folder for what outlives the process
    environment: Mapping[str, str] = field(default_factory=dict)  # systemd's, for its watchdog
    tty: bool = False
    config: Path | None = None  # the file given with --config, for the self-test
    here: HereOptions | None = None  # what was given with --here, for the self-test
    country: str = ""  # where the box seems to stand
    restarted: bool = False  # the process before this one did not end in order


class Box:
    """One box, from start to exit code."""

    def __init__(
        self,
        settings: Settings,
        phrases: Mapping[str, str],
        key: SecretKey | None,
        taps: Taps,
        clock: RealClock,
        problems: tuple[Problem, ...] = (),
    ) -> None:
        """``problems``: what is wrong with settings that others had to stand in for: shown as X1.

        Raises ``SettingsError`` where the endpoint cannot be dialled or ``ca_file`` not be read.
        """
        self._settings = settings
        self._phrases = tuple(phrases.items())
        self._taps = taps
        self._clock = clock
        now = clock.now_ms
        self._model = known_model(settings.service.model)
        self._queue = EventQueue()
        post = self._queue.post
        self._journal = Journal(Path(settings.run.journal) if settings.run.journal else None, now)
        self._replay_buffers: ReplayBuffers[bytes] = ReplayBuffers(self._replay_buffer)
        self._jitter = JitterBuffer(post, _stretch, settings.loudspeaker.max_speed)
        self._heartbeats = Heartbeats(now)
        self._camera_feed = self._make_camera_feed()
        makers = self._makers()
        service, secret = settings.service, key.reveal() if key is not None else ""
        access = access_of(service.url, service.model, service.ca_file, secret, self._queue.crowded)
        self._runtime_store = RuntimeStore(taps.runtime, boot_id(), clock.began_ms)
        keeps = state_folder(taps.environment)
        rebooter = Rebooter(keeps, taps.runtime, boot_id(), clock.began_ms)
        self._usage_store = UsageStore(keeps, post, now)
        self._power = Power(post, now)
        self._sent_audio_meter = SentAudioMeter(self._replay_buffers, post)
        self._handler = AppHandler(
            self._plan, self._output, access, self._replay_buffers, self._jitter, makers,
            self._journal, self._runtime_store, post, now, self._heartbeats, TtsWorker(self._jitter, now), rebooter,
            self._usage_store,
            SelftestWorker(taps.config, post, here=taps.here, lends=settings.loudspeaker.driver == "alsa"),
            self._camera_feed,
            self._make_code_reader(),
        )  # fmt: skip
        self._recorder = Recorder(taps.recording)
        microphone_health = MicrophoneHealth(reboot_from=rebooter.allowed_from())
        first = setup(settings, self._model, taps.country, has_key=key is not None)
        own = replace(first, restarted=taps.restarted)
        state = remembered(
            State(setup=own, microphone_health=microphone_health), self._runtime_store.load(), self._usage_store.load()
        )
        if problems:
            state = replace(state, faults=(Fault(FaultCode.X1, 0, str(problems[0])),))
        self._event_loop = EventLoop(state, Limits(), now, self._queue, self._handler, self._recorder)
        self._watchdog = Watchdog(Notifier(taps.environment), self._heartbeats, post, now)
        self._keys: Keys | None = None
        self._opened: dict[str, int] = {}  # as it was last noted
        self._latency_stats = LatencyStats()
        self._figures_asked = False
        self._journal.listeners.append(self._latency_stats.row)
        self._light = OnAir(factory.light(settings))

    def _makers(self) -> Makers:
        settings, clock, post, heartbeats = self._settings, self._clock, self._queue.post, self._heartbeats
        now = clock.now_ms

        def microphone() -> MicrophoneWorker:
            hearing = Hearing() if settings.microphone.driver == "alsa" else None
            made = partial(factory.microphone, settings, clock, self._backlog_ms)
            return MicrophoneWorker(made, self._replay_buffers, self._heard, now, heartbeats, hearing)

        def speaker() -> SpeakerWorker:
            made = partial(factory.loudspeaker, settings, clock)
            return SpeakerWorker(
                made, self._jitter, post, now, heartbeats, closes_idle=settings.loudspeaker.driver == "alsa"
            )

        def screen() -> ScreenWorker:
            made = partial(factory.screen, settings, clock, self._taps.tty)
            return ScreenWorker(made, _painter, post, self._shown, heartbeats)

        def guest_screen() -> ScreenWorker:
            made = partial(factory.guest_screen, settings, clock)
            return ScreenWorker(made, _painter, post, self._shown_to_guest, heartbeats, Device.GUEST_SCREEN)

        there = settings.screen.guest_driver != "none"
        return Makers(microphone, speaker, screen, guest_screen if there else None)

    def _make_camera_feed(self) -> CameraFeed | None:
        wanted, clock = self._settings.camera, self._clock
        if wanted.mode == "off" or wanted.driver == "none":
            return None

        return CameraFeed(
            self._model,
            wanted.tokens_per_minute,
            lambda taken: CameraWorker(self._camera, taken, self._queue.post, clock.now_ms),
            self._pictured,
        )

    def _camera(self) -> Camera:
        camera = factory.camera(self._settings)
        assert camera is not None, "the driver is not none"
        return camera

    def _make_code_reader(self) -> CodeReader | None:
        if self._settings.camera.driver == "none" or self._settings.keys.driver == "none":
            return None

        return CodeReader(self._camera, self._queue.post, self._taps.runtime)

    def _heard(self, event: Event) -> None:
        """News of the microphone: the camera feed looks only while somebody speaks."""
        if self._camera_feed is not None and isinstance(event, VoiceActivityChanged):
            self._camera_feed.hear(speaking=event.active)
        self._queue.post(event)

    def _pictured(self, _line: int, picture: Picture) -> None:
        self._journal.note("picture", {"bytes": len(picture.jpeg), "width": picture.width, "height": picture.height})

    def run(self) -> int:
        """Run to the end; returns the exit code."""
        threading.excepthook = partial(crash.of_thread, dump=self._recorder.dump)
        if self._taps.row is not None:
            self._journal.listeners.append(self._taps.row)
        self._recorder.begin(self._event_loop.state)
        try:
            self._journal.start()
        except OSError as error:
            raise SettingsError((Problem("run.journal", f"cannot be written: {error.strerror}"),)) from None
        self._runtime_store.start()
        private = self._privacy()
        self._count_openings()
        self._handler.start()
        self._usage_store.start()  # the date is told before the box may listen
        self._power.start()
        self._queue.post(Booted(private))
        self._start_keys()
        try:
            return self._event_loop.run(self._look)
        finally:
            self._stop()

    def stop(self, why: str) -> None:
        """End the run: finish the sentence, play it, leave. Callable from a signal handler."""
        self._queue.post(StopRequested(why))

    def ask_figures(self) -> None:
        """Tell p50 and p95 of the last turns in the log, within a second. Callable from a signal handler."""
        self._figures_asked = True

    def totals(self) -> Totals:
        """The figures so far."""
        state = self._event_loop.state
        return Totals(
            tokens=state.tokens,
            minutes=sum(replay_buffer.sent_ms for replay_buffer in self._replay_buffers.all()) / 60_000,
            underruns=self._handler.speaker.underruns,
            xruns=self._handler.microphone.xruns,
            unanswered_ms=sum(ms for _, ms in state.owed),
            reported_lost=sum(count for _, count in state.reported_lost),
        )

    def dump(self, why: str) -> None:
        """Write the flight recorder down."""
        self._recorder.dump(why)

    def _privacy(self) -> bool:
        """Read the slide before anything that listens is opened; unreadable is private."""
        try:
            self._keys = factory.keys(self._settings, self._clock, self._taps.tty)
            begin = getattr(self._keys, "begin", None)
            if begin is not None:
                self._journal.listeners.append(_FirstStandby(begin))
            return self._keys.privacy()
        except DeviceError as error:
            self._keys_failed(error)
            return True

    def _start_keys(self) -> None:
        """Only behind ``Booted``: a slide that moved since it was read is told as an edge, and the last is true."""
        if self._keys is None:
            return
        try:
            self._keys.start(self._key)
        except DeviceError as error:
            self._keys_failed(error)
            self._key(Key.PRIVACY, False, self._clock.now_ms())

    def _keys_failed(self, error: DeviceError) -> None:
        log.warning("%s", error)
        self._queue.post(DeviceFailed(Device.KEYS, str(error.kind), error.detail))

    def _look(self) -> None:
        """Between two turns of the event loop: the watchdogs, and the light by what devices and lines really do."""
        handler, state, now = self._handler, self._event_loop.state, self._clock.now_ms()
        self._watchdog.look(state)
        self._sent_audio_meter.look(now)
        if self._figures_asked:
            self._figures_asked = False
            self._tell_figures(sum(ms for _, ms in state.owed))
        self._count_openings()
        self._light.show(light_state(handler.capturing, handler.looking, handler.sending), now, winks=winks(state, now))

    def _count_openings(self) -> None:
        """A row of what was opened so far of all that listens or looks: at the start, and whenever it was more."""
        opened = captures.opened()
        if opened != self._opened:
            self._opened = opened
            self._journal.note("opened", dict(opened))

    def _tell_figures(self, unanswered_ms: int) -> None:
        backlog = (unanswered_ms, self._jitter.queued_ms)
        self._journal.note("figures", self._latency_stats.row_of(*backlog))
        for sentence in self._latency_stats.sentences(*backlog):
            log.warning("%s", sentence)  # asked for: a quiet log has it too

    def _key(self, key: str, down: bool, at_ms: int) -> None:
        self._queue.post(KeyEdge(Key(key), down, at_ms))

    def _stop(self) -> None:
        if self._keys is not None:
            self._keys.close()
        self._handler.stop(STOP_WORKER_MS)
        self._count_openings()
        self._light.close()
        self._runtime_store.stop(STOP_WORKER_MS)
        self._usage_store.stop(STOP_WORKER_MS)
        self._power.stop(STOP_WORKER_MS)
        self._journal.stop(STOP_WORKER_MS)

    def _replay_buffer(self, direction: Direction) -> ReplayBuffer[bytes]:
        return ReplayBuffer(direction, self._settings.service.silence_ms, lambda samples: bytes(2 * samples))

    def _backlog_ms(self) -> int:
        self._heartbeats.beat("microphone")  # a fast recording that waits for answers is at work
        return sum(replay_buffer.kept_ms() for replay_buffer in self._replay_buffers.all())

    def _plan(self, direction: Direction) -> SessionSettings:
        service, own = self._settings.service, self._settings.languages
        return plan(
            self._model,
            direction.source,
            direction.target,
            service.voice,
            service.clone,
            model_name=service.model,
            speech=self._settings.loudspeaker.driver != "none" and own.mode != "captions",
            transcription=service.transcription,
            silence_ms=service.silence_ms,
            threshold=service.threshold,
            phrases=hot_words(self._phrases, own.mine, own.theirs, direction.source, direction.target),
        )

    def _output(self, direction: Direction) -> str:
        mine = direction.source == self._settings.languages.mine
        return self._settings.loudspeaker.mine_to if mine else self._settings.loudspeaker.theirs_to

    def _shown(self, frame: Frame, digest: str) -> None:
        self._journal.note("screen", {"hash": digest})
        if self._taps.frame is not None:
            self._taps.frame(self._clock.now_ms(), frame)

    def _shown_to_guest(self, _frame: Frame, digest: str) -> None:
        self._journal.note("screen", {"hash": digest, "panel": "guest"})


class _FirstStandby:
    """Tells the key script when its time begins: at the first standby in the journal."""

    def __init__(self, begin: Callable[[int], None]) -> None:
        self._begin: Callable[[int], None] | None = begin

    def __call__(self, at: int, what: str, fields: dict[str, Field]) -> None:
        if self._begin is not None and what == "mode" and fields.get("to") == "standby":
            self._begin(at)
            self._begin = None


def _stretch(speed: float) -> Stretch | None:
    try:
        return Stretch(speed)
    except DeviceError as error:
        log.warning("%s", error)
        return None


def _painter(screen: Screen) -> Painter:
    from appliance.display.renderer import Renderer

    return Renderer(screen.width, screen.height, screen.depth)
