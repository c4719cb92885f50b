"""Subtitles stay: what the core shows of the emulator's streams, with many a stash withdrawn."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from appliance.core.model.limits import Limits
from appliance.core.model.state import Shown
from appliance.core.transcript.subtitles import on_screen, updated
from appliance.emulator.session.incremental_text import Unfolding, spoken_ms
from appliance.emulator.session.turn_response import MANY_WITHDRAWN
from tests.display.erasure import measure, words
from tests.display.samples import RUNNING

STEP_MS = 400
SEEDS = range(12)


def row(shown: str, text: str = "", **changes: Any) -> dict[str, Any]:
    """A journal row of the first turn."""
    return {"what": "subtitle", "line": 1, "turn": 1, "shown": shown, "text": text, **changes}


def stream(text: str, seed: int) -> Iterator[tuple[str, str]]:
    """Snapshots of one text as the emulator tells it while it is spoken."""
    unfolding, length_ms = Unfolding(random.Random(seed), MANY_WITHDRAWN), spoken_ms(text)
    for at_ms in range(0, length_ms + STEP_MS, STEP_MS):
        found = unfolding.snapshot(text, min(1.0, at_ms / length_ms), at_ms)
        if found is not None:
            yield found


def journal(language: str, texts: list[str], seed: int, *, raw: bool = False) -> list[dict[str, Any]]:
    """The rows the box would write; ``raw``: as if it showed every stash at once."""
    rows, shown = [], tuple[Shown, ...]()
    for turn, text in enumerate(texts, 1):
        for snapshot, stash in (*stream(text, 100 * seed + turn), (text, "")):
            final = (snapshot, stash) == (text, "")
            shown = updated(shown, 1, turn, language, snapshot, stash, final=final, late=False, limits=Limits())
            seen = on_screen(next(s for s in shown if s.turn == turn))
            rows.append(row(snapshot + stash if raw else seen, snapshot, turn=turn))
    return rows


def sentences(language: str) -> list[str]:
    """The running text in pieces of about a sentence."""
    text = RUNNING[language]
    return [text[start : start + 80].strip() for start in range(0, len(text), 80)]


@pytest.mark.parametrize("language", RUNNING)
def test_what_is_shown_is_hardly_ever_taken_back(language: str) -> None:
    rows = [{**r, "line": seed} for seed in SEEDS for r in journal(language, sentences(language), seed)]
    figures = measure(rows)
    assert figures.confirmed == 0
    assert figures.shown <= 0.2, figures


def test_the_measure_would_find_an_unsteady_box() -> None:
    """The same streams with every stash shown at once: the limit means something."""
    raw = measure(journal("en", sentences("en"), 1, raw=True))
    assert raw.shown > 0.2


def test_erasure_by_hand() -> None:
    rows = [row("a b c"), row("a b d e"), row("a b d e f"), {"what": "mode"}]
    figures = measure(rows)
    assert (figures.turns, figures.updates, figures.final_words, figures.shown_erased) == (1, 3, 5, 1)
    assert figures.shown == pytest.approx(0.2)
    assert measure([row("a"), row("b", turn=2)]).shown_erased == 0, "turns do not touch each other"


def test_confirmed_words_that_go_are_counted() -> None:
    assert measure([row("one two three", "one two"), row("one two four", "one two")]).confirmed_erased == 0
    gone = [row("one two three", "one two three"), row("", "")]
    assert measure(gone).confirmed_erased == 2, "the last confirmed word may still grow"
    assert measure([*gone, row("one two three", "")]).confirmed_erased == 2
    assert measure([]).confirmed == 0.0


def test_words_of_scripts_without_spaces_are_characters() -> None:
    assert words("Buenas noches.") == ["Buenas", "noches."]
    assert words("我们 B7，好") == ["我", "们", "B7，", "好"]
    assert words("") == []
