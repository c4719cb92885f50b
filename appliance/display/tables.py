"""Screens of several rows: the menu of languages, pre-flight and cost.

Responsible for: rows, columns, marks, and where the chosen one stands.
Must not: know the languages of the service, or what a check means.
"""

from appliance.core.model.views import Mark, MenuRow, MenuView, TableRow, TableView
from appliance.display.canvas import Canvas
from appliance.display.flow import Setting, Words, baseline, first_that_fits, font_of, set_words, span
from appliance.display.fonts import RIGHT_TO_LEFT
from appliance.display.pictograms import picture
from appliance.display.status import STATUS_HEIGHT, draw_status
from appliance.display.subtitles import MARGIN
from appliance.display.typeset import Line, Typesetter

_SLOT = 17  # high enough for a name in any script; three of them leave a row for the note
_OVER = 4  # a row of tall letters is higher than its ink
_NEIGHBOUR = 0.5
_NAME_LEFT = 9  # behind the pointer
_MARKS_WIDTH = 13  # loudspeaker or eye at the right
_PITCH = 13
_COLUMN_MIN = 120  # pixels: narrower columns are not read
_MARK_GAP = 4
_GAP = 8  # between columns


def draw_menu(view: MenuView, canvas: Canvas, typesetter: Typesetter) -> None:
    """Three names, the chosen one in the middle behind a pointer and between dotted rules; its note at the foot."""
    for slot in range(3):
        index = view.chosen + slot - 1
        if 0 <= index < len(view.rows):
            _menu_row(view.rows[index], slot, canvas, typesetter)
    for y in (_SLOT - 1, 2 * _SLOT):
        canvas.dotted(MARGIN, canvas.width - MARGIN, y, step=4)
    if 0 <= view.chosen < len(view.rows):
        pointer, _ = picture("pointer")
        canvas.picture(pointer, MARGIN, _SLOT + 5)
        note = view.rows[view.chosen].note
        for line in set_note(typesetter, note, view.note_language, canvas).lines[:1]:
            canvas.line(line, MARGIN, _centred(line, 3 * _SLOT, canvas.height))


def set_note(typesetter: Typesetter, note: str, language: str, canvas: Canvas) -> Setting:
    """The one row at the foot, in the larger letters with which it is one row."""
    width = canvas.width - 2 * MARGIN
    choices = [(Words(note, language, size),) for size in ("normal", "small")]
    return first_that_fits(typesetter, choices, canvas, width, canvas.height - 3 * _SLOT + _OVER)[0]


def _menu_row(row: MenuRow, slot: int, canvas: Canvas, typesetter: Typesetter) -> None:
    strength = 1.0 if slot == 1 else _NEIGHBOUR
    width = canvas.width - 2 * MARGIN - _NAME_LEFT - _MARKS_WIDTH
    for line in set_words(typesetter, Words(row.name, row.language), canvas, width).lines[:1]:
        canvas.line(line, MARGIN + _NAME_LEFT, _centred(line, slot * _SLOT, (slot + 1) * _SLOT), strength)
    mark, mark_width = picture("loudspeaker" if row.speaks else "eye")
    canvas.picture(mark, canvas.width - MARGIN - mark_width, slot * _SLOT + 4, strength)


def _centred(line: Line, top: int, end: int) -> int:
    """The baseline with which the ink of ``line`` stands in the middle between ``top`` and ``end``."""
    up, down = span(line)
    return min((top + end - 1 - up - down) // 2, end - 1 - down)


def draw_table(view: TableView, canvas: Canvas, typesetter: Typesetter) -> None:
    """The title, then label, value and mark in each row; two columns where the panel is wide enough."""
    draw_status(view.status, canvas)
    title = set_words(typesetter, Words(view.title, view.language, "bold"), canvas, canvas.width - 2 * MARGIN)
    top = STATUS_HEIGHT
    if view.title:
        for line in title.lines[:1]:
            canvas.line(line, MARGIN, top + baseline(title.font))
        top += title.font.pitch
    pitch = max(_PITCH, font_of(Words("", view.language)).pitch)
    columns = max(1, canvas.width // (_COLUMN_MIN + _GAP))
    rows = max(1, (canvas.height - top) // pitch)
    width = (canvas.width - 2 * MARGIN - (columns - 1) * _GAP) // columns
    shown = view.rows[view.first : view.first + rows * columns]
    for index, row in enumerate(shown):
        column, place = divmod(index, rows)
        left = MARGIN + column * (width + _GAP)
        _table_row(row, view.language, canvas, typesetter, left, left + width, top + place * pitch)


def _table_row(
    row: TableRow, language: str, canvas: Canvas, typesetter: Typesetter, left: int, right: int, top: int
) -> None:
    """Label at the reading edge, value and mark at the other one; the label gives way to the value."""
    rtl = language in RIGHT_TO_LEFT
    place = top + baseline(font_of(Words("", language)))
    if row.mark is not Mark.NONE:
        mark, width = picture(row.mark.value)
        canvas.picture(mark, left if rtl else right - width, place - len(mark))
        left, right = (left + width + _MARK_GAP, right) if rtl else (left, right - width - _MARK_GAP)
    if row.value:
        (value,) = set_words(typesetter, Words(row.value, "en"), canvas, 4 * canvas.width).lines[:1]
        reach = value.ink.left + value.ink.surface.get_width() if value.ink is not None else 0
        canvas.line(value, left if rtl else right - reach, place)
        left, right = (left + reach + _MARK_GAP, right) if rtl else (left, right - reach - _MARK_GAP)
    for line in set_words(typesetter, Words(row.label, language), canvas, max(1, right - left)).lines[:1]:
        canvas.line(line, left, place)
