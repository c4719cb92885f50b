"""``core/transcript/captions.py``: the speaker's own words, how they are shown, and how the knob scrolls in them.

Responsible for: what a person who hears badly can read. Must not: test pixels (``tests/display``).
"""

from dataclasses import replace

from appliance.core.model.effects import Cue, CueName, Note, Say, SetVolume
from appliance.core.model.events import Key, LineLost, Loss, SourceArrived, TextArrived
from appliance.core.model.limits import Limits
from appliance.core.model.state import Setup
from appliance.core.model.views import MenuView, Sentence, SignView, SubtitlesView
from appliance.core.screen.screen import view
from tests.core.box import Box, fields

SETUP = Setup(captions=True, cues=True, robot_voice=True, text_only=frozenset({"es"}), favourites=("es", "fr"))


def on_air(setup: Setup = SETUP, limits: Limits | None = None) -> Box:
    box = Box(setup, limits).boot()
    box.press(Key.TALK)
    box.connect(1)
    box.pass_time(1_000)
    return box


def say(box: Box, turn: int, words: str, tail: str = "", language: str = "en", line: int = 1) -> None:
    box.send(SourceArrived(line, turn, words, tail, language, final=not tail))


def captions(box: Box) -> SubtitlesView:
    seen = view(box.state, box.now, box.limits)
    assert isinstance(seen, SubtitlesView)
    return seen


def texts(box: Box) -> list[str]:
    return [sentence.text + sentence.tail for sentence in captions(box).sentences]


def turn_knob(box: Box, key: Key, detents: int) -> int:
    for _ in range(detents):
        box.key(key, down=True)
    return captions(box).back


def test_the_own_words_are_shown_large_and_no_translation_is() -> None:
    box = on_air()
    say(box, 1, "Good", " morning")
    say(box, 1, "Good", " morning to")
    assert captions(box).sentences == (Sentence("Good", " morning"),)
    say(box, 1, "Good morning.")
    effects = box.send(TextArrived(1, 1, "Buenos días.", "", final=True, at=box.now))
    seen = captions(box)
    assert (seen.sentences, seen.language, seen.letters) == ((Sentence("Good morning.", final=True),), "en", "large")
    assert seen.status.direction == "EN"
    row = next(fields(e) for e in effects if isinstance(e, Note) and e.what == "subtitle")
    assert (row["text"], row["shown"]) == ("Buenos días.", "")
    assert [e for e in effects if isinstance(e, Say)] == []
    assert Cue(CueName.TEXT) not in effects


def test_huge_letters_stay_huge() -> None:
    box = on_air(replace(SETUP, letters="huge"))
    say(box, 1, "Yes.")
    assert captions(box).letters == "huge"


def test_sentences_stand_in_the_order_in_which_they_were_said() -> None:
    box = on_air()
    say(box, 1, "One.")
    box.press(Key.GUEST)
    box.pass_time(1_000)
    box.connect(2)
    say(box, 1, "Two.", line=2)
    say(box, 2, "Three.")
    say(box, 2, "Drei.", language="de", line=2)
    assert texts(box) == ["Drei."], "one language at a time, the newest"
    say(box, 3, "", language="")
    say(box, 4, "Four.", language="")
    assert texts(box) == ["One.", "Two.", "Three.", "Four."], "without a word of it, that of the line"


def test_words_without_any_language_are_read_as_english() -> None:
    box = on_air(replace(SETUP, mine=""))
    say(box, 1, "Hello.", language="")
    assert captions(box).language == "en"


def test_what_was_cut_off_with_its_line_goes_when_it_is_said_again() -> None:
    box = on_air()
    say(box, 1, "One.")
    say(box, 2, "Two", " and")
    box.send(LineLost(1, Loss.RESET))
    assert texts(box) == ["One.", "Two"]
    box.connect(2)
    say(box, 1, "Two", " and a half", line=2)
    assert [sentence.text for sentence in captions(box).sentences] == ["One.", "Two"]


def test_memory_is_bounded_and_the_oldest_goes() -> None:
    box = on_air(limits=Limits(captions=3))
    for turn in range(1, 6):
        say(box, turn, f"{turn}.")
    assert texts(box) == ["3.", "4.", "5."]


def test_the_knob_scrolls_and_leaves_the_volume() -> None:
    box = on_air()
    for turn in range(1, 4):
        say(box, turn, "A sentence of twenty-four.")
    effects = box.key(Key.QUIETER, down=True)
    assert not [effect for effect in effects if isinstance(effect, SetVolume)]
    assert captions(box).back == 1
    assert turn_knob(box, Key.QUIETER, 1) == 2
    assert turn_knob(box, Key.QUIETER, 50) == 7, "no further than there can be rows"
    assert turn_knob(box, Key.LOUDER, 3) == 4
    assert turn_knob(box, Key.LOUDER, 10) == 0
    assert len(captions(box).sentences) == 3


def test_a_script_without_spaces_has_fewer_letters_in_a_row() -> None:
    box = on_air(replace(SETUP, mine="zh"))
    say(box, 1, "请问洗手间在哪里呢请问洗手间在哪里呢请问", language="zh")
    assert turn_knob(box, Key.QUIETER, 9) == 2


def test_there_is_nothing_to_scroll_before_a_word() -> None:
    box = on_air()
    box.key(Key.QUIETER, down=True)
    assert box.state.captions.back == 0
    assert isinstance(view(box.state, box.now, box.limits), SignView)


def test_the_newest_words_stand_again_when_nobody_turns() -> None:
    box = on_air()
    say(box, 1, "One sentence that is longer than two rows.")
    turn_knob(box, Key.QUIETER, 1)
    box.pass_time(14_999)
    assert captions(box).back == 1
    box.pass_time(1)
    assert captions(box).back == 0


def test_the_menu_has_the_knob_while_it_is_open() -> None:
    box = on_air()
    say(box, 1, "One.")
    box.press(Key.LANGUAGE, 900)
    box.key(Key.LOUDER, down=True)
    seen = view(box.state, box.now, box.limits)
    assert isinstance(seen, MenuView)
    assert (seen.chosen, box.state.captions.back) == (1, 0)
    box.pass_time(100)
    effects = box.press(Key.LANGUAGE)
    assert [effect for effect in effects if isinstance(effect, Say)] == [], "nothing is spoken"


def test_captions_are_forgotten_with_the_visit() -> None:
    box = Box(replace(SETUP, kiosk=True)).boot()
    box.key(Key.TALK, down=True)
    box.connect(1)
    say(box, 1, "A secret.")
    box.key(Key.TALK, down=False)
    box.key(Key.MUTE, down=True)
    box.pass_time(30_000)
    assert "secret" not in repr(box.state)
