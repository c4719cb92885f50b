"""What was broken once stays broken there."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.display.fonts import choose
from appliance.display.paragraph import ROWS_KEPT, Paragraphs
from appliance.display.typeset import Line, Style, Typesetter
from tests.display.samples import MIXED, SAMPLES, ink_pixels

TYPESETTER = Typesetter()


def style(language: str, letters: str = "normal") -> Style:
    return Style(language, choose(language, letters), 126)


def look(line: Line) -> tuple[int, int, frozenset[tuple[int, int]]]:
    return line.start, line.end, frozenset(ink_pixels(line.ink)) if line.ink else frozenset()


def breaks(lines: tuple[Line, ...]) -> list[tuple[int, int]]:
    return [(line.start, line.end) for line in lines]


@pytest.mark.parametrize("language", SAMPLES)
def test_a_completed_row_never_changes_while_its_sentence_grows(language: str) -> None:
    paragraphs = Paragraphs(TYPESETTER)
    text = SAMPLES[language]
    before: list[tuple[int, int, frozenset[tuple[int, int]]]] = []
    for end in range(1, len(text) + 1):
        rows = paragraphs.rows(text[:end], "", style(language), 2)
        now = [look(line) for line in rows.lines]
        offset = rows.count - len(now)
        if offset == 0:
            assert now[: len(before)] == before
            before = now[:-1]
        spans = breaks(rows.lines)
        assert all(a[1] == b[0] for a, b in itertools.pairwise(spans)), "no letter lost or doubled"
        assert spans[-1][1] == end
    assert rows.count >= 2


@pytest.mark.parametrize("language", [code for code in SAMPLES if code not in {"th"}])
def test_growing_by_words_gives_the_same_rows_as_setting_it_whole(language: str) -> None:
    text = SAMPLES[language] if language not in MIXED else MIXED[language]
    grown = Paragraphs(TYPESETTER)
    for end, letter in enumerate(text):
        if letter == " ":
            grown.rows(text[:end], "", style(language), 2)
    whole = Paragraphs(TYPESETTER).rows(text, "", style(language), 2)
    step = grown.rows(text, "", style(language), 2)
    assert [look(line) for line in step.lines] == [look(line) for line in whole.lines]


WORDS = st.lists(
    st.sampled_from(["a", "I", "the", "menneskerettigheter", "18:45", "you,", "naïve", "Wasser—und", "自由", "שלום"]),
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(words=WORDS, tail=WORDS, glued=st.booleans(), rows=st.integers(0, 3))
def test_a_tail_moves_no_confirmed_word(words: list[str], tail: list[str], glued: bool, rows: int) -> None:
    paragraphs = Paragraphs(TYPESETTER)
    text, behind = " ".join(words), ("" if glued else " ") + " ".join(tail)
    plain = paragraphs.rows(text, "", style("en"), rows)
    shown = paragraphs.rows(text, behind, style("en"), rows)
    assert shown.count <= plain.count + rows
    if plain.count + rows <= ROWS_KEPT and plain.lines:
        kept = shown.lines[: len(plain.lines)]
        assert [look(line) for line in kept[:-1]] == [look(line) for line in plain.lines[:-1]]
        assert kept[-1].start == plain.lines[-1].start
        assert kept[-1].end >= len(text.rstrip(" "))
    assert [look(line) for line in paragraphs.rows(text, "", style("en"), rows).lines] == [
        look(line) for line in plain.lines
    ]


def test_a_tail_that_would_take_a_word_down_starts_a_row() -> None:
    paragraphs = Paragraphs(TYPESETTER)
    confirmed = "equal in dignity a"
    assert paragraphs.rows(confirmed, "", style("en"), 2).count == 1
    shown = paragraphs.rows(confirmed, "nnnnnnnnnn", style("en"), 2)
    assert breaks(shown.lines) == [(0, 18), (18, 28)]
    assert shown.lines[0].marked == ()
    assert shown.lines[1].marked


def test_an_empty_sentence_has_no_rows() -> None:
    paragraphs = Paragraphs(TYPESETTER)
    assert paragraphs.rows("", "", style("en"), 2).count == 0
    assert paragraphs.rows("   ", "  ", style("en"), 2).count == 0
    assert paragraphs.rows("", "only a guess", style("en"), 2).count == 1
    assert paragraphs.rows("", "only a guess", style("en"), 0).count == 0


def test_only_the_last_rows_are_kept() -> None:
    paragraphs = Paragraphs(TYPESETTER)
    text = "word " * 300
    rows = paragraphs.rows(text, "", style("en"), 2)
    assert len(rows.lines) == ROWS_KEPT
    assert rows.count > 50


def test_only_what_may_change_is_set_again() -> None:
    class Counting(Typesetter):
        letters = 0

        def set_lines(self, text: str, style: Style, mark: int | None = None) -> list[Line]:
            self.letters += len(text)
            return super().set_lines(text, style, mark)

    counting = Counting()
    paragraphs = Paragraphs(counting)
    text = ("the quick brown fox jumps over the lazy dog " * 20).strip()
    for end in range(0, len(text), 6):
        before = counting.letters
        paragraphs.rows(text[:end], "", style("en"), 2)
        assert counting.letters - before < 60, "more than the last rows was set again"
    before = counting.letters
    paragraphs.rows(text[:end], "", style("en"), 2)
    assert counting.letters == before


def test_caches_are_bounded() -> None:
    paragraphs = Paragraphs(TYPESETTER)
    for number in range(100):
        paragraphs.rows(f"{number}", f" {number}", style("en"), 2)
    assert len(paragraphs._sets) <= 24
    assert len(paragraphs._tails) <= 8
