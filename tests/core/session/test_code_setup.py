"""``core/session/code_setup.py``: a code before the camera, its pages, and the key that applies it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from appliance.core.model.codes import CodeApplied, CodePage, CodeRead, CodeRefused
from appliance.core.model.effects import ApplyCode, LookForCodes, OpenMicrophone, StopLooking, TakePicture
from appliance.core.model.events import Key, StopRequested
from appliance.core.model.modes import Mode
from appliance.core.model.state import Setup
from appliance.core.model.views import SignView
from appliance.core.screen.screen import view
from tests.core.box import Box
from tests.core.states import fault, on_air, waiting

COUNTRIES = (("ES", "Spain"), ("FR", "France"), ("GE", "Georgia"))
SETUP = Setup(favourites=("es", "fr"), code_reader=True, countries=COUNTRIES, country_guessed=True)
SOL = CodePage("network", "Hotel Sol")
WIFI = CodeRead(1, (SOL,), needs_country=True)
SETTINGS = CodeRead(
    2, (CodePage("network", "Sol"), CodePage("country", "Spain (ES)"), CodePage("key", "a new key")), False
)


def shown(box: Box) -> tuple[str, str]:
    seen = view(box.state, box.now, box.limits)
    assert isinstance(seen, SignView)
    return seen.title, seen.words


def hold(box: Box) -> tuple[object, ...]:
    """CAMERA for three seconds, and up again."""
    return box.key(Key.CAMERA, down=True) + box.pass_time(3_000) + box.key(Key.CAMERA, down=False) + box.pass_time(50)


def looking(setup: Setup = SETUP) -> Box:
    box = Box(setup).boot()
    assert LookForCodes() in hold(box)
    return box


def offered(event: CodeRead = WIFI, setup: Setup = SETUP) -> Box:
    box = looking(setup)
    assert StopLooking() in box.send(event), "the camera is closed while somebody reads"
    box.pass_time(1_000)
    return box


def turn(box: Box, key: Key) -> None:
    """A detent, or a press."""
    if key is Key.LANGUAGE:
        box.press(key)
    else:
        box.key(key, down=True)


def test_camera_held_in_standby_begins_it() -> None:
    box = Box(SETUP).boot()
    box.key(Key.CAMERA, down=True)
    assert LookForCodes() not in box.pass_time(2_999)
    assert LookForCodes() in box.pass_time(1)
    assert shown(box) == ("Set-up", "hold a code before the camera; any key ends it")
    assert box.key(Key.CAMERA, down=False) == () or StopLooking() not in box.effects


def test_a_press_alone_does_not() -> None:
    box = Box(SETUP).boot()
    box.press(Key.CAMERA, 2_000)
    assert LookForCodes() not in box.pass_time(5_000)


def test_without_a_camera_there_is_nothing_to_begin() -> None:
    assert LookForCodes() not in hold(Box(Setup()).boot())


def test_a_code_is_shown_before_a_key_applies_it() -> None:
    box = offered()
    assert shown(box) == ("“Hotel Sol”", "Wi-Fi network? TALK: next, REPEAT: no")
    assert ApplyCode(1, "ES") not in box.press(Key.TALK)
    assert shown(box) == ("Spain (ES)", "Knob: another, TALK: use it, REPEAT: no")
    box.pass_time(1_000)
    effects = box.press(Key.TALK)
    assert ApplyCode(1, "ES") in effects
    assert OpenMicrophone() not in effects
    assert shown(box) == ("One moment", "leave it plugged in")
    box.send(CodeApplied(ok=True, words="done"))
    assert shown(box) == ("Done", "")
    box.pass_time(10_000)
    assert shown(box)[0] == "EN → ES"


def test_without_a_key_nothing_happens() -> None:
    box = offered()
    effects = box.pass_time(10 * 60_000)
    assert not any(isinstance(effect, ApplyCode) for effect in effects)
    assert box.state.code.offer is None


@pytest.mark.parametrize("key", [key for key in Key if key is not Key.TALK])
def test_no_other_key_applies_it(key: Key) -> None:
    box = offered(SETTINGS)
    effects = box.press(key) + box.pass_time(1_000) + box.press(key) + box.pass_time(1_000) + box.press(key)
    assert not any(isinstance(effect, ApplyCode) for effect in effects)


def test_a_key_that_goes_down_as_the_page_comes_answers_nothing() -> None:
    box = looking()
    box.send(CodeRead(1, (SOL,), needs_country=False))
    assert not any(isinstance(effect, ApplyCode) for effect in box.press(Key.TALK))
    box.pass_time(700)
    assert ApplyCode(1, "") in box.press(Key.TALK)


def test_every_page_is_seen_first() -> None:
    box = offered(SETTINGS)
    for title in ("“Spain (ES)”", "“a new key”"):
        assert not any(isinstance(effect, ApplyCode) for effect in box.press(Key.TALK))
        assert shown(box)[0] == title
        assert not any(isinstance(effect, ApplyCode) for effect in box.press(Key.TALK)), "too soon"
        box.pass_time(1_000)
    assert ApplyCode(2, "") in box.press(Key.TALK)


def test_repeat_refuses_and_it_looks_on() -> None:
    box = offered()
    effects = box.press(Key.REPEAT)
    assert LookForCodes() in effects
    assert not any(isinstance(effect, ApplyCode) for effect in effects)
    assert shown(box)[0] == "Set-up"


@pytest.mark.parametrize(
    ("keys", "country"),
    [
        ([Key.LOUDER], "FR"),
        ([Key.LANGUAGE, Key.LANGUAGE], "GE"),
        ([Key.QUIETER], "GE"),
        ([Key.LOUDER] * 3, "ES"),
        ([Key.LOUDER, Key.QUIETER], "ES"),
    ],
)
def test_the_country_is_chosen_by_knob_or_key(keys: list[Key], country: str) -> None:
    box = offered()
    box.press(Key.TALK)
    for key in keys:
        turn(box, key)
    box.pass_time(1_000)
    assert ApplyCode(1, country) in box.press(Key.TALK)


@pytest.mark.parametrize(("key", "country"), [(Key.LOUDER, "ES"), (Key.QUIETER, "GE")])
def test_where_nothing_can_be_guessed_one_must_be_chosen(key: Key, country: str) -> None:
    box = offered(WIFI, Setup(code_reader=True, countries=COUNTRIES))
    box.press(Key.TALK)
    box.pass_time(1_000)
    assert shown(box) == ("Which country?", "turn the knob, or press LANGUAGE; REPEAT: no")
    assert not any(isinstance(effect, ApplyCode) for effect in box.press(Key.TALK))
    box.key(key, down=True)
    box.pass_time(1_000)
    assert ApplyCode(1, country) in box.press(Key.TALK)


def test_privacy_ends_it_and_nothing_of_it_undoes_privacy() -> None:
    box = looking()
    assert StopLooking() in box.key(Key.PRIVACY, down=False)
    assert not box.state.code.looks
    assert box.send(WIFI) == ()
    assert box.state.code.offer is None
    assert LookForCodes() not in hold(box)
    assert box.state.private


def test_in_private_it_says_why_it_does_not_begin() -> None:
    box = Box(SETUP).boot(private=True)
    assert LookForCodes() not in hold(box)
    assert shown(box) == ("Not done", "the privacy switch is on")
    box.pass_time(10_000)
    assert shown(box)[0] != "Not done"


def test_an_offer_ends_with_privacy() -> None:
    box = offered()
    box.key(Key.PRIVACY, down=False)
    assert box.state.code.offer is None


def test_nobody_is_interrupted() -> None:
    box = on_air()
    box.state = replace(box.state, setup=SETUP)
    assert LookForCodes() not in hold(box)
    assert shown(box) == ("Not done", "stop first")


@pytest.mark.parametrize("reached", [waiting, fault])
def test_a_box_that_cannot_reach_the_service_can_be_set_up(reached: Callable[[], Box]) -> None:
    box = reached()
    box.state = replace(box.state, setup=SETUP)
    assert LookForCodes() in hold(box)
    assert not box.state.capture


def test_talk_while_it_looks_ends_it_and_talks() -> None:
    box = looking()
    effects = box.key(Key.TALK, down=True)
    assert StopLooking() in effects
    assert OpenMicrophone() in effects
    assert box.mode() is Mode.DIALING


@pytest.mark.parametrize("key", [Key.CAMERA, Key.LANGUAGE, Key.MUTE, Key.REPEAT, Key.LOUDER])
def test_another_key_ends_it_and_does_no_more(key: Key) -> None:
    box = looking()
    effects = box.press(key)
    assert StopLooking() in effects
    assert not any(isinstance(effect, TakePicture) for effect in effects)
    assert (box.state.sound.volume, box.state.menu) == (85, None)


def test_it_does_not_look_for_ever() -> None:
    box = looking()
    assert StopLooking() not in box.pass_time(2 * 60_000)
    assert StopLooking() in box.pass_time(2 * 60_000)


def test_a_stop_ends_it() -> None:
    assert StopLooking() in looking().send(StopRequested("SIGTERM"))


def test_what_cannot_be_used_is_said_and_it_looks_on() -> None:
    box = looking()
    box.send(CodeRefused("this code cannot be used: it is not for this box"))
    assert shown(box) == ("Set-up", "this code cannot be used: it is not for this box")
    box.pass_time(6_000)
    assert shown(box)[1].startswith("hold a code")
    box.send(WIFI)
    assert shown(box)[0] == "“Hotel Sol”"


def test_a_failure_is_said_and_nobody_waits_for_ever() -> None:
    box = offered(CodeRead(1, (SOL,), needs_country=False))
    box.press(Key.TALK)
    assert box.press(Key.LANGUAGE) != ()
    box.send(CodeApplied(ok=False, words="Wi-Fi: no room"))
    assert shown(box) == ("Not done", "Wi-Fi: no room")
    box.press(Key.MUTE)
    assert shown(box)[0] == "EN → ES"
    silent = offered(CodeRead(1, (SOL,), needs_country=False))
    silent.press(Key.TALK)
    silent.pass_time(61_000)
    assert shown(silent) == ("Not done", "nothing answered")


def test_late_news_change_nothing() -> None:
    box = Box(SETUP).boot()
    before = box.state.code
    box.send(WIFI, CodeRefused("late"), CodeApplied(ok=True, words="late"))
    assert box.state.code == before


def test_a_box_that_nobody_has_set_up_looks_by_itself_once() -> None:
    unset = Setup(code_reader=True, looks_at_start=True, countries=COUNTRIES)
    box = Box(unset).boot()
    assert LookForCodes() in box.pass_time(0) + box.effects or box.state.code.looks
    box.pass_time(10 * 60_000)
    assert not box.state.code.looks
    private = Box(unset).boot(private=True)
    private.pass_time(1_000)
    assert (private.state.code.looks, private.state.code.told) == (False, "")


def test_while_it_is_applied_privacy_still_works() -> None:
    box = offered(CodeRead(1, (SOL,), needs_country=False))
    box.press(Key.TALK)
    box.key(Key.PRIVACY, down=False)
    assert box.state.private
    assert box.state.code.applying
