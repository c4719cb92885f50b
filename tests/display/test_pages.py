"""Rows wait for the reader, turn by pages, and are scrolled back to."""

from dataclasses import replace

from appliance.core.model.views import Sentence, SubtitlesView
from appliance.display.renderer import Renderer
from tests.display.samples import lit, status

_WORDS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
NUMBERS = _WORDS.split()


def view(count: int, unread: int = 0, back: int = 0) -> SubtitlesView:
    """``count`` sentences of one row each."""
    sentences = tuple(Sentence(word, final=True) for word in NUMBERS[:count])
    return SubtitlesView(status(), "en", sentences, unread=unread, back=back)


def ink(renderer: Renderer, shown: SubtitlesView) -> frozenset[tuple[int, int]]:
    return frozenset((x, y) for x, y in lit(renderer.draw(shown)) if y >= 12)


def window(first: int, last: int) -> frozenset[tuple[int, int]]:
    """The picture of the sentences from ``first`` to ``last``, counted from one."""
    sentences = tuple(Sentence(word, final=True) for word in NUMBERS[first - 1 : last])
    return ink(Renderer(128, 64, 1), SubtitlesView(status(), "en", sentences))


def letters(first: int, last: int) -> int:
    """Characters of the sentences from ``first`` to ``last``."""
    return sum(len(word) for word in NUMBERS[first - 1 : last])


def test_a_reader_who_keeps_up_sees_the_newest() -> None:
    renderer = Renderer(128, 64, 1)
    for count in range(1, 9):
        assert ink(renderer, view(count)) == window(max(1, count - 3), count)


def test_one_row_waits_until_the_top_one_is_read() -> None:
    renderer = Renderer(128, 64, 1)
    assert ink(renderer, view(4, letters(1, 4))) == window(1, 4)
    assert ink(renderer, view(5, letters(1, 5))) == window(1, 4), "the first row is being read"
    assert ink(renderer, view(5, letters(2, 5))) == window(2, 5), "now it has been read"


def test_a_reader_far_behind_gets_pages_with_the_last_row_on_top() -> None:
    renderer = Renderer(128, 64, 1)
    ink(renderer, view(4, letters(1, 4)))
    for read in range(1, 4):
        assert ink(renderer, view(12, letters(read, 12))) == window(1, 4), f"row {read} is being read"
    assert ink(renderer, view(12, letters(4, 12))) == window(4, 7), "the page turns"
    for read in range(4, 7):
        assert ink(renderer, view(12, letters(read, 12))) == window(4, 7)
    assert ink(renderer, view(12, letters(7, 12))) == window(7, 10)
    assert ink(renderer, view(12, 0)) == window(9, 12), "nothing unread: the newest"


def test_no_row_leaves_before_it_was_read() -> None:
    renderer = Renderer(128, 64, 1)
    for count in range(1, 13):
        reading = max(1, count // 2)
        picture = ink(renderer, view(count, letters(reading, count)))
        tops = [first for first in range(1, count + 1) if picture == window(first, min(count, first + 3))]
        assert tops, "whole rows only"
        assert tops[0] <= reading


def test_what_is_too_far_behind_runs_away() -> None:
    renderer = Renderer(128, 64, 1)
    long = " ".join(["word"] * 200)
    shown = SubtitlesView(status(), "en", (Sentence(long),), unread=len(long))
    assert ink(renderer, shown), "it does not fail, and shows the oldest rows that are kept"


def test_a_reader_met_in_the_middle_starts_where_he_reads() -> None:
    assert ink(Renderer(128, 64, 1), view(12, letters(6, 12))) == window(6, 9)


def test_captions_are_scrolled_back_and_stop_at_the_oldest() -> None:
    renderer = Renderer(128, 64, 1)
    assert ink(renderer, view(12, back=3)) == window(6, 9)
    assert ink(renderer, view(12, back=99)) == window(1, 4)
    assert ink(renderer, view(12)) == window(9, 12)
    many = replace(view(16), sentences=view(16).sentences * 2, back=28)
    assert ink(renderer, many) == window(1, 4), "further back than the rows of one sentence"
