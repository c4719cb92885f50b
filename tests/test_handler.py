import queue
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from appliance.core.devices.playback import CUE_LINE
from appliance.core.model.direction import Direction
from appliance.core.model.effects import CueName, Say
from appliance.core.model.events import Device, Event, LineLost, Loss
from appliance.core.model.modes import Valve
from appliance.core.model.views import BlankView
from appliance.handler import AppHandler, Makers
from appliance.protocol.settings import SessionSettings, plan
from appliance.protocol.voices import resolve_model
from appliance.workers.camera.codes import CodeReader
from appliance.workers.camera.feed import CameraFeed
from appliance.workers.connection import tls
from appliance.workers.connection.endpoint import Endpoint
from appliance.workers.connection.resolver import Resolver
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
from appliance.workers.uplink.replay_buffer import ReplayBuffer, ReplayBuffers
from tests.workers.peers import clock

HERE = Direction("en", "es")


class Hand:
    """Stands where a device's worker stands, and writes down what it is told; ``given``: with what."""

    def __init__(self, told: list[str], name: str, given: list[object] | None = None) -> None:
        self._told, self._name, self._given = told, name, [] if given is None else given

    def __getattr__(self, verb: str) -> object:
        def tell(*given: object, **_: object) -> None:
            self._told.append(f"{self._name} {verb}")
            self._given.extend(given)

        return tell


class Desk:
    def __init__(self, key: str = "", *, camera_feed: bool = False, guest: bool = False) -> None:
        self.events: queue.Queue[Event] = queue.Queue()
        self.told: list[str] = []
        self.given: list[object] = []  # to the synthetic voice
        self.replay_buffers: ReplayBuffers[bytes] = ReplayBuffers(
            lambda d: ReplayBuffer(d, 800, lambda samples: bytes(2 * samples))
        )
        self.jitter = JitterBuffer(self.events.put)
        self.journal = Journal(None, clock)
        makers = Makers(
            lambda: cast(MicrophoneWorker, Hand(self.told, "microphone")),
            lambda: cast(SpeakerWorker, Hand(self.told, "speaker")),
            lambda: cast(ScreenWorker, Hand(self.told, "screen")),
            (lambda: cast(ScreenWorker, Hand(self.told, "guest"))) if guest else None,
        )
        access = Access(Endpoint.parse("ws://127.0.0.1:1/x", "m"), tls.context(""), Resolver(), key)
        runtime_store = cast(RuntimeStore, Hand(self.told, "runtime_store"))
        self.handler = AppHandler(
            self._plan, self._output, access, self.replay_buffers, self.jitter, makers, self.journal, runtime_store,
            self.events.put, clock, Heartbeats(clock), cast(TtsWorker, Hand(self.told, "tts", self.given)),
            cast(Rebooter, Hand(self.told, "rebooter")), cast(UsageStore, Hand(self.told, "usage_store")),
            cast(SelftestWorker, Hand(self.told, "selftest")),
            cast(CameraFeed, Hand(self.told, "camera_feed")) if camera_feed else None,
            cast(CodeReader, Hand(self.told, "codes")) if camera_feed else None,
        )  # fmt: skip

    @staticmethod
    def _output(direction: Direction) -> str:
        return "left" if direction.source == "en" else "right"

    @staticmethod
    def _plan(direction: Direction) -> SessionSettings:
        model = resolve_model("qwen3.5-livetranslate-flash-realtime")
        assert model is not None
        return plan(model, direction.source, direction.target)


def test_orders_reach_the_devices() -> None:
    desk = Desk()
    desk.handler.start()
    desk.handler.open_microphone()
    desk.handler.close_microphone()
    desk.handler.drain_sound()
    desk.handler.show(BlankView())
    desk.handler.keep(Kept())
    desk.handler.keep_count(Count())
    desk.handler.begin_check(private=True)
    desk.handler.end_check()
    desk.handler.stop(10)
    assert desk.told == [
        *("screen start", "speaker start", "microphone start", "tts start", "microphone open", "microphone close"),
        *("speaker drain", "screen show", "runtime_store keep", "usage_store keep", "selftest begin"),
        *("selftest end", "selftest stop", "microphone stop", "tts stop"),
        *("rebooter join", "speaker stop", "screen stop"),
    ]


def test_orders_reach_the_camera_where_there_is_one() -> None:
    desk, blind = Desk(camera_feed=True), Desk()
    for each in (desk, blind):
        each.handler.open_camera()
        each.handler.take_picture()
        each.handler.close_camera()
        each.handler.wipe_sound()
        each.handler.look_for_codes()
        each.handler.stop_looking()
        each.handler.apply_code(1, "ES")
    codes = ["codes look", "codes stop_looking", "codes apply"]
    pictures = ["camera_feed open", "camera_feed take_sharp", "camera_feed close"]
    assert desk.told == [*pictures, "tts wipe", "camera_feed wipe", *codes]
    assert blind.told == ["tts wipe"]
    assert not blind.handler.looking


@pytest.mark.parametrize(
    ("device", "told"),
    [
        (Device.MICROPHONE, ["microphone abandon", "microphone start", "microphone open"]),
        (Device.LOUDSPEAKER, ["speaker abandon", "speaker start"]),
        (Device.SCREEN, ["screen abandon", "screen start", "screen show"]),
        (Device.KEYS, []),
        (Device.GUEST_SCREEN, []),
    ],
)
def test_a_worker_that_hangs_is_left_behind_and_a_fresh_one_does_what_it_did(device: Device, told: list[str]) -> None:
    desk = Desk()
    desk.handler.open_microphone()
    desk.handler.show(BlankView())
    desk.told.clear()
    desk.handler.restart_worker(device)
    assert desk.told == told


def test_a_fresh_loudspeaker_is_as_loud_as_the_old_one() -> None:
    desk = Desk()
    desk.handler.set_volume(40, muted=True)
    desk.told.clear()
    desk.handler.restart_worker(Device.LOUDSPEAKER)
    assert desk.told == ["speaker abandon", "speaker set_volume", "speaker start"]


def test_two_panels_have_pictures_of_their_own_and_one_brightness() -> None:
    desk = Desk(guest=True)
    desk.handler.start()
    desk.told.clear()
    desk.handler.show(BlankView())
    desk.handler.set_brightness(16)
    desk.handler.show_guest(BlankView())
    assert desk.told == ["screen show", "screen dim", "guest dim", "guest show"]
    desk.told.clear()
    desk.handler.restart_worker(Device.GUEST_SCREEN)
    desk.handler.stop(10)
    assert desk.told[:4] == ["guest abandon", "guest dim", "guest start", "guest show"]
    assert desk.told[-2:] == ["screen stop", "guest stop"]


def test_a_fresh_worker_does_nothing_that_nobody_asked_for() -> None:
    desk = Desk()
    desk.handler.restart_worker(Device.MICROPHONE)
    desk.handler.restart_worker(Device.SCREEN)
    assert desk.told == ["microphone abandon", "microphone start", "screen abandon", "screen start"]


def test_sound_goes_where_it_is_sent_and_is_wiped_everywhere() -> None:
    desk = Desk()
    desk.handler.select_input(HERE, Valve.OPEN, move=False)
    desk.replay_buffers.append(bytes(640), 320, speech=True, at=20)
    desk.jitter.push(1, 1, bytes(960), replay=False, output="both", at=0)
    desk.handler.set_downlink(2, Valve.SHUT)
    desk.jitter.push(2, 1, bytes(960), replay=False, output="both", at=0)
    assert (desk.replay_buffers.of(HERE).kept_ms(), desk.jitter.queued_ms) == (20, 20)
    desk.handler.wipe_sound()
    assert (desk.replay_buffers.of(HERE).kept_ms(), desk.jitter.queued_ms) == (0, 0)


def test_a_line_takes_nothing_of_a_microphone_that_is_shut() -> None:
    desk = Desk()
    worker = cast(LineWorker, SimpleNamespace(sending=True, alive=True))
    desk.handler._lines[1] = (worker, HERE)
    for valve in Valve:
        desk.handler.select_input(HERE, valve, move=False)
        assert desk.handler.sending is (valve is not Valve.SHUT)


def test_a_dial_waits_until_what_is_kept_is_written() -> None:
    desk = Desk()
    desk.handler.dial(1, HERE)
    desk.handler.upgrade(1)
    desk.handler.upgrade(2)  # it ended by itself just now
    assert desk.told == ["runtime_store then"]


def test_orders_about_sound() -> None:
    desk = Desk(key="")
    desk.handler.select_input(HERE, Valve.OPEN, move=False)
    desk.handler.dial(1, HERE)
    assert desk.events.get(timeout=5) == LineLost(1, Loss.NO_KEY)
    desk.jitter.push(1, 1, bytes(960), replay=False, output="both", at=0)
    desk.handler.cue(CueName.TICK)
    desk.handler.reopen_microphone()
    desk.handler.reboot()
    desk.handler.power_off()
    desk.handler.repeat(1, 1, slower=False)
    assert not desk.jitter.empty
    desk.handler.say(Say(1, 2, "sw", "habari"))
    desk.handler.say(Say(9, 2, "sw", "habari"))
    desk.handler.say(Say(CUE_LINE, 2, "en", "Ready", toward=Direction("es", "en")))
    desk.handler.drop_speech(1, 1)
    desk.handler.drop_speech(9, 1)
    assert desk.jitter.queued_ms == 0
    readings = [what for what in desk.given if isinstance(what, Reading)]
    assert [reading.output for reading in readings] == ["left", "both", "right"], "the line's ear, any, its listener's"
    assert desk.told == [
        *("speaker cue", "microphone reopen", "rebooter reboot", "rebooter power_off"),
        *("tts say", "tts say", "tts say", "tts wipe", "speaker drop", "tts wipe", "speaker drop"),
    ]


def test_a_line_that_ended_by_itself_is_told_and_forgotten() -> None:
    desk = Desk(key="")
    desk.handler.dial(1, HERE)
    assert desk.events.get(timeout=5) == LineLost(1, Loss.NO_KEY)
    desk.handler._lines[1][0].join(5_000)
    desk.handler.dial(2, HERE)
    assert list(desk.handler._lines) == [2]
    desk.handler.stop(5_000)


def test_orders_to_a_line_and_to_none() -> None:
    desk = Desk(key="sk-x")
    for number in (1, 9):
        if number == 1:
            desk.handler.dial(1, HERE)
        desk.handler.configure(number)
        desk.handler.set_uplink(number, Valve.OPEN)
        desk.handler.finish(number)
        desk.handler.hang_up(number)
    assert desk.handler._lines == {}
    assert desk.replay_buffers.of(HERE).take(1, 0) == [], "what is hung up takes nothing, whatever was ordered before"


def test_rows_go_to_the_journal(tmp_path: Path) -> None:
    desk = Desk()
    rows: list[object] = []
    desk.journal.listeners.append(lambda _at, what, fields: rows.append((what, fields)))
    desk.handler.note("key", {"down": True})
    assert rows == [("key", {"down": True})]
