"""``core/transcript/subtitles.py``: confirmed text at once, provisional words when two updates agree.

Responsible for: the policy of appliance/display/README.md#6-subtitle-behaviour. Must not: wrap lines.
"""

import pytest

from appliance.core.model.limits import Limits
from appliance.core.model.state import Shown
from appliance.core.transcript.subtitles import on_screen, updated

LIMITS = Limits()


def told(*updates: tuple[str, str], language: str = "en", final: str | None = None) -> str:
    """What the screen shows after these (text, stash) of one turn, and its final text where there is one."""
    shown: tuple[Shown, ...] = ()
    for text, stash in updates:
        shown = updated(shown, 1, 1, language, text, stash, final=False, late=False, limits=LIMITS)
    if final is not None:
        shown = updated(shown, 1, 1, language, final, "", final=True, late=False, limits=LIMITS)
    return on_screen(shown[-1]) if shown else ""


@pytest.mark.parametrize(
    ("updates", "shows"),
    [
        ([("Where is", "")], "Where is"),
        ([("", "Where is")], ""),
        ([("", "Where is"), ("", "Where is the")], "Where is"),
        ([("", "Where is"), ("", "Where was the")], "Where"),
        ([("", "Where"), ("", "Wherever")], ""),
        ([("Where is", " the li"), ("Where is", " the lift")], "Where is the"),
        ([("Where is", " the lift"), ("Where is", " the lift")], "Where is the lift"),
        ([("Where is", " the lift"), ("Where is the", " stair")], "Where is the"),
        ([("Where is", " the"), ("", "")], "Where is"),
        ([("Where is", " the lift"), ("Where is", "")], "Where is"),
        ([("Where", " is"), ("There", " is")], "There"),
    ],
)
def test_provisional_words_show_when_two_updates_agree(updates: list[tuple[str, str]], shows: str) -> None:
    assert told(*updates) == shows


@pytest.mark.parametrize("language", ["zh", "ja", "yue", "th"])
def test_a_script_without_spaces_agrees_letter_by_letter(language: str) -> None:
    assert told(("", "电梯在"), ("", "电梯是"), language=language) == "电梯"
    assert told(("", "电梯在"), ("", "电梯是")) == ""


def test_the_final_text_always_wins_and_stands() -> None:
    assert told(("Where is", " the lif"), final=" Where is the lift? ") == "Where is the lift?"
    row = (Shown(1, 1, "en", "Done.", final=True),)
    assert updated(row, 1, 1, "en", "Other", "", final=False, late=False, limits=LIMITS) == row


def test_an_empty_turn_leaves_the_screen() -> None:
    assert told(("", "uh"), final="") == ""


def test_sentences_stand_in_the_order_of_line_and_turn() -> None:
    shown: tuple[Shown, ...] = ()
    for line, turn in ((2, 1), (1, 1), (2, 2), (1, 2)):
        shown = updated(shown, line, turn, "en", f"{line}{turn}", "", final=True, late=False, limits=LIMITS)
    assert [s.text for s in shown] == ["11", "12", "21", "22"]


def test_the_oldest_make_room() -> None:
    shown: tuple[Shown, ...] = ()
    turns = list(range(1, LIMITS.sentences + 4))
    for turn in turns:
        shown = updated(shown, 1, turn, "en", str(turn), "", final=True, late=False, limits=LIMITS)
    assert [s.text for s in shown] == [str(turn) for turn in turns[3:]]


def test_late_once_is_late_for_good() -> None:
    shown = updated((), 1, 1, "en", "A", "", final=False, late=True, limits=LIMITS)
    shown = updated(shown, 1, 1, "en", "A b", "", final=True, late=False, limits=LIMITS)
    assert shown[0].late
