"""Which turn a response belongs to: by link, by order, or its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.protocol.turns import KEPT, Pairing, Snapshot, Turn, TurnTable


def heard(table: TurnTable, item_id: str, start_ms: int | None = None) -> int:
    """The turn that this speech is of; it must be news."""
    told = table.hear(item_id, start_ms)
    assert told is not None
    return told[0].number


def number(turn: Turn | None) -> int | None:
    return None if turn is None else turn.number


def test_a_snapshot_replaces_and_an_empty_one_erases_nothing() -> None:
    words = Snapshot()
    words.replace("Where")
    words.replace("Where is")
    words.replace("")
    assert (words.text, words.final) == ("Where is", False)
    words.close(None)
    assert (words.text, words.final) == ("Where is", True)


@pytest.mark.parametrize(("last", "text"), [("Where?  ", "Where?"), ("", ""), ("  ", ""), (None, "Where is")])
def test_the_last_word_wins_and_is_trimmed(last: str | None, text: str) -> None:
    words = Snapshot(" Where is ")
    words.close(last)
    assert words.text == text


def test_turns_count_from_one_and_a_repeated_message_opens_none() -> None:
    table = TurnTable()
    assert heard(table, "a") == 1
    assert table.hear("a", 0) is None
    assert heard(table, "b") == 2
    assert heard(table, "") == 3
    assert heard(table, "") == 4


def test_a_single_waiting_turn_gets_the_response_at_once() -> None:
    table = TurnTable()
    heard(table, "a")
    assert table.create("r1") == [Pairing(1, opened=False)]
    assert table.create("r1") == []
    heard(table, "b")
    assert table.create("r2") == [Pairing(2, opened=False)]


def test_a_response_without_speech_opens_a_turn_of_its_own() -> None:
    table = TurnTable()
    assert table.create("r1") == [Pairing(1, opened=True)]
    assert table.create("r2") == [Pairing(2, opened=True)]
    assert table.turn(1) is not None
    assert table.turn(3) is None


def test_speech_told_after_its_response_joins_the_open_turn() -> None:
    table = TurnTable()
    table.create("r1")
    told = table.hear("a", 640)
    assert told is not None
    assert (told[0].number, told[0].start_ms, told[1]) == (1, 640, False)


def test_speech_after_an_answered_turn_without_speech_is_new() -> None:
    table = TurnTable()
    table.create("r1")
    turn = table.turn(1)
    assert turn is not None
    turn.answered = True
    assert heard(table, "b") == 2


def test_speech_told_after_a_link_named_it_joins_that_turn_alone() -> None:
    table = TurnTable()
    table.create("r1")
    table.add_item("r1", "out1")
    assert table.link("out1", "assistant", "a") == []
    assert heard(table, "b") == 2
    assert heard(table, "a") == 1


def test_two_waiting_turns_are_paired_by_their_links_in_any_order() -> None:
    table = TurnTable()
    heard(table, "a")
    heard(table, "b")
    assert table.create("r1") == []
    assert table.create("r2") == []
    table.add_item("r2", "out2")
    table.add_item("r1", "out1")
    assert table.link("out2", "assistant", "a") == [Pairing(1, opened=False)]
    assert table.link("out1", "assistant", "b") == [Pairing(2, opened=False)]
    assert table.respond("r1", "").turn == 2
    assert table.pair(table.respond("r1", "")) == []


@pytest.mark.parametrize("previous", ["", "never heard of"])
def test_without_a_usable_link_the_nth_response_goes_with_the_nth_turn(previous: str) -> None:
    table = TurnTable()
    heard(table, "a")
    heard(table, "b")
    table.create("r1")
    table.create("r2")
    table.add_item("r2", "out2")
    assert table.link("out2", "assistant", previous) == [Pairing(1, opened=False), Pairing(2, opened=False)]
    assert [table.respond(each, "").turn for each in ("r1", "r2")] == [1, 2]


def test_a_link_to_a_turn_that_has_its_response_counts_for_nothing() -> None:
    table = TurnTable()
    heard(table, "a")
    table.create("r1")
    heard(table, "b")
    heard(table, "c")
    table.create("r2")
    table.add_item("r2", "out2")
    assert table.link("out2", "assistant", "a") == [Pairing(2, opened=False)]


def test_words_without_a_link_pair_what_began_before_but_nothing_later() -> None:
    table = TurnTable()
    for item in ("a", "b", "c"):
        heard(table, item)
    for response in ("r1", "r2", "r3"):
        table.create(response)
    assert table.pair(table.respond("r2", "")) == [Pairing(1, opened=False), Pairing(2, opened=False)]
    assert table.respond("r3", "").turn == 0


def test_a_link_of_an_item_that_was_not_announced_is_taken_by_the_oldest_unpaired_response() -> None:
    table = TurnTable()
    heard(table, "a")
    heard(table, "b")
    table.create("r1")
    assert table.link("out1", "assistant", "b") == [Pairing(2, opened=False)]
    assert table.link("out9", "assistant", "a") == []  # nobody waits for it


def test_the_link_gives_its_name_to_a_turn_that_was_told_without_one() -> None:
    table = TurnTable()
    heard(table, "")
    table.create("r1")
    table.add_item("r1", "out1")
    table.link("out1", "assistant", "a")
    assert number(table.source("a")) == 1


def test_a_link_of_a_turn_that_was_forgotten_changes_nothing() -> None:
    table = TurnTable()
    heard(table, "a")
    table.create("r1")
    table.add_item("r1", "out1")
    for n in range(KEPT):
        heard(table, f"later {n}")
    assert table.turn(1) is None
    assert table.link("out1", "assistant", "") == []


def test_a_source_item_without_speech_started_s_id_goes_with_the_first_turn_that_has_none() -> None:
    table = TurnTable()
    heard(table, "")
    heard(table, "")
    assert table.link("a", "user", "") == []
    assert number(table.source("a")) == 1
    assert number(table.source("b")) == 2
    assert number(table.source("a")) == 1
    assert table.source("c") is None


def test_a_source_without_any_id_is_of_the_newest_turn() -> None:
    table = TurnTable()
    assert table.source("") is None
    heard(table, "a")
    heard(table, "b")
    assert number(table.source("")) == 2


def test_the_end_of_speech_by_id() -> None:
    table = TurnTable()
    heard(table, "a", 0)
    heard(table, "b", 5000)
    assert number(table.stop("a", 4000)) == 1
    assert table.stop("a", 4000) is None
    assert table.stop("z", 4000) is None  # both turns have other names
    assert number(table.stop("b", None)) == 2


def test_the_end_of_speech_without_an_id_is_of_the_latest_turn_that_began_before() -> None:
    table = TurnTable()
    heard(table, "a", 0)
    heard(table, "b", 5000)
    assert number(table.stop("", 4000)) == 1  # late: the next turn has begun
    assert number(table.stop("", 6000)) == 2
    assert table.stop("", 7000) is None


def test_the_end_of_speech_of_a_turn_without_an_id() -> None:
    table = TurnTable()
    heard(table, "", None)
    assert number(table.stop("a", 4000)) == 1


def test_a_response_is_found_by_id_by_item_or_as_the_newest_open_one() -> None:
    table = TurnTable()
    table.create("r1")
    table.create("r2")
    table.add_item("r1", "out1")
    assert table.respond("r1", "nonsense").order == 1
    assert table.respond("", "out1").order == 1
    assert table.respond("", "").order == 2
    table.respond("r2", "").done = True
    assert table.respond("", "").order == 1
    table.respond("r1", "").done = True
    assert table.respond("", "").order == 3
    assert table.respond("new", "").order == 4


def test_responses_without_ids_are_told_apart_by_being_open() -> None:
    table = TurnTable()
    table.create("")
    table.add_item("", "out1")
    assert table.respond("", "out1").order == 1
    table.respond("", "").done = True
    assert table.create("") == [Pairing(2, opened=True)]
    assert table.respond("", "").order == 2


IDS = st.sampled_from(["", "a", "b", "c", "d"])
STEPS = st.one_of(
    st.tuples(st.just("hear"), IDS, st.none() | st.integers(0, 9)),
    st.tuples(st.just("stop"), IDS, st.none() | st.integers(0, 9)),
    st.tuples(st.just("create"), IDS),
    st.tuples(st.just("add_item"), IDS, IDS),
    st.tuples(st.just("link"), IDS, st.sampled_from(["user", "assistant", ""]), IDS),
    st.tuples(st.just("source"), IDS),
)


@given(st.lists(STEPS, max_size=60))
def test_in_any_order_a_turn_is_paired_once_and_opened_once(steps: list[tuple[str, ...]]) -> None:
    table = TurnTable()
    opened: list[int] = []
    paired: list[int] = []
    for name, *arguments in steps:
        told = getattr(table, name)(*arguments)
        if name == "hear" and told is not None and told[1]:
            opened.append(told[0].number)
        if name in ("create", "link"):
            opened += [each.turn for each in told if each.opened]
            paired += [each.turn for each in told]
    assert opened == list(range(1, len(opened) + 1))
    assert len(set(paired)) == len(paired)
    assert set(paired) <= set(opened)


def test_the_table_is_bounded() -> None:
    table = TurnTable()
    for n in range(3 * KEPT):
        heard(table, f"a{n}")
        table.create(f"r{n}")
        table.add_item(f"r{n}", f"out{n}")
    assert [len(each) for each in (table._turns, table._responses, table._items)] == [KEPT] * 3
    assert number(table.source(f"a{3 * KEPT - 1}")) == 3 * KEPT
