"""The core's readers and the panel's rows together: no confirmed row leaves before it could be read.

Responsible for: real streams through the real core, and which rows the real renderer shows of them at every moment.
Must not: look into the core's readers: the reader here is one of its own.
"""

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from appliance.core.model.events import Key, TextArrived
from appliance.core.model.limits import Limits
from appliance.core.model.state import Setup
from appliance.core.model.views import SubtitlesView
from appliance.core.screen import screen
from appliance.core.screen.screen import view
from appliance.core.transcript.reading_speed import _FITS
from appliance.display.fonts import LETTERS
from appliance.display.renderer import Renderer
from appliance.display.subtitles import SubtitleScreen
from tests.core.box import Box
from tests.display.samples import RUNNING, subtitles

LIMITS = Limits()
LOOK_MS = 125  # half a tick of the core

Place = tuple[tuple[int, int], int]
"""A turn, and a character of it."""


@dataclass
class Onlooker:
    """Sees the panel every ``LOOK_MS`` and reads what is on it, in order, so many characters a second."""

    cps: int
    said: list[Place] = field(default_factory=list)  # every confirmed character in the order in which it came
    read: float = 0.0
    visible: set[Place] = field(default_factory=set)
    seen: set[Place] = field(default_factory=set)
    furthest_behind_ms: float = 0.0
    missed: list[Place] = field(default_factory=list)  # gone before they were read

    def looks(self, visible: set[Place], ms: int) -> None:
        """One look, so long after the last; what has gone since must have been read by then."""
        allowed = min(len(self.said), self.read + self.cps * ms / 1000)
        while self.read < allowed and self.said[int(self.read)] in self.seen:
            self.read = min(allowed, float(int(self.read) + 1))
        self.furthest_behind_ms = max(self.furthest_behind_ms, (len(self.said) - self.read) * 1000 / self.cps)
        order = {place: index for index, place in enumerate(self.said)}
        self.missed += [place for place in self.visible - visible if order[place] >= self.read]
        self.visible = visible
        self.seen |= visible


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The rows of the last picture."""
    last: list[Any] = []
    window = SubtitleScreen._window

    def watched(self: Any, *args: Any) -> Any:
        last[:] = window(self, *args)
        return last[:]

    monkeypatch.setattr(SubtitleScreen, "_window", watched)
    return last


def watch(
    rows: list[Any], arrivals: list[tuple[int, str, bool]], language: str, letters: str, width: int = 128
) -> Onlooker:
    """Words that come after so many ms each, ``True`` where a sentence ends; then as long as it takes."""
    box = Box(Setup(theirs=language, letters=letters)).boot()
    box.press(Key.TALK)
    box.connect(1)
    renderer = Renderer(width, 64, 1 if width == 128 else 4)
    onlooker = Onlooker(dict(LIMITS.reading_cps_of).get(language, LIMITS.reading_cps))
    turn, text = 1, ""

    def look(ms: int) -> None:
        picture = view(box.state, box.now, box.limits)
        if isinstance(picture, SubtitlesView):
            renderer.draw(picture)
            onlooker.looks(_places(rows), ms)

    for wait_ms, words, ends in (*arrivals, (2 * LIMITS.reading_behind_ms, "", False)):
        for _ in range(wait_ms // LOOK_MS):
            box.pass_time(LOOK_MS)
            look(LOOK_MS)
        text += words
        onlooker.said += [((1, turn), index) for index in range(len(text) - len(words), len(text))]
        box.send(TextArrived(1, turn, text, "", final=ends, at=box.now))
        look(0)
        if ends:
            turn, text = turn + 1, ""
    return onlooker


def _places(rows: list[Any]) -> set[Place]:
    return {(row.key[0], index) for row in rows for index in range(row.line.start, row.line.end)}


def stream(language: str, seed: int, cps: float, chars: int) -> list[tuple[int, str, bool]]:
    """Running text in pieces of one to five words, at ``cps`` on the whole; sentences of very different lengths."""
    chance = random.Random(seed)
    between = "" if language in ("zh", "ja") else " "
    text = RUNNING[language][:chars]
    words = text.split() if between else list(text.replace(" ", ""))
    found, at = [], 0
    while at < len(words):
        count = chance.randint(1, 5)
        piece = between.join(words[at : at + count])
        at += count
        ends = chance.random() < 0.3 or at >= len(words)
        wait_ms = round(len(piece) * 1000 / cps * chance.uniform(0.2, 1.8))
        found.append((max(LOOK_MS, wait_ms), piece + ("" if ends else between), ends))
    return found


@pytest.mark.parametrize("letters", LETTERS)
@pytest.mark.parametrize(("language", "cps"), [("en", 15), ("en", 19), ("de", 16), ("zh", 8), ("ja", 3.6), ("ar", 15)])
def test_no_row_leaves_before_it_could_be_read(rows: list[Any], language: str, cps: float, letters: str) -> None:
    """Speech as fast as a reader, faster and slower by turns. He is never more than the bound behind."""
    done = watch(rows, stream(language, 1, cps, 160), language, letters)
    assert done.missed == []
    assert done.read == len(done.said), "and all of it could be read"


@pytest.mark.soak
@pytest.mark.parametrize("letters", LETTERS)
@pytest.mark.parametrize("language", ["en", "de", "zh", "ja", "ar", "hi"])
def test_many_streams(rows: list[Any], language: str, letters: str) -> None:
    """Only he who is far behind may miss anything: the least times of short sentences count against the bound too."""
    cps = dict(LIMITS.reading_cps_of).get(language, LIMITS.reading_cps)
    kept_up = 0
    for seed in range(12):
        done = watch(rows, stream(language, seed, cps * (0.8 + 0.02 * seed), 300), language, letters)
        if done.furthest_behind_ms <= LIMITS.reading_behind_ms / 2:
            kept_up += 1
            assert done.missed == [], seed
    assert kept_up >= 2


def test_a_panel_that_waits_for_nobody_is_found_out(rows: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "unread", lambda *_: 0)
    assert watch(rows, stream("en", 1, 19, 160), "en", "large").missed != []


@pytest.mark.parametrize("letters", LETTERS)
@pytest.mark.parametrize("language", ["en", "zh", "th"])
def test_a_flood_runs_and_every_row_of_it_is_seen(rows: list[Any], language: str, letters: str) -> None:
    """What a replay brings at once: more than the bound allows. Nobody can read it all, and nothing is left out."""
    flood = [(LOOK_MS, RUNNING[language][start : start + 40].strip(), True) for start in range(0, 200, 40)]
    done = watch(rows, flood, language, letters)
    assert done.seen == set(done.said)


def test_the_text_is_at_its_end_when_the_bound_is_over(rows: list[Any]) -> None:
    done = watch(rows, [(LOOK_MS, RUNNING["en"][:400], True)], "en", "normal")
    assert ((1, 1), 399) in _places(rows)
    assert len(done.seen) == 400


@pytest.mark.parametrize("letters", LETTERS)
@pytest.mark.parametrize("language", RUNNING)
def test_what_the_core_takes_for_seen_is_seen(rows: list[Any], language: str, letters: str) -> None:
    """So many characters of any sentence fit."""
    renderer = Renderer(128, 64, 1)
    text, chars = RUNNING[language], _FITS[letters]
    for start in range(0, len(text) - chars, 83):
        piece = text[start : start + chars].strip()
        renderer.draw(subtitles(language, piece, letters=letters))
        assert len(_places(rows)) == len(piece), piece
