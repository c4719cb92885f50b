"""The sound devices over the real libasound and the real pyalsaaudio, with a PulseAudio daemon as the card."""

import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.adapters.alsa.binding import Library, Pcm, load
from appliance.adapters.alsa.loudspeaker import AlsaLoudspeaker
from appliance.adapters.alsa.microphone import AlsaMicrophone
from appliance.clock import RealClock
from appliance.errors import DeviceError, Kind
from appliance.ports import LOUDSPEAKER_RATE_HZ, MICROPHONE_RATE_HZ
from tests.adapters.sounds import encode, level_db, rms_db, tone
from tests.e2e.pulse import PulseCard, missing

pytestmark = [pytest.mark.timing, pytest.mark.skipif(bool(missing()), reason=missing() or "it is all there")]

PERIOD_BYTES = 960


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseCard]:
    with PulseCard() as card:
        use(card, monkeypatch)
        yield card


def use(card: PulseCard, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in card.environment.items():
        monkeypatch.setenv(name, value)


def far_end(name: str, rate_hz: int) -> Pcm:
    """The other end of the simulated card."""
    alsa = load("test")
    kind = alsa.PCM_PLAYBACK if name == "micfeed" else alsa.PCM_CAPTURE
    return alsa.PCM(
        kind,
        alsa.PCM_NORMAL,
        device=name,
        rate=rate_hz,
        channels=1,
        format=alsa.PCM_FORMAT_S16_LE,
        periodsize=rate_hz // 50,
        periods=4,
    )


class Talker:
    """Plays into the microphone, again and again, until the block ends."""

    def __init__(self, pcm: bytes, rate_hz: int = MICROPHONE_RATE_HZ) -> None:
        self._pcm, self._step = pcm, rate_hz // 50 * 2
        self._feed = far_end("micfeed", rate_hz)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._talk)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(5)
        self._feed.drop()
        self._feed.close()

    def _talk(self) -> None:
        at = 0
        while not self._over.is_set():
            self._feed.write(self._pcm[at : at + self._step])
            at = (at + self._step) % len(self._pcm)


class Listener:
    """Hears what the loudspeaker plays, from the moment it was made until the block ends."""

    def __init__(self) -> None:
        self._ear = far_end("spkmon", LOUDSPEAKER_RATE_HZ)
        self._over = threading.Event()
        self._heard = bytearray()
        self._thread = threading.Thread(target=self._listen)

    def __enter__(self) -> bytearray:
        self._thread.start()
        return self._heard

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(5)
        self._ear.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            self._heard += self._ear.read()[1]


def noise(seconds: float) -> bytes:
    wave = np.random.default_rng(5).normal(0, 0.1, int(LOUDSPEAKER_RATE_HZ * seconds))
    return encode(np.asarray(np.clip(wave, -1, 1)), 16)


def play(loudspeaker: AlsaLoudspeaker, pcm: bytes) -> None:
    for at in range(0, len(pcm), PERIOD_BYTES):
        loudspeaker.write(pcm[at : at + PERIOD_BYTES])


def hear(microphone: AlsaMicrophone, periods: int) -> bytes:
    return b"".join(microphone.read() for _ in range(periods))


def likeness(said: bytes, heard: bytes | bytearray) -> float:
    """The best correlation of what was said with any stretch of what was heard; 1 is the same."""
    one: NDArray[np.float64] = np.frombuffer(said, "<i2").astype(np.float64)
    all_of_it = np.frombuffer(bytes(heard[: len(heard) // 2 * 2]), "<i2").astype(np.float64)
    size = 1 << (len(one) + len(all_of_it)).bit_length()
    products = np.fft.irfft(np.fft.rfft(all_of_it, size) * np.conj(np.fft.rfft(one, size)), size)
    at = int(np.argmax(products[: max(1, len(all_of_it) - len(one))]))
    part = all_of_it[at : at + len(one)]
    return float(products[at] / np.sqrt((one**2).sum() * (part**2).sum()))


def test_ten_seconds_of_capture_are_ten_seconds(card: PulseCard) -> None:
    microphone = AlsaMicrophone("mic", RealClock())
    with Talker(encode(tone(1_000, 16_000, 1), 16)):
        microphone.open()
        hear(microphone, 25)
        began = time.monotonic()
        heard = hear(microphone, 500)
        took_s = time.monotonic() - began
        microphone.close()
    print(f"10 s of capture took {took_s:.3f} s")
    assert took_s == pytest.approx(10, rel=0.005)
    assert microphone.xruns == 0
    assert abs(level_db(heard, 1_000) + 6) < 0.5


def test_what_is_played_is_what_is_heard(card: PulseCard) -> None:
    loudspeaker = AlsaLoudspeaker("speaker", RealClock())
    said = noise(3)
    loudspeaker.open()
    with Listener() as heard:
        play(loudspeaker, bytes(PERIOD_BYTES * 10))
        play(loudspeaker, said)
        assert 0 < loudspeaker.delay_ms <= 80
        loudspeaker.drain()
        time.sleep(0.2)
    underruns = loudspeaker.underruns
    loudspeaker.close()
    match = likeness(said, heard)
    print(f"correlation {match:.4f}, underruns {underruns}")
    assert underruns == 0
    assert match > 0.99


def test_the_ceiling_for_ears_holds(card: PulseCard) -> None:
    loudspeaker = AlsaLoudspeaker("speaker", RealClock())
    loudspeaker.volume.set_db(0)
    loudspeaker.open()
    with Listener() as heard:
        play(loudspeaker, encode(tone(500, 24_000, 1.5), 16))
        loudspeaker.drain()
    loudspeaker.close()
    middle = bytes(heard[len(heard) // 3 // 2 * 2 : len(heard) // 3 // 2 * 4])
    assert abs(level_db(middle, 500, LOUDSPEAKER_RATE_HZ) + 6 + 12) < 1


def test_pulled_out_and_plugged_in_again(card: PulseCard) -> None:
    microphone, loudspeaker = AlsaMicrophone("mic", RealClock()), AlsaLoudspeaker("speaker", RealClock())
    microphone.open()
    loudspeaker.open()
    play(loudspeaker, noise(0.2))
    hear(microphone, 10)
    card.unplug()
    began = time.monotonic()
    with pytest.raises(DeviceError) as deaf:
        hear(microphone, 10)
    with pytest.raises(DeviceError) as dumb:
        play(loudspeaker, noise(0.2))
    assert (deaf.value.kind, dumb.value.kind) == (Kind.GONE, Kind.GONE)
    microphone.close()
    loudspeaker.close()
    for device in (microphone, loudspeaker):
        with pytest.raises(DeviceError) as absent:
            device.open()
        assert absent.value.kind is Kind.ABSENT
    assert time.monotonic() - began < 1
    card.plug()
    began = time.monotonic()
    microphone.open()
    loudspeaker.open()
    said = noise(1)
    with Listener() as heard:
        play(loudspeaker, said)
        hear(microphone, 10)
        loudspeaker.drain()
        time.sleep(0.2)
        back_s = time.monotonic() - began
    microphone.close()
    loudspeaker.close()
    print(f"sound, 1.2 s of it, {back_s:.2f} s after the card")
    assert likeness(said, heard) > 0.9
    assert back_s - 1.2 < 2


def test_a_stall_of_seven_tenths_is_survived(card: PulseCard) -> None:
    microphone, loudspeaker = AlsaMicrophone("mic", RealClock()), AlsaLoudspeaker("speaker", RealClock())
    microphone.open()
    loudspeaker.open()
    play(loudspeaker, noise(0.5))
    microphone.read()
    card.freeze()
    thaw = threading.Timer(0.7, card.thaw)
    thaw.start()
    began = time.monotonic()
    play(loudspeaker, noise(0.5))
    hear(microphone, 25)
    thaw.join()
    assert 0.6 < time.monotonic() - began < 2.5
    microphone.close()
    loudspeaker.close()


def test_a_server_that_hangs_holds_up_none_but_the_thread_that_opens_it(card: PulseCard) -> None:
    opened = threading.Event()

    def open_it() -> None:
        microphone = AlsaMicrophone("mic", RealClock())
        microphone.open()
        opened.set()
        microphone.close()

    card.freeze()
    thread = threading.Thread(target=open_it)
    thread.start()
    at = [time.monotonic()]
    while at[-1] - at[0] < 1.5:
        time.sleep(0.01)
        at.append(time.monotonic())
    assert not opened.is_set()
    card.thaw()
    assert opened.wait(5)
    thread.join(5)
    assert max(later - sooner for sooner, later in pairwise(at)) < 0.5


def test_an_underrun_is_counted_and_the_next_write_sounds(card: PulseCard) -> None:
    loudspeaker = AlsaLoudspeaker("speaker", RealClock())
    loudspeaker.open()
    play(loudspeaker, noise(0.3))
    time.sleep(0.5)
    tells = hasattr(pytest.importorskip("alsaaudio").PCM, "avail")
    assert loudspeaker.delay_ms == (0 if tells else 80), "0.10 cannot tell: a full buffer, while it plays"
    play(loudspeaker, noise(0.3))
    assert loudspeaker.underruns == 1
    loudspeaker.drain()
    time.sleep(0.5)
    play(loudspeaker, noise(0.1))
    assert loudspeaker.underruns == 1
    loudspeaker.close()


def test_silence_at_once_and_a_quick_close(card: PulseCard) -> None:
    loudspeaker = AlsaLoudspeaker("speaker", RealClock())
    loudspeaker.open()
    play(loudspeaker, noise(0.5))
    began = time.monotonic()
    loudspeaker.drop()
    dropped_s = time.monotonic() - began
    assert (dropped_s < 0.02, loudspeaker.delay_ms) == (True, 0)
    play(loudspeaker, noise(0.2))
    began = time.monotonic()
    loudspeaker.close()
    assert time.monotonic() - began < 0.05
    assert loudspeaker.underruns == 0


def test_a_late_first_read_is_fresh(card: PulseCard) -> None:
    microphone = AlsaMicrophone("mic", RealClock())
    microphone.open()
    time.sleep(1)
    began = time.monotonic()
    hear(microphone, 25)
    took_s = time.monotonic() - began
    microphone.close()
    assert took_s > 0.4  # a backlog would have come in no time


class OnlyAt48:
    """pyalsaaudio over a card that has one rate: whatever is asked for, 48 kHz is what one gets."""

    def __init__(self, alsa: Library) -> None:
        self._alsa = alsa

    def __getattr__(self, name: str) -> Any:
        return getattr(self._alsa, name)

    def PCM(self, kind: int, mode: int, **wish: Any) -> Pcm:  # noqa: N802
        return self._alsa.PCM(kind, mode, **{**wish, "rate": 48_000})


@pytest.mark.parametrize(("hz", "least_db", "most_db"), [(1_000, -6.5, -5.5), (7_000, -6.5, -5.5), (10_000, -200, -66)])
def test_a_card_at_48_khz_does_not_alias(
    monkeypatch: pytest.MonkeyPatch, hz: int, least_db: float, most_db: float
) -> None:
    with PulseCard(microphone_rate_hz=48_000) as card:
        use(card, monkeypatch)
        microphone = AlsaMicrophone("mic", RealClock(), library=cast(Library, OnlyAt48(load("test"))))
        with Talker(encode(tone(hz, 48_000, 1), 16), 48_000):
            microphone.open()
            hear(microphone, 25)
            heard = hear(microphone, 50)
        assert microphone.rate_hz == 48_000
        microphone.close()
    level = rms_db(heard) + 3.01  # of a tone
    print(f"{hz} Hz at 48 kHz is {level:.1f} dB at 16 kHz")
    assert least_db < level < most_db
