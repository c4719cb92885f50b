"""Words set as large as there is room for.

Responsible for: trying sizes from the largest down, and drawing what fits, row below row.
Must not: know views; break lines (``typeset.py``).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.display.canvas import Canvas
from appliance.display.fonts import DEJAVU, FontChoice, choose
from appliance.display.typeset import Line, Style, Typesetter, clean

_SMALL = FontChoice(DEJAVU, 10, 11, 9, 9)  # 11 px would merge "rn" into "m"


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of text in one size: "huge", "large", "bold", "normal" or "small"."""

    text: str
    language: str
    size: str = "normal"


@dataclass(frozen=True, slots=True)
class Setting:
    """Words as set, with their font: ``height`` in pixels is what they need of the panel."""

    lines: tuple[Line, ...]
    font: FontChoice

    @property
    def height(self) -> int:
        """Rows times pitch."""
        return len(self.lines) * self.font.pitch


def font_of(words: Words) -> FontChoice:
    """The font of a size; only DejaVu is still read at "small", other scripts stay as they are."""
    if words.size == "small":
        normal = choose(words.language)
        return _SMALL if normal.family == DEJAVU and normal.pitch == choose("en").pitch else normal
    return choose(words.language, words.size if words.size in ("large", "huge") else "normal")


def baseline(font: FontChoice) -> int:
    """Where the first baseline stands below the top of its rows, so that the last row's descenders stay inside."""
    return min(font.base_under_status, font.pitch - (3 if font.pitch > _SMALL.pitch else 2))


def set_words(typesetter: Typesetter, words: Words, canvas: Canvas, width: int, indent: int = 0) -> Setting:
    """Break ``words`` in ``width`` pixels; no lines for no text."""
    font = font_of(words)
    if not words.text:
        return Setting((), font)
    style = Style(words.language, font, width, canvas.is_grey, bold=words.size == "bold", indent=indent)
    return Setting(tuple(typesetter.set_lines(clean(words.text), style)), font)


def first_that_fits(
    typesetter: Typesetter, choices: Sequence[Sequence[Words]], canvas: Canvas, width: int, height: int
) -> tuple[Setting, ...]:
    """The first of ``choices`` whose pieces, one below the other, need at most ``height`` pixels; else the last.

    A piece in "large" or "huge" counts as fitting only where it breaks between words.
    """
    done: tuple[Setting, ...] = ()
    for pieces in choices:
        done = tuple(set_words(typesetter, words, canvas, width) for words in pieces)
        whole = all(_breaks_well(words, setting) for words, setting in zip(pieces, done, strict=True))
        if whole and sum(setting.height for setting in done) <= height:
            return done
    return done


def draw_settings(canvas: Canvas, settings: Sequence[Setting], x: int, top: int) -> int:
    """Draw them one below the other; returns the first free row of pixels."""
    for setting in settings:
        for row, line in enumerate(setting.lines):
            canvas.line(line, x, top + baseline(setting.font) + row * setting.font.pitch)
        top += setting.height
    return top


def _breaks_well(words: Words, setting: Setting) -> bool:
    if words.size not in ("large", "huge"):
        return True
    return all(clean(words.text)[line.end - 1] == " " for line in setting.lines[:-1])
