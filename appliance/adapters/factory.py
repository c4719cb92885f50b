"""Makes the devices that the settings name.

Responsible for: the one table from driver names to adapters. Each entry imports inside itself, so that a box without a
device's library still starts.
Must not: open a device, or choose one that was not asked for.

A driver that this version has not is ``DeviceError(ABSENT)``, which the box shows like a device that is not plugged in.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from appliance.adapters.bench.clock import Clock
from appliance.adapters.bench.letter_keys import LEGEND
from appliance.config.checks import GUEST_PANEL_ADDRESS
from appliance.config.pins import packaged
from appliance.config.settings import Settings
from appliance.errors import DeviceError, Kind
from appliance.ports import Camera, Keys, Light, Loudspeaker, Microphone, Screen


def microphone(settings: Settings, clock: Clock, backlog_ms: Callable[[], int]) -> Microphone:
    """The microphone. ``backlog_ms``: how much is unanswered, for ``pace = "fast"`` (see ``WavMicrophone``).

    Keep the one that was made: a file goes on where it stood only within the same object.
    """
    wanted = settings.microphone
    if wanted.driver == "file":
        from appliance.adapters.bench.wav_microphone import WavMicrophone

        return WavMicrophone(
            Path(wanted.device), clock, backlog_ms, pace=wanted.pace, channel=wanted.channel, gain_db=wanted.gain_db
        )
    if wanted.driver == "alsa":
        from appliance.adapters.alsa.microphone import AlsaMicrophone

        return AlsaMicrophone(wanted.device, clock, channel=wanted.channel, gain_db=wanted.gain_db)
    raise _not_built("microphone", wanted.driver)


def loudspeaker(settings: Settings, clock: Clock) -> Loudspeaker:
    """The loudspeaker, with 1 channel, or 2 where left and right differ. Keep it: a file is emptied by a new one.

    A file has two where the outputs differ. A card has two as soon as one ear is not to hear everything.
    """
    wanted = settings.loudspeaker
    outputs = {wanted.mine_to, wanted.theirs_to}
    is_mono = outputs == {"both"} or (wanted.driver == "file" and len(outputs) == 1)
    channels = 1 if is_mono else 2
    if wanted.driver == "file":
        from appliance.adapters.bench.wav_loudspeaker import WavLoudspeaker

        return WavLoudspeaker(Path(wanted.device), clock, channels)
    if wanted.driver == "none":
        from appliance.adapters.bench.silent import SilentLoudspeaker

        return SilentLoudspeaker(clock, channels)
    if wanted.driver == "alsa":
        from appliance.adapters.alsa.loudspeaker import AlsaLoudspeaker
        from appliance.adapters.alsa.volume import EARS_CEILING_DB, ROOM_CEILING_DB

        ceiling_db = EARS_CEILING_DB if wanted.mode == "headset" else ROOM_CEILING_DB
        return AlsaLoudspeaker(wanted.device, clock, channels, ceiling_db=ceiling_db)
    raise _not_built("loudspeaker", wanted.driver)


def screen(settings: Settings, clock: Clock, tty: bool) -> Screen:
    """The first panel. ``tty``: whether standard output is a terminal; where it is not, ``terminal`` shows nothing."""
    wanted = settings.screen
    if wanted.driver == "png":
        from appliance.adapters.bench.png_screen import PngScreen

        return PngScreen(Path(wanted.directory), clock)
    if wanted.driver == "terminal" and tty and _draws_blocks(sys.stdout.encoding):
        from appliance.adapters.bench.terminal_screen import TerminalScreen

        legend = LEGEND if settings.keys.driver == "keyboard" else ""
        return TerminalScreen(sys.stdout, clock, lambda: os.get_terminal_size(sys.stdout.fileno()), legend)
    if wanted.driver in ("none", "terminal"):
        from appliance.adapters.bench.silent import SilentScreen

        return SilentScreen()
    return _oled(wanted.driver, wanted.address, clock)


def guest_screen(settings: Settings, clock: Clock) -> Screen:
    """The second panel, which faces the guest, where the settings name one. Its pictures have a folder of their own."""
    wanted = settings.screen
    if wanted.guest_driver == "png":
        from appliance.adapters.bench.png_screen import PngScreen

        return PngScreen(Path(wanted.directory) / "guest", clock)
    return _oled(wanted.guest_driver, GUEST_PANEL_ADDRESS, clock)


def _oled(driver: str, address: int, clock: Clock) -> Screen:
    """An SSD1322 has no I2C; the others are on it."""
    from appliance.adapters.oled.buses import I2c, Spi
    from appliance.adapters.oled.screen import OledScreen

    return OledScreen(driver, Spi() if driver == "ssd1322" else I2c(address), clock)


def keys(settings: Settings, clock: Clock, tty: bool = False) -> Keys:
    """The keys. Raises ``SettingsError`` with all that is wrong in a script. ``tty`` as for ``screen``."""
    wanted = settings.keys
    if wanted.driver == "script":
        from appliance.adapters.bench.key_script import read_script
        from appliance.adapters.bench.script_keys import ScriptKeys

        return ScriptKeys(read_script(Path(wanted.script)), clock)
    if wanted.driver == "keyboard":
        from appliance.adapters.bench.keyboard_keys import KeyboardKeys

        drawn = settings.screen.driver == "terminal" and tty and _draws_blocks(sys.stdout.encoding)
        return KeyboardKeys(clock, legend="" if drawn else LEGEND)  # it stands below the picture
    if wanted.driver == "none":
        from appliance.adapters.bench.silent import SilentKeys

        return SilentKeys()
    if wanted.driver == "gpio":
        from appliance.adapters.gpio.keys import GpioKeys

        return GpioKeys(packaged(), clock, privacy_switch=wanted.privacy_switch)
    raise _not_built("keys", wanted.driver)


def light(settings: Settings) -> Light:
    """The on-air light: it belongs to the board that the keys are on."""
    if settings.keys.driver == "gpio":
        from appliance.adapters.gpio.light import GpioLight

        return GpioLight(packaged().lights["on_air"])
    from appliance.adapters.bench.light import BenchLight

    return BenchLight()


def camera(settings: Settings) -> Camera | None:
    """The camera; None where the settings say that there is none."""
    wanted = settings.camera
    from appliance.adapters.framing import Framing

    framing = Framing(wanted.crop_percent, wanted.rotation_degrees)
    if wanted.driver == "folder":
        from appliance.adapters.bench.picture_folder import PictureFolder

        return PictureFolder(Path(wanted.device), framing=framing)
    if wanted.driver == "none":
        return None
    from appliance.adapters.picamera import PiCamera

    return PiCamera(framing)


def _not_built(device: str, driver: str) -> DeviceError:
    return DeviceError(device, Kind.ABSENT, f'this version has no {device} driver "{driver}" yet')


def _draws_blocks(encoding: str | None) -> bool:
    try:
        "▀⣿".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
