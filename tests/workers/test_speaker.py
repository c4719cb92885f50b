import queue
from array import array
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from appliance.adapters.bench.silent import SilentLoudspeaker
from appliance.core.events import Device, DeviceFailed, DeviceReady, Event, SoundDrained, SpeechEnded, SpeechSounded
from appliance.errors import DeviceError, Kind
from appliance.workers import speaker as module
from appliance.workers.beats import Beats
from appliance.workers.jitter import JitterBuffer, Period
from appliance.workers.speaker import PERIOD_BYTES, SpeakerWorker, laid_out
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

    def drain(self) -> None:
        self.calls.append("drain")
        super().drain()

    def close(self) -> None:
        self.calls.append("close")
        super().close()


class Desk:
    def __init__(self, channels: int = 1) -> None:
        self.clock = VirtualClock()
        self.events: queue.Queue[Event] = queue.Queue()
        self.jitter = JitterBuffer(self.events.put)
        self.card = Card(self.clock, channels)
        self.worker = SpeakerWorker(
            lambda: self.card, self.jitter, self.events.put, self.clock.now_ms, Beats(lambda: 0)
        )

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
        assert seen == [DeviceReady, SpeechSounded, SpeechEnded, SoundDrained]
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


def test_without_a_card_turns_end_all_the_same_and_the_box_drains() -> None:
    with desk(1, DeviceError("loudspeaker", Kind.ABSENT, "none")) as box:
        assert box.worker.underruns == 0
        box.until(DeviceFailed)
        box.worker.drain()
        assert [type(e) for e in box.until(SoundDrained)] == [SpeechSounded, SpeechEnded, SoundDrained]


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
    frames = array("h", laid_out(Period(mono, output), 2))
    assert len(frames) == 960
    assert set(frames[0::2]) == {left}
    assert set(frames[1::2]) == {right}
    assert laid_out(Period(mono, output), 1) == mono
    assert laid_out(Period(mono[:10], "both"), 1) == mono[:10] + bytes(PERIOD_BYTES - 10)
