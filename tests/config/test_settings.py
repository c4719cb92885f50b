"""The tree, and the packaged defaults as appliance/config/README.md lists them."""

import dataclasses
import itertools
import re
from pathlib import Path

import pytest

from appliance.config import reading
from appliance.config.settings import SECTIONS, Settings, Value, build, flatten, names

DEFAULTS: dict[str, Value] = {
    "service.url": "wss://dashscope-intl.aliyuncs.com/api-ws/v1/realtime",
    "service.model": "qwen3.5-livetranslate-flash-realtime",
    "service.ca_file": "",
    "service.voice": "",
    "service.clone": "off",
    "service.transcription": True,
    "service.silence_ms": 800,
    "service.threshold": 0.2,
    "languages.mine": "en",
    "languages.theirs": "es",
    "languages.favourites": ("es", "fr", "zh", "ar"),
    "languages.mode": "interpret",
    "microphone.driver": "alsa",
    "microphone.device": "default",
    "microphone.pace": "realtime",
    "microphone.channel": "mix",
    "microphone.gain_db": 0,
    "loudspeaker.driver": "alsa",
    "loudspeaker.device": "default",
    "loudspeaker.mode": "headset",
    "loudspeaker.mine_to": "both",
    "loudspeaker.theirs_to": "both",
    "loudspeaker.max_speed": 1.25,
    "loudspeaker.robot_voice": False,
    "loudspeaker.spoken_cues": "once",
    "screen.driver": "ssd1306",
    "screen.address": 0x3C,
    "screen.guest_driver": "none",
    "screen.directory": "",
    "screen.letters": "normal",
    "screen.show_source": False,
    "screen.flip": False,
    "keys.driver": "gpio",
    "keys.script": "",
    "keys.talk": "hold",
    "keys.privacy_switch": True,
    "camera.driver": "picamera2",
    "camera.device": "",
    "camera.mode": "hold",
    "camera.tokens_per_minute": 2000,
    "camera.crop_percent": (0, 0, 100, 100),
    "camera.rotation_degrees": 0,
    "cost.daily_minutes": 240,
    "cost.daily_tokens": 0,
    "cost.unattended_minutes": 30,
    "glossary.file": "",
    "panel.enabled": False,
    "run.profile": "handheld",
    "run.start": "key",
    "run.until": "forever",
    "run.journal": "",
}


def test_the_packaged_defaults_are_the_published_ones_in_their_order() -> None:
    shipped = flatten(reading.packaged())
    assert shipped == DEFAULTS
    assert list(shipped) == list(DEFAULTS)


def test_the_tree_is_frozen_and_made_of_every_section() -> None:
    settings = reading.packaged()
    assert tuple(field.name for field in dataclasses.fields(Settings)) == tuple(SECTIONS)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.service.url = "ws://elsewhere"  # type: ignore[misc]


def test_build_and_flatten_are_opposites() -> None:
    assert flatten(build(DEFAULTS)) == DEFAULTS


def test_every_key_of_the_shipped_file_stands_once_under_a_comment() -> None:
    lines = Path(reading.__file__).with_name("default.toml").read_text(encoding="utf-8").splitlines()
    found = []
    for above, line in itertools.pairwise(lines):
        if match := re.match(r"(\w+) = ", line):
            assert above.startswith("# "), line
            found.append(match[1])
    assert found == [name for section in SECTIONS for name in names(section)]
