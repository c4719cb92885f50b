"""Words set as large as there is room for.

Responsible for: trying sizes from the largest down, and drawing what fits, row below row.
Must not: know views; break lines (``typeset.py``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from appliance.display.canvas import Canvas
from appliance.display.fonts import DEJAVU, FontChoice, choose
from appliance.display.typeset import Line, Style, Typesetter, clean

_BASELINES_APART_MIN = 9
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
    return min(font.base_under_status, font.pitch - 3)


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
        whole = all(breaks_well(words, setting) for words, setting in zip(pieces, done, strict=True))
        if whole and sum(setting.height for setting in done) <= height:
            return done
    return done


def draw_settings(canvas: Canvas, settings: Sequence[Setting], x: int, top: int) -> None:
    """Draw them one below the other from ``top`` on."""
    rows = [(line, setting.font) for setting in settings for line in setting.lines]
    for (line, _), place in zip(rows, places(rows, top, canvas.height), strict=True):
        canvas.line(line, x, place)


def places(rows: Sequence[tuple[Line, FontChoice]], top: int, height: int) -> list[int]:
    """The baselines of ``rows`` from ``top`` on, at their pitch.

    Where ink would leave the panel, all rows move if that helps; else they stand as close as their ink allows: most
    lines have no tall mark or deep descender, so a row more finds room.
    """
    found, at = [], top
    for _, font in rows:
        found.append(at + baseline(font))
        at += font.pitch
    spans = [span(line) for line, _ in rows]
    over = max((y + down - height + 1 for y, (_, down) in zip(found, spans, strict=True)), default=0)
    under = max((-y - up for y, (up, _) in zip(found, spans, strict=True)), default=0)
    if over <= 0 and under <= 0:
        return found
    if over + under <= 0 and (under > 0 or top > 0):
        return [y + (under if under > 0 else -over) for y in found]
    return _tight([font.pitch for _, font in rows], spans, top, height)


def _tight(pitches: Sequence[int], spans: Sequence[tuple[int, int]], top: int, height: int) -> list[int]:
    """Baselines as close as the ink allows; what is left of the panel goes to the rows, none wider than its pitch."""
    steps = [max(_BASELINES_APART_MIN, above[1] - below[0] + 1) for above, below in pairwise(spans)]
    found = [top - spans[0][0]]
    spare = max(0, height - 1 - (found[0] + sum(steps) + spans[-1][1]))
    for index, step in enumerate(steps):
        share = min(spare // (len(steps) - index), max(0, pitches[index] - step))
        spare -= share
        found.append(found[-1] + step + share)
    return found


def span(line: Line) -> tuple[int, int]:
    """First and last row of ink, from the baseline."""
    if line.ink is None:
        return 0, 0
    surface = line.ink.surface
    data, stride, height = bytes(surface.get_data()), surface.get_stride(), surface.get_height()
    inked = [y for y in range(height) if any(data[y * stride : y * stride + surface.get_width()])]
    return line.ink.top + inked[0], line.ink.top + inked[-1]


def breaks_well(words: Words, setting: Setting) -> bool:
    """Whether large letters break between words only; smaller ones may break anywhere."""
    if words.size not in ("large", "huge"):
        return True
    return all(clean(words.text)[line.end - 1] == " " for line in setting.lines[:-1])
