"""``core/transcript/turns.py``: what was said and answered, and the figures of each turn.

Responsible for: the journal's rows ``subtitle``, ``heard``, ``spoken`` and ``turn``. Must not: wrap or draw.
"""

from appliance.core.model.effects import Effect, Note
from appliance.core.model.events import (
    LineFinished,
    LineLost,
    Loss,
    PlaybackEnded,
    PlaybackStarted,
    SoundDrained,
    SourceArrived,
    StopRequested,
    TextArrived,
    TurnAnswered,
    TurnOpened,
)
from appliance.core.model.limits import Limits
from tests.core.box import Box, fields
from tests.core.states import on_air, stopping


def rows(effects: tuple[Effect, ...], what: str) -> list[dict[str, str | int | bool | None]]:
    return [fields(effect) for effect in effects if isinstance(effect, Note) and effect.what == what]


def text(turn: int, words: str, stash: str = "", *, final: bool = False, at: int = 0, line: int = 1) -> TextArrived:
    return TextArrived(line, turn, words, stash, final, at)


def answered(turn: int, sound_ms: int, *, line: int = 1) -> TurnAnswered:
    return TurnAnswered(line, turn, True, False, speech_start_at=1_000, speech_end_at=3_000, sound_ms=sound_ms)


def test_a_spoken_turn_leaves_its_figures_when_it_was_heard() -> None:
    box = on_air()
    box.send(TurnOpened(1, 1), text(1, "Where", at=2_800), text(1, "Where is", at=2_900), PlaybackStarted(1, 1, 3_400))
    assert rows(box.send(answered(1, 800)), "turn") == [], "its speech is still playing"
    ended = box.send(PlaybackEnded(1, 1, 800, 40))
    assert rows(ended, "spoken") == [{"ms": 800, "line": 1, "turn": 1, "replay": False}]
    assert rows(ended, "turn") == [
        {
            "line": 1,
            "n": 1,
            "replay": False,
            "first_text_ms": -200,
            "first_sound_ms": 400,
            "first_text_after_start_ms": 1_800,
            "first_sound_after_start_ms": 2_400,
            "gap_ms": 40,
        }
    ]
    assert box.state.turns == ()


def test_a_silent_turn_leaves_its_figures_at_its_answer() -> None:
    box = on_air()
    row = rows(box.send(TurnOpened(1, 1, replay=True), answered(1, 0)), "turn")[0]
    assert (row["replay"], row["first_text_ms"], row["first_sound_ms"]) == (True, None, None)


def test_speech_that_ends_before_the_answer_is_not_waited_for() -> None:
    box = on_air()
    box.send(TurnOpened(1, 1), PlaybackStarted(1, 1, 2_000))
    assert rows(box.send(PlaybackEnded(1, 1, 300, 0)), "turn") == []
    assert len(rows(box.send(answered(1, 300)), "turn")) == 1


def test_times_that_are_not_known_give_no_figure() -> None:
    box = on_air()
    box.send(TurnOpened(1, 1), text(1, "A", at=2_000))
    row = rows(box.send(TurnAnswered(1, 1, True, False, None, None, 0)), "turn")[0]
    assert (row["first_text_ms"], row["first_text_after_start_ms"]) == (None, None)


def test_the_first_words_and_the_first_sound_count() -> None:
    box = on_air()
    box.send(TurnOpened(1, 1), text(1, "", at=1_900), text(1, "", " a", at=2_000), text(1, "A", at=2_500))
    box.send(PlaybackStarted(1, 1, 3_100), PlaybackStarted(1, 1, 3_900))
    row = rows(box.send(answered(1, 0)), "turn")[0]
    assert (row["first_text_ms"], row["first_sound_ms"]) == (-1_000, 100)


def test_a_turn_that_opens_twice_is_one() -> None:
    box = on_air()
    box.send(TurnOpened(1, 1), text(1, "A", at=2_000), TurnOpened(1, 1))
    assert [turn.text_at for turn in box.state.turns] == [2_000]


def test_news_of_an_unknown_turn_makes_none() -> None:
    box = on_air()
    effects = box.send(answered(9, 0), PlaybackStarted(1, 9, 1), PlaybackEnded(1, 9, 1, 0))
    assert (effects, box.state.turns) == ((), ())


def test_the_loudspeaker_outlives_the_line() -> None:
    box = on_air()
    box.send(TurnOpened(1, 1), answered(1, 800), LineLost(1, Loss.RESET))
    effects = box.send(PlaybackStarted(1, 1, 3_500), PlaybackEnded(1, 1, 800, 0))
    assert [row["first_sound_ms"] for row in rows(effects, "turn")] == [500]


def test_the_record_is_bounded_and_the_oldest_is_noted_as_it_stands() -> None:
    box = Box(limits=Limits(turns=2))
    box.boot()
    box.owe(500)
    box.connect(1)
    box.send(TurnOpened(1, 1), answered(1, 800), TurnOpened(1, 2))
    assert [row["n"] for row in rows(box.send(TurnOpened(1, 3)), "turn")] == [1]
    assert rows(box.send(TurnOpened(1, 4)), "turn") == [], "turn 2 was never answered: it has no figures"
    assert [turn.n for turn in box.state.turns] == [3, 4]


def test_the_end_leaves_no_answered_turn_out() -> None:
    box = stopping()
    box.send(TurnOpened(1, 1), answered(1, 800), TurnOpened(1, 2))
    box.owe(0)
    box.send(LineFinished(1))
    assert [row["n"] for row in rows(box.send(SoundDrained()), "turn")] == [1]
    assert box.state.turns == ()


def test_each_update_is_a_subtitle_row() -> None:
    box = on_air()
    box.send(TurnOpened(1, 1))
    first, second, last = (
        rows(box.send(event), "subtitle")[0]
        for event in (text(1, "Where", " is"), text(1, "Where", " is the"), text(1, " Where is it? ", final=True))
    )
    assert (first["text"], first["stash"], first["shown"], first["final"]) == ("Where", " is", "Where", False)
    assert second["shown"] == "Where is"
    assert last == {
        "text": "Where is it?",
        "stash": "",
        "shown": "Where is it?",
        "final": True,
        "language": "es",
        "line": 1,
        "turn": 1,
        "late": False,
    }


def test_an_empty_turn_is_noted_and_shows_nothing() -> None:
    box = on_air()
    assert rows(box.send(text(1, "", final=True)), "subtitle")[0]["shown"] == ""
    assert box.state.shown == ()


def test_a_sentence_cut_off_with_its_line_goes_when_newer_words_come() -> None:
    box = on_air()
    box.send(text(1, "Done.", final=True), text(2, "Half a"), LineLost(1, Loss.RESET))
    assert [s.text for s in box.state.shown] == ["Done.", "Half a"], "until then it stays readable"
    box.connect(2)
    box.send(text(1, "Half a sentence.", line=2))
    assert [s.text for s in box.state.shown] == ["Done.", "Half a sentence."]


def test_the_speakers_own_words_and_language() -> None:
    box = on_air()
    going = box.send(SourceArrived(1, 1, "¿Dónde", " está", "es", final=False))
    assert rows(going, "heard") == [{"text": "¿Dónde está", "language": "es", "final": False}]
    done = box.send(SourceArrived(1, 1, " ¿Dónde está? ", "", "", final=True))
    assert rows(done, "heard") == [{"text": "¿Dónde está?", "language": "", "final": True}]
    assert (box.state.source_text, box.state.source_language, box.state.detected) == ("¿Dónde está?", "es", "es")


def test_words_still_come_while_the_run_ends() -> None:
    box = on_air()
    box.owe(900)
    box.send(StopRequested("SIGTERM"))
    assert rows(box.send(text(1, "The last.", final=True)), "subtitle")[0]["shown"] == "The last."
