"""The drawings are whole."""

import pytest

from appliance.display import pictograms


@pytest.mark.parametrize("name", pictograms.names())
def test_pictograms_leave_two_dark_rows(name: str) -> None:
    picture, width = pictograms.picture(name)
    assert len(picture) <= 10
    assert any(picture)
    assert all(0 <= x < width for row in picture for x in row)


def test_pictograms_differ() -> None:
    drawings = {pictograms.picture(name) for name in pictograms.names()}
    assert len(drawings) == len(pictograms.names())


def test_capitals_differ_and_have_one_height() -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789?-→←↔"  # a nought is drawn like an O
    drawings = {pictograms.capitals(letter) for letter in letters}
    assert len(drawings) == len(letters) - 1
    assert all(len(picture) == pictograms.CAPITAL_HEIGHT for picture, _ in drawings)


def test_words_are_set_with_one_column_between() -> None:
    e, width = pictograms.capitals("E")
    twice, both = pictograms.capitals("Ee")
    assert both == 2 * width + 1
    assert twice[0] == (*e[0], *(x + width + 1 for x in e[0]))


def test_an_undrawn_letter_is_a_question_mark() -> None:
    assert pictograms.capitals("語") == pictograms.capitals("?")
    with pytest.raises(KeyError):
        pictograms.picture("aeroplane")


def test_doubled_is_four_dots_for_one() -> None:
    small, width = pictograms.picture("press")
    large, twice = pictograms.doubled("press")
    assert (len(large), twice) == (2 * len(small), 2 * width)
    assert sum(map(len, large)) == 4 * sum(map(len, small))
    assert large[0][:2] == (2 * small[0][0], 2 * small[0][0] + 1)
