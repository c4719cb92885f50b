"""``core/transcript/languages.py`` and ``core/screen/messages.py``: favourites, the menu, names on the screen and
aloud.

Responsible for: what a person sees and hears who chooses a language. Must not: test dialling (``test_reconcile.py``).
"""

from dataclasses import replace

import pytest

from appliance.core.devices.playback import NAME_LINE
from appliance.core.model.direction import Direction
from appliance.core.model.effects import Cue, CueName, Dial, Effect, Say, SetVolume
from appliance.core.model.events import Key, PlaybackStarted
from appliance.core.model.state import Setup, Wanted
from appliance.core.model.views import MenuView, Sign, SignView, View, VolumeView
from appliance.core.screen.screen import view
from appliance.phrases import say
from tests.core.box import Box

NAMES = (("de", "Deutsch"), ("en", "English"), ("es", "español"), ("sw", "Kiswahili"), ("ar", "العربية"))
TRAVELLER = Setup(favourites=("es", "sw", "ar"), names=NAMES, text_only=frozenset({"sw"}), cues=True)
DESK = replace(TRAVELLER, kiosk=True)


def shown(box: Box) -> View:
    return view(box.state, box.now, box.limits)


def sign(box: Box) -> tuple[Sign, str, str]:
    seen = shown(box)
    assert isinstance(seen, SignView)
    return seen.sign, seen.title, seen.words


def menu(box: Box) -> MenuView:
    seen = shown(box)
    assert isinstance(seen, MenuView)
    return seen


def chosen(box: Box) -> str:
    open_menu = menu(box)
    return open_menu.rows[open_menu.chosen].language


def said(effects: tuple[Effect, ...]) -> list[tuple[str, str]]:
    return [(e.language, e.text) for e in effects if isinstance(e, Say)]


def cues(effects: tuple[Effect, ...]) -> list[CueName]:
    return [effect.name for effect in effects if isinstance(effect, Cue)]


def opened(setup: Setup = TRAVELLER) -> Box:
    box = Box(setup).boot()
    box.press(Key.LANGUAGE, 900)
    return box


# A short press.


def test_the_press_is_answered_at_once_and_the_release_chooses() -> None:
    box = Box(TRAVELLER).boot()
    effects = box.key(Key.LANGUAGE, down=True)
    assert (cues(effects), said(effects)) == ([CueName.TICK], [])
    assert box.state.direction == Direction("en", "es")
    box.pass_time(799)
    effects = box.key(Key.LANGUAGE, down=False)
    assert box.state.direction == Direction("en", "sw")
    assert cues(effects) == [CueName.TEXT], "it has no voice, and a tone takes its place"
    assert said(effects) == []
    assert sign(box) == (Sign.LANGUAGE, "Kiswahili", "Reads, does not speak")


@pytest.mark.parametrize("setup", [TRAVELLER, DESK])
def test_a_language_is_shown_and_said_by_its_own_name(setup: Setup) -> None:
    box = Box(replace(setup, theirs="sw")).boot()
    effects = box.press(Key.LANGUAGE)
    assert said(effects) == [("ar", "العربية")]
    seen = shown(box)
    assert isinstance(seen, SignView)
    assert (seen.title, seen.language, seen.words) == ("العربية", "ar", "")
    box.pass_time(2_999)
    assert shown(box) == seen
    box.pass_time(1)
    assert shown(box) != seen


def test_each_name_is_speech_of_its_own_and_is_not_what_repeat_says() -> None:
    box = Box(TRAVELLER).boot()
    orders = []
    for _ in range(3):
        orders += [effect for effect in box.press(Key.LANGUAGE) if isinstance(effect, Say)]
        box.pass_time(100)
    assert len({(order.line, order.turn) for order in orders}) == 2
    box.send(PlaybackStarted(NAME_LINE, orders[0].turn, box.now))
    assert box.state.sound.last is None


def test_without_a_loudspeaker_or_with_a_recording_no_name_is_said() -> None:
    for setup in (replace(TRAVELLER, cues=False), replace(TRAVELLER, ends_with_microphone=True)):
        assert said(Box(replace(setup, theirs="sw")).boot().press(Key.LANGUAGE)) == []


def test_a_language_that_we_have_no_name_for_goes_by_its_code() -> None:
    box = Box(Setup(favourites=("fr",))).boot()
    box.press(Key.LANGUAGE)
    assert sign(box)[1] == "FR"


def test_both_keys_together_are_no_change_of_language() -> None:
    for first, second in ((Key.LANGUAGE, Key.REPEAT), (Key.REPEAT, Key.LANGUAGE)):
        box = Box(TRAVELLER).boot()
        box.key(first, down=True)
        box.pass_time(100)
        box.key(second, down=True)
        box.pass_time(2_000)
        assert not isinstance(shown(box), MenuView)
        box.key(Key.LANGUAGE, down=False)
        box.pass_time(100)
        assert box.state.direction == Direction("en", "es")
        box.key(Key.REPEAT, down=False)
        box.pass_time(100)
        box.press(Key.LANGUAGE)
        assert box.state.direction == Direction("en", "sw"), "the next press is one again"


# The menu.


def test_a_hold_opens_the_menu_favourites_first_then_by_own_name_and_never_mine() -> None:
    box = Box(TRAVELLER).boot()
    box.key(Key.LANGUAGE, down=True)
    box.pass_time(799)
    assert not isinstance(shown(box), MenuView)
    box.pass_time(1)
    rows = menu(box).rows
    assert [row.language for row in rows] == ["es", "sw", "ar", "de"]
    assert [row.name for row in rows] == ["español", "Kiswahili", "العربية", "Deutsch"]
    assert [(row.speaks, row.note) for row in rows[:2]] == [(True, ""), (False, "Reads, does not speak")]
    assert chosen(box) == "es"
    box.key(Key.LANGUAGE, down=False)
    assert chosen(box) == "es", "the release of the hold picks nothing"
    assert box.state.direction == Direction("en", "es")


def test_the_knob_scrolls_to_both_ends_and_leaves_the_volume() -> None:
    box = opened()
    effects: tuple[Effect, ...] = ()
    for key, language in [(Key.LOUDER, "sw"), (Key.LOUDER, "ar"), (Key.LOUDER, "de"), (Key.LOUDER, "de")]:
        effects += box.key(key, down=True)
        assert chosen(box) == language
    for _ in range(5):
        effects += box.key(Key.QUIETER, down=True)
    assert chosen(box) == "es"
    assert not [effect for effect in effects if isinstance(effect, SetVolume)]
    assert set(cues(effects)) == {CueName.TICK}


@pytest.mark.parametrize("key", [Key.LANGUAGE, Key.MUTE])
def test_its_push_or_language_picks_and_the_release_means_nothing_more(key: Key) -> None:
    box = opened()
    box.key(Key.LOUDER, down=True)
    box.key(Key.LOUDER, down=True)
    box.pass_time(100)
    effects = box.key(key, down=True)
    assert box.state.direction == Direction("en", "ar")
    assert said(effects) == [("ar", "العربية")]
    box.pass_time(3_100)
    effects = box.key(key, down=False)
    assert (said(effects), cues(effects)) == ([], [])
    assert box.state.direction == Direction("en", "ar")
    assert not box.state.sound.muted
    assert not isinstance(shown(box), MenuView)


def test_a_language_from_the_menu_is_dialled_when_it_stands() -> None:
    box = Box(TRAVELLER).boot()
    box.press(Key.TALK)
    box.connect(1)
    box.press(Key.LANGUAGE, 900)
    box.key(Key.LOUDER, down=True)
    box.pass_time(100)
    box.press(Key.MUTE)
    effects = box.pass_time(1_000)
    assert [effect for effect in effects if isinstance(effect, Dial)] == [Dial(2, Direction("en", "sw"))]


def test_the_menu_closes_eight_seconds_after_the_last_touch_and_nothing_is_chosen() -> None:
    box = opened()
    box.pass_time(7_000)
    box.key(Key.LOUDER, down=True)
    box.pass_time(7_999)
    assert chosen(box) == "sw"
    box.pass_time(1)
    assert not isinstance(shown(box), MenuView)
    assert box.state.direction == Direction("en", "es")
    box.key(Key.LOUDER, down=True)
    assert isinstance(shown(box), VolumeView), "the knob is the volume's again"


def test_a_talk_key_wins_over_the_menu() -> None:
    box = opened()
    box.press(Key.TALK)
    assert box.wanted() is Wanted.INTERPRETING
    assert not isinstance(shown(box), MenuView)


def test_a_present_language_that_is_not_offered_leaves_the_menu_at_its_top() -> None:
    box = opened(replace(TRAVELLER, theirs="xx"))
    assert chosen(box) == "es"


def test_where_nothing_is_to_be_chosen_there_is_no_menu() -> None:
    box = Box(Setup()).boot()
    box.press(Key.LANGUAGE, 2_000)
    assert box.state.menu is None


def test_the_menu_speaks_to_whoever_holds_the_box() -> None:
    box = opened(replace(TRAVELLER, mine="de"))
    box.key(Key.LOUDER, down=True)
    seen = menu(box)
    assert (seen.rows[1].note, seen.note_language) == (say("reads", "de"), "de")


# The push of the knob.


def test_the_push_mutes_when_it_is_let_go() -> None:
    box = Box(TRAVELLER).boot()
    assert cues(box.key(Key.MUTE, down=True)) == [CueName.TICK]
    assert not box.state.sound.muted
    box.pass_time(3_000)
    box.key(Key.MUTE, down=False)
    assert box.state.sound.muted
