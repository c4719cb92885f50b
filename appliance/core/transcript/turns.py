"""What was said and answered: subtitles, transcripts and the figures of each turn.

Responsible for: the sentences on the screen, the journal's rows about them, first text, first sound, gaps.
Must not: touch lines or dialling.
"""

from appliance.core.link.connection import changed
from appliance.core.model.effects import Effect, Note
from appliance.core.model.events import (
    PlaybackEnded,
    PlaybackStarted,
    SourceArrived,
    TextArrived,
    TurnAnswered,
    TurnOpened,
)
from appliance.core.model.fast_replace import replace
from appliance.core.model.limits import Limits
from appliance.core.model.state import Line, State, Turn
from appliance.core.model.step_result import StepResult
from appliance.core.transcript import captions, languages
from appliance.core.transcript.reading_speed import time_readers
from appliance.core.transcript.subtitles import on_screen, updated


def turn_opened(state: State, line: Line, event: TurnOpened, now: int, limits: Limits) -> StepResult:
    """The service began to answer an utterance."""
    state = changed(state, replace(line, used_at=now))
    if _turn(state, event.line, event.turn) is not None:
        return state, ()
    return _kept(state, Turn(event.line, event.turn, replay=event.replay), limits)


def text_arrived(state: State, line: Line, event: TextArrived, now: int, limits: Limits) -> StepResult:
    """Translation: show it and note it. Sentences cut off with a lost line go when newer words come."""
    present = {other.number for other in state.lines}
    shown = tuple(s for s in state.shown if s.final or s.line in present)
    language = line.direction.target
    shown = (
        shown
        if state.setup.captions
        else updated(
            shown,
            event.line,
            event.turn,
            language,
            event.text,
            event.stash,
            final=event.final,
            late=event.late,
            limits=limits,
        )
    )
    state = time_readers(state.shown, replace(state, shown=shown), now, limits)
    turn = _turn(state, event.line, event.turn)
    if turn is not None and turn.text_at is None and (event.text or event.stash):
        state = _with_turn(state, replace(turn, text_at=event.at))
    row = next((s for s in shown if (s.line, s.turn) == (event.line, event.turn)), None)
    note = Note(
        "subtitle",
        (
            ("text", event.text.strip() if event.final else event.text),
            ("stash", event.stash),
            ("shown", on_screen(row) if row else ""),
            ("final", event.final),
            ("language", language),
            ("line", event.line),
            ("turn", event.turn),
            ("late", event.late),
        ),
    )
    return state, (note,)


def source_arrived(state: State, line: Line, event: SourceArrived, now: int, limits: Limits) -> StepResult:
    """The speaker's own words, and the language that the service heard."""
    state = languages.heard(state, line, event.language, now, limits, final=event.final)
    state = captions.heard(state, line, event, limits)
    state = replace(
        state,
        source_text=(event.text + event.stash).strip(),
        source_language=event.language or state.source_language,
        detected=event.language or state.detected,
    )
    words = event.text.strip() if event.final else event.text + event.stash
    return state, (Note("heard", (("text", words), ("language", event.language), ("final", event.final))),)


def turn_answered(state: State, event: TurnAnswered) -> StepResult:
    """The service has said all to a turn. An answered turn ends every back-off."""
    state = replace(state, budget=replace(state.budget, refusals=0, limited=0))
    turn = _turn(state, event.line, event.turn)
    if turn is None:
        return state, ()
    turn = replace(
        turn,
        answered=True,
        start_at=event.speech_start_at,
        end_at=event.speech_end_at,
        sounding=event.sound_ms > 0 and not turn.played,
    )
    return _completed(state, turn)


def speech_sounded(state: State, event: PlaybackStarted) -> StepResult:
    """The first sample is heard. The loudspeaker's news outlive the line: they only complete figures."""
    turn = _turn(state, event.line, event.turn)
    if turn is None or turn.sound_at is not None:
        return state, ()
    return _with_turn(state, replace(turn, sound_at=event.at)), ()


def speech_ended(state: State, event: PlaybackEnded) -> StepResult:
    """The turn's speech has been played."""
    turn = _turn(state, event.line, event.turn)
    if turn is None:
        return state, ()
    note = Note("spoken", (("ms", event.ms), ("line", event.line), ("turn", event.turn), ("replay", turn.replay)))
    state, effects = _completed(state, replace(turn, gap_ms=event.gap_ms, sounding=False, played=True))
    return state, (note, *effects)


def flushed(state: State) -> StepResult:
    """Note the turns whose sound never came or was cut: nothing is left out of the figures."""
    return replace(state, turns=()), tuple(_row(turn) for turn in state.turns if turn.answered)


def _completed(state: State, turn: Turn) -> StepResult:
    if turn.answered and not turn.sounding:
        return replace(state, turns=tuple(t for t in state.turns if (t.line, t.n) != (turn.line, turn.n))), (
            _row(turn),
        )
    return _with_turn(state, turn), ()


def _kept(state: State, turn: Turn, limits: Limits) -> StepResult:
    """Add a record; beyond the bound the oldest is noted as it stands."""
    turns = (*state.turns, turn)
    over, turns = turns[: -limits.turns], turns[-limits.turns :]
    effects: tuple[Effect, ...] = tuple(_row(old) for old in over if old.answered)
    return replace(state, turns=turns), effects


def _turn(state: State, line: int, n: int) -> Turn | None:
    return next((t for t in state.turns if (t.line, t.n) == (line, n)), None)


def _with_turn(state: State, turn: Turn) -> State:
    return replace(state, turns=tuple(turn if (t.line, t.n) == (turn.line, turn.n) else t for t in state.turns))


def _row(turn: Turn) -> Note:
    def since(at: int | None, origin: int | None) -> int | None:
        return None if at is None or origin is None else at - origin

    return Note(
        "turn",
        (
            ("line", turn.line),
            ("n", turn.n),
            ("replay", turn.replay),
            ("first_text_ms", since(turn.text_at, turn.end_at)),
            ("first_sound_ms", since(turn.sound_at, turn.end_at)),
            ("first_text_after_start_ms", since(turn.text_at, turn.start_at)),
            ("first_sound_after_start_ms", since(turn.sound_at, turn.start_at)),
            ("gap_ms", turn.gap_ms),
        ),
    )
