"""Obeys the effects of the core in the simulator: what ``appliance.handler.AppHandler`` does, with simulated lines
and devices.

Responsible for: passing every order of the event loop on, exactly as the real handler does.
Must not: decide.
"""

from collections.abc import Callable
from random import Random

from appliance.core.model.direction import Direction
from appliance.core.model.effects import CueName, Field, Say
from appliance.core.model.events import Device, Event
from appliance.core.model.modes import Valve
from appliance.core.model.views import View
from appliance.emulator.server.service import Service
from appliance.emulator.session.interfaces import Sound
from appliance.protocol.settings import SessionSettings
from appliance.workers.camera.feed import CameraFeed
from appliance.workers.connection.session_io import Conversation
from appliance.workers.playback.jitter_buffer import JitterBuffer
from appliance.workers.storage.runtime_store import Kept
from appliance.workers.storage.usage_store import Count
from appliance.workers.uplink.replay_buffer import ReplayBuffers
from tests.sim.books import Books
from tests.sim.checkers.watcher import Watchdog
from tests.sim.devices import SimLoudspeaker, SimMicrophone
from tests.sim.line import SimLine
from tests.sim.network import Network
from tests.sim.trace import Trace


class SimHandler:
    """Obeys ``event_loop.EffectHandler``'s orders on the virtual clock."""

    def __init__(
        self,
        plan: Callable[[Direction], SessionSettings],
        fill: Callable[[list[Sound]], bytes],
        network: Network,
        service: Service,
        replay_buffers: ReplayBuffers[Sound],
        jitter: JitterBuffer,
        microphone: SimMicrophone,
        speaker: SimLoudspeaker,
        post: Callable[[Event], None],
        chance: Random,
        watch: Watchdog,
        trace: Trace,
        wiped: Callable[[], None],
        keep: Callable[[Kept], None],
        books: Books,
        camera_feed: CameraFeed | None = None,
    ) -> None:
        self._plan, self._fill, self._network, self._service = plan, fill, network, service
        self._replay_buffers, self._jitter, self._microphone, self._speaker = (
            replay_buffers,
            jitter,
            microphone,
            speaker,
        )
        self._post, self._chance, self._watch, self._trace, self._wiped = post, chance, watch, trace, wiped
        self._keep, self._books, self._camera_feed = keep, books, camera_feed
        self.lines: dict[int, SimLine] = {}

    def open_microphone(self) -> None:
        self._microphone.open()

    def close_microphone(self) -> None:
        self._microphone.close()

    def select_input(self, direction: Direction, valve: Valve, *, move: bool) -> None:
        if move:
            self._watch.moved()
        now = self._network.agenda.now
        self._replay_buffers.select(direction, valve, now, move=move)
        if self._camera_feed is not None:
            self._camera_feed.set_valve(is_open=valve is Valve.OPEN)
        self._replay_buffers.tell(self._post, now)

    def open_camera(self) -> None:
        assert self._camera_feed is not None, "it has no camera"
        self._camera_feed.open()

    def close_camera(self) -> None:
        assert self._camera_feed is not None, "it has no camera"
        self._camera_feed.close()

    def take_picture(self) -> None:
        assert self._camera_feed is not None, "it has no camera"
        self._camera_feed.take_sharp(self._network.agenda.now)

    def wipe_sound(self) -> None:
        self._wiped()
        self._replay_buffers.wipe()
        self._replay_buffers.tell(self._post, self._network.agenda.now)
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
            self._fill,
            picture_source=self._camera_feed,
        )
        made = SimLine(
            line, direction, conversation, self._network, self._service, self._post, self._chance, self._watch,
            self._trace, self._speaker.wake, self._books,
        )  # fmt: skip
        replay_buffer.wake = made.pump
        self.lines = {number: each for number, each in self.lines.items() if not each.over}
        self.lines[line] = made
        made.start()

    def upgrade(self, line: int) -> None:
        if line in self.lines:
            self.lines[line].upgrade()

    def configure(self, line: int) -> None:
        if line in self.lines:
            self.lines[line].configure()

    def set_uplink(self, line: int, valve: Valve) -> None:
        self._watch.uplink_set(line, valve)
        if line in self.lines:
            self.lines[line].set_uplink(valve)

    def set_downlink(self, line: int, valve: Valve) -> None:
        self._jitter.set_valve(line, valve)

    def finish(self, line: int) -> None:
        if line in self.lines:
            self.lines[line].finish()

    def hang_up(self, line: int) -> None:
        made = self.lines.pop(line, None)
        if made is None:
            return  # it ended by itself just now
        made.hang_up()
        self._replay_buffers.of(made.direction).lose(line, self._network.agenda.now)

    def vanish(self) -> None:
        """The process dies."""
        for line in self.lines.values():
            line.vanish()
        self._microphone.vanish()
        self._speaker.vanish()
        if self._camera_feed is not None:
            self._camera_feed.stop(0)

    def drain_sound(self) -> None:
        self._speaker.drain()

    def drop_speech(self, line: int, turn: int) -> None:
        self._jitter.drop()
        if line in self.lines:
            self._watch.taken_back(line, turn, self.lines[line].taken_back())
            replay_buffer = self._replay_buffers.of(self.lines[line].direction)
            replay_buffer.withdraw(line, turn, self._network.agenda.now)

    def repeat(self, line: int, turn: int, *, slower: bool) -> None:
        self._jitter.repeat(line, turn, slower=slower)
        self._speaker.wake()

    def set_volume(self, percent: int, *, muted: bool) -> None:
        """Nobody hears how loud it is."""

    def set_brightness(self, level: int) -> None:
        """Nobody sees how bright it is."""

    def cue(self, name: CueName) -> None:
        raise AssertionError(f"the simulator asks for no cues: {name}")

    def say(self, order: Say) -> None:
        raise AssertionError("the simulator has no synthetic voice")

    def reopen_microphone(self) -> None:
        self._microphone.reopen()

    def power_off(self) -> None:
        pass  # the machine goes when the process has ended, and that is seen

    def reboot(self) -> None:
        raise AssertionError("the simulated box may not reboot its machine")

    def restart_worker(self, device: Device) -> None:
        raise AssertionError(f"no worker of the simulator hangs: {device}")

    def keep(self, kept: Kept) -> None:
        self._keep(kept)

    def begin_check(self, *, private: bool) -> None:
        raise AssertionError("nobody in the simulator asks for a self-test")

    def end_check(self) -> None:
        raise AssertionError("none was begun")

    def look_for_codes(self) -> None:
        raise AssertionError("nobody in the simulator holds CAMERA for so long")

    def stop_looking(self) -> None:
        raise AssertionError("it does not look")

    def apply_code(self, number: int, country: str) -> None:
        raise AssertionError("it has read none")

    def keep_count(self, count: Count) -> None:
        """No hour of the simulator reaches a cap."""

    def note(self, what: str, fields: dict[str, Field]) -> None:
        if what in ("line", "mode", "fault", "key"):
            self._trace.say(self._network.agenda.now, "the journal: %s %s", what, fields)

    def show(self, picture: View) -> None:
        self._watch.shown(picture)

    def show_guest(self, picture: View) -> None:
        raise AssertionError("the simulated box has one panel")
