"""Captions: the speaker's own words on the screen, for people who hear badly.

Responsible for: the sentences as they are transcribed, in memory and bounded, and how far the knob has scrolled back.
Must not: translate, speak, or know rows of pixels (``display/`` stops at the oldest row).
"""

from collections.abc import Iterator

from appliance.core.model.events import Key, SourceArrived
from appliance.core.model.fast_replace import replace
from appliance.core.model.limits import Limits
from appliance.core.model.state import Line, State
from appliance.core.transcript.languages import TAKEN_FOR_GRANTED
from appliance.core.transcript.subtitles import UNSPACED, updated

_ROW = {"normal": 16, "large": 12, "huge": 8}  # letters that at least stand in a row of the small panel
_SEEN = 2  # rows that at least are seen at once
_LARGE = "large"


def letters(state: State) -> str:
    """Never the small ones."""
    return _LARGE if state.setup.letters == "normal" else state.setup.letters


def heard(state: State, line: Line, event: SourceArrived, limits: Limits) -> State:
    """Words of one turn. What was cut off with a lost line goes when newer words come: they are said again."""
    if not state.setup.captions:
        return state
    key, present = (event.line, event.turn), {other.number for other in state.lines}
    kept = [one for one in state.captions.said if one.final or one.line in present]
    place = next((index for index, one in enumerate(kept) if (one.line, one.turn) == key), len(kept))
    language = event.language or line.direction.source or state.detected or TAKEN_FOR_GRANTED
    kept[place : place + 1] = updated(
        tuple(kept[place : place + 1]), *key, language, event.text, event.stash,
        final=event.final, late=False, limits=limits,
    )  # fmt: skip
    return replace(state, captions=replace(state.captions, said=tuple(kept[-limits.captions :])))


def scrolled(state: State, key: Key, now: int, limits: Limits) -> State:
    """The knob: against the clock into the past, by a row."""
    captions = state.captions
    back = captions.back + (1 if key is Key.QUIETER else -1)
    back = max(0, min(back, _rows(state)))
    return replace(state, captions=replace(captions, back=back, back_until=now + limits.captions_back_ms))


def lapsed(state: State, now: int) -> State:
    """Nobody turns any more: the newest words again."""
    until = state.captions.back_until
    if until is None or now < until:
        return state
    return replace(state, captions=replace(state.captions, back=0, back_until=None))


def deadlines(state: State) -> Iterator[int]:
    """When something here is over."""
    if state.captions.back_until is not None:
        yield state.captions.back_until


def _rows(state: State) -> int:
    """At least as many rows as lie above the panel, so that the oldest can be reached, and not many more."""
    said = state.captions.said
    wide = 2 if said and said[-1].language in UNSPACED else 1
    return sum(-(-len(one.text) * wide // _ROW[letters(state)]) for one in said) - _SEEN
