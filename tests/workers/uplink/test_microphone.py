import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from appliance.core.model.direction import Direction
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
    ReplayReported,
    VoiceActivityChanged,
)
from appliance.core.model.modes import Valve
from appliance.errors import DeviceError, Kind
from appliance.ports import Microphone
from appliance.workers.host.heartbeats import Heartbeats
from appliance.workers.uplink import microphone as module
from appliance.workers.uplink.capture_health import Hearing
from appliance.workers.uplink.microphone import MicrophoneWorker
from appliance.workers.uplink.replay_buffer import ReplayBuffer, ReplayBuffers
from tests.workers.uplink.test_vad import voiced

WAIT_S = 5.0
SPEECH = [voiced(n) for n in range(60)]


class Cable:
    """A microphone that gives what is put into it: sound, an exception, or the end (b"")."""

    xruns = 3

    def __init__(self) -> None:
        self.sound: queue.Queue[bytes | DeviceError] = queue.Queue()
        self.calls: list[str] = []
        self.at = 0  # ms, moved on by each period
        self.takes_ms = 0
        self.spoken_at, self.spoken = 0, threading.Event()  # set when the clock is there
        self.idle = bytes(640)
        self.refusals: list[DeviceError] = []
        self.closing: list[DeviceError] = []

    def open(self) -> None:
        self.calls.append("open")
        if self.refusals:
            raise self.refusals.pop(0)

    def read(self) -> bytes:
        self.at += self.takes_ms
        if self.at >= self.spoken_at:
            self.spoken.set()
        try:
            given = self.sound.get(timeout=0 if self.takes_ms else 0.01)
        except queue.Empty:
            return self.idle
        if isinstance(given, DeviceError):
            raise given
        return given

    def close(self) -> None:
        self.calls.append("close")
        if self.closing:
            raise self.closing.pop(0)

    def put(self, *sound: bytes | DeviceError) -> None:
        for each in sound:
            self.sound.put(each)


class Desk:
    def __init__(self, cable: Cable, make: Callable[[], Microphone], hearing: Hearing | None = None) -> None:
        self.cable = cable
        self.events: queue.Queue[Event] = queue.Queue()
        self.replay_buffers: ReplayBuffers[bytes] = ReplayBuffers(
            lambda d: ReplayBuffer(d, 800, lambda samples: bytes(2 * samples))
        )
        direction = Direction("en", "es")
        self.replay_buffers.select(direction, Valve.OPEN, 0, move=False)
        self.replay_buffer = self.replay_buffers.of(direction)
        self.worker = MicrophoneWorker(
            make, self.replay_buffers, self.events.put, self.now, Heartbeats(lambda: 0), hearing
        )

    def now(self) -> int:
        return self.cable.at

    def until(self, kind: type[Event]) -> list[Event]:
        """All events up to the first of this kind."""
        seen: list[Event] = []
        while not seen or not isinstance(seen[-1], kind):
            seen.append(self.events.get(timeout=WAIT_S))
        return seen


@contextmanager
def desk(cable: Cable, make: Callable[[], Microphone] | None = None, hearing: Hearing | None = None) -> Iterator[Desk]:
    it = Desk(cable, make or (lambda: cable), hearing)
    it.worker.start()
    try:
        yield it
    finally:
        it.worker.stop(5_000)
        assert not it.worker._thread.is_alive()


def gone() -> DeviceError:
    return DeviceError("microphone", Kind.GONE, "unplugged")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.01)


def kinds(events: list[Event]) -> list[type]:
    return [type(e) for e in events if not isinstance(e, LevelMetered)]


def test_the_device_is_not_touched_before_the_order_to_open() -> None:
    cable = Cable()
    with desk(cable) as box:
        assert box.worker.xruns == 0
        box.worker.open()
        assert box.until(DeviceReady) == [DeviceReady(Device.MICROPHONE)]
        assert box.worker.xruns == 3
    assert cable.calls[0] == "open"


def test_speech_level_and_the_closing_silence_before_anyone_is_told() -> None:
    cable = Cable()
    cable.put(*SPEECH)
    with desk(cable) as box:
        box.worker.open()
        box.until(VoiceActivityChanged)
        seen: list[Event] = []
        kept = box.replay_buffer.kept_ms
        box.worker.close()
        seen = box.until(MicrophoneClosed)
        assert kinds(seen)[-3:] in (
            [ReplayReported, VoiceActivityChanged, MicrophoneClosed],
            [VoiceActivityChanged, ReplayReported, MicrophoneClosed],
        )
        assert kept() >= 1_000
        assert cable.calls == ["open", "close"]
        box.worker.open()
        box.until(DeviceReady)


def test_a_recording_reports_what_is_owed_before_it_says_that_it_ended() -> None:
    cable = Cable()
    cable.put(*SPEECH, b"")
    with desk(cable) as box:
        box.worker.open()
        seen = box.until(MicrophoneEnded)
        told = kinds(seen)
        assert told[:2] == [DeviceReady, VoiceActivityChanged]
        assert told.index(ReplayReported) < told.index(MicrophoneEnded)
        owed = [e for e in seen if isinstance(e, ReplayReported)]
        assert owed[-1].unanswered_ms >= 1_000
        assert seen[-2] == LevelMetered(0)
        assert [e.active for e in seen if isinstance(e, VoiceActivityChanged)] == [True, False]
        assert box.replay_buffer.kept_ms() == len(SPEECH) * 20 + 1_000
        assert cable.calls == ["open", "close"]


def test_what_is_said_is_reported_while_it_is_said_though_no_line_is_there() -> None:
    cable = Cable()
    cable.put(*SPEECH)
    with desk(cable) as box:
        box.worker.open()
        told = box.until(ReplayReported)[-1]
        assert isinstance(told, ReplayReported)
        assert 300 <= told.unanswered_ms < 600, "at once, not when the capture is closed"
        assert MicrophoneClosed not in kinds(box.until(VoiceActivityChanged))


def test_an_order_to_close_is_always_answered_even_when_it_opens_again_at_once() -> None:
    with desk(Cable()) as box:
        box.worker.open()
        box.until(DeviceReady)
        box.worker.close()
        box.worker.open()
        assert kinds(box.until(DeviceReady)) == [MicrophoneClosed, DeviceReady]


def test_a_lost_device_is_told_its_speech_is_closed_and_it_is_opened_again() -> None:
    cable = Cable()
    cable.put(*SPEECH, gone())
    cable.refusals = []
    with desk(cable) as box:
        box.worker.open()
        seen = box.until(DeviceFailed)
        assert seen[-1] == DeviceFailed(Device.MICROPHONE, "gone", "unplugged")
        told = kinds(box.until(DeviceReady))
        assert told == [ReplayReported, VoiceActivityChanged, DeviceReady]
        assert box.replay_buffer.kept_ms() >= len(SPEECH) * 20 + 1_000, "the service is not left waiting for the end"
    assert cable.calls[:3] == ["open", "close", "open"]


def test_a_device_that_cannot_be_opened_is_tried_again_and_again() -> None:
    cable = Cable()
    cable.refusals = [gone(), gone()]
    cable.closing = [gone()]
    with desk(cable) as box:
        box.worker.open()
        assert kinds(box.until(DeviceReady)) == [DeviceFailed, DeviceFailed, DeviceReady]


def test_a_device_that_cannot_be_made_is_made_later() -> None:
    cable, refusals = Cable(), [gone()]

    def make() -> Cable:
        if refusals:
            raise refusals.pop()
        return cable

    with desk(cable, make) as box:
        box.worker.open()
        assert kinds(box.until(DeviceReady)) == [DeviceFailed, DeviceReady]


def test_closing_while_the_device_is_away_is_answered_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 60)
    cable = Cable()
    cable.refusals = [gone()] * 9
    with desk(cable) as box:
        box.worker.open()
        box.until(DeviceFailed)
        box.worker.close()
        assert kinds(box.until(MicrophoneClosed)) == [MicrophoneClosed]


def test_a_device_that_hangs_is_abandoned() -> None:
    cable, reached, freed = Cable(), threading.Event(), threading.Event()

    def make() -> Cable:
        reached.set()
        freed.wait(WAIT_S)
        return cable

    box = Desk(cable, make)
    box.worker.start()
    box.worker.open()
    assert reached.wait(WAIT_S)
    box.worker.stop(20)
    assert box.worker._thread.is_alive()
    freed.set()
    box.worker._thread.join(WAIT_S)
    assert not box.worker._thread.is_alive()


def test_an_abandoned_worker_says_nothing_more_when_it_wakes() -> None:
    cable, reached, freed = Cable(), threading.Event(), threading.Event()

    def make() -> Cable:
        reached.set()
        freed.wait(WAIT_S)
        return cable

    box = Desk(cable, make)
    box.worker.start()
    box.worker.open()
    assert reached.wait(WAIT_S)
    box.worker.abandon()
    freed.set()
    box.worker._thread.join(WAIT_S)
    assert not box.worker._thread.is_alive()
    assert box.events.empty()


def test_a_microphone_that_hangs_in_mid_sentence_leaves_no_sentence_open() -> None:
    cable, reached, freed = Cable(), threading.Event(), threading.Event()
    cable.put(*SPEECH)
    read = cable.read

    def hang() -> bytes:
        if cable.sound.empty():
            reached.set()
            freed.wait(WAIT_S)
        return read()

    cable.read = hang  # type: ignore[method-assign]
    box = Desk(cable, lambda: cable)
    box.worker.start()
    box.worker.open()
    box.until(VoiceActivityChanged)
    assert reached.wait(WAIT_S)
    box.worker.abandon()
    assert kinds(box.until(VoiceActivityChanged))[-2:] == [ReplayReported, VoiceActivityChanged]
    assert box.replay_buffer.kept_ms() == len(SPEECH) * 20 + 1_000, "the closing silence is behind it"
    freed.set()
    box.worker._thread.join(WAIT_S)
    assert not box.worker._thread.is_alive()
    assert kinds(list(box.events.queue)) == []


def judged(box: Desk) -> MicrophoneJudged:
    last = box.until(MicrophoneJudged)[-1]
    assert isinstance(last, MicrophoneJudged)
    return last


def test_a_card_that_gives_half_its_frames_is_deaf_until_it_was_opened_for_good() -> None:
    cable = Cable()
    cable.takes_ms, cable.idle = 40, b"\1\0\2\0" * 160
    with desk(cable, hearing=Hearing()) as box:
        box.worker.open()
        assert judged(box) == MicrophoneJudged(CaptureHealth.WRONG_RATE, 50)
        assert cable.at >= 3_000
        box.worker.reopen()
        assert judged(box) == MicrophoneJudged(CaptureHealth.WRONG_RATE, 50), "told again, for it did not help"
        cable.takes_ms = 20
        box.worker.reopen()
        last = judged(box)
        while last.health is CaptureHealth.WRONG_RATE:  # it may just have been judged once more
            last = judged(box)
        assert last.health is CaptureHealth.RATE_OK
        assert 95 <= last.percent <= 100, "of the first whole second, in which it was mended"
    assert cable.calls[:4] == ["open", "close", "open", "close"]


def test_a_card_that_was_deaf_is_well_after_a_second_in_short_openings() -> None:
    """At a desk it is open for a sentence at a time."""
    cable = Cable()
    cable.takes_ms, cable.idle = 40, b"\1\0\2\0" * 160
    with desk(cable, hearing=Hearing()) as box:
        box.worker.open()
        assert judged(box).health is CaptureHealth.WRONG_RATE
        box.worker.close()
        box.until(MicrophoneClosed)
        cable.takes_ms = 20
        for _ in range(20):
            cable.spoken.clear()
            cable.spoken_at = cable.at + 400
            box.worker.open()
            seen = box.until(DeviceReady)
            assert cable.spoken.wait(WAIT_S)
            box.worker.close()
            seen += box.until(MicrophoneClosed)
            well = [each for each in seen if isinstance(each, MicrophoneJudged)]
            if well:
                break
        assert [each.health for each in well] == [CaptureHealth.RATE_OK]


def test_a_flat_microphone_is_told_once_and_sound_takes_it_back() -> None:
    cable = Cable()
    cable.takes_ms = 20
    with desk(cable, hearing=Hearing()) as box:
        box.worker.open()
        assert judged(box).health is CaptureHealth.FLATLINE
        cable.put(b"\1\0\2\0" * 160)
        assert judged(box).health is CaptureHealth.RATE_OK
        box.worker.close()
        box.until(MicrophoneClosed)
    assert cable.calls == ["open", "close"], "a hint restarts nothing"


def test_a_recording_is_never_judged() -> None:
    cable = Cable()
    cable.takes_ms = 60
    cable.put(*[bytes(640)] * 400, b"")
    with desk(cable) as box:
        box.worker.open()
        assert MicrophoneJudged not in kinds(box.until(MicrophoneEnded))


@pytest.mark.parametrize(("sound", "told"), [([bytes(640)] * 30, True), (SPEECH, False)])
def test_a_recording_in_which_nothing_was_heard_says_so(
    sound: list[bytes], told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    cable = Cable()
    with desk(cable) as box:
        cable.put(*sound, b"")
        box.worker.open()
        box.until(MicrophoneEnded)
    assert ("nothing was heard in the recording" in caplog.text) is told
