"""``core/input/keys.py``: contacts, presses and what is wanted.

Responsible for: debounce, taps, holds, privacy, languages. Must not: follow the intent (``test_reconcile.py``).
"""

import pytest

from appliance.core.model.direction import Direction
from appliance.core.model.effects import (
    CloseMicrophone,
    Dial,
    Finish,
    Note,
    OpenMicrophone,
    PowerOff,
    SelectInput,
    WipeSound,
)
from appliance.core.model.events import (
    Device,
    DeviceFailed,
    Key,
    KeyEdge,
    LineLost,
    Loss,
    SourceArrived,
    VoiceActivityChanged,
)
from appliance.core.model.modes import Mode, Valve
from appliance.core.model.state import Setup, Wanted
from tests.core.box import Box
from tests.core.states import dialing, fault, finishing, on_air, standby


def keys_noted(box: Box) -> list[tuple[object, ...]]:
    return [tuple(v for _, v in e.fields) for e in box.effects if isinstance(e, Note) and e.what == "key"]


def bounced(box: Box, *edges: tuple[int, bool]) -> list[tuple[object, ...]]:
    """TALK's contact moves at these times from now, and rests; the presses that the box took."""
    noted = []
    start = box.now
    for at, down in edges:
        box.pass_time(start + at - box.now)
        noted += keys_noted(box)
        box.send(KeyEdge(Key.TALK, down, box.now))
        noted += keys_noted(box)
    box.pass_time(100)
    return noted + keys_noted(box)


@pytest.mark.parametrize(
    ("edges", "presses"),
    [
        ([(0, True)], [True]),
        ([(0, True), (1, False), (2, True)], [True]),
        ([(0, True), (5, False)], [True, False]),
        ([(0, True), (20, False)], [True, False]),
        ([(0, True), (100, False), (102, True), (104, False)], [True, False]),
        ([(0, True), (100, False), (105, True)], [True, False, True]),
        ([(0, False)], []),
        ([(0, True), (30, True)], [True]),
    ],
)
def test_bounces_are_no_presses_and_no_release_is_swallowed(edges: list[tuple[int, bool]], presses: list[bool]) -> None:
    assert bounced(standby(), *edges) == [("talk", down) for down in presses]


def test_an_edge_counts_from_its_own_time() -> None:
    box = standby()
    box.send(KeyEdge(Key.TALK, True, box.now - 15))
    box.pass_time(6)
    assert keys_noted(box) == []
    box.send(KeyEdge(Key.TALK, False, box.now))
    assert keys_noted(box) == [("talk", False)], "21 ms after its press, though 6 ms after the press was told"


def test_a_press_is_answered_at_once() -> None:
    box = standby()
    assert OpenMicrophone() in box.key(Key.TALK, down=True)


def test_a_tap_starts_and_the_next_tap_ends() -> None:
    box = standby()
    box.press(Key.TALK, held_ms=399)
    assert box.wanted() is Wanted.INTERPRETING
    box.pass_time(1_000)
    box.press(Key.TALK, held_ms=399)
    assert box.wanted() is Wanted.NOTHING


def test_a_hold_talks_only_while_held() -> None:
    box = on_air()
    box.press(Key.TALK)
    box.pass_time(2_000)
    box.key(Key.TALK, down=True)
    assert box.wanted() is Wanted.INTERPRETING
    box.pass_time(400)
    assert CloseMicrophone() in box.key(Key.TALK, down=False)
    assert box.wanted() is Wanted.PAUSE


def test_a_pause_keeps_the_line_warm_for_two_minutes() -> None:
    box = standby()
    box.key(Key.TALK, down=True)
    box.connect(1)
    box.pass_time(2_000)
    box.key(Key.TALK, down=False)
    assert Finish(1) not in box.pass_time(117_999)
    assert Finish(1) in box.pass_time(1)


def test_the_first_press_after_a_refusal_tries_again() -> None:
    box = fault()
    box.pass_time(60_000)
    assert Dial(2, Direction("en", "es")) in box.press(Key.TALK)
    assert (box.mode(), box.state.faults) == (Mode.DIALING, ())
    assert box.wanted() is Wanted.INTERPRETING, "the tap's release must not take the try back"


def test_only_a_talk_key_tries_again() -> None:
    box = fault()
    for key in (Key.GUEST, Key.LANGUAGE, Key.REPEAT, Key.CAMERA, Key.MUTE, Key.LOUDER, Key.QUIETER):
        box.press(key)
        box.pass_time(1_000)
    assert box.mode() is Mode.FAULT
    assert box.oracle.dials == [1_000]


# The kiosk.


def desk(*, taps: bool = False) -> Box:
    return Box(Setup(kiosk=True, talk_taps=taps)).boot()


def test_staff_and_guest_each_have_a_direction() -> None:
    box = desk()
    assert Dial(1, Direction("en", "es")) in box.press(Key.TALK)
    assert Dial(2, Direction("es", "en")) in box.key(Key.GUEST, down=True), "it need not stand a second"
    assert (box.state.reversed, box.wanted()) == (True, Wanted.INTERPRETING)
    box.key(Key.GUEST, down=False)
    box.pass_time(20)
    assert box.wanted() is Wanted.PAUSE


def test_the_key_pressed_last_talks_until_its_own_release() -> None:
    box = desk()
    box.key(Key.TALK, down=True)
    box.pass_time(500)
    box.key(Key.GUEST, down=True)
    box.pass_time(500)
    box.key(Key.TALK, down=False)
    assert (box.state.reversed, box.wanted()) == (True, Wanted.INTERPRETING), "the guest is still speaking"
    box.pass_time(500)
    box.key(Key.GUEST, down=False)
    assert box.wanted() is Wanted.PAUSE


def test_where_a_key_is_tapped_its_release_means_nothing() -> None:
    box = desk(taps=True)
    box.press(Key.TALK, held_ms=3_000)
    assert box.wanted() is Wanted.INTERPRETING
    box.pass_time(100)
    box.press(Key.GUEST)
    assert (box.state.reversed, box.wanted()) == (True, Wanted.INTERPRETING)
    box.pass_time(100)
    box.press(Key.GUEST)
    assert box.wanted() is Wanted.PAUSE


# Directions and languages.


def test_guest_swaps_the_direction_of_a_handheld() -> None:
    box = on_air()
    effects = box.key(Key.GUEST, down=True)
    assert SelectInput(Direction("es", "en"), Valve.OPEN, move=True) in effects
    assert Dial(2, Direction("es", "en")) not in effects
    assert Dial(2, Direction("es", "en")) not in box.pass_time(999)
    assert Dial(2, Direction("es", "en")) in box.pass_time(1)


def test_a_new_direction_is_dialled_at_the_first_speech() -> None:
    box = on_air()
    box.key(Key.GUEST, down=True)
    box.pass_time(10)
    assert Dial(2, Direction("es", "en")) in box.send(VoiceActivityChanged(active=True))


def test_an_unset_source_becomes_the_language_that_was_heard() -> None:
    box = Box(Setup(mine="")).boot()
    box.key(Key.TALK, down=True)
    box.connect(1)
    box.press(Key.GUEST)
    assert box.state.direction == Direction("", "es"), "before there is one, nothing changes"
    box.send(SourceArrived(1, 1, "Guten", "", "de", final=False))
    box.pass_time(100)
    box.press(Key.GUEST)
    assert box.state.direction == Direction("es", "de")


def test_language_goes_round_the_favourites() -> None:
    box = Box(Setup(theirs="it", favourites=("es", "fr"))).boot()
    targets = []
    for _ in range(4):
        targets.append(box.state.direction.target)
        box.press(Key.LANGUAGE)
        box.pass_time(100)
    assert targets == ["it", "es", "fr", "es"]


def test_without_favourites_the_language_stays() -> None:
    box = Box(Setup()).boot()
    box.press(Key.LANGUAGE)
    assert box.state.direction == Direction("en", "es")


# Privacy and power.


def test_the_first_move_to_private_after_the_start_is_heard() -> None:
    box = standby()
    box.key(Key.PRIVACY, down=False)
    assert box.state.private


def test_a_box_that_starts_private_goes_live_by_the_slide_alone() -> None:
    box = Box(Setup(at_once=True)).boot(private=True)
    assert (box.oracle.microphone, box.oracle.dials) == (False, [])
    box.pass_time(100)
    assert OpenMicrophone() in box.key(Key.PRIVACY, down=True)
    assert not box.state.private


def test_private_in_mid_sentence_wipes_closes_and_ends() -> None:
    box = on_air()
    box.owe(2_000)
    effects = box.key(Key.PRIVACY, down=False)
    orders = [effect for effect in effects if not isinstance(effect, Note)]
    assert orders == [WipeSound(), CloseMicrophone(), Finish(1)]
    assert box.wanted() is Wanted.INTERPRETING, "a state, not a stop: the intent stays"


def test_behind_a_wipe_the_input_is_selected_anew() -> None:
    box = on_air()
    box.key(Key.PRIVACY, down=False)
    box.pass_time(1_000)
    effects = box.key(Key.PRIVACY, down=True)
    assert SelectInput(Direction("en", "es"), Valve.OPEN) in effects


def test_private_drops_a_line_on_its_way() -> None:
    box = dialing()
    box.key(Key.PRIVACY, down=False)
    assert box.state.lines == ()


def test_private_silences_the_faults_of_the_microphone() -> None:
    box = on_air()
    box.send(DeviceFailed(Device.MICROPHONE, "absent", ""), DeviceFailed(Device.SCREEN, "gone", ""))
    box.key(Key.PRIVACY, down=False)
    assert [fault.code for fault in box.state.faults] == ["D1"]


def test_power_held_for_two_seconds_ends_the_run() -> None:
    box = standby()
    box.key(Key.POWER, down=True)
    box.pass_time(1_999)
    assert not box.state.stopping
    assert PowerOff() in box.pass_time(1)
    assert (box.mode(), box.state.why) == (Mode.STOPPING, "power key")
    assert PowerOff() not in box.pass_time(60_000), "asked for once"


def test_power_let_go_in_time_ends_nothing() -> None:
    box = standby()
    box.press(Key.POWER, held_ms=1_999)
    box.pass_time(10_000)
    assert not box.state.stopping


def test_a_key_before_the_start_starts_nothing() -> None:
    box = Box()
    box.send(KeyEdge(Key.TALK, True, box.now), LineLost(1, Loss.RESET))
    assert box.boot().state.mode is Mode.STANDBY


@pytest.mark.parametrize("held_ms", [100, 600])
def test_talk_while_the_last_line_finishes_is_kept_and_dialled_after_it(held_ms: int) -> None:
    box = finishing()
    effects = box.press(Key.TALK, held_ms)
    assert OpenMicrophone() in effects
    box.owe(900)
    box.pass_time(15_000)
    assert box.mode() is Mode.DIALING
