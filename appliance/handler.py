"""Obeys the effects of the core on the real box: each goes to the worker that does it.

Responsible for: making a line worker for each dial, and passing every order to the worker that obeys it.
Must not: decide, or wait for anything an order starts.
"""

from collections.abc import Callable
from dataclasses import dataclass

from appliance.core.model.direction import Direction
from appliance.core.model.effects import CueName, Field, Say
from appliance.core.model.events import Device, Event
from appliance.core.model.modes import Valve
from appliance.core.model.views import View
from appliance.protocol.codec import AppendTemplate
from appliance.protocol.settings import SessionSettings
from appliance.workers.camera.codes import CodeReader
from appliance.workers.camera.feed import CameraFeed
from appliance.workers.connection.session_io import Conversation
from appliance.workers.connection.worker import Access, LineWorker
from appliance.workers.host.heartbeats import Heartbeats
from appliance.workers.host.reboot import Rebooter
from appliance.workers.host.screen import ScreenWorker
from appliance.workers.host.selftest_process import SelftestWorker
from appliance.workers.playback.jitter_buffer import JitterBuffer
from appliance.workers.playback.speaker import SpeakerWorker
from appliance.workers.playback.tts import Reading, TtsWorker
from appliance.workers.storage.journal import Journal
from appliance.workers.storage.runtime_store import Kept, RuntimeStore
from appliance.workers.storage.usage_store import Count, UsageStore
from appliance.workers.uplink.microphone import MicrophoneWorker
from appliance.workers.uplink.replay_buffer import ReplayBuffers


@dataclass(frozen=True, slots=True)
class Makers:
    """How to make a fresh worker for each device."""

    microphone: Callable[[], MicrophoneWorker]
    speaker: Callable[[], SpeakerWorker]
    screen: Callable[[], ScreenWorker]
    guest_screen: Callable[[], ScreenWorker] | None = None  # where there is a second panel


class AppHandler:
    """Obeys ``event_loop.EffectHandler``'s orders with threads and devices."""

    def __init__(
        self,
        plan: Callable[[Direction], SessionSettings],
        output: Callable[[Direction], str],
        access: Access,
        replay_buffers: ReplayBuffers[bytes],
        jitter: JitterBuffer,
        makers: Makers,
        journal: Journal,
        runtime_store: RuntimeStore,
        post: Callable[[Event], None],
        clock: Callable[[], int],
        heartbeats: Heartbeats,
        tts: TtsWorker,
        rebooter: Rebooter,
        usage_store: UsageStore,
        selftest: SelftestWorker,
        camera_feed: CameraFeed | None = None,
        codes: CodeReader | None = None,
    ) -> None:
        """``plan``: what to ask the service for; ``output``: which ear hears a direction."""
        self._camera_feed = camera_feed
        self._codes = codes
        self._tts = tts
        self._rebooter = rebooter
        self._usage_store = usage_store
        self._selftest = selftest
        self._volume: tuple[int, bool] | None = None  # as it was last set: a fresh speaker must know
        self._plan = plan
        self._output = output
        self._access = access
        self._replay_buffers = replay_buffers
        self._jitter = jitter
        self._makers = makers
        self.microphone = makers.microphone()
        self.speaker = makers.speaker()
        self._screens = {Device.SCREEN: makers.screen()}
        if makers.guest_screen is not None:
            self._screens[Device.GUEST_SCREEN] = makers.guest_screen()
        self._listening = False
        self._shut = False  # the microphone may be open, and nothing of it goes anywhere
        self._pictures: dict[Device, View] = {}
        self._brightness: int | None = None
        self._journal = journal
        self._runtime_store = runtime_store
        self._heartbeats = heartbeats
        self._post = post
        self._clock = clock
        self._fill = AppendTemplate().fill
        self._lines: dict[int, tuple[LineWorker, Direction]] = {}

    def start(self) -> None:
        """Start the devices' threads."""
        for screen in self._screens.values():
            screen.start()
        self.speaker.start()
        self.microphone.start()
        self._tts.start()
        if self._camera_feed is not None:
            self._camera_feed.start()

    @property
    def capturing(self) -> bool:
        """Whether the microphone is really open."""
        return self.microphone.capturing

    @property
    def looking(self) -> bool:
        """Whether the camera is really open."""
        by_code = self._codes is not None and self._codes.looking
        return by_code or (self._camera_feed is not None and self._camera_feed.looking)

    @property
    def sending(self) -> bool:
        """Whether a line really takes sound of the microphone."""
        return not self._shut and any(worker.sending for worker, _ in self._lines.values())

    def restart_worker(self, device: Device) -> None:
        """The old thread hangs in its device: leave it behind, and let a fresh one try."""
        match device:
            case Device.MICROPHONE:
                self.microphone.abandon()
                self.microphone = self._makers.microphone()
                self.microphone.start()
                if self._listening:
                    self.microphone.open()
            case Device.LOUDSPEAKER:
                self.speaker.abandon()
                self.speaker = self._makers.speaker()
                if self._volume is not None:
                    self.speaker.set_volume(self._volume[0], muted=self._volume[1])
                self.speaker.start()
            case Device.SCREEN:
                self._restart_screen(device, self._makers.screen)
            case Device.GUEST_SCREEN if self._makers.guest_screen is not None:
                self._restart_screen(device, self._makers.guest_screen)

    def _restart_screen(self, device: Device, make: Callable[[], ScreenWorker]) -> None:
        self._screens[device].abandon()
        screen = self._screens[device] = make()
        if self._brightness is not None:
            screen.dim(self._brightness)
        screen.start()
        if device in self._pictures:
            screen.show(self._pictures[device])

    def open_microphone(self) -> None:
        self._listening = True
        self.microphone.open()

    def close_microphone(self) -> None:
        self._listening = False
        self.microphone.close()

    def open_camera(self) -> None:
        if self._camera_feed is not None:
            self._camera_feed.open()

    def close_camera(self) -> None:
        if self._camera_feed is not None:
            self._camera_feed.close()

    def take_picture(self) -> None:
        if self._camera_feed is not None:
            self._camera_feed.take_sharp(self._clock())

    def select_input(self, direction: Direction, valve: Valve, *, move: bool) -> None:
        self._shut = valve is Valve.SHUT
        self._replay_buffers.select(direction, valve, self._clock(), move=move)
        if self._camera_feed is not None:
            self._camera_feed.set_valve(is_open=valve is Valve.OPEN)
        # What stays behind is owed in a direction that may have no line to say so.
        self._replay_buffers.tell(self._post, self._clock())

    def wipe_sound(self) -> None:
        self._replay_buffers.wipe()
        self._replay_buffers.tell(self._post, self._clock())  # a line would be dialled for what is owed no more
        self._tts.wipe()
        self._jitter.wipe()
        if self._camera_feed is not None:
            self._camera_feed.wipe()

    def dial(self, line: int, direction: Direction) -> None:
        replay_buffer = self._replay_buffers.of(direction)
        conversation = Conversation(
            line,
            self._plan(direction),
            replay_buffer,
            self._jitter,
            self._post,
            lambda payloads: self._fill(b"".join(payloads)),
            self._output(direction),
            self._camera_feed,
            self._access.key,
        )
        worker = LineWorker(conversation, self._access, self._post, self._clock, self._heartbeats)
        replay_buffer.wake = worker.wake
        # Lines that ended by themselves leave here, so the table is as long as the state's.
        self._lines = {number: row for number, row in self._lines.items() if row[0].alive}
        self._lines[line] = (worker, direction)
        worker.start()

    def upgrade(self, line: int) -> None:
        if line in self._lines:
            self._runtime_store.then(self._lines[line][0].upgrade)

    def configure(self, line: int) -> None:
        if line in self._lines:
            self._lines[line][0].configure()

    def set_uplink(self, line: int, valve: Valve) -> None:
        if line in self._lines:
            self._lines[line][0].set_uplink(valve)

    def set_downlink(self, line: int, valve: Valve) -> None:
        self._jitter.set_valve(line, valve)

    def finish(self, line: int) -> None:
        if line in self._lines:
            self._lines[line][0].finish()

    def hang_up(self, line: int) -> None:
        row = self._lines.pop(line, None)
        if row is None:
            return  # it ended by itself just now
        worker, direction = row
        worker.hang_up()
        # At once, not when the thread notices: the next line must find the replay buffer as it will be.
        self._replay_buffers.of(direction).lose(line, self._clock())

    def stop(self, limit_ms: int) -> None:
        """Stop every thread; one that hangs is abandoned after ``limit_ms``."""
        self._selftest.stop(limit_ms)
        self.microphone.stop(limit_ms)
        if self._camera_feed is not None:
            self._camera_feed.stop(limit_ms)
        if self._codes is not None:
            self._codes.stop(limit_ms)
        for worker, _ in self._lines.values():
            worker.hang_up()
        for worker, _ in self._lines.values():
            worker.join(limit_ms)
        self._tts.stop(limit_ms)
        self._rebooter.join(limit_ms)
        self.speaker.stop(limit_ms)
        for screen in self._screens.values():
            screen.stop(limit_ms)

    def cue(self, name: CueName) -> None:
        self.speaker.cue(name)

    def drop_speech(self, line: int, turn: int) -> None:
        self._tts.wipe()
        self._jitter.drop()
        self.speaker.drop()
        if line in self._lines:
            self._replay_buffers.of(self._lines[line][1]).withdraw(line, turn, self._clock())

    def repeat(self, line: int, turn: int, *, slower: bool) -> None:
        self._jitter.repeat(line, turn, slower=slower)

    def say(self, order: Say) -> None:
        toward = self._lines[order.line][1] if order.line in self._lines else order.toward
        output = "both" if toward is None else self._output(toward)
        self._tts.say(Reading(order.line, order.turn, order.language, order.text, output, order.late))

    def set_volume(self, percent: int, *, muted: bool) -> None:
        self._volume = (percent, muted)
        self.speaker.set_volume(percent, muted=muted)

    def set_brightness(self, level: int) -> None:
        self._brightness = level
        for screen in self._screens.values():
            screen.dim(level)

    def reopen_microphone(self) -> None:
        self.microphone.reopen()

    def reboot(self) -> None:
        self._rebooter.reboot(self._clock())

    def power_off(self) -> None:
        self._rebooter.power_off()

    def begin_check(self, *, private: bool) -> None:
        self._selftest.begin(self.speaker, private=private)

    def look_for_codes(self) -> None:
        if self._codes is not None:
            self._codes.look()

    def stop_looking(self) -> None:
        if self._codes is not None:
            self._codes.stop_looking()

    def apply_code(self, number: int, country: str) -> None:
        if self._codes is not None:
            self._codes.apply(number, country)

    def end_check(self) -> None:
        self._selftest.end()

    def drain_sound(self) -> None:
        self.speaker.drain()

    def keep(self, kept: Kept) -> None:
        self._runtime_store.keep(kept)

    def keep_count(self, count: Count) -> None:
        self._usage_store.keep(count)

    def note(self, what: str, fields: dict[str, Field]) -> None:
        self._journal.note(what, fields)

    def show(self, picture: View) -> None:
        self._show(Device.SCREEN, picture)

    def show_guest(self, picture: View) -> None:
        self._show(Device.GUEST_SCREEN, picture)

    def _show(self, device: Device, picture: View) -> None:
        self._pictures[device] = picture
        self._screens[device].show(picture)
