"""What each setting may be: its type, its range, its choices, and the sentence when it is something else.

Responsible for: one value at a time. What two settings may not be together is in ``checks.py``.
Must not: read files or know where a value came from.
"""

import difflib
import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from appliance.config.settings import Value

TEXT_MAX_LENGTH = 1000
LIST_MAX_LENGTH = 60


def suggestion(word: str, known: Iterable[str]) -> str:
    """`` (did you mean "x"?)``, or nothing where no known word is near. Case does not count."""
    by_folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word[:TEXT_MAX_LENGTH].casefold(), by_folded, n=1, cutoff=0.6)
    return f' (did you mean "{by_folded[near[0]]}"?)' if near else ""


def quoted(value: object) -> str:
    """The value as the operator would recognise it, short, and never something that looks like a key of the service."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        if "sk-" in value:
            return "a text that holds a key"
        return f'"{value[:40]}…"' if len(value) > 40 else f'"{value}"'
    if isinstance(value, int) and abs(value) > 10**12:  # the longest cannot even be written out
        return "so large a number"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, list):
        return "a list"
    return "a table" if isinstance(value, dict) else "a date or time"


def one_line(text: str) -> bool:
    """Whether the text has no line break and no control character. Joiners, which some scripts need, are fine."""
    return all(unicodedata.category(letter) not in ("Cc", "Cs", "Zl", "Zp") for letter in text)


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""

    def accept(self, value: object) -> Value:
        """The value; ``ValueError`` with the end of a sentence that begins with the key's name."""
        if isinstance(value, bool):
            return value
        raise ValueError(f"must be true or false, without quotation marks, not {quoted(value)}")


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    low: int
    high: int

    def accept(self, value: object) -> Value:
        """See ``Flag.accept``."""
        if isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high:
            return value
        raise ValueError(f"must be a whole number from {self.low} to {self.high}, not {quoted(value)}")


@dataclass(frozen=True, slots=True)
class Number:
    """A number with or without a point."""

    low: float
    high: float

    def accept(self, value: object) -> Value:
        """See ``Flag.accept``."""
        if isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high:
            assert math.isfinite(value)
            return float(value)
        raise ValueError(f"must be a number from {self.low:g} to {self.high:g}, not {quoted(value)}")


@dataclass(frozen=True, slots=True)
class Text:
    """Words in quotation marks, on one line."""

    def accept(self, value: object) -> Value:
        """See ``Flag.accept``."""
        if not isinstance(value, str):
            raise ValueError(f"must be a text in quotation marks, not {quoted(value)}")
        if len(value) > TEXT_MAX_LENGTH:
            raise ValueError(f"is longer than {TEXT_MAX_LENGTH} characters")
        if not one_line(value):
            raise ValueError("holds a line break or another control character")
        return value


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words."""

    choices: tuple[str, ...]

    def accept(self, value: object) -> Value:
        """See ``Flag.accept``."""
        if isinstance(value, str) and value in self.choices:
            return value
        hint = suggestion(value, self.choices) if isinstance(value, str) else ""
        known = ", ".join(f'"{choice}"' for choice in self.choices)
        raise ValueError(f"must be one of {known}, not {quoted(value)}{hint}")


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of words."""

    def accept(self, value: object) -> Value:
        """See ``Flag.accept``."""
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise ValueError('must be a list of texts, such as ["es", "fr"]')
        if len(value) > LIST_MAX_LENGTH:
            raise ValueError(f"has more than {LIST_MAX_LENGTH} entries")
        for word in value:
            Text().accept(word)
        return tuple(value)


@dataclass(frozen=True, slots=True)
class Quarter:
    """A turn by quarters."""

    def accept(self, value: object) -> Value:
        """See ``Flag.accept``."""
        if isinstance(value, int) and not isinstance(value, bool) and value in (0, 90, 180, 270):
            return value
        raise ValueError(f"must be 0, 90, 180 or 270, not {quoted(value)}")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a picture: left, top, right and bottom in percent of the whole."""

    least: int  # that must be left, each way

    def accept(self, value: object) -> Value:
        """See ``Flag.accept``."""
        if not isinstance(value, list) or len(value) != 4 or not all(_is_percent(each) for each in value):
            raise ValueError("must be a list of left, top, right and bottom in percent, such as [0, 0, 100, 100]")
        left, top, right, bottom = value
        if right - left < self.least or bottom - top < self.least:
            raise ValueError(f"must leave at least {self.least} percent from left to right and from top to bottom")
        return left, top, right, bottom


def _is_percent(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100


Rule = Flag | Whole | Number | Text | OneOf | Texts | Quarter | Part

PANELS = ("ssd1306", "ssd1309", "sh1106", "ssd1322", "terminal", "png", "none")
EARS = ("left", "right", "both")

RULES: dict[str, Rule] = {
    "service.url": Text(),
    "service.model": Text(),
    "service.ca_file": Text(),
    "service.voice": Text(),
    "service.clone": OneOf(("off", "never", "once", "always")),
    "service.transcription": Flag(),
    "service.silence_ms": Whole(300, 2000),
    "service.threshold": Number(-1.0, 1.0),
    "languages.mine": Text(),
    "languages.theirs": Text(),
    "languages.favourites": Texts(),
    "languages.mode": OneOf(("interpret", "captions")),
    "microphone.driver": OneOf(("alsa", "file")),
    "microphone.device": Text(),
    "microphone.pace": OneOf(("realtime", "fast")),
    "microphone.channel": OneOf(("mix", "left", "right")),
    "microphone.gain_db": Number(-20, 40),
    "loudspeaker.driver": OneOf(("alsa", "file", "none")),
    "loudspeaker.device": Text(),
    "loudspeaker.mode": OneOf(("headset", "loudspeaker")),
    "loudspeaker.mine_to": OneOf(EARS),
    "loudspeaker.theirs_to": OneOf(EARS),
    "loudspeaker.max_speed": Number(1.0, 2.0),
    "loudspeaker.robot_voice": Flag(),
    "loudspeaker.spoken_cues": OneOf(("never", "once", "always")),
    "screen.driver": OneOf(PANELS),
    "screen.address": Whole(0x08, 0x77),
    "screen.guest_driver": OneOf(PANELS),
    "screen.directory": Text(),
    "screen.letters": OneOf(("normal", "large", "huge")),
    "screen.show_source": Flag(),
    "screen.flip": Flag(),
    "keys.driver": OneOf(("gpio", "keyboard", "script", "none")),
    "keys.script": Text(),
    "keys.talk": OneOf(("hold", "tap")),
    "keys.privacy_switch": Flag(),
    "camera.driver": OneOf(("picamera2", "folder", "none")),
    "camera.device": Text(),
    "camera.mode": OneOf(("off", "hold", "auto")),
    "camera.tokens_per_minute": Whole(0, 1_000_000),
    "camera.crop_percent": Part(least=10),
    "camera.rotation_degrees": Quarter(),
    "cost.daily_minutes": Whole(0, 1440),
    "cost.daily_tokens": Whole(0, 1_000_000_000),
    "cost.unattended_minutes": Whole(1, 1440),
    "glossary.file": Text(),
    "panel.enabled": Flag(),
    "run.profile": OneOf(("handheld", "kiosk")),
    "run.start": OneOf(("key", "at-once")),
    "run.until": OneOf(("forever", "microphone-ends")),
    "run.journal": Text(),
}
