"""``core/session/selftest.py``: two keys held for three seconds, the rows of the self-test, and what ends it.

Responsible for: when it begins and ends, and its pages. Must not: check anything.
"""

from dataclasses import replace

import pytest

from appliance.core.model.effects import BeginCheck, EndCheck, OpenMicrophone, Repeat
from appliance.core.model.events import CheckEnded, CheckTold, Key, LineFinished, MicrophoneClosed, StopRequested
from appliance.core.model.state import Setup
from appliance.core.model.views import Mark, SignView, TableRow, TableView, View
from appliance.core.screen.screen import view
from tests.core.box import Box
from tests.core.states import on_air, standby

ROWS = ("name", "service", "key", "round trip", "clock", "microphone", "loudspeaker", "loop")


def shown(box: Box) -> View:
    return view(box.state, box.now, box.limits)


def table(box: Box) -> tuple[str, tuple[TableRow, ...]]:
    seen = shown(box)
    assert isinstance(seen, TableView)
    return seen.title, seen.rows


def hold(box: Box, ms: int, first: Key = Key.LANGUAGE, second: Key = Key.REPEAT) -> tuple[object, ...]:
    """Both keys down, 200 ms apart, and kept so."""
    effects = box.key(first, down=True) + box.pass_time(200) + box.key(second, down=True)
    return effects + box.pass_time(ms)


def begun(private: bool = False) -> Box:
    box = standby()
    if private:
        box = Box(Setup(favourites=("es", "fr"))).boot(private=True)
    assert BeginCheck(private) in hold(box, 3_000)
    box.key(Key.LANGUAGE, down=False)
    box.key(Key.REPEAT, down=False)
    box.pass_time(50)
    return box


@pytest.mark.parametrize(("first", "second"), [(Key.LANGUAGE, Key.REPEAT), (Key.REPEAT, Key.LANGUAGE)])
def test_both_keys_held_begin_it_and_neither_does_its_own_work(first: Key, second: Key) -> None:
    box = on_air()
    box.press(Key.TALK)
    box.send(MicrophoneClosed(), LineFinished(1))
    box.state = replace(box.state, sound=replace(box.state.sound, last=(1, 1)))  # REPEAT has something to say
    direction = box.state.direction
    effects = hold(box, 2_999, first, second)
    assert [effect for effect in effects if isinstance(effect, BeginCheck | Repeat)] == []
    assert BeginCheck(private=False) in box.pass_time(1)
    effects = box.key(first, down=False) + box.key(second, down=False) + box.pass_time(2_000)
    assert [effect for effect in effects if isinstance(effect, BeginCheck | EndCheck | Repeat)] == []
    assert (box.state.direction, box.state.menu) == (direction, None)
    assert box.state.selftest.running


def test_one_that_comes_up_before_begins_nothing() -> None:
    box = standby()
    hold(box, 2_000)
    box.key(Key.REPEAT, down=False)
    assert BeginCheck(private=False) not in box.pass_time(10_000)


def test_repeat_alone_waits_a_moment_for_language_and_speaks() -> None:
    box = on_air()
    box.state = replace(box.state, sound=replace(box.state.sound, last=(1, 1)))
    assert Repeat(1, 1) not in box.key(Key.REPEAT, down=True)
    assert Repeat(1, 1) not in box.pass_time(299)
    assert Repeat(1, 1) in box.pass_time(1)
    assert box.key(Key.REPEAT, down=False) == () or Repeat(1, 1) not in box.effects
    box.pass_time(20_000)
    assert Repeat(1, 1) in box.press(Key.REPEAT, 100)


def test_a_box_that_interprets_says_why_not() -> None:
    box = on_air()
    assert BeginCheck(private=False) not in hold(box, 3_000)
    seen = shown(box)
    assert isinstance(seen, SignView)
    assert (seen.title, seen.words) == ("Check", "Stop first")
    box.pass_time(4_000)
    assert not isinstance(shown(box), SignView) or shown(box) != seen


def test_it_cannot_be_begun_twice_at_once() -> None:
    box = begun()
    box.key(Key.MUTE, down=True)  # takes the pages away, and it is ended
    assert EndCheck() in box.effects
    box.key(Key.MUTE, down=False)
    box.pass_time(100)
    assert BeginCheck(private=False) in hold(box, 3_000)


def test_the_rows_come_as_pages_that_turn_by_themselves_and_the_cost_is_the_last() -> None:
    box = begun()
    title, rows = table(box)
    assert title == "Check"
    assert rows[0] == TableRow("Network", "", Mark.BUSY)
    for what in ROWS:
        box.send(CheckTold(what, "S1" if what == "key" else "", told=what == "loop"))
    box.send(CheckTold("microphone", "M1"), CheckTold("storage", "W1"), CheckEnded())
    assert table(box)[1] == (
        TableRow("Network", "", Mark.GOOD),
        TableRow("Service", "S1", Mark.BAD),
        TableRow("Clock", "", Mark.GOOD),
    )
    box.pass_time(4_000)
    assert table(box)[1] == (
        TableRow("Microphone", "M1", Mark.BAD),
        TableRow("Loudspeaker", "", Mark.GOOD),
        TableRow("storage", "W1", Mark.BAD),
    )
    box.pass_time(4_000)
    assert table(box) == ("Cost today", (TableRow("Minutes", "0"), TableRow("Tokens", "0")))
    box.state = replace(box.state, setup=replace(box.state.setup, cap_ms=60_000, cap_tokens=500))
    assert table(box)[1] == (TableRow("Minutes", "0 / 1"), TableRow("Tokens", "0 / 500"))
    box.pass_time(4_000)
    assert table(box)[0] == "Check"
    box.pass_time(3_600_000)
    assert isinstance(shown(box), TableView), "it stays until a key"


def test_what_only_tells_something_is_neither_good_nor_bad_and_what_never_came_is_nothing() -> None:
    box = begun(private=True)
    box.send(CheckTold("microphone", "", told=True), CheckEnded())
    box.pass_time(4_000)
    assert table(box)[1] == (TableRow("Microphone"), TableRow("Loudspeaker"))


def test_the_dial_of_the_round_trip_is_booked() -> None:
    box = begun()
    box.send(CheckTold("round trip", "", told=True))
    assert not box.state.budget.dials
    box.send(CheckTold("round trip", "S3"))
    assert box.state.budget.dials == (box.now,)


@pytest.mark.parametrize("key", [Key.LANGUAGE, Key.MUTE, Key.CAMERA, Key.REPEAT])
def test_a_key_takes_it_away_and_does_nothing_else(key: Key) -> None:
    box = begun()
    box.send(CheckEnded())
    direction = box.state.direction
    assert EndCheck() not in box.press(key)
    assert not isinstance(shown(box), TableView)
    assert (box.state.direction, box.state.sound.muted) == (direction, False)


def test_a_talk_key_always_wins() -> None:
    box = begun()
    effects = box.key(Key.TALK, down=True)
    assert (EndCheck() in effects, OpenMicrophone() in effects) == (True, True)
    assert effects.index(EndCheck()) < effects.index(OpenMicrophone()), "the card is free when it is opened"
    box.send(CheckTold("microphone"), CheckEnded())
    assert box.state.selftest.rows == () or not isinstance(shown(box), TableView)


def test_the_slide_ends_it_before_it_listens_on() -> None:
    box = begun()
    assert EndCheck() in box.key(Key.PRIVACY, down=True) + box.pass_time(30) + box.key(Key.PRIVACY, down=False)
    assert not isinstance(shown(box), TableView)


def test_in_private_nothing_that_listens_is_opened() -> None:
    begun(private=True)


def test_a_stop_ends_it() -> None:
    assert EndCheck() in begun().send(StopRequested("SIGTERM"))
