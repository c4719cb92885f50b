"""Subtitles: whole rows that roll up from the lower edge.

Responsible for: which rows of which sentences are seen, their places, and the marks of provisional and late words.
Must not: break lines (``paragraph.py``) or decide which words are shown (the core does).

The newest row stands at the lowest place, and a row above moves only when a new one pushes it. When provisional words
are taken back, their rows stay empty until newer words fill them: nothing ever rolls down.
"""

from dataclasses import dataclass

from appliance.core.model.views import Sentence, SubtitlesView
from appliance.display.canvas import Canvas
from appliance.display.fonts import FontChoice, choose, grown
from appliance.display.paragraph import ROWS_KEPT, Paragraphs
from appliance.display.pictograms import picture
from appliance.display.status import STATUS_HEIGHT, draw_status
from appliance.display.typeset import Line, Style, clean

MARGIN = 1  # at both sides: ink may overhang the advance, and the picture may swim by one pixel
_LATE_INDENT = 10
_LATE_RISE = 8  # from the baseline to the top of the clock
_SOURCE_STRENGTH = 0.5


@dataclass(frozen=True, slots=True)
class _Row:
    line: Line
    late: bool  # wears the clock
    key: tuple[object, str]  # its sentence, and that up to the row's end: confirmed text only grows
    left: int  # confirmed characters from its start to the end of everything


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was shown before, to know how far it had rolled."""

    style: Style
    texts: tuple[str, ...]
    counts: tuple[int, ...]
    empty: int  # rows at the foot that provisional words have left


class SubtitleScreen:
    """Draws ``SubtitlesView``; remembers the last one, for it must not roll down or leave a reader behind."""

    def __init__(self, paragraphs: Paragraphs) -> None:
        self._paragraphs = paragraphs
        self._seen: _Seen | None = None
        self._top: tuple[object, str] | None = None  # key of the uppermost row

    def draw(self, view: SubtitlesView, canvas: Canvas) -> None:
        """Status row, the source's newest line where wanted, and as many rows of translation as fit."""
        draw_status(view.status, canvas)
        top = self._source(view, canvas)
        font = choose(view.language, grown(view.letters) if canvas.is_grey else view.letters)
        style = Style(view.language, font, canvas.width - 2 * MARGIN, canvas.is_grey)
        places = places_below(top, font, canvas.height)
        kept = view.sentences if view.back else view.sentences[-ROWS_KEPT:]
        rows = self._window(self._rows(kept, style, len(places)), len(places), view)
        for row, baseline in zip(reversed(rows), reversed(places[: len(places) - self._empty]), strict=False):
            canvas.line(row.line, MARGIN, baseline)
            if not canvas.is_grey:
                for start, end in row.line.marked:
                    canvas.dotted(MARGIN + start, MARGIN + end, baseline + 1)
            if row.late:
                clock, width = picture("clock")
                left = canvas.width - MARGIN - width if style.rtl else MARGIN
                canvas.picture(clock, left, baseline - _LATE_RISE)

    @property
    def _empty(self) -> int:
        return self._seen.empty if self._seen is not None else 0

    def _window(self, rows: list[_Row], places: int, view: SubtitlesView) -> list[_Row]:
        """The rows that are seen: the newest, or those that the reader still needs, or those scrolled back to.

        A reader who is one row behind is waited for; one who is further behind gets whole pages, the row being read
        last on top of the next one, and no row is left out. What is more than ``ROWS_KEPT`` rows behind runs away.
        """
        newest = max(0, len(rows) - places)
        before = next((index for index, row in reversed(list(enumerate(rows))) if row.key == self._top), None)
        top = newest
        if view.back:
            top = max(0, newest - view.back)
        elif view.unread > 0:
            reading = max((index for index, row in enumerate(rows) if row.left >= view.unread), default=0)
            if before is None:
                top = min(newest, reading)
            elif newest - before == 1:
                top = newest if reading > before else before
            elif newest - before > 1:
                top = min(newest, reading, before + places) if reading >= before + places - 1 else before
        self._top = rows[top].key if top < len(rows) else None
        return rows[top : top + places]

    def _rows(self, shown: tuple[Sentence, ...], style: Style, places: int) -> list[_Row]:
        """All rows of ``shown``, oldest first; also takes note of how far they have rolled."""
        rows: list[_Row] = []
        counts: list[int] = []
        texts = tuple(clean(sentence.text).lstrip(" ") for sentence in shown)
        left = sum(map(len, texts))
        for sentence, text in zip(shown, texts, strict=True):
            own = style if not sentence.late else _indented(style)
            done = self._paragraphs.rows(sentence.text, sentence.tail, own, max(1, places // 2))
            counts.append(done.count)
            rows += [
                _Row(
                    line,
                    sentence.late and line.start == 0,
                    (sentence.turn, text[: line.end]),
                    left - min(line.start, len(text)),
                )
                for line in done.lines
            ]
            left -= len(text)
        empty = min(self._left_empty(style, texts, sum(counts)), places - 1)
        self._seen = _Seen(style, texts, tuple(counts), empty)
        return rows

    def _left_empty(self, style: Style, texts: tuple[str, ...], total: int) -> int:
        """How many rows fewer there are than before, sentences that have left at the top not counted."""
        seen = self._seen
        if seen is None or seen.style != style:
            return 0
        for gone in range(len(seen.texts)):
            kept = seen.texts[gone:]
            if len(kept) <= len(texts) and all(new.startswith(old) for old, new in zip(kept, texts, strict=False)):
                return max(0, sum(seen.counts[gone:]) + seen.empty - total)
        return 0

    def _source(self, view: SubtitlesView, canvas: Canvas) -> int:
        """The newest line of the speaker's own words above a dotted rule; returns where the translation begins."""
        if not view.source:
            return STATUS_HEIGHT
        font = choose(view.source_language)
        style = Style(view.source_language, font, canvas.width - 2 * MARGIN, canvas.is_grey)
        lines = self._paragraphs.rows(view.source, "", style, 0).lines
        if lines:
            canvas.line(lines[-1], MARGIN, STATUS_HEIGHT + font.base_under_status, _SOURCE_STRENGTH)
        foot = STATUS_HEIGHT + font.pitch - 1
        canvas.dotted(MARGIN, canvas.width - MARGIN, foot, step=4, strength=_SOURCE_STRENGTH)
        return foot + 1


def places_below(top: int, font: FontChoice, height: int) -> list[int]:
    """Baselines of the rows that fit between ``top`` and the lower edge, first one first; at least one."""
    count = max(1, (height - top) // font.pitch)
    base = font.base_under_status if top else font.base
    return [top + base + row * font.pitch for row in range(count)]


def _indented(style: Style) -> Style:
    return Style(style.language, style.font, style.width, style.grey, style.bold, _LATE_INDENT)
