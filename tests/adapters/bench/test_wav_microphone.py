"""The WAV microphone: what arrives, at what quality, and when."""

import os
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from appliance.adapters.bench.wav_microphone import WavMicrophone
from appliance.errors import DeviceError, Kind
from tests.adapters.sounds import Samples, chunk, format_body, level_db, riff, rms_db, tone, write_wav
from tests.adapters.virtual_clock import VirtualClock

_made: list[WavMicrophone] = []


@pytest.fixture(autouse=True)
def _closed_at_the_end() -> Iterator[None]:
    yield
    while _made:
        _made.pop().close()


def nothing_unanswered() -> int:
    return 0


def make(
    path: Path,
    clock: VirtualClock | None = None,
    pace: str = "fast",
    *,
    channel: str = "mix",
    gain_db: float = 0,
    backlog_ms: Callable[[], int] = nothing_unanswered,
) -> WavMicrophone:
    microphone = WavMicrophone(path, clock or VirtualClock(), backlog_ms, pace=pace, channel=channel, gain_db=gain_db)
    _made.append(microphone)
    microphone.open()
    return microphone


def read_all(microphone: WavMicrophone) -> list[bytes]:
    periods = []
    while period := microphone.read():
        periods.append(period)
    return periods


def hear(path: Path, channel: str = "mix", gain_db: float = 0) -> bytes:
    return b"".join(read_all(make(path, channel=channel, gain_db=gain_db)))


def test_sixteen_kilohertz_mono_passes_bit_for_bit(tmp_path: Path) -> None:
    samples = np.random.default_rng(1).integers(-32_768, 32_768, 3_200).astype("<i2").tobytes()
    path = tmp_path / "a.wav"
    path.write_bytes(riff(chunk(b"fmt ", format_body(16_000, 1, 16)), chunk(b"data", samples)))
    assert hear(path) == samples


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_a_tone_keeps_its_level_and_the_whole_its_length(tmp_path: Path, rate_hz: int) -> None:
    seconds = 1.003
    periods = read_all(make(write_wav(tmp_path / "a.wav", [tone(1_000, rate_hz, seconds)], rate_hz)))
    assert {len(period) for period in periods} == {640}
    assert 0 <= len(periods) * 20 - seconds * 1000 < 20
    assert abs(level_db(b"".join(periods), 1_000) - 20 * np.log10(0.5)) < 0.5


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_what_lies_above_eight_kilohertz_does_not_fold_down(tmp_path: Path, rate_hz: int) -> None:
    heard = hear(write_wav(tmp_path / "a.wav", [tone(10_000, rate_hz, 1)], rate_hz, 24))
    before_db = 20 * np.log10(0.5 / np.sqrt(2))
    assert rms_db(heard) < before_db - 60
    assert level_db(heard, 6_000) < 20 * np.log10(0.5) - 60  # where 10 kHz would turn up


def test_eight_bit_stereo_at_44100(tmp_path: Path) -> None:
    left, right = tone(1_000, 44_100, 1), tone(2_000, 44_100, 1)
    path = write_wav(tmp_path / "a.wav", [left, right], 44_100, 8)
    full_db, half_db = 20 * np.log10(0.5), 20 * np.log10(0.25)
    for channel, first_db, second_db in (("left", full_db, None), ("right", None, full_db), ("mix", half_db, half_db)):
        heard = hear(path, channel=channel)
        for hz, want_db in ((1_000, first_db), (2_000, second_db)):
            if want_db is None:
                assert level_db(heard, hz) < -50
            else:
                assert abs(level_db(heard, hz) - want_db) < 0.5


def test_gain_is_in_decibels_and_clips(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", [tone(1_000, 16_000, 1, level=0.1)], 16_000)
    assert abs(level_db(hear(path, gain_db=6), 1_000) - (-20 + 6)) < 0.1
    assert abs(level_db(hear(path, gain_db=-6), 1_000) - (-20 - 6)) < 0.1
    loud = np.frombuffer(hear(path, gain_db=40), "<i2")
    assert (loud.min(), loud.max()) == (-32_768, 32_767)


def test_the_last_period_is_filled_with_zeros_and_then_nothing_comes(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", [np.full(330, 0.5)], 16_000)
    microphone = make(path)
    first, second = microphone.read(), microphone.read()
    assert np.count_nonzero(np.frombuffer(first, "<i2")) == 320
    assert np.count_nonzero(np.frombuffer(second, "<i2")) == 10
    assert len(second) == 640
    assert [microphone.read() for _ in range(3)] == [b"", b"", b""]


def test_realtime_is_a_grid_without_drift(tmp_path: Path) -> None:
    clock = VirtualClock(5_000)
    microphone = make(write_wav(tmp_path / "a.wav", [tone(440, 16_000, 4)], 16_000), clock, "realtime")
    for n in range(150):
        clock.advance((0, 7, 13)[n % 3])  # a reader that is now and then busy
        microphone.read()
        assert clock.now_ms() == 5_000 + 20 * (n + 1)


def test_a_late_reader_catches_up(tmp_path: Path) -> None:
    clock = VirtualClock(0)
    microphone = make(write_wav(tmp_path / "a.wav", [tone(440, 16_000, 2)], 16_000), clock, "realtime")
    clock.advance(500)
    for _ in range(25):
        microphone.read()
    assert clock.now_ms() == 500
    microphone.read()
    assert clock.now_ms() == 520


def test_a_reader_that_slept_gets_no_burst_and_loses_nothing(tmp_path: Path) -> None:
    clock = VirtualClock(0)
    path = write_wav(tmp_path / "a.wav", [tone(440, 16_000, 1)], 16_000)
    microphone = make(path, clock, "realtime")
    clock.advance(60_000)
    periods = [microphone.read()]
    assert clock.now_ms() == 60_000
    periods += read_all(microphone)
    assert clock.now_ms() == 60_000 + 49 * 20 + 20
    assert b"".join(periods) == hear(path)


def test_it_stands_still_while_closed(tmp_path: Path) -> None:
    clock = VirtualClock(0)
    path = write_wav(tmp_path / "a.wav", [tone(440, 44_100, 1)], 44_100)
    microphone = make(path, clock, "realtime")
    periods = [microphone.read() for _ in range(13)]
    microphone.close()
    microphone.close()
    clock.advance(7_777)
    microphone.open()
    reopened_ms = clock.now_ms()
    periods.append(microphone.read())
    assert clock.now_ms() == reopened_ms + 20
    periods += read_all(microphone)
    assert b"".join(periods) == hear(path)


def test_fast_waits_for_the_answers_and_not_for_the_clock(tmp_path: Path) -> None:
    clock = VirtualClock(0)
    backlog = 0
    asked = 0

    def backlog_ms() -> int:
        nonlocal asked, backlog
        asked += 1
        if backlog > 20_000 and asked > 10:
            backlog -= 20
        return backlog

    path = write_wav(tmp_path / "a.wav", [tone(440, 16_000, 1)], 16_000)
    microphone = make(path, clock, backlog_ms=backlog_ms)
    for _ in range(5):
        microphone.read()
    assert clock.now_ms() == 0
    backlog = 20_000
    microphone.read()
    assert clock.now_ms() == 0
    backlog, asked = 20_100, 0
    microphone.read()
    assert backlog == 20_000
    assert clock.now_ms() == 14 * 20


def test_fast_gives_up_after_ten_minutes_and_can_go_on(tmp_path: Path) -> None:
    clock = VirtualClock(0)
    backlog = 30_000
    path = write_wav(tmp_path / "a.wav", [tone(440, 16_000, 0.1)], 16_000)
    microphone = make(path, clock, backlog_ms=lambda: backlog)
    with pytest.raises(DeviceError) as caught:
        microphone.read()
    assert caught.value.kind is Kind.STALLED
    assert clock.now_ms() == 600_000
    backlog = 0
    microphone.open()
    assert b"".join(read_all(microphone)) == hear(path)


def test_missing_denied_and_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def kind_of(path: Path) -> Kind:
        with pytest.raises(DeviceError) as caught:
            make(path)
        assert caught.value.device == "microphone"
        return caught.value.kind

    assert kind_of(tmp_path / "none.wav") is Kind.ABSENT
    assert kind_of(tmp_path) is Kind.BROKEN
    (tmp_path / "text.wav").write_text("not sound")
    assert kind_of(tmp_path / "text.wav") is Kind.BROKEN
    if os.geteuid() != 0:
        (tmp_path / "text.wav").chmod(0)
        assert kind_of(tmp_path / "text.wav") is Kind.DENIED


def test_a_file_that_comes_later_can_be_opened_then(tmp_path: Path) -> None:
    microphone = WavMicrophone(tmp_path / "a.wav", VirtualClock(), nothing_unanswered, pace="fast")
    with pytest.raises(DeviceError):
        microphone.open()
    write_wav(tmp_path / "a.wav", [tone(440, 16_000, 0.1)], 16_000)
    _made.append(microphone)
    microphone.open()
    assert len(read_all(microphone)) == 5


def test_another_file_under_the_same_name_is_noticed(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", [tone(440, 16_000, 1)], 16_000)
    microphone = make(path)
    microphone.read()
    microphone.close()
    write_wav(path, [tone(440, 48_000, 1)], 48_000)
    with pytest.raises(DeviceError, match="was changed"):
        microphone.open()


def test_a_cut_file_is_played_to_its_end_and_noted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write_wav(tmp_path / "a.wav", [tone(440, 16_000, 1)], 16_000)
    path.write_bytes(path.read_bytes()[: 16_000 + 60])
    microphone = make(path)
    assert "is cut short" in microphone.note
    assert "is cut short" in caplog.text
    assert len(read_all(microphone)) == 26  # 0.5 s and the few bytes that the head does not take


def test_a_file_that_shrinks_under_us_just_ends(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", [tone(440, 16_000, 10)], 16_000)
    microphone = make(path)
    microphone.read()
    os.truncate(path, 32_000)
    assert 45 < len(read_all(microphone)) <= 51


def test_an_hour_is_never_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    minute: Samples = tone(440, 48_000, 60)
    write_wav(path, [minute, minute], 48_000)
    microphone = make(path)
    microphone.read()
    del minute
    tracemalloc.start()
    while microphone.read():
        continue
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000  # the file has 11.5 MB


def test_a_file_has_no_xruns(tmp_path: Path) -> None:
    assert make(write_wav(tmp_path / "a.wav", [tone(440, 16_000, 0.1)], 16_000)).xruns == 0
