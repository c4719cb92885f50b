"""``core/screen/messages.py``: a kiosk that waits for its guest, and the signs in a guest's words.

Responsible for: which language stands on the screen, and for how long. Must not: test the menu (``test_languages.py``).
"""

from dataclasses import replace

from appliance.core.model.events import Key
from appliance.core.model.views import IdleView, Sign, VolumeView
from appliance.phrases import say
from tests.core.box import Box
from tests.core.session.test_guest_session import DESK, shown, sign


def test_each_favourite_in_turn_says_what_to_do_on_which_key_and_where_speech_goes() -> None:
    box = Box(DESK).boot()
    assert shown(box) == IdleView("es", say("press", "es"), say("green_key", "es"), say("consent", "es"))
    box.pass_time(3_000)
    seen = [shown(box)]
    for _ in range(3):
        box.pass_time(4_000)
        seen.append(shown(box))
    assert [each.language for each in seen if isinstance(each, IdleView)] == ["fr", "sw", "es", "fr"]
    assert seen[1] == IdleView("sw", "Kiswahili"), "no words of the box's own: the pictogram says the rest"


def test_the_pictures_change_when_the_box_says_it_will() -> None:
    box = Box(DESK).boot()
    before = shown(box)
    effects = box.pass_time(2_999)
    assert (shown(box), effects) == (before, ())
    box.pass_time(1)
    assert shown(box) != before


def test_a_single_language_stands_still() -> None:
    box = Box(replace(DESK, favourites=("es",))).boot()
    before = shown(box)
    box.pass_time(600_000)
    assert shown(box) == before


def test_during_a_visit_only_the_guests_language_stands() -> None:
    box = Box(DESK).boot()
    box.press(Key.LANGUAGE)
    box.pass_time(3_000)
    seen = [shown(box)]
    for _ in range(3):
        box.pass_time(4_000)
        seen.append(shown(box))
    assert {each.language for each in seen if isinstance(each, IdleView)} == {"fr"}


def test_the_guest_is_told_in_the_guests_words_what_the_key_does() -> None:
    box = Box(DESK).boot()
    box.key(Key.GUEST, down=True)
    assert sign(box) == (Sign.NETWORK, say("connecting", "es"))
    box.pass_time(500)
    box.key(Key.TALK, down=True)
    assert sign(box) == (Sign.NETWORK, say("connecting", "en"))


def test_private_is_said_in_the_place_of_idle() -> None:
    box = Box(DESK).boot(private=True)
    assert sign(box)[0] is Sign.MICROPHONE_OFF


def test_the_volume_is_shown_over_it() -> None:
    box = Box(DESK).boot()
    box.press(Key.LOUDER)
    assert isinstance(shown(box), VolumeView)
