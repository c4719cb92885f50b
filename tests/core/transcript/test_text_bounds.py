"""How much of one text is kept."""

import pytest

from appliance.core.transcript.text_bounds import CUT_OFF, LETTERS_MAX, MARKS_MAX, bounded
from tests.display.samples import SAMPLES


@pytest.mark.parametrize("text", ["", "Guten Tag", *SAMPLES.values()])
def test_what_people_say_is_left_as_it_is(text: str) -> None:
    assert bounded(text) == text


@pytest.mark.parametrize("mark", ["\u0301", "\u20dd", "\u0e49", "\u200d"])
def test_a_letter_has_only_so_many_marks(mark: str) -> None:
    assert bounded("a" + mark * 20_000 + "b")[: MARKS_MAX + 1] == "a" + mark * MARKS_MAX
    assert bounded("a" + mark * 20 + "b") == "a" + mark * MARKS_MAX + "b"


def test_a_text_that_grows_beyond_the_bound_keeps_its_beginning() -> None:
    text = "one é two " * 2_000
    before = ""
    for end in range(0, len(text), 997):
        now = bounded(text[:end])
        assert now.removesuffix(CUT_OFF).startswith(before)
        before = now.removesuffix(CUT_OFF)
    assert len(before) == LETTERS_MAX
    assert bounded(text).endswith(CUT_OFF)
