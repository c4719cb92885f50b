"""One sentence as rows: what was broken once stays broken there.

Responsible for: freezing each completed row of confirmed words, setting again only what may still change, and bounded
caches of both.
Must not: know the panel, the status row or how many rows fit.

Why rows are frozen and not simply set again: Pango breaks a paragraph anew each time, and a Thai word or a Chinese
comma that arrives later may move an earlier break. The last frozen row goes along as context behind a forced break, so
that shaping and direction at the seam come out as in the whole sentence.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace

from appliance.display.typeset import LINE_SEPARATOR, Line, Style, Typesetter, clean

ROWS_KEPT = 32  # of each sentence: a reader of huge letters may be sixteen pages behind
_SENTENCES_MAX = 24
_TAILS_MAX = 8


@dataclass(frozen=True, slots=True)
class Rows:
    """A sentence as set. ``lines``: its last rows, oldest first; ``count``: how many rows it has in all."""

    lines: tuple[Line, ...]
    count: int


@dataclass(frozen=True, slots=True)
class _Set:
    """Confirmed words as set. Rows but the last are frozen; offsets are in the sentence's own text."""

    text: str
    frozen: tuple[Line, ...]  # the last of them, at most ROWS_KEPT
    frozen_count: int
    last: Line | None  # the row that may still grow

    @property
    def frozen_end(self) -> int:
        return self.frozen[-1].end if self.frozen else 0


class Paragraphs:
    """Sets sentences that grow. Finds by itself which sentence of before a longer one continues."""

    def __init__(self, typesetter: Typesetter) -> None:
        self._typesetter = typesetter
        self._sets: OrderedDict[tuple[Style, str], _Set] = OrderedDict()
        self._tails: OrderedDict[tuple[Style, str, str, int], tuple[Line, ...]] = OrderedDict()

    def rows(self, text: str, tail: str, style: Style, tail_rows: int) -> Rows:
        """The rows of confirmed ``text`` and of the provisional ``tail`` behind it.

        The tail may open at most ``tail_rows`` rows of its own; what does not fit is left out, its last words first. It
        never moves a confirmed word: where Pango would take one down with it, the tail starts a row.
        """
        text = clean(text).lstrip(" ")
        done = self._confirmed(text, style)
        lines, count = done.frozen, done.frozen_count
        tail = clean(tail)
        if tail.strip(" "):
            moving = self._provisional(done, tail, style)[: tail_rows + (1 if done.last else 0)]
        else:
            moving = (done.last,) if done.last else ()
        return Rows((*lines, *moving)[-ROWS_KEPT:], count + len(moving))

    def _confirmed(self, text: str, style: Style) -> _Set:
        key = (style, text)
        found = self._sets.get(key)
        if found is not None:
            self._sets.move_to_end(key)
            return found
        grown = self._grow(self._stem(text, style), text, style)
        self._sets[key] = grown
        if len(self._sets) > _SENTENCES_MAX:
            self._sets.popitem(last=False)
        return grown

    def _stem(self, text: str, style: Style) -> _Set:
        """The longest sentence set before that ``text`` continues, taken out of the cache; else an empty one."""
        best: _Set | None = None
        for (other, begun), candidate in self._sets.items():
            longer = best is None or len(begun) > len(best.text)
            if other == style and longer and text.startswith(begun):
                best = candidate
        return best if best is not None else _Set("", (), 0, None)

    def _grow(self, stem: _Set, text: str, style: Style) -> _Set:
        fresh = self._after(stem.frozen[-1] if stem.frozen else None, text, style, None)
        if not fresh:
            return _Set(text, stem.frozen, stem.frozen_count, None)
        complete = fresh[:-1]
        frozen = (*stem.frozen, *complete)[-ROWS_KEPT:]
        return _Set(text, frozen, stem.frozen_count + len(complete), fresh[-1])

    def _provisional(self, done: _Set, tail: str, style: Style) -> tuple[Line, ...]:
        """The row that may grow, with the tail, and the rows that the tail opens."""
        key = (style, done.text, tail, done.frozen_end)
        found = self._tails.get(key)
        if found is not None:
            self._tails.move_to_end(key)
            return found
        mark = len(done.text)
        before = done.frozen[-1] if done.frozen else None
        lines = self._after(before, done.text + tail, style, mark)
        if any(done.frozen_end < line.start < mark for line in lines):
            own = self._after(done.last, done.text + tail.lstrip(" "), style, mark)
            lines = ((done.last,) if done.last else ()) + own
        self._tails[key] = lines
        if len(self._tails) > _TAILS_MAX:
            self._tails.popitem(last=False)
        return lines

    def _after(self, before: Line | None, text: str, style: Style, mark: int | None) -> tuple[Line, ...]:
        """Set what of ``text`` stands behind the row ``before``; offsets count in ``text``."""
        if before is None:
            return tuple(self._typesetter.set_lines(text, style, mark)) if text else ()
        rest = text[before.end :]
        if not rest:
            return ()
        context = text[before.start : before.end]
        body = len(context) + len(LINE_SEPARATOR)
        shift = before.end - body
        inner = replace(style, indent=0)
        lines = self._typesetter.set_lines(
            context + LINE_SEPARATOR + rest, inner, None if mark is None else mark - shift
        )
        return tuple(
            replace(line, start=line.start + shift, end=line.end + shift) for line in lines if line.start >= body
        )
