"""Cutting by position."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.emulator.session.turns import TURN_LIMIT_MS, Ended, Lookback, Mark, Started, TurnCutter


def flags(text: str) -> list[bool]:
    return [each == "#" for each in text]


def test_three_frames_open_a_turn_and_silence_ends_it() -> None:
    cutter = TurnCutter(200)
    assert cutter.feed(flags("..##..#")) == []
    assert cutter.feed(flags("##")) == [Started(120)]
    assert cutter.speaking
    assert cutter.feed(flags("...#......")) == [Ended(180, 380)]  # a click does not go on
    assert not cutter.speaking


def test_two_frames_of_speech_go_on() -> None:
    assert TurnCutter(200).feed(flags("###....##..........")) == [Started(0), Ended(180, 380)]


def test_the_end_cuts_what_is_open() -> None:
    cutter = TurnCutter(800)
    assert cutter.end() is None
    cutter.feed(flags("####.."))
    assert cutter.end() == Ended(80, 120)


def test_a_turn_without_end_is_cut() -> None:
    marks = TurnCutter(800).feed([True] * (TURN_LIMIT_MS // 20 + 10))
    assert marks[:2] == [Started(0), Ended(TURN_LIMIT_MS, TURN_LIMIT_MS)]
    assert marks[2] == Started(TURN_LIMIT_MS)


@given(st.lists(st.booleans(), max_size=300), st.integers(1, 40))
def test_marks_do_not_depend_on_how_flags_arrive(voiced: list[bool], step: int) -> None:
    whole, pieces = TurnCutter(200), TurnCutter(200)
    marks: list[Mark] = []
    for at in range(0, len(voiced), step):
        marks += pieces.feed(voiced[at : at + step])
    assert marks == whole.feed(voiced)
    kinds = [type(each) for each in marks]
    assert kinds == [Started, Ended] * (len(kinds) // 2) + [Started] * (len(kinds) % 2)


def test_the_lookback_cuts_bytes_exactly_and_forgets() -> None:
    lookback = Lookback(16_000)
    for number in range(200):
        lookback.add(number * 320, number * 320 + 320, bytes([number]) * 640)
    found = lookback.since(3_990)
    assert [len(each) for each in found] == [320]
    assert sum(len(each) for each in lookback.since(0)) <= 32 * 1_340
