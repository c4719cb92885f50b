"""The names in the settings become devices, and nothing is loaded that was not asked for."""

import dataclasses
import io
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from appliance.adapters import factory
from appliance.adapters.alsa.loudspeaker import AlsaLoudspeaker
from appliance.adapters.alsa.microphone import AlsaMicrophone
from appliance.adapters.alsa.volume import EARS_CEILING_DB
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
from appliance.adapters.picamera import PiCamera
from appliance.config.reading import packaged
from appliance.config.rules import RULES, OneOf
from appliance.config.settings import Settings
from appliance.errors import DeviceError, Kind, SettingsError
from appliance.ports import Frame
from tests.adapters.alsa.fake_alsaaudio import FakeAlsa
from tests.adapters.oled.models import Mono, Sh1106, Ssd1322
from tests.adapters.oled.wires import Wire, solder
from tests.adapters.sounds import level_db, tone, write_wav
from tests.adapters.virtual_clock import VirtualClock

CLOCK = VirtualClock()


def settings(section: str, **values: str | float | tuple[int, ...]) -> Settings:
    base = packaged()
    part = dataclasses.replace(getattr(base, section), **values)
    return dataclasses.replace(base, **{section: part})


def none_unanswered() -> int:
    return 0


def make(section: str, driver: str) -> object:
    wanted = settings(section, driver=driver)
    if section == "microphone":
        return factory.microphone(wanted, CLOCK, none_unanswered)
    if section == "loudspeaker":
        return factory.loudspeaker(wanted, CLOCK)
    if section == "screen":
        return factory.screen(wanted, CLOCK, False)
    if section == "keys":
        return factory.keys(wanted, CLOCK)
    return factory.camera(wanted)


BUILT: dict[str, dict[str, type]] = {
    "microphone": {"file": WavMicrophone, "alsa": AlsaMicrophone},
    "loudspeaker": {"file": WavLoudspeaker, "none": SilentLoudspeaker, "alsa": AlsaLoudspeaker},
    "screen": {
        "terminal": SilentScreen,
        "png": PngScreen,
        "none": SilentScreen,
        "ssd1306": OledScreen,
        "ssd1309": OledScreen,
        "sh1106": OledScreen,
        "ssd1322": OledScreen,
    },
    "keys": {"keyboard": KeyboardKeys, "none": SilentKeys, "gpio": GpioKeys},
    "camera": {"folder": PictureFolder, "none": type(None), "picamera2": PiCamera},
}


@pytest.mark.parametrize("section", list(BUILT))
def test_every_name_that_the_settings_allow_is_a_device_or_says_that_it_is_not_built(
    section: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "alsaaudio", FakeAlsa(CLOCK))
    monkeypatch.setitem(sys.modules, "picamera2", SimpleNamespace(Picamera2=object))
    rule = RULES[f"{section}.driver"]
    assert isinstance(rule, OneOf)
    for driver in rule.choices:
        if driver in BUILT[section]:
            assert type(make(section, driver)) is BUILT[section][driver]
        elif driver != "script":
            with pytest.raises(DeviceError, match=f'this version has no {section} driver "{driver}" yet') as caught:
                make(section, driver)
            assert (caught.value.device, caught.value.kind) == (section, Kind.ABSENT)


def test_the_microphones_settings_reach_it(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", [tone(1_000, 16_000, 1, 0.1), tone(2_000, 16_000, 1, 0.1)], 16_000)
    wanted = settings("microphone", driver="file", device=str(path), pace="fast", channel="right", gain_db=6.0)
    microphone = factory.microphone(wanted, VirtualClock(), none_unanswered)
    microphone.open()
    heard = b"".join(iter(microphone.read, b""))
    microphone.close()
    assert abs(level_db(heard, 2_000) + 14) < 0.1
    assert level_db(heard, 1_000) < -60


@pytest.mark.parametrize(
    ("driver", "mine", "theirs", "channels"),
    [
        ("file", "both", "both", 1),
        ("file", "left", "right", 2),
        ("file", "left", "left", 1),
        ("alsa", "both", "both", 1),
        ("alsa", "left", "right", 2),
        ("alsa", "both", "right", 2),
        ("alsa", "left", "left", 2),  # an amplifier on one channel alone
    ],
)
def test_the_loudspeaker_has_as_many_channels_as_the_outputs_need(
    tmp_path: Path, driver: str, mine: str, theirs: str, channels: int
) -> None:
    wanted = settings("loudspeaker", driver=driver, device=str(tmp_path / "heard.wav"), mine_to=mine, theirs_to=theirs)
    assert factory.loudspeaker(wanted, CLOCK).channels == channels


def test_ears_are_protected_and_a_room_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "alsaaudio", FakeAlsa(CLOCK))
    for mode, ceiling_db in (("headset", EARS_CEILING_DB), ("loudspeaker", 0)):
        loudspeaker = factory.loudspeaker(settings("loudspeaker", driver="alsa", mode=mode), CLOCK)
        assert isinstance(loudspeaker, AlsaLoudspeaker)
        assert (loudspeaker.volume.ceiling_db, loudspeaker.channels) == (ceiling_db, 1)


def test_a_camera_is_cut_and_turned_as_it_is_mounted(tmp_path: Path) -> None:
    view = Image.new("RGB", (640, 360), (255, 0, 0))
    view.paste((0, 0, 255), (320, 0, 640, 360))
    exif = Image.Exif()
    exif[0x010F] = "a maker's name"
    view.save(tmp_path / "a.jpg", "JPEG", exif=exif)
    mounted: dict[str, str | tuple[int, ...] | int] = {
        "driver": "folder", "device": str(tmp_path), "crop_percent": (0, 50, 75, 100), "rotation_degrees": 90,
    }  # fmt: skip
    camera = factory.camera(settings("camera", **mounted))
    assert camera is not None
    camera.open()
    seen = Image.open(io.BytesIO(camera.capture(640, 360)))
    assert (seen.width, seen.height) == (180, 480), "three quarters of the width and half of the height, on its side"
    assert not seen.getexif()
    above, below = (seen.convert("RGB").getpixel((90, y)) for y in (100, 400))
    assert (above[0] > 200, below[2] > 200) == (True, True), "left is above now"


def test_a_terminal_is_drawn_on_only_where_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = settings("screen", driver="terminal")
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "utf-8"))
    assert isinstance(factory.screen(wanted, CLOCK, True), TerminalScreen)
    assert isinstance(factory.screen(wanted, CLOCK, False), SilentScreen)
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "latin-1"))
    assert isinstance(factory.screen(wanted, CLOCK, True), SilentScreen)


def test_each_panel_is_where_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    staff, guest, grey = Mono(), Sh1106(), Ssd1322()
    solder(monkeypatch, Wire({0x3E: staff, 0x3D: guest, 0: grey}))
    wanted = settings("screen", driver="ssd1306", address=0x3E, guest_driver="sh1106")
    second = factory.guest_screen(wanted, CLOCK)
    third = factory.guest_screen(settings("screen", driver="ssd1309", guest_driver="ssd1322"), CLOCK)
    for model, screen in ((staff, factory.screen(wanted, CLOCK, False)), (guest, second), (grey, third)):
        screen.open()
        picture = Frame(screen.width, screen.height, screen.depth, b"\x5a" * len(model.seen()))
        screen.show(picture)
        assert model.seen() == picture.data
        screen.close()


def test_the_guests_panel(tmp_path: Path) -> None:
    pictures = settings("screen", driver="png", guest_driver="png", directory=str(tmp_path))
    second = factory.guest_screen(pictures, CLOCK)
    assert isinstance(second, PngScreen)
    second.open()
    second.show(Frame(128, 64, 1, bytes(1_024)))
    first = factory.screen(pictures, CLOCK, False)
    first.open()
    first.show(Frame(128, 64, 1, bytes(1_024)))
    assert len(list((tmp_path / "guest").glob("*.png"))) == len(list(tmp_path.glob("*.png"))) == 1


def test_a_script_is_read_when_the_keys_are_made(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text('[[key]]\nat_ms = 0\nkey = "privacy"\ndown = false\n')
    keys = factory.keys(settings("keys", driver="script", script=str(path)), CLOCK)
    assert isinstance(keys, ScriptKeys)
    assert keys.privacy() is True
    path.write_text("[[kye]]\n")
    with pytest.raises(SettingsError, match="did you mean"):
        factory.keys(settings("keys", driver="script", script=str(path)), CLOCK)


def test_a_build_without_a_slide_starts_live_and_one_with_an_unreadable_slide_private() -> None:
    for has_slide in (True, False):  # there are no pins here
        keys = factory.keys(settings("keys", driver="gpio", privacy_switch=has_slide), CLOCK)
        assert keys.privacy() is has_slide


def test_the_light_is_where_the_keys_are() -> None:
    assert type(factory.light(settings("keys", driver="gpio"))) is GpioLight
    for driver in ("keyboard", "script", "none"):
        assert type(factory.light(settings("keys", driver=driver))) is BenchLight


def test_importing_the_factory_loads_no_library() -> None:
    code = (
        "import sys, appliance.adapters.factory;"
        "print([m for m in ('soxr', 'numpy', 'PIL', 'gi', 'alsaaudio', 'gpiozero', 'luma') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
