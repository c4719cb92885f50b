"""What the emulated service is made of: the seams between session, voice detector, interpreter and transport.

Responsible for: the shapes that ``session.py`` (sans-I/O), ``server.py`` (sockets and threads) and the simulator share.
Must not: do anything.

It is an emulator: what it says comes from an ``Interpreter`` that recognises rehearsed utterances. It translates
nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Message = dict[str, Any]
"""One JSON message of the wire, decoded."""

Sound = Any
"""A piece of input: ``bytes`` (signed 16 bit mono at the session's rate) on the wire; in the simulator an object of its
own with an attribute ``samples`` that only the simulator's detector and interpreter look into."""


@dataclass(frozen=True, slots=True)
class Send:
    """Put this message on the wire."""

    message: Message


@dataclass(frozen=True, slots=True)
class SendRaw:
    """Put this text on the wire as it stands: nonsense, oversized frames."""

    text: str


@dataclass(frozen=True, slots=True)
class Close:
    """Close with a close frame."""

    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Drop:
    """Reset the TCP connection: no close frame."""


@dataclass(frozen=True, slots=True)
class Mute:
    """From now on nothing at all is sent, pongs included (``half_open``); with ``pongs`` they still are (``deaf``)."""

    pongs: bool


Output = Send | SendRaw | Close | Drop | Mute
Timed = tuple[int, Output]
"""(when in ms on the caller's clock, what). Lists of these are in order of time."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The upgrade is refused with this HTTP status and body."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"


class Detector(Protocol):
    """A voice detector over one session's stream."""

    def configure(self, threshold: float, rate_hz: int) -> None:
        """Called once before the first sound. ``threshold`` −1.0…1.0 as in ``turn_detection``."""

    def feed(self, sound: Sound) -> Sequence[bool]:
        """One flag for every 20 ms frame that ``sound`` completes: speech or not. Keeps the remainder."""


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What the interpreter makes of one utterance."""

    language: str  # of the source, as "detected"; "" where nothing was understood
    source: str  # the speaker's own words; "" = an empty turn
    translation: str
    speech: bytes = b""  # 24 kHz mono signed 16 bit of the translation; empty for text only


class Interpreter(Protocol):
    """Recognises utterances. Must answer at once; slow work (rendering speech) is done elsewhere beforehand."""

    def interpret(
        self,
        heard: Sequence[Sound],
        target: str,
        *,
        speak: bool,
        complete: bool,
        phrases: dict[str, str],
        picture: bytes | None,
    ) -> Interpretation | None:
        """What the turn heard so far says in ``target``.

        ``heard``: all sound of the turn so far, in order, about 300 ms of lead-in included. None = not sure yet, or the
        speech is not rendered yet: ask again later. With ``complete`` the turn is over: None then only means that
        it is still being thought about, or its speech rendered. ``phrases``: hot words, source term → target term.
        ``picture``: the latest JPEG of this turn; it may come when something was said of the turn already.
        """
