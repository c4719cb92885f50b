"""How texts become known."""

from random import Random

import pytest

from appliance.emulator.session.incremental_text import Unfolding, pieces_of, spoken_ms


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Where is the platform?", 4),
        ("你好，世界", 2),
        ("", 0),
        ("駅はどこですか", 4),
        ("عند الساعة الثامنة", 3),
        ("สวัสดีครับ", 5),
    ],
)
def test_pieces_put_together_are_the_text(text: str, count: int) -> None:
    assert "".join(pieces_of(text)) == text
    assert len(pieces_of(text)) == count


def test_signs_take_longer_than_letters() -> None:
    assert spoken_ms("你好世界你好世界") > spoken_ms("abcdefgh")


def test_snapshots_grow_and_confirm_about_each_second() -> None:
    unfolding = Unfolding(Random(0), withdrawn=0.0)
    shown = [unfolding.snapshot("one two three four five", at / 4_000, at) for at in range(400, 4_001, 400)]
    found = [each for each in shown if each is not None]
    assert found[0] == ("", "one")
    assert [text for text, _ in found] == sorted((text for text, _ in found), key=len)
    assert "one two three four five".startswith(found[-1][0] + found[-1][1])
    assert found[-1][0] != ""


def test_nothing_new_is_not_said_twice() -> None:
    unfolding = Unfolding(Random(0), withdrawn=0.0)
    assert unfolding.snapshot("one two", 0.5, 100) is not None
    assert unfolding.snapshot("one two", 0.5, 200) is None
    assert unfolding.snapshot("", 0.5, 200) is None
