"""``core/input/keys.py``: stuck keys, another speaker, and presses that cut a wait short.

Responsible for: what a person notices when keys and languages cross. Must not: test debounce (``test_keys.py``).
"""

from dataclasses import replace

from appliance.core.model.direction import Direction
from appliance.core.model.effects import Cue, CueName, Dial, Note, SelectInput
from appliance.core.model.events import (
    Device,
    DeviceReady,
    Key,
    LineLost,
    LineTroubled,
    Loss,
    SourceArrived,
    StopRequested,
    WorkerSilent,
)
from appliance.core.model.state import Setup, Wanted
from appliance.core.model.views import SignView
from appliance.core.screen.screen import view
from tests.core.box import Box, fields
from tests.core.states import dialing, on_air, standby, waiting

DESK = Setup(mine="en", theirs="ar", favourites=("ar", "fr"), kiosk=True)


def codes(box: Box) -> list[str]:
    return [str(fault.code) for fault in box.state.faults]


def inputs(effects: tuple[object, ...]) -> list[SelectInput]:
    return [effect for effect in effects if isinstance(effect, SelectInput)]


def test_a_talk_key_held_for_two_minutes_is_stuck_and_counts_as_up() -> None:
    box = Box(DESK).boot()
    box.key(Key.TALK, down=True)
    box.pass_time(119_000)
    assert box.wanted() is Wanted.INTERPRETING
    box.pass_time(1_000)
    assert box.wanted() is Wanted.PAUSE
    assert [(f.code, f.detail) for f in box.state.faults if f.code == "K2"] == [("K2", "free the talk key")]


def test_the_real_release_of_a_stuck_key_ends_the_fault_and_does_nothing_else() -> None:
    box = Box(DESK).boot()
    box.key(Key.TALK, down=True)
    box.pass_time(121_000)
    effects = box.key(Key.TALK, down=False)
    assert "K2" not in codes(box)
    assert box.wanted() is Wanted.PAUSE
    assert {"key": "talk", "down": False} in [fields(e) for e in effects if isinstance(e, Note)]
    box.pass_time(100)
    box.key(Key.TALK, down=True)
    assert box.wanted() is Wanted.INTERPRETING


def test_a_key_that_is_tapped_is_never_stuck() -> None:
    box = Box(Setup(kiosk=True, talk_taps=True)).boot()
    box.key(Key.GUEST, down=True)
    box.pass_time(180_000)
    assert "K2" not in codes(box)


def test_at_a_desk_the_other_key_is_another_speaker_and_takes_no_words_along() -> None:
    box = Box(DESK).boot()
    box.press(Key.TALK, 1_000)
    assert [row.move for row in inputs(box.key(Key.GUEST, down=True))] == [False]


def test_at_a_desk_another_language_takes_the_open_utterance_along() -> None:
    box = Box(DESK).boot()
    box.key(Key.GUEST, down=True)
    selected = inputs(box.press(Key.LANGUAGE))
    assert [(str(row.direction), row.move) for row in selected] == [("fr>en", True)]


def test_a_swap_into_the_language_that_is_heard_already_changes_nothing() -> None:
    box = Box(Setup(mine="", theirs="es")).boot()
    box.press(Key.TALK)
    box.connect(1)
    box.send(SourceArrived(1, 1, "hola", "", "es", True))
    box.press(Key.GUEST)
    assert box.state.direction == Direction("", "es")


def test_the_favourites_never_offer_my_own_language() -> None:
    box = Box(Setup(mine="en", theirs="es", favourites=("es", "en", "fr"))).boot()
    box.press(Key.LANGUAGE)
    assert box.state.direction == Direction("en", "fr")
    only_mine = Box(Setup(mine="en", theirs="es", favourites=("en",))).boot()
    only_mine.press(Key.LANGUAGE)
    assert only_mine.state.direction == Direction("en", "es")


def test_a_press_cuts_a_back_off_short() -> None:
    box = on_air()
    box.send(LineLost(1, Loss.CLOSED, 1011))
    box.send(LineLost(2, Loss.CLOSED, 1011))
    assert box.state.retry_at is not None
    assert 400 <= box.state.retry_at - box.now <= 600
    box.press(Key.TALK)
    box.press(Key.TALK)
    assert box.state.retry_at is None


def test_a_press_does_not_cut_the_wait_for_the_rate_limit_short() -> None:
    box = dialing()
    box.send(LineLost(1, Loss.HTTP, 429))
    box.press(Key.TALK)
    box.pass_time(1_000)
    effects = box.press(Key.TALK)
    assert not [effect for effect in effects if isinstance(effect, Dial)]
    assert box.state.retry_at is not None


def test_the_nearer_cause_takes_the_place_of_the_first() -> None:
    box = dialing()
    box.send(LineTroubled(1, Loss.REFUSED))
    box.pass_time(5_000)
    assert codes(box) == ["N3"]
    box.send(LineTroubled(1, Loss.NO_ROUTE))
    assert codes(box) == ["N1"]


def test_what_keeps_a_line_away_is_not_shown_when_nobody_wants_one() -> None:
    box = dialing()
    box.send(LineTroubled(1, Loss.UNKNOWN_ISSUER))
    assert codes(box) == ["N2"]
    box.press(Key.TALK)
    assert codes(box) == []


def test_a_worker_that_delivers_again_may_hang_once_more() -> None:
    box = on_air()
    box.send(WorkerSilent(Device.MICROPHONE), DeviceReady(Device.MICROPHONE), WorkerSilent(Device.MICROPHONE))
    assert codes(box) == []


def test_the_service_may_ask_for_another_try() -> None:
    box = dialing()
    box.send(LineLost(1, Loss.HTTP, 408))
    assert box.state.refusal is None


def test_standby_and_waiting_are_left_by_the_same_key() -> None:
    for box in (standby(), waiting()):
        wanted = box.wanted()
        box.press(Key.TALK)
        assert box.wanted() is not wanted


def test_of_two_keys_that_are_held_the_one_that_is_left_talks_again() -> None:
    box = Box(DESK).boot()
    box.key(Key.TALK, down=True)
    box.pass_time(500)
    assert [str(row.direction) for row in inputs(box.key(Key.GUEST, down=True))] == ["ar>en"]
    box.pass_time(500)
    assert [str(row.direction) for row in inputs(box.key(Key.GUEST, down=False))] == ["en>ar"]
    assert box.wanted() is Wanted.INTERPRETING
    box.pass_time(500)
    box.key(Key.TALK, down=False)
    assert box.wanted() is Wanted.PAUSE


def test_a_key_that_is_stuck_does_not_talk_again() -> None:
    box = Box(DESK).boot()
    box.key(Key.TALK, down=True)
    box.pass_time(121_000)
    box.press(Key.GUEST, 500)
    assert box.wanted() is Wanted.PAUSE


def test_a_talk_key_is_asked_about_ten_seconds_before_it_is_let_go() -> None:
    box = Box(replace(DESK, cues=True)).boot()
    box.key(Key.TALK, down=True)
    box.pass_time(109_999)
    assert words(box) != "free the talk key"
    effects = box.pass_time(1)
    assert (words(box), box.wanted()) == ("free the talk key", Wanted.INTERPRETING)
    assert Cue(CueName.ATTENTION) in effects
    box.key(Key.TALK, down=False)
    box.pass_time(100)
    assert words(box) != "free the talk key"
    box.key(Key.TALK, down=True)
    box.pass_time(109_999)
    assert words(box) != "free the talk key"
    box.pass_time(10_001)
    assert "K2" in codes(box)


def test_the_end_of_the_run_asks_about_no_key() -> None:
    box = Box(DESK).boot()
    box.key(Key.TALK, down=True)
    box.pass_time(110_000)
    box.send(StopRequested("SIGTERM"))
    assert words(box) != "free the talk key"


def words(box: Box) -> str:
    seen = view(box.state, box.now, box.limits)
    return seen.words if isinstance(seen, SignView) else ""
