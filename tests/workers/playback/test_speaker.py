import queue
import threading
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from appliance.adapters.bench.silent import SilentLoudspeaker
from appliance.core.model.effects import CueName
from appliance.core.model.events import (
    Device,
    DeviceFailed,
    DeviceReady,
    Event,
    PlaybackEnded,
    PlaybackStarted,
    SoundDrained,
)
from appliance.errors import DeviceError, Kind
from appliance.workers.host.heartbeats import Heartbeats
from appliance.workers.playback import speaker as module
from appliance.workers.playback.earcons import tone
from appliance.workers.playback.jitter_buffer import JitterBuffer, Period
from appliance.workers.playback.speaker import CUE_STALE_MS, IDLE_PERIODS, PERIOD_BYTES, SpeakerWorker, interleave
from tests.adapters.virtual_clock import VirtualClock

WAIT_S = 5.0


class Card(SilentLoudspeaker):
    """A card that keeps what it played, and fails when told."""

    def __init__(self, clock: VirtualClock, channels: int = 1) -> None:
        super().__init__(clock, channels)
        self.played: list[bytes] = []
        self.failures: list[DeviceError] = []
        self.calls: list[str] = []

    def open(self) -> None:
        self.calls.append("open")
        if self.failures and self.failures[0].kind is Kind.ABSENT:
            raise self.failures.pop(0)
        super().open()

    def write(self, frames: bytes) -> None:
        if self.failures:
            raise self.failures.pop(0)
        super().write(frames)
        if frames.strip(b"\0"):
            self.played.append(frames)

    def drop(self) -> None:
        self.calls.append("drop")
        super().drop()

    def drain(self) -> None:
        self.calls.append("drain")
        super().drain()

    def close(self) -> None:
        self.calls.append("close")
        super().close()


class Knob:
    """A card's own volume."""

    floor_db, ceiling_db, level_db = -60, -12, -18

    def set_db(self, level_db: int) -> int:
        self.level_db = level_db
        return level_db


class CardWithKnob(Card):
    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self.volume = Knob()


class Desk:
    def __init__(self, channels: int = 1, card: Card | None = None, *, closes_idle: bool = False) -> None:
        self.clock = VirtualClock()
        self.events: queue.Queue[Event] = queue.Queue()
        self.jitter = JitterBuffer(self.events.put)
        self.card = card or Card(self.clock, channels)
        self.worker = SpeakerWorker(
            lambda: self.card,
            self.jitter,
            self.events.put,
            self.clock.now_ms,
            Heartbeats(lambda: 0),
            closes_idle=closes_idle,
        )

    def run(self, periods: int, during: Callable[[int], None] = lambda _: None) -> bytes:
        """Play so many periods on this thread; what was heard in them, silence included."""
        heard: list[bytes] = []
        write = self.card.write

        def listen(frames: bytes) -> None:
            if len(heard) == periods:
                self.worker._stopping.set()
                return
            during(len(heard))
            heard.append(frames)
            write(frames)

        self.card.open()
        self.card.write = listen  # type: ignore[method-assign]
        self.worker._feed(self.card)
        return b"".join(heard[1:])

    def speak(self, turn: int = 1, output: str = "both") -> None:
        self.jitter.push(1, turn, b"\1\1" * 1_200, replay=False, output=output, at=self.clock.now_ms())
        self.jitter.close(1, turn)

    def until(self, kind: type[Event]) -> list[Event]:
        seen: list[Event] = []
        while not seen or not isinstance(seen[-1], kind):
            seen.append(self.events.get(timeout=WAIT_S))
        return seen


@contextmanager
def desk(channels: int = 1, *failures: DeviceError) -> Iterator[Desk]:
    it = Desk(channels)
    it.card.failures += failures
    it.speak()
    it.worker.start()
    try:
        yield it
    finally:
        it.worker.stop(5_000)
        assert not it.worker._thread.is_alive()


def test_speech_is_played_padded_and_drained() -> None:
    with desk() as box:
        box.worker.drain()
        seen = [type(e) for e in box.until(SoundDrained)]
        assert seen == [DeviceReady, PlaybackStarted, PlaybackEnded, SoundDrained]
        assert box.card.calls == ["open", "drain"]
        assert b"".join(box.card.played) == b"\1\1" * 1_200 + bytes(960 - 480)
        assert box.worker.underruns == box.jitter.underruns + box.card.underruns
    assert box.card.calls[-1] == "close"


def test_a_lost_card_is_told_and_the_same_object_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_PERIODS", 1)
    with desk(1, DeviceError("loudspeaker", Kind.GONE, "unplugged")) as box:
        seen = box.until(DeviceFailed)
        assert seen[-1] == DeviceFailed(Device.LOUDSPEAKER, "gone", "unplugged")
        assert box.until(DeviceReady)[-1] == DeviceReady(Device.LOUDSPEAKER)
        assert box.card.calls[:2] == ["open", "open"]


def test_a_card_that_stays_away_is_tried_again_and_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "RETRY_PERIODS", 1)
    with desk(1, *[DeviceError("loudspeaker", Kind.ABSENT, "none")] * 3) as box:
        assert [type(e) for e in box.until(DeviceReady)].count(DeviceFailed) == 3
        box.card.failures.append(DeviceError("loudspeaker", Kind.ABSENT, "none"))
        box.until(DeviceFailed)
        box.until(DeviceReady)
    assert [record.message for record in caplog.records] == ["loudspeaker absent: none"] * 2, "and again when it is new"


def test_an_abandoned_worker_says_nothing_more_when_it_wakes() -> None:
    box = Desk()
    reached, freed = threading.Event(), threading.Event()

    def hang(frames: bytes) -> None:
        reached.set()
        freed.wait(WAIT_S)
        raise DeviceError("loudspeaker", Kind.GONE, "unplugged")

    box.card.write = hang  # type: ignore[method-assign]
    box.worker.start()
    assert reached.wait(WAIT_S)
    box.worker.abandon()
    freed.set()
    box.worker._thread.join(WAIT_S)
    assert not box.worker._thread.is_alive()
    assert box.events.empty(), "a fresh worker has said that the device is ready"


def test_without_a_card_turns_end_all_the_same_and_the_box_drains() -> None:
    with desk(1, DeviceError("loudspeaker", Kind.ABSENT, "none")) as box:
        assert box.worker.underruns == 0
        box.until(DeviceFailed)
        box.worker.drain()
        assert [type(e) for e in box.until(SoundDrained)] == [PlaybackStarted, PlaybackEnded, SoundDrained]


def test_stopping_does_not_wait_for_the_next_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PERIOD_S", 60)
    with desk(1, DeviceError("loudspeaker", Kind.ABSENT, "none")) as box:
        box.until(DeviceFailed)


def test_no_card_was_ever_made() -> None:
    box = Desk()
    assert box.worker.underruns == 0


@pytest.mark.parametrize(("output", "left", "right"), [("left", 5, 0), ("right", 0, 5), ("both", 5, 5)])
def test_each_ear_hears_what_is_for_it(output: str, left: int, right: int) -> None:
    mono = array("h", [5] * 480).tobytes()
    frames = array("h", interleave(Period(mono, output), 2))
    assert len(frames) == 960
    assert set(frames[0::2]) == {left}
    assert set(frames[1::2]) == {right}
    assert interleave(Period(mono, output), 1) == mono
    assert interleave(Period(mono[:10], "both"), 1) == mono[:10] + bytes(PERIOD_BYTES - 10)


def test_a_drop_silences_the_card_within_a_period() -> None:
    box = Desk()
    for _ in range(20):
        box.speak()

    def press(n: int) -> None:
        if n == 20:
            box.jitter.drop()
            box.worker.drop()

    heard = box.run(40, press)
    assert box.card.calls == ["open", "drop"]
    assert heard[20 * PERIOD_BYTES :].strip(b"\0") == b"", "not one period more"


def test_a_cue_is_heard_whole_where_nothing_sounds() -> None:
    box = Desk()
    box.worker.cue(CueName.SORRY)
    assert box.run(20).startswith(tone(CueName.SORRY))


def test_a_cue_never_interrupts_speech_and_goes_stale_behind_it() -> None:
    box = Desk()
    box.jitter.push(1, 1, b"\1\1" * 24_000, replay=False, output="both", at=0)
    box.jitter.close(1, 1)

    def press(n: int) -> None:
        if n in (10, 45):
            box.worker.cue(CueName.TICK if n == 10 else CueName.YOUR_TURN)

    heard = box.run(80, press)
    assert tone(CueName.TICK) not in heard, "half a second late it says nothing any more"
    assert tone(CueName.YOUR_TURN) in heard[49 * PERIOD_BYTES :]
    assert b"\1\1" * 24_000 in heard
    assert CUE_STALE_MS < 800


def test_speech_that_begins_under_a_cue_is_heard_with_it_in_its_own_ear() -> None:
    box = Desk(2)

    def speak(n: int) -> None:
        if n == 1:
            box.worker.cue(CueName.NO_NETWORK)
            box.speak(output="left")

    frames = array("h", box.run(40, speak))
    left, right = frames[0::2], frames[1::2]
    assert sum(sample != 0 for sample in left) > sum(sample != 0 for sample in right) > 0


def test_volume_is_arithmetic_where_the_device_has_no_knob() -> None:
    pcm = array("h", [1_000] * 480).tobytes()
    box = Desk()
    assert box.worker._frames(Period(pcm, "both"), 1) == pcm, "as it came, until somebody turns the knob"
    for percent, muted, sample in ((85, False, 1_000), (100, False, 1_995), (65, False, 398), (85, True, 0)):
        box.worker.set_volume(percent, muted=muted)
        box.worker._turn_knob(box.card)
        heard = box.worker._frames(Period(pcm, "both"), 1) or bytes(PERIOD_BYTES)
        assert set(array("h", heard)) == {sample}
    box.worker.set_volume(0, muted=False)
    assert box.worker._frames(Period(pcm, "both"), 1) is None
    box.worker.set_volume(85, muted=False)
    box.worker._turn_knob(box.card)
    louder = array("h", box.worker._frames(Period(pcm, "both", louder=True), 1) or b"")
    assert set(louder) == {1_995}, "a repeat asked for twice is 6 dB louder"


def test_the_devices_own_knob_is_turned_below_the_ceiling_for_ears() -> None:
    card = CardWithKnob(VirtualClock())
    box = Desk(card=card)
    box.run(3, lambda n: box.worker.set_volume(95, muted=False) if n == 1 else None)
    assert card.volume.level_db == -14
    pcm = array("h", [1_000] * 480).tobytes()
    assert box.worker._frames(Period(pcm, "both"), 1) == pcm


def test_after_half_a_minute_of_silence_the_card_is_let_go_and_sound_takes_it_again() -> None:
    box = Desk(closes_idle=True)
    closed = threading.Event()
    close = box.card.close

    def let_go() -> None:
        close()
        closed.set()

    box.card.close = let_go  # type: ignore[method-assign]
    box.worker.start()
    assert closed.wait(WAIT_S)
    assert box.card.calls == ["open", "close"]
    assert box.clock.now_ms() >= IDLE_PERIODS * 20 - 200
    box.until(DeviceReady)
    box.speak()
    assert [type(e) for e in box.until(PlaybackEnded)] == [DeviceReady, PlaybackStarted, PlaybackEnded]
    box.worker.stop(5_000)
    assert not box.worker._thread.is_alive()


def test_a_card_that_was_let_go_drains_and_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE_PERIODS", 5)
    box = Desk(closes_idle=True)
    box.worker.start()
    box.until(DeviceReady)
    box.worker.drain()
    box.until(SoundDrained)
    box.worker.stop(5_000)
    assert not box.worker._thread.is_alive()


def test_a_card_that_is_lent_is_closed_and_opened_again_for_the_next_sound() -> None:
    box = Desk(closes_idle=True)
    box.worker.start()
    box.until(DeviceReady)
    box.worker.lend(int(WAIT_S * 1_000))
    assert box.card.calls == ["open", "close"]
    box.speak()  # it waits
    box.worker.lend(0)
    assert box.card.calls == ["open", "close"]
    box.worker.take_back()
    assert [type(e) for e in box.until(PlaybackEnded)] == [DeviceReady, PlaybackStarted, PlaybackEnded]
    box.worker.stop(5_000)
    assert not box.worker._thread.is_alive()


def test_a_card_that_is_lent_is_not_tried_again_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_PERIODS", 1)
    box = Desk()
    box.card.failures = [DeviceError("loudspeaker", Kind.ABSENT, "no card") for _ in range(2)]
    box.worker.lend(0)
    box.worker.start()
    box.worker.lend(int(WAIT_S * 1_000))
    assert box.card.calls == []
    box.worker.take_back()
    box.until(DeviceFailed)
    box.until(DeviceReady)
    box.worker.stop(5_000)
