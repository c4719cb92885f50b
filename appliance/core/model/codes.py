"""Set-up by a code before the camera: its events, and its part of the state.

Responsible for: the shapes. `session/code_setup.py` has the rules.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CodePage:
    """One thing that a code asks for, as the screen may show it: one line without control characters."""

    what: str  # "network", "key", "profile", ...: `session/code_setup.py` has the words
    text: str


@dataclass(frozen=True, slots=True)
class CodeRead:
    """The camera saw a code that can be used. Its content stays with the worker, under ``number``."""

    number: int
    pages: tuple[CodePage, ...]
    needs_country: bool


@dataclass(frozen=True, slots=True)
class CodeRefused:
    """A code was seen that cannot be used, or none can be read here. ``why`` holds nothing of it."""

    why: str


@dataclass(frozen=True, slots=True)
class CodeApplied:
    """What root answered to the request."""

    ok: bool
    words: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What a code asks for."""

    number: int
    pages: tuple[CodePage, ...]
    needs_country: bool


@dataclass(frozen=True, slots=True)
class CodeSetup:
    """Set-up by a code before the camera. ``session/code_setup.py`` has its rules."""

    due_at: int | None = None  # its key is held: it begins then
    by_itself: bool = False  # it begins because nobody has set up the box
    looks: bool = False  # the camera was told to look for codes
    until: int | None = None  # it ends by itself then
    offer: Offer | None = None
    page: int = 0  # of the offer; behind the last: the country
    page_since: int = 0
    country: int = -1  # index into ``Setup.countries``; -1: none is chosen
    applying: bool = False
    told: str = ""  # a sentence about it
    told_until: int | None = None
    well: bool = False
