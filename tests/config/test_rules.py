"""One value at a time."""

import re
from typing import Any

import pytest

from appliance.config.rules import (
    RULES,
    Flag,
    Number,
    OneOf,
    Part,
    Quarter,
    Text,
    Texts,
    Whole,
    one_line,
    quoted,
    suggestion,
)
from appliance.config.settings import SECTIONS, names


def test_every_setting_has_a_rule_and_no_other() -> None:
    assert list(RULES) == [f"{section}.{name}" for section in SECTIONS for name in names(section)]


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (Flag(), True),
        (Whole(3, 5), 3),
        (Whole(3, 5), 5),
        (Number(-1, 1), 0.5),
        (Text(), ""),
        (OneOf(("a", "b")), "b"),
        (Quarter(), 270),
    ],
)
def test_accepts(rule: Any, value: object) -> None:
    assert rule.accept(value) == value


def test_numbers_may_be_written_whole_and_become_floats() -> None:
    accepted = Number(0, 2).accept(1)
    assert (accepted, type(accepted)) == (1.0, float)


def test_lists_become_tuples() -> None:
    assert Texts().accept(["es", "fr"]) == ("es", "fr")
    assert Part(10).accept([0, 5, 10, 100]) == (0, 5, 10, 100)


@pytest.mark.parametrize(
    ("rule", "value", "sentence"),
    [
        (Flag(), "true", 'must be true or false, without quotation marks, not "true"'),
        (Flag(), 1, "must be true or false, without quotation marks, not 1"),
        (Whole(3, 5), 6, "must be a whole number from 3 to 5, not 6"),
        (Whole(3, 5), 4.0, "must be a whole number from 3 to 5, not 4"),
        (Whole(0, 5), True, "must be a whole number from 0 to 5, not true"),
        (Whole(0, 5), 10**400, "must be a whole number from 0 to 5, not so large a number"),
        (Number(-1, 1), float("nan"), "must be a number from -1 to 1, not nan"),
        (Number(-1, 1), float("inf"), "must be a number from -1 to 1, not inf"),
        (Number(-1, 1), False, "must be a number from -1 to 1, not false"),
        (Number(-1, 1), -(10**400), "must be a number from -1 to 1, not so large a number"),
        (Text(), 5, "must be a text in quotation marks, not 5"),
        (Text(), [], "must be a text in quotation marks, not a list"),
        (Text(), {}, "must be a text in quotation marks, not a table"),
        (Text(), "x" * 1001, "is longer than 1000 characters"),
        (Text(), "a\nb", "holds a line break or another control character"),
        (OneOf(("hold", "tap")), "hald", 'must be one of "hold", "tap", not "hald" (did you mean "hold"?)'),
        (OneOf(("hold", "tap")), "TAP", 'must be one of "hold", "tap", not "TAP" (did you mean "tap"?)'),
        (OneOf(("hold", "tap")), 7, 'must be one of "hold", "tap", not 7'),
        (Quarter(), 45, "must be 0, 90, 180 or 270, not 45"),
        (Quarter(), False, "must be 0, 90, 180 or 270, not false"),
        (Quarter(), "90", 'must be 0, 90, 180 or 270, not "90"'),
        *(
            (Part(10), wrong, "must be a list of left, top, right and bottom in percent, such as [0, 0, 100, 100]")
            for wrong in (5, [0, 0, 100], [0, 0, 100, 101], [-1, 0, 100, 100], [0, 0, 1.5, 100], [False, 0, 100, 100])
        ),
        *(
            (Part(10), small, "must leave at least 10 percent from left to right and from top to bottom")
            for small in ([0, 0, 9, 100], [0, 95, 100, 100], [60, 0, 40, 100])
        ),
        (Texts(), "es", 'must be a list of texts, such as ["es", "fr"]'),
        (Texts(), ["es", 1], 'must be a list of texts, such as ["es", "fr"]'),
        (Texts(), ["e"] * 61, "has more than 60 entries"),
        (Texts(), ["a\0"], "holds a line break or another control character"),
    ],
)
def test_refuses_with_a_sentence(rule: Any, value: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        rule.accept(value)


def test_a_value_that_looks_like_a_key_is_not_repeated() -> None:
    assert "sk-" not in quoted("sk-abcdef")
    assert quoted("x" * 50) == f'"{"x" * 40}…"'
    assert quoted(object()) == "a date or time"


def test_joiners_that_some_scripts_need_are_no_control_characters() -> None:
    assert one_line("می‌خواهم")
    assert not one_line("a\x7f")
    assert not one_line("a\u2028b")


def test_suggestions() -> None:
    assert suggestion("Vioce", ["voice", "url"]) == ' (did you mean "voice"?)'
    assert suggestion("qqq", ["voice", "url"]) == ""
