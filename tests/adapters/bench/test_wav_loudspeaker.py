"""The WAV loudspeaker: what would have been heard, when, in a file that is whole at every instant."""

import os
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.adapters.bench import wav_loudspeaker
from appliance.adapters.bench.wav_loudspeaker import WavLoudspeaker
from appliance.errors import DeviceError, Kind
from tests.adapters.virtual_clock import VirtualClock

PERIOD = 960  # bytes of 20 ms mono
MS = 48  # bytes of 1 ms mono


_made: list[WavLoudspeaker] = []


@pytest.fixture(autouse=True)
def _closed_at_the_end() -> Iterator[None]:
    yield
    while _made:
        _made.pop().close()


def make(path: Path, channels: int = 1) -> tuple[WavLoudspeaker, VirtualClock]:
    clock = VirtualClock(50_000)
    loudspeaker = WavLoudspeaker(path, clock, channels)
    _made.append(loudspeaker)
    loudspeaker.open()
    return loudspeaker, clock


def heard(path: Path) -> bytes:
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getsampwidth()) == (24_000, 2)
        sound = file.readframes(file.getnframes())
        assert len(sound) == file.getnframes() * 2 * file.getnchannels()
    assert path.stat().st_size == 44 + len(sound)
    return sound


def spoken(number: int, size: int = PERIOD) -> bytes:
    return bytes([number]) * size


def test_sound_lies_at_its_time(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    loudspeaker, clock = make(path)
    clock.advance(100)
    loudspeaker.write(spoken(1))
    loudspeaker.write(spoken(2))
    loudspeaker.drain()
    clock.advance(60)
    loudspeaker.write(spoken(3))
    loudspeaker.drain()
    clock.advance(5)
    loudspeaker.close()
    assert heard(path) == bytes(100 * MS) + spoken(1) + spoken(2) + bytes(60 * MS) + spoken(3) + bytes(5 * MS)
    assert loudspeaker.underruns == 0


def test_it_is_whole_after_every_call(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    loudspeaker, clock = make(path)
    assert heard(path) == b""
    for number in range(1, 20):
        loudspeaker.write(spoken(number))
        assert heard(path)[-PERIOD:] == spoken(number)
    loudspeaker.drop()
    assert len(heard(path)) == (clock.now_ms() - 50_000) * MS


def test_writing_takes_as_long_as_sound(tmp_path: Path) -> None:
    loudspeaker, clock = make(tmp_path / "heard.wav")
    for _ in range(50):
        loudspeaker.write(spoken(1))
    assert clock.now_ms() == 50_000 + 1_000 - 80
    assert loudspeaker.delay_ms == 80
    loudspeaker.drain()
    assert clock.now_ms() == 51_000
    assert loudspeaker.delay_ms == 0


def test_dropped_sound_was_never_heard(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    loudspeaker, clock = make(path)
    for _ in range(4):
        loudspeaker.write(spoken(1))
    clock.advance(30)
    loudspeaker.drop()
    assert heard(path) == spoken(1, 30 * MS)
    assert loudspeaker.delay_ms == 0
    clock.advance(10)
    loudspeaker.write(spoken(2))
    assert heard(path) == spoken(1, 30 * MS) + bytes(10 * MS) + spoken(2)
    assert loudspeaker.underruns == 0


def test_a_gap_in_running_sound_is_an_underrun(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    loudspeaker, clock = make(path)
    loudspeaker.write(spoken(1))
    clock.advance(45)
    loudspeaker.write(spoken(2))
    assert loudspeaker.underruns == 1
    assert heard(path) == spoken(1) + bytes(25 * MS) + spoken(2)


def test_the_axis_goes_on_while_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    loudspeaker, clock = make(path)
    loudspeaker.write(spoken(1))
    loudspeaker.drain()
    loudspeaker.close()
    loudspeaker.close()
    assert loudspeaker.delay_ms == 0
    clock.advance(200)
    loudspeaker.open()
    assert heard(path) == spoken(1) + bytes(200 * MS)
    loudspeaker.write(spoken(2))
    assert heard(path) == spoken(1) + bytes(200 * MS) + spoken(2)


def test_closing_cuts_what_was_not_heard(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    loudspeaker, clock = make(path)
    loudspeaker.write(spoken(1))
    clock.advance(5)
    loudspeaker.close()
    assert heard(path) == spoken(1, 5 * MS)


def test_stereo(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    loudspeaker, clock = make(path, channels=2)
    clock.advance(10)
    loudspeaker.write(spoken(7, 2 * PERIOD))
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 240 + 480)
    assert heard(path) == bytes(10 * 2 * MS) + spoken(7, 2 * PERIOD)


def test_silence_takes_no_storage(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    loudspeaker, clock = make(path)
    clock.advance(3_600_000)
    loudspeaker.write(spoken(1))
    assert path.stat().st_size > 170_000_000
    assert path.stat().st_blocks * 512 < 1_000_000


def test_an_old_recording_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    path.write_bytes(b"x" * 100_000)
    make(path)[0].close()
    assert heard(path) == b""


def test_a_full_wav_says_so_once_and_keeps_the_pace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(wav_loudspeaker, "_MAX_DATA_BYTES", 10 * PERIOD)
    path = tmp_path / "heard.wav"
    loudspeaker, clock = make(path)
    for number in range(30):
        loudspeaker.write(spoken(number))
    assert clock.now_ms() == 50_000 + 600 - 80
    loudspeaker.close()
    assert heard(path) == b"".join(spoken(number) for number in range(10))
    assert caplog.text.count("is full") == 1


def test_storage_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loudspeaker, _ = make(tmp_path / "heard.wav")
    whole_write = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, offset: whole_write(fd, data[:100], offset))
    with pytest.raises(DeviceError, match="storage is full"):
        loudspeaker.write(spoken(1))


def test_no_folder_to_write_in(tmp_path: Path) -> None:
    with pytest.raises(DeviceError) as caught:
        make(tmp_path / "none" / "heard.wav")
    assert caught.value.kind is Kind.ABSENT


def test_more_than_a_period_is_our_mistake(tmp_path: Path) -> None:
    loudspeaker, _ = make(tmp_path / "heard.wav")
    with pytest.raises(AssertionError, match="more than 20 ms"):
        loudspeaker.write(spoken(1, PERIOD + 2))
    with pytest.raises(AssertionError, match="half a frame"):
        loudspeaker.write(b"\0")
