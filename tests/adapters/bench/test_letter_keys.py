"""Letters become edges."""

import pytest

from appliance.adapters.bench.letter_keys import LEGEND, LetterKeys


def test_a_tap_is_down_and_up() -> None:
    keys = LetterKeys()
    assert LetterKeys().next_due_ms is None
    assert keys.type("t", 1_000) == [("talk", True, 1_000)]
    assert keys.next_due_ms == 1_100
    assert keys.due(1_099) == []
    assert keys.due(1_105) == [("talk", False, 1_100)]
    assert keys.next_due_ms is None


def test_repeated_letters_last_longer_and_press_once() -> None:
    keys = LetterKeys()
    keys.type("t", 0)
    assert keys.type("t", 60) == []
    assert keys.due(100) == []
    assert keys.due(160) == [("talk", False, 160)]


def test_a_capital_holds_until_it_is_typed_again() -> None:
    keys = LetterKeys()
    assert keys.type("G", 0) == [("guest", True, 0)]
    assert keys.due(60_000) == []
    assert keys.type("G", 60_000) == [("guest", False, 60_000)]


def test_a_tap_lets_go_of_a_held_key() -> None:
    keys = LetterKeys()
    keys.type("T", 0)
    assert keys.type("t", 500) == [("talk", False, 500)]
    assert keys.next_due_ms is None


def test_a_capital_during_a_tap_keeps_the_key_down() -> None:
    keys = LetterKeys()
    keys.type("l", 0)
    assert keys.type("L", 50) == []
    assert keys.due(200) == []
    assert keys.type("L", 900) == [("language", False, 900)]


def test_privacy_starts_live_and_turns() -> None:
    keys = LetterKeys()
    assert LetterKeys().private is False
    assert keys.type("p", 0) == [("privacy", False, 0)]
    assert keys.private is True
    assert keys.type("p", 10) == [("privacy", True, 10)]
    assert keys.private is False


def test_a_detent_is_a_down_alone() -> None:
    keys = LetterKeys()
    assert keys.type("+", 0) == keys.type("=", 0) == [("louder", True, 0)]
    assert keys.type("-", 0) == [("quieter", True, 0)]
    assert keys.next_due_ms is None


def test_q_holds_power_long_enough() -> None:
    keys = LetterKeys()
    assert keys.type("q", 0) == [("power", True, 0)]
    assert keys.due(2_000) == []
    assert keys.due(2_200) == [("power", False, 2_200)]


@pytest.mark.parametrize("letter", ["x", "Q", "P", "\n", "1", "ß", "["])
def test_other_letters_are_nothing(letter: str) -> None:
    assert LetterKeys().type(letter, 0) == []


def test_releases_come_oldest_first() -> None:
    keys = LetterKeys()
    keys.type("r", 30)
    keys.type("c", 10)
    assert keys.due(500) == [("camera", False, 110), ("repeat", False, 130)]


def test_release_lets_go_of_everything() -> None:
    keys = LetterKeys()
    keys.type("T", 0)
    keys.type("m", 0)
    assert sorted(keys.release(7)) == [("mute", False, 7), ("talk", False, 7)]
    assert keys.release(8) == []


def test_the_legend_names_every_letter() -> None:
    for letter in "tglrcm+-pqTGLRCM":
        assert letter in LEGEND.replace("keys:", "")
    assert all(len(line) <= 100 for line in LEGEND.splitlines())
