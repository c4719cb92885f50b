"""How much of one text of the service is kept: what a screen can show and a person can read.

Responsible for: the one bound through which every text of the service passes before it is kept, counted or drawn.
Must not: know messages or pixels.

A text only grows, and so does what is kept of it: the bound cuts the end off and never moves the beginning
(appliance/display/README.md#6-subtitle-behaviour, "append-only").
"""

from unicodedata import category

LETTERS_MAX = 6_000
"""Of one text: six minutes of a fast reader. A turn of 90 s, the longest that is replayed, has about 2,000."""
MARKS_MAX = 6
"""Combining marks and invisible letters on one letter. Vietnamese, Hebrew, Thai and Indic words have four at most; a
stack of more is as high as the screen."""
CUT_OFF = " …"
"""Behind a text that was cut off, and behind half a translation that the service gave up."""


def bounded(text: str) -> str:
    """``text`` with at most ``LETTERS_MAX`` letters ("…" behind what was cut off) and ``MARKS_MAX`` marks on each."""
    kept = text[:LETTERS_MAX]
    if not kept.isascii():
        kept = _thinned(kept)
    return kept + CUT_OFF if len(text) > LETTERS_MAX else kept


def _thinned(text: str) -> str:
    letters, marks = [], 0
    for letter in text:
        kind = category(letter)
        marks = marks + 1 if kind[0] == "M" or kind == "Cf" else 0
        if marks <= MARKS_MAX:
            letters.append(letter)
    return "".join(letters)
