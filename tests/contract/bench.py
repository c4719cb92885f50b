"""Every adapter that the contract tests run over, by port.

Responsible for: making each one, and saying what a test of it needs to know.
Must not: test anything. Hardware joins these lists behind ``--device``.
"""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from appliance.adapters.alsa.loudspeaker import AlsaLoudspeaker
from appliance.adapters.alsa.microphone import AlsaMicrophone
from appliance.adapters.bench.key_script import Row
from appliance.adapters.bench.keyboard_keys import KeyboardKeys
from appliance.adapters.bench.light import BenchLight
from appliance.adapters.bench.picture_folder import PictureFolder
from appliance.adapters.bench.png_screen import PngScreen
from appliance.adapters.bench.script_keys import ScriptKeys
from appliance.adapters.bench.silent import SilentKeys, SilentLoudspeaker, SilentScreen
from appliance.adapters.bench.terminal_screen import TerminalScreen
from appliance.adapters.bench.wav_loudspeaker import WavLoudspeaker
from appliance.adapters.bench.wav_microphone import WavMicrophone
from appliance.adapters.gpio.keys import GpioKeys
from appliance.adapters.gpio.light import GpioLight
from appliance.adapters.oled.screen import OledScreen
from appliance.config.pins import packaged
from appliance.ports import Camera, Keys, Light, Loudspeaker, Microphone, Screen
from tests.adapters.alsa.fake_alsaaudio import FakeAlsa, FakeCard, Numbers, Samples
from tests.adapters.gpio.board import Board, mock_chip
from tests.adapters.oled.models import Mono, Sh1106, Ssd1322
from tests.adapters.oled.wires import LooseBus
from tests.adapters.sounds import tone, write_wav
from tests.adapters.virtual_clock import VirtualClock


def _wav_microphone(folder: Path, clock: VirtualClock, pace: str) -> Microphone:
    path = folder / "speech.wav"
    if not path.exists():
        write_wav(path, [tone(440, 44_100, 2)] * 2, 44_100, 24)
    return WavMicrophone(path, clock, lambda: 0, pace=pace)


def _hum(frames: Numbers) -> Samples:
    return np.asarray(0.1 * np.sin(frames / 50))


def _alsa_microphone(clock: VirtualClock, rate_hz: int, *, old: bool = False) -> Microphone:
    card = FakeCard("Device", rates=(rate_hz,), waves=(_hum,))
    return AlsaMicrophone("card:Device", clock, library=FakeAlsa(clock, card, old=old))


RECORDINGS: dict[str, Callable[[Path, VirtualClock], Microphone]] = {
    "wav realtime": lambda folder, clock: _wav_microphone(folder, clock, "realtime"),
    "wav fast": lambda folder, clock: _wav_microphone(folder, clock, "fast"),
}

MICROPHONES: dict[str, Callable[[Path, VirtualClock], Microphone]] = RECORDINGS | {
    "alsa": lambda folder, clock: _alsa_microphone(clock, 16_000),
    "alsa at 44.1 kHz": lambda folder, clock: _alsa_microphone(clock, 44_100),
    "alsa at 48 kHz, 0.10": lambda folder, clock: _alsa_microphone(clock, 48_000, old=True),
}

LOUDSPEAKERS: dict[str, Callable[[Path, VirtualClock, int], Loudspeaker]] = {
    "wav": lambda folder, clock, channels: WavLoudspeaker(folder / "heard.wav", clock, channels),
    "none": lambda folder, clock, channels: SilentLoudspeaker(clock, channels),
    # At our own rate, and with 0.11: a resampler holds something back, and 0.10 cannot tell how much waits.
    "alsa": lambda folder, clock, channels: AlsaLoudspeaker(
        "card:Device", clock, channels, library=FakeAlsa(clock, FakeCard("Device"))
    ),
}

SCREENS: dict[str, Callable[[Path, VirtualClock], Screen]] = {
    "terminal": lambda folder, clock: TerminalScreen(io.StringIO(), clock, lambda: os.terminal_size((200, 60))),
    "small terminal": lambda folder, clock: TerminalScreen(io.StringIO(), clock, lambda: os.terminal_size((80, 24))),
    "png": lambda folder, clock: PngScreen(folder / "pictures", clock),
    "grey png": lambda folder, clock: PngScreen(folder / "pictures", clock, width=256, height=64, depth=4),
    "none": lambda folder, clock: SilentScreen(),
    "ssd1306": lambda folder, clock: OledScreen("ssd1306", LooseBus(Mono()), clock),
    "ssd1309": lambda folder, clock: OledScreen("ssd1309", LooseBus(Mono()), clock),
    "sh1106": lambda folder, clock: OledScreen("sh1106", LooseBus(Sh1106()), clock),
    "ssd1322": lambda folder, clock: OledScreen("ssd1322", LooseBus(Ssd1322()), clock),
}


@dataclass(frozen=True, slots=True)
class Pressed:
    """Keys, and a hand that presses TALK once and lets go; None where there is no hand."""

    keys: Keys
    press_talk: Callable[[], None] | None


@contextmanager
def _script(clock: VirtualClock) -> Iterator[Pressed]:
    keys = ScriptKeys((Row(10, "talk", True), Row(200, "talk", False)), clock)
    yield Pressed(keys, lambda: keys.begin(clock.now_ms()))


@contextmanager
def _keyboard(clock: VirtualClock) -> Iterator[Pressed]:
    person, terminal = os.openpty()
    try:
        yield Pressed(KeyboardKeys(clock, terminal, io.StringIO()), lambda: _write(person, b"TT"))
    finally:
        os.close(person)
        os.close(terminal)


def _write(fd: int, letters: bytes) -> None:
    os.write(fd, letters)


@contextmanager
def _no_keys(clock: VirtualClock) -> Iterator[Pressed]:
    yield Pressed(SilentKeys(), None)


@contextmanager
def _gpio(clock: VirtualClock) -> Iterator[Pressed]:
    board = Board()
    talk = board.pins.keys["talk"]
    keys = GpioKeys(board.pins, clock, chip=lambda: board.chip)
    yield Pressed(keys, lambda: board.tap(talk))


KEYS = {"script": _script, "keyboard": _keyboard, "gpio": _gpio, "none": _no_keys}


def _gpio_light() -> Light:
    chip = mock_chip()
    return GpioLight(packaged().lights["on_air"], chip=lambda: chip)


LIGHTS: dict[str, Callable[[], Light]] = {"gpio": _gpio_light, "bench": BenchLight}


def _picture_folder(folder: Path) -> Camera:
    exif = Image.Exif()
    exif[0x010F] = "a maker's name"
    Image.new("RGB", (1_280, 960), (10, 200, 10)).save(folder / "a.jpg", "JPEG", exif=exif)
    return PictureFolder(folder)


CAMERAS: dict[str, Callable[[Path], Camera]] = {"folder": _picture_folder}
