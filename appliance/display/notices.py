"""Notices and faults: one idea, large, in plain words.

Responsible for: the layout of the two screens that are not subtitles.
Must not: know which fault says what (``errors.ADVICE``), or translate.
"""

from appliance.core.model.views import FaultView, NoticeView
from appliance.display.canvas import Canvas
from appliance.display.flow import Words, font_of, places
from appliance.display.fonts import RIGHT_TO_LEFT, FontChoice, choose
from appliance.display.pictograms import capitals
from appliance.display.status import STATUS_HEIGHT, draw_status
from appliance.display.subtitles import MARGIN
from appliance.display.typeset import Line, Style, Typesetter, clean

_CODE_ROWS = 2  # the code is as high as two rows of words
_CODE_GAP = 6
_ARROW_INDENT = 10
_CODE_BASE = 22
_OVERHANG = 1  # five rows are one pixel more than the panel: the last one moves up by it
_NOTHING = Line(0, 0, None)
_ARROW_RISE = 7  # from the baseline to the top of the arrow


def draw_notice(view: NoticeView, canvas: Canvas, typesetter: Typesetter) -> None:
    """The title large where it fits one line, else bold; the words below it. Long words take the status row's place."""
    font = choose(view.language)
    title_font = choose(view.language, "large")
    title = _set(typesetter, view.title, view.language, title_font, canvas)
    if len(title) > 1:
        title_font = font
        title = _set(typesetter, view.title, view.language, font, canvas, bold=True)
    words = _set(typesetter, view.words, view.language, font, canvas)
    top = STATUS_HEIGHT
    total = title_font.pitch * len(title) + font.pitch * len(words)
    if top + total > canvas.height:
        top = 0
    else:
        draw_status(view.status, canvas)
    for row, line in enumerate(title):
        canvas.line(line, MARGIN, top + title_font.base_under_status + row * title_font.pitch)
    top += title_font.pitch * len(title)
    for row, line in enumerate(words):
        squeeze = _OVERHANG if row and row + 1 == len(words) and total > canvas.height else 0
        canvas.line(line, MARGIN, top + font.base_under_status + row * font.pitch - squeeze)


def draw_fault(view: FaultView, canvas: Canvas, typesetter: Typesetter) -> None:
    """The code at the upper left as high as two rows, what is wrong beside and below it, behind an arrow what to do.

    Long words take the place of the status row as well, and the longest are set smaller: all of them must be read.
    """
    code_style = Style("en", choose("en", "huge"), canvas.width, canvas.is_grey, bold=True)
    code = typesetter.set_lines(clean(view.code), code_style)
    beside = _ink_right(code) + _CODE_GAP
    top = STATUS_HEIGHT
    for size in ("normal", "small"):
        font = font_of(Words("", view.language, size))
        says = _flow(typesetter, view, font, canvas, beside)
        style = Style(view.language, font, canvas.width - 2 * MARGIN, canvas.is_grey, indent=_ARROW_INDENT)
        do = typesetter.set_lines(clean(view.do), style) if view.do else []
        do_row = max(len(says), _CODE_ROWS)
        total = (do_row + len(do)) * font.pitch
        if STATUS_HEIGHT + total <= canvas.height:
            draw_status(view.status, canvas)
            break
        top = 0
        if total <= canvas.height + _OVERHANG:
            break
    gap: list[Line] = [_NOTHING] * (do_row - len(says))
    rows = places([(line, font) for line in (*says, *gap, *do)], top, canvas.height)
    for line in code:
        canvas.line(line, MARGIN, top + _CODE_BASE)
    for row, line in enumerate(says):
        canvas.line(line, MARGIN + (beside if row < _CODE_ROWS else 0), rows[row])
    for row, line in enumerate(do):
        canvas.line(line, MARGIN, rows[do_row + row])
    if do:
        rtl = view.language in RIGHT_TO_LEFT
        arrow, width = capitals("←" if rtl else "→")
        left = canvas.width - MARGIN - width if rtl else MARGIN
        canvas.picture(arrow, left, rows[do_row] - _ARROW_RISE)


def _set(
    typesetter: Typesetter, text: str, language: str, font: FontChoice, canvas: Canvas, bold: bool = False
) -> list[Line]:
    if not text:
        return []
    style = Style(language, font, canvas.width - 2 * MARGIN, canvas.is_grey, bold=bold)
    return typesetter.set_lines(clean(text), style)


def _flow(typesetter: Typesetter, view: FaultView, font: FontChoice, canvas: Canvas, beside: int) -> list[Line]:
    """What is wrong, around the code: the first rows narrow, the others over the whole width."""
    width = canvas.width - 2 * MARGIN
    text = clean(view.says)
    narrow = typesetter.set_lines(text, Style(view.language, font, width - beside, canvas.is_grey))
    if len(narrow) <= _CODE_ROWS:
        return narrow
    rest = text[narrow[_CODE_ROWS - 1].end :]
    return narrow[:_CODE_ROWS] + typesetter.set_lines(rest, Style(view.language, font, width, canvas.is_grey))


def _ink_right(lines: list[Line]) -> int:
    edges = [line.ink.left + line.ink.surface.get_width() for line in lines if line.ink is not None]
    return int(max(edges, default=0))
