"""What can be set, as a tree of frozen dataclasses whose names equal the keys of the TOML files.

Responsible for: the shape. The defaults are in ``default.toml``, the limits in ``rules.py``.
Must not: read files, or hold the key of the service.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

Value = bool | int | float | str | tuple[str, ...] | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """The line to the interpreter."""

    url: str
    model: str
    ca_file: str  # "" = the system's authorities alone
    voice: str  # "" = the model's default
    clone: str  # "off" | "never" | "once" | "always"
    transcription: bool
    silence_ms: int
    threshold: float  # -1.0 to 1.0


@dataclass(frozen=True, slots=True)
class Languages:
    """Who speaks what."""

    mine: str  # "" = let the service detect
    theirs: str
    favourites: tuple[str, ...]
    mode: str  # "interpret" | "captions"


@dataclass(frozen=True, slots=True)
class Microphone:
    """Where speech comes from."""

    driver: str  # "alsa" | "file"
    device: str
    pace: str  # "realtime" | "fast"
    channel: str  # "mix" | "left" | "right"
    gain_db: float


@dataclass(frozen=True, slots=True)
class Loudspeaker:
    """Where speech goes."""

    driver: str  # "alsa" | "file" | "none"
    device: str
    mode: str  # "headset" | "loudspeaker"
    mine_to: str  # "left" | "right" | "both"
    theirs_to: str
    max_speed: float
    robot_voice: bool
    spoken_cues: str  # "never" | "once" | "always"


@dataclass(frozen=True, slots=True)
class Screen:
    """The panels."""

    driver: str  # "ssd1306" | "ssd1309" | "sh1106" | "ssd1322" | "terminal" | "png" | "none"
    address: int  # I2C
    guest_driver: str
    directory: str
    letters: str  # "normal" | "large" | "huge"
    show_source: bool
    flip: bool


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys and the privacy slide."""

    driver: str  # "gpio" | "keyboard" | "script" | "none"
    script: str
    talk: str  # "hold" | "tap"
    privacy_switch: bool


@dataclass(frozen=True, slots=True)
class Camera:
    """The camera and what it may cost."""

    driver: str  # "picamera2" | "folder" | "none"
    device: str
    mode: str  # "off" | "hold" | "auto"
    tokens_per_minute: int
    crop_percent: tuple[int, int, int, int]  # left, top, right, bottom of the view as the sensor sees it
    rotation_degrees: int  # then clockwise: 0, 90, 180 or 270


@dataclass(frozen=True, slots=True)
class Cost:
    """The caps."""

    daily_minutes: int  # of audio sent; 0 = no cap
    daily_tokens: int  # 0 = no cap
    unattended_minutes: int


@dataclass(frozen=True, slots=True)
class Glossary:
    """The file of hot words; what it holds is in ``Loaded.phrases``."""

    file: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The panel in a browser."""

    enabled: bool


@dataclass(frozen=True, slots=True)
class Run:
    """How the box behaves as a whole."""

    profile: str  # "handheld" | "kiosk"
    start: str  # "key" | "at-once"
    until: str  # "forever" | "microphone-ends"
    journal: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it."""

    service: Service
    languages: Languages
    microphone: Microphone
    loudspeaker: Loudspeaker
    screen: Screen
    keys: Keys
    camera: Camera
    cost: Cost
    glossary: Glossary
    panel: Panel
    run: Run


SECTIONS: dict[str, type] = {
    "service": Service,
    "languages": Languages,
    "microphone": Microphone,
    "loudspeaker": Loudspeaker,
    "screen": Screen,
    "keys": Keys,
    "camera": Camera,
    "cost": Cost,
    "glossary": Glossary,
    "panel": Panel,
    "run": Run,
}


def names(section: str) -> tuple[str, ...]:
    """The keys of one section, in the order in which they are written."""
    return tuple(field.name for field in fields(SECTIONS[section]))


def build(values: Mapping[str, Value]) -> Settings:
    """The tree from checked values by dotted name (``service.url``); every name must be there."""
    return Settings(
        **{
            section: shape(**{name: values[f"{section}.{name}"] for name in names(section)})
            for section, shape in SECTIONS.items()
        }
    )


def flatten(settings: Settings) -> dict[str, Value]:
    """The opposite of ``build``: values by dotted name, in the order in which they are written."""
    dotted = [(section, name) for section in SECTIONS for name in names(section)]
    return {f"{section}.{name}": getattr(getattr(settings, section), name) for section, name in dotted}
