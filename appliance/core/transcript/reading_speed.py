"""How far the readers are: rows wait for them, within a bound.

Responsible for: which confirmed characters a reader has not had the time for
(appliance/display/README.md#6-subtitle-behaviour).
Must not: know rows, letters or pixels: ``display/subtitles.py`` decides what of it is seen.

A reader reads what is confirmed in the order in which it is shown, so many characters a second by the script, and takes
``sentence_ms`` for a sentence at least. Where all that is unread would take him longer than ``reading_behind_ms``, he
reads it in that time: the text runs, and still each word has its turn. Nothing is ever skipped.

There is no clock here: a reader is where he was at ``since`` and how long the rest takes him; the rest follows from
``now``. His place is counted anew when words come, and only then.
"""

from collections.abc import Iterator

from appliance.core.devices.playback import recalled
from appliance.core.model.fast_replace import replace
from appliance.core.model.limits import Limits
from appliance.core.model.state import Reader, Shown, State, Unread

_FITS = {"normal": 24, "large": 14, "huge": 8}
"""One sentence of so many characters is seen whole in every language, where no source stands above it."""


def time_readers(before: tuple[Shown, ...], state: State, now: int, limits: Limits) -> State:
    """The readers after ``state.shown`` has taken the place of ``before``."""
    shown = state.shown
    if shown == before:
        return state
    old = {(s.line, s.turn): s for s in before}
    readers = []
    for language in dict.fromkeys(s.language for s in shown):
        known = next((reader for reader in state.readers if reader.language == language), None)
        left = {} if known is None else {(u.line, u.turn): u for u in _left(known, now, limits)}
        unread = tuple(
            piece
            for s in shown
            if s.language == language
            for piece in _grown(s, old.get((s.line, s.turn)), left.get((s.line, s.turn)), limits)
        )
        if unread:
            readers.append(Reader(language, now, unread))
    return replace(state, readers=tuple(readers))


def unread(state: State, language: str, now: int, limits: Limits) -> int:
    """Confirmed characters at the end of what is shown in ``language`` that its reader has not had the time for.

    0 also where all of them are seen whatever the letters.
    """
    reader = next((reader for reader in state.readers if reader.language == language), None)
    if reader is None:
        return 0
    left = {(piece.line, piece.turn): piece.chars for piece in _left(reader, now, limits)}
    own = [s for s in state.shown if s.language == language]
    waiting = next((index for index, s in enumerate(own) if (s.line, s.turn) in left), None)
    if waiting is None:
        return 0
    first, behind = own[waiting], sum(len(s.text) for s in own[waiting + 1 :])
    if not behind and _fits(first, state):
        return 0
    return min(left[first.line, first.turn], len(first.text)) + behind


def reread(state: State, sentence: Shown, now: int, limits: Limits) -> int:
    """The same of the one sentence that is shown again, from its beginning."""
    if _fits(sentence, state):
        return 0
    chars = len(sentence.text)
    whole = Unread(sentence.line, sentence.turn, chars, _reading_ms(chars, sentence.language, limits))
    since = state.sound.repeated_at or 0
    return sum(piece.chars for piece in _left(Reader(sentence.language, since, (whole,)), now, limits))


def deadlines(state: State, now: int, limits: Limits) -> Iterator[int]:
    """When rows may move next, for each reader who is behind."""
    for reader in state.readers:
        if unread(state, reader.language, now, limits):
            yield _next_tick(reader.since, now, limits)
    again = recalled(state, now, limits)
    if again is not None and reread(state, again, now, limits):
        yield _next_tick(state.sound.repeated_at or 0, now, limits)


def _next_tick(since: int, now: int, limits: Limits) -> int:
    return now + limits.reading_tick_ms - (now - since) % limits.reading_tick_ms


def _fits(sentence: Shown, state: State) -> bool:
    return not state.setup.show_source and len(sentence.text) <= _FITS[state.setup.letters]


def _grown(sentence: Shown, before: Shown | None, left: Unread | None, limits: Limits) -> Iterator[Unread]:
    """What is unread of a sentence: what was, and what came."""
    known, ended = ("", False) if before is None else (before.text, before.final)
    chars = max(0, len(sentence.text) - len(known))
    ms = _reading_ms(chars, sentence.language, limits)
    if sentence.final and not ended:
        ms += max(0, limits.sentence_ms - _reading_ms(len(sentence.text), sentence.language, limits))
    if left is not None:
        chars, ms = chars + left.chars, ms + left.ms
    if ms > 0:
        yield Unread(sentence.line, sentence.turn, max(1, chars), ms)


def _left(reader: Reader, now: int, limits: Limits) -> tuple[Unread, ...]:
    """What ``reader`` has not read at ``now``."""
    whole_ms, bound_ms = sum(piece.ms for piece in reader.unread), limits.reading_behind_ms
    spent_ms = (now - reader.since) * max(whole_ms, bound_ms) // bound_ms
    if spent_ms >= whole_ms:
        return ()
    left = []
    for piece in reader.unread:
        rest_ms = max(0, piece.ms - spent_ms)
        spent_ms = max(0, spent_ms - piece.ms)
        if rest_ms:
            left.append(replace(piece, chars=-(-piece.chars * rest_ms // piece.ms), ms=rest_ms))
    return tuple(left)


def _reading_ms(chars: int, language: str, limits: Limits) -> int:
    cps = next((cps for code, cps in limits.reading_cps_of if code == language), limits.reading_cps)
    return -(-chars * 1000 // cps)
