"""The microphone, the loudspeaker, and the way from the one to the other."""

from collections import deque
from pathlib import Path

import pytest

from appliance.adapters.bench.silent import SilentLoudspeaker
from appliance.adapters.bench.wav_microphone import WavMicrophone
from appliance.errors import DeviceError, FaultCode, Kind
from appliance.ports import LOUDSPEAKER_PERIOD_SAMPLES
from appliance.selftest import sound as module
from appliance.selftest.sound import Sound, level_db
from tests.adapters.sounds import encode, tone, write_wav
from tests.adapters.virtual_clock import VirtualClock

PERIOD = 640
NOISE = encode(tone(300, 16_000, 0.02, 0.01), 16)


class MicrophoneHealth:
    """A microphone whose period takes ``period_ms``, and which hears ``wire`` after what lies there already."""

    def __init__(self, clock: VirtualClock, period_ms: int = 20, wire: deque[bytes] | None = None) -> None:
        self._clock, self._period_ms, self._wire = clock, period_ms, wire
        self.fault: DeviceError | None = None
        self.flat = False
        self.xruns = 0
        self.is_open = False

    def open(self) -> None:
        if self.fault is not None:
            raise self.fault
        self.is_open = True

    def read(self) -> bytes:
        assert self.is_open
        self._clock.advance(self._period_ms)
        if self.flat:
            return bytes(PERIOD)
        return self._wire.popleft() if self._wire else NOISE

    def close(self) -> None:
        self.is_open = False


class Mouth(SilentLoudspeaker):
    """A loudspeaker on ``wire``: every second and third of three samples, which is good enough for a low tone."""

    def __init__(self, clock: VirtualClock, channels: int = 1, wire: deque[bytes] | None = None) -> None:
        super().__init__(clock, channels)
        self._wire = wire
        self.fault: DeviceError | None = None
        self.periods: list[bytes] = []

    def open(self) -> None:
        if self.fault is not None:
            raise self.fault
        super().open()

    def write(self, frames: bytes) -> None:
        super().write(frames)
        self.periods.append(frames)
        if self._wire is not None:
            samples = [frames[at : at + 2] for at in range(0, len(frames), 2 * self.channels)]
            self._wire.append(b"".join(sample for n, sample in enumerate(samples) if n % 3))


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def ear(clock: VirtualClock) -> MicrophoneHealth:
    return MicrophoneHealth(clock)


def test_a_good_microphone_passes(clock: VirtualClock, ear: MicrophoneHealth) -> None:
    finding = Sound(lambda: ear, None, clock).listen()
    assert finding.passed
    assert finding.words == "16000 frames a second where 16000 are due (100 %), 0 overruns, peak -40 dB"
    assert not ear.is_open


def test_a_machine_that_stood_still_once_is_no_fault_of_the_microphone(
    clock: VirtualClock, ear: MicrophoneHealth
) -> None:
    read, reads = ear.read, iter(range(1_000))

    def late() -> bytes:
        if next(reads) == module.SETTLING_PERIODS + module.MEASURED_MS // 20 - 1:
            clock.advance(400)
        return read()

    ear.read = late  # type: ignore[method-assign]
    assert Sound(lambda: ear, None, clock).listen().passed


@pytest.mark.parametrize(
    ("kind", "code"),
    [(Kind.ABSENT, FaultCode.M1), (Kind.DENIED, FaultCode.M1), (Kind.GONE, FaultCode.M1), (Kind.BUSY, FaultCode.M2)],
)
def test_a_microphone_that_cannot_be_opened(
    clock: VirtualClock, ear: MicrophoneHealth, kind: Kind, code: FaultCode
) -> None:
    ear.fault = DeviceError("microphone", kind, "mic is somewhere else")
    finding = Sound(lambda: ear, None, clock).listen()
    assert (finding.code, finding.words) == (code, "mic is somewhere else")


@pytest.mark.parametrize(("period_ms", "percent"), [(43, 47), (22, 91), (18, 111), (7, 286), (0, 0)])
def test_a_wrong_rate_is_m3(clock: VirtualClock, period_ms: int, percent: int) -> None:
    ear = MicrophoneHealth(clock, period_ms)
    finding = Sound(lambda: ear, None, clock).listen()
    assert finding.code is FaultCode.M3
    assert percent == 0 or f"({percent} %)" in finding.words


def test_a_flat_microphone_is_m4(clock: VirtualClock, ear: MicrophoneHealth) -> None:
    ear.flat = True
    assert Sound(lambda: ear, None, clock).listen().code is FaultCode.M4


def test_a_recording_needs_no_rate(clock: VirtualClock, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "in.wav", [tone(300, 16_000, 0.1) * 0], 16_000)
    made = Sound(lambda: WavMicrophone(path, clock, lambda: 0), None, clock, is_card=False)
    assert made.listen().passed
    path.unlink()
    assert made.listen().code is FaultCode.M1


def test_what_may_not_listen_is_not_made(clock: VirtualClock) -> None:
    finding = Sound(None, None, clock, ("private: it is not opened", "there is none")).listen()
    assert (finding.told, finding.words) == (True, "private: it is not opened")


@pytest.mark.parametrize("channels", [1, 2])
def test_a_good_loudspeaker_gets_a_soft_tone(clock: VirtualClock, channels: int) -> None:
    mouth = Mouth(clock, channels)
    assert Sound(None, lambda: mouth, clock).play().passed
    assert {len(period) for period in mouth.periods} == {2 * channels * LOUDSPEAKER_PERIOD_SAMPLES}
    assert len(mouth.periods) == module.TONE_PERIODS


@pytest.mark.parametrize(("kind", "code"), [(Kind.ABSENT, FaultCode.P1), (Kind.BUSY, FaultCode.P2)])
def test_a_loudspeaker_that_cannot_be_opened(clock: VirtualClock, kind: Kind, code: FaultCode) -> None:
    mouth = Mouth(clock)
    mouth.fault = DeviceError("loudspeaker", kind, "taken")
    assert Sound(None, lambda: mouth, clock).play().code is code


def test_no_loudspeaker_is_only_told(clock: VirtualClock) -> None:
    finding = Sound(None, None, clock, ("", "there is none: subtitles only")).play()
    assert (finding.told, finding.words) == (True, "there is none: subtitles only")


def test_the_tone_is_heard_back_where_there_is_a_way(clock: VirtualClock) -> None:
    wire = deque([NOISE] * 6)
    made = Sound(lambda: MicrophoneHealth(clock, wire=wire), lambda: Mouth(clock, wire=wire), clock)
    finding = made.loop()
    assert finding.told
    assert "the microphone hears the loudspeaker, at -20 dB" in finding.words or "-21 dB" in finding.words


def test_no_way_is_no_fault(clock: VirtualClock) -> None:
    finding = Sound(lambda: MicrophoneHealth(clock), lambda: Mouth(clock), clock).loop()
    assert finding.told
    assert "does not hear" in finding.words


def test_a_card_that_cannot_do_both_is_told(clock: VirtualClock, ear: MicrophoneHealth) -> None:
    mouth = Mouth(clock)
    mouth.fault = DeviceError("loudspeaker", Kind.BUSY, "one at a time")
    finding = Sound(lambda: ear, lambda: mouth, clock).loop()
    assert (finding.told, finding.words) == (True, "not both at once: one at a time")
    assert not ear.is_open


def test_a_loop_needs_both(clock: VirtualClock, ear: MicrophoneHealth) -> None:
    assert Sound(lambda: ear, None, clock).loop().words.startswith("not tried")
    assert Sound(None, lambda: Mouth(clock), clock).loop().words.startswith("not tried")


def test_the_level_is_that_of_the_tone_alone() -> None:
    assert level_db(encode(tone(1_000, 16_000, 0.1, 0.1), 16)) == pytest.approx(-20, abs=0.1)
    assert level_db(encode(tone(1_100, 16_000, 0.1, 0.5), 16)) < -60
    assert level_db(bytes(3_200)) == module.SILENT_DB
