"""What the panel should show, as data without pixels.

Responsible for: the shapes that the core fills and ``display/`` draws.
Must not: know fonts, pixels, or devices.
"""

from dataclasses import dataclass, field
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
    speak: bool = False  # it held it until just now: your turn
    camera: bool = False
    private: bool = False
    volume: int | None = None  # per cent, only while it is turned
    muted: bool = False
    wordless: bool = False  # pictograms alone: whoever reads it may not read our words


@dataclass(frozen=True, slots=True)
class Sentence:
    """One turn's translation. ``text`` only ever grows at its end; ``tail`` is provisional and may be withdrawn."""

    text: str
    tail: str = ""
    final: bool = False
    late: bool = False
    turn: tuple[int, int] = field(default=(0, 0), compare=False)  # tells it from another that says the same


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
    unread: int = 0  # confirmed characters at the end that a reader has not had the time for: rows wait for them
    back: int = 0  # captions: rows scrolled back by the knob; stops at the oldest row kept


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
    language: str = "en"  # of ``says`` and ``do``


@dataclass(frozen=True, slots=True)
class BlankView:
    """Asleep: every pixel dark."""


class Sign(StrEnum):
    """A large pictogram, for people who cannot read the words beside it."""

    PRESS = "press"
    SPEAK = "speak"
    WAIT = "wait"
    REPEAT = "repeat"
    MICROPHONE_OFF = "microphone_off"
    MUTED = "muted"
    NETWORK = "network"
    ONLINE = "online"
    NOTHING = "nothing"
    UNPLUG = "unplug"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class SignView:
    """One idea with its pictogram: "this box kept nothing", "safe to unplug", muted, a language by its own name."""

    status: Status
    sign: Sign
    title: str
    words: str = ""
    language: str = "en"
    flip: bool = False
    words_language: str = ""  # where the words are in another one than the title


@dataclass(frozen=True, slots=True)
class IdleView:
    """A kiosk that waits: what to do in one favourite language, on which key, and where the speech goes.

    For a language in which the box has no words of its own, ``words`` is its own name and ``key`` and ``consent`` are
    empty: the pictogram says the rest. The whole panel: no status row.
    """

    language: str
    words: str  # "press and speak"
    key: str = ""  # the key by its colour
    consent: str = ""  # "speech goes to an online service"
    flip: bool = False


@dataclass(frozen=True, slots=True)
class MenuRow:
    """One language of the menu."""

    language: str
    name: str  # by its own speakers
    speaks: bool
    note: str = ""  # of the chosen one, at the foot: "reads, does not speak"


@dataclass(frozen=True, slots=True)
class MenuView:
    """The menu of languages: the chosen one in the middle, its neighbours above and below. The whole panel."""

    rows: tuple[MenuRow, ...]
    chosen: int  # index into ``rows``
    note_language: str = "en"


@dataclass(frozen=True, slots=True)
class VolumeView:
    """How loud, large, while the knob is turned."""

    status: Status
    percent: int
    muted: bool = False
    words: str = ""
    language: str = "en"


class Mark(StrEnum):
    """How one thing of a table came out."""

    NONE = "none"
    GOOD = "good"
    BAD = "bad"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class TableRow:
    """A name, and what there is to say of it: a value, a mark, or both."""

    label: str
    value: str = ""
    mark: Mark = Mark.NONE


@dataclass(frozen=True, slots=True)
class TableView:
    """Pre-flight and cost: rows in columns, as many as fit from ``first`` on."""

    status: Status
    title: str
    rows: tuple[TableRow, ...]
    language: str = "en"
    first: int = 0


@dataclass(frozen=True, slots=True)
class CountdownView:
    """Seconds until the visit ends by itself, and the words that say how to stop it."""

    status: Status
    seconds: int
    words: str
    language: str = "en"
    flip: bool = False


View = (
    SubtitlesView
    | NoticeView
    | FaultView
    | BlankView
    | SignView
    | IdleView
    | MenuView
    | VolumeView
    | TableView
    | CountdownView
)
