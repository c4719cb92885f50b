"""What the panel should show, as data without pixels.

Responsible for: the shapes that the core fills and ``display/`` draws.
Must not: know fonts, pixels, or devices.
"""

from dataclasses import dataclass
from enum import StrEnum


class Link(StrEnum):
    """The state of the active line as a picture."""

    OFF = "off"  # no line wanted
    DIALING = "dialing"  # not connected yet
    ON_AIR = "on_air"  # connected, configured, receiving uplink
    LOST = "lost"  # wanted, and not there


@dataclass(frozen=True, slots=True)
class Status:
    """The status row: 12 pixels at the top of every working screen."""

    direction: str  # "EN→FR", empty before there is one
    link: Link
    level: int = 0  # microphone level, 0 to 5 bars
    listening: bool = False  # a capture is open
    wait: bool = False  # half duplex holds the uplink
    camera: bool = False
    private: bool = False
    volume: int | None = None  # per cent, only while it is turned
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """One turn's translation. ``text`` only ever grows at its end; ``tail`` is provisional and may be withdrawn."""

    text: str
    tail: str = ""
    final: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class SubtitlesView:
    """The translation, rolled up from below. Sentences are oldest first."""

    status: Status
    language: str  # of the sentences; decides font, script and direction
    sentences: tuple[Sentence, ...]
    source: str = ""  # the speaker's own words, where wanted
    source_language: str = ""
    letters: str = "normal"  # "normal" | "large" | "huge"
    flip: bool = False


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One idea in plain words: start, standby, "wait", "please repeat", "safe to unplug"."""

    status: Status
    title: str
    words: str
    language: str = "en"
    flip: bool = False


@dataclass(frozen=True, slots=True)
class FaultView:
    """A fault: short code, plain words, one thing to do."""

    status: Status
    code: str
    says: str
    do: str


@dataclass(frozen=True, slots=True)
class BlankView:
    """Asleep: every pixel dark."""


View = SubtitlesView | NoticeView | FaultView | BlankView
