"""``core/transcript/languages.py``: the language that the service heard, and what the box makes of it.

Responsible for: the guest's language found, a source that was taken for granted, a turn that cannot be made yet.
Must not: test how a language is chosen otherwise (``test_languages.py``).
"""

from dataclasses import replace

import pytest

from appliance.core.model.direction import Direction
from appliance.core.model.effects import Effect, Say
from appliance.core.model.events import Key, SourceArrived
from appliance.core.model.state import Setup
from appliance.core.model.views import Sign, SignView, View
from appliance.core.screen.screen import view
from appliance.phrases import say
from tests.core.box import Box

NAMES = (("ar", "العربية"), ("de", "Deutsch"), ("en", "English"), ("es", "Español"), ("sw", "Kiswahili"))
DESK = Setup(theirs="es", favourites=("de", "sw"), names=NAMES, kiosk=True, cues=True)
TRAVELLER = Setup(mine="", theirs="es", names=NAMES)


def shown(box: Box) -> View:
    return view(box.state, box.now, box.limits)


def sign(box: Box) -> tuple[str, str, str]:
    """Title, its language, and the words."""
    seen = shown(box)
    assert isinstance(seen, SignView)
    return seen.title, seen.language, seen.words


def offers(box: Box) -> bool:
    seen = shown(box)
    return isinstance(seen, SignView) and seen.words == say("accept", seen.words_language)


def guest_said(language: str, setup: Setup = DESK, key: Key = Key.GUEST, *, final: bool = True) -> Box:
    """The one who holds this key has spoken, in a language of their own."""
    box = Box(setup).boot()
    box.key(key, down=True)
    box.connect(1)
    box.pass_time(1_000)
    box.key(key, down=False)
    box.send(SourceArrived(1, 1, "…", "", language, final))
    return box


def said(effects: tuple[Effect, ...]) -> list[str]:
    return [effect.language for effect in effects if isinstance(effect, Say)]


def test_the_language_that_a_guest_was_heard_in_is_offered_and_one_press_accepts_it() -> None:
    box = guest_said("ar")
    assert sign(box) == ("العربية", "ar", say("accept", "ar"))
    assert box.state.direction == Direction("es", "en")
    box.pass_time(7_950)
    effects = box.press(Key.LANGUAGE)
    assert box.state.direction == Direction("ar", "en"), "pressed in time, let go a moment later"
    assert said(effects) == ["ar"]
    assert sign(box) == ("العربية", "ar", "")
    box.pass_time(100)
    box.press(Key.LANGUAGE)
    assert box.state.direction == Direction("de", "en"), "after that it goes round the favourites again"


def test_a_language_without_words_is_offered_in_those_of_the_staff() -> None:
    assert sign(guest_said("sw", replace(DESK, mine="de"))) == ("Kiswahili", "sw", say("accept", "de"))


def test_an_offer_lapses_and_language_means_the_next_favourite_again() -> None:
    box = guest_said("ar")
    box.pass_time(8_000)
    assert not offers(box)
    box.press(Key.LANGUAGE)
    assert box.state.direction == Direction("de", "en")


def test_a_talk_key_takes_the_offer_from_the_screen() -> None:
    box = guest_said("ar")
    box.key(Key.TALK, down=True)
    assert not offers(box)


@pytest.mark.parametrize("language", ["es", "en", "", "xx"])
def test_what_is_expected_unknown_or_not_offered_by_the_model_is_no_find(language: str) -> None:
    assert not offers(guest_said(language))


def test_only_a_guest_is_found_and_only_when_the_sentence_is_whole() -> None:
    assert not offers(guest_said("ar", key=Key.TALK))
    assert not offers(guest_said("ar", final=False))


def test_what_was_chosen_meanwhile_is_not_offered() -> None:
    box = guest_said("de", final=False)
    box.press(Key.LANGUAGE)
    box.pass_time(4_000)
    box.send(SourceArrived(1, 1, "…", "", "de", True))
    assert not offers(box)


# A source that is not set.


def spoken(language: str, setup: Setup = TRAVELLER) -> Box:
    box = Box(setup).boot()
    box.key(Key.TALK, down=True)
    box.connect(1)
    box.send(SourceArrived(1, 1, "…", "", language, final=False))
    return box


def test_a_language_that_was_not_taken_for_granted_is_shown() -> None:
    box = spoken("de")
    assert sign(box) == ("Deutsch", "de", say("heard", "de"))
    seen = shown(box)
    assert isinstance(seen, SignView)
    assert (seen.sign, seen.status.direction) == (Sign.LANGUAGE, "DE→ES")
    box.pass_time(3_000)
    box.send(SourceArrived(1, 1, "…", "", "de", final=True))
    assert sign(box)[0] != "Deutsch", "once"
    box.send(SourceArrived(1, 2, "…", "", "sw", final=True))
    assert sign(box) == ("Kiswahili", "sw", say("heard", "en"))


@pytest.mark.parametrize(("language", "setup"), [("en", TRAVELLER), ("", TRAVELLER), ("de", Setup(names=NAMES))])
def test_what_was_taken_for_granted_is_not_worth_a_sign(language: str, setup: Setup) -> None:
    assert sign(spoken(language, setup))[2] != say("heard", "en")


def test_the_status_row_says_which_language_the_service_detects() -> None:
    box = Box(TRAVELLER).boot()
    seen = shown(box)
    assert isinstance(seen, SignView)
    assert seen.status.direction == "?→ES"
    seen = shown(spoken("en"))
    assert isinstance(seen, SignView)
    assert seen.status.direction == "EN→ES"


@pytest.mark.parametrize("language", ["", "es"])
def test_a_turn_that_cannot_be_made_yet_says_so(language: str) -> None:
    box = spoken(language)
    box.pass_time(3_500)
    box.press(Key.GUEST)
    assert box.state.direction == Direction("", "es")
    assert sign(box) == (say("unheard", "en"), "en", "")
    box.pass_time(3_000)
    assert sign(box)[0] != say("unheard", "en")
    box.send(SourceArrived(1, 2, "…", "", "de", final=True))
    box.press(Key.GUEST)
    assert box.state.direction == Direction("es", "de")
