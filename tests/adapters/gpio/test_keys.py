"""Keys, knob and slide on gpiozero's mock pins. Not run on a board.

Responsible for: names, polarity, order, and that privacy fails closed. Must not: wait.
"""

import random
import tomllib
from pathlib import Path

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory

from appliance.adapters.gpio.keys import GpioKeys
from appliance.config.pins import MAP_FILE, PinMap, packaged, parse
from appliance.core.machine.step import step
from appliance.core.model.effects import Note
from appliance.core.model.events import Booted, Key, KeyEdge
from appliance.core.model.limits import Limits
from appliance.core.model.state import State
from appliance.errors import DeviceError, Kind
from appliance.workers.host.event_queue import EventQueue
from tests.adapters.gpio.board import Board, FloatingPin
from tests.adapters.virtual_clock import VirtualClock

ROOT = Path(__file__).resolve().parents[3]
BUTTONS = ("talk", "guest", "language", "repeat", "camera", "power", "mute")


def broken_chip() -> MockFactory:
    raise OSError(13, "Permission denied")


def test_the_map_of_the_wiring_pages_is_the_one_that_is_read() -> None:
    assert (ROOT / "hardware" / "gpio-map.toml").samefile(MAP_FILE)


@pytest.mark.parametrize("name", [*BUTTONS, "privacy"])
def test_every_key_of_the_map_is_told_by_its_name_down_when_pulled_to_ground(name: str) -> None:
    rows = tomllib.loads((ROOT / "hardware" / "gpio-map.toml").read_text(encoding="utf-8"))
    bcm = rows["knob"]["push"] if name == "mute" else rows["keys"][name]["bcm"]
    board = Board(live=False)
    board.started()
    board.clock.advance(7)
    board.chip.pin(bcm).drive_low()
    board.clock.advance(60)
    board.chip.pin(bcm).drive_high()
    assert board.edges == [(name, True, 40_007), (name, False, 40_067)]
    assert Key(board.edges[0][0]) in Key


def test_the_map_names_every_key_there_is() -> None:
    assert {*packaged().keys, "mute", "louder", "quieter"} == {key.value for key in Key}


def test_the_knob_is_one_down_a_detent_each_way() -> None:
    board = Board()
    board.started()
    board.turn(8)
    board.turn(-4)
    assert [(key, down) for key, down, _ in board.edges] == [("louder", True)] * 2 + [("quieter", True)]


def test_the_knobs_own_bounces_are_no_detents() -> None:
    board = Board()
    board.started()
    board.turn(1)
    for _ in range(40):
        board.contact(board.pins.knob.b, True)
        board.contact(board.pins.knob.b, False)
    board.turn(-1)
    assert board.edges == []


def test_bounces_pass_through() -> None:
    board = Board()
    board.started()
    talk = board.pins.keys["talk"]
    for closed in (True, False, True, False, True, False):
        board.contact(talk, closed)
    at_ms = board.clock.now_ms()
    assert board.edges == [("talk", closed, at_ms) for closed in (True, False, True, False, True, False)]


def test_no_release_is_lost_in_a_thousand_sequences() -> None:
    chance = random.Random(1)
    board = Board()
    board.started()
    at = dict.fromkeys((*BUTTONS, "privacy"), False) | {"privacy": True}
    for _ in range(1_000):
        board.edges.clear()
        moved = []
        for _ in range(chance.randrange(1, 30)):
            name = chance.choice(list(at))
            at[name] = not at[name]
            pin = board.pins.knob.push if name == "mute" else board.pins.keys[name]
            board.contact(pin, at[name])
            moved.append((name, at[name], board.clock.now_ms()))
            board.clock.advance(chance.choice((0, 0, 1, 5, 200)))
        assert board.edges == moved


def test_two_boxes_in_one_process_do_not_hear_each_other() -> None:
    here, there = Board(), Board(live=False)
    keys, others = here.started(), there.started()
    here.contact(here.pins.keys["talk"], True)
    there.contact(there.pins.keys["guest"], True)
    assert here.edges == [("talk", True, here.clock.now_ms())]
    assert there.edges == [("guest", True, there.clock.now_ms())]
    assert (keys.privacy(), others.privacy()) == (False, True)


def test_a_second_adapter_on_the_same_pins_is_refused_and_private() -> None:
    board = Board()
    first, second = board.started(), board.keys()
    assert second.privacy() is True
    with pytest.raises(DeviceError, match=r"GPIO \d+ \(\w+\): in use") as caught:
        second.start(board.note)
    assert (caught.value.device, caught.value.kind) == ("keys", Kind.BUSY)
    board.contact(board.pins.keys["talk"], True)
    assert board.edges == [("talk", True, board.clock.now_ms())]
    first.close()
    assert second.privacy() is False
    second.start(board.note)


def test_the_global_factory_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    board = Board()
    board.started().close()
    assert gpiozero.Device.pin_factory is None


def test_closing_frees_every_pin_and_ends_every_edge() -> None:
    board = Board()
    keys = board.started()
    keys.close()
    keys.close()
    for name, bcm in board.pins.used():
        board.chip.pin(bcm).drive_low()
        board.chip.pin(bcm).drive_high()
        gpiozero.InputDevice(bcm, pull_up=True, pin_factory=board.chip).close()
        assert board.edges == [], name


def test_reserved_pins_and_the_light_are_never_taken() -> None:
    board = Board()
    board.started()
    taken = {int(info.name[4:]) for info in board.chip.pins}
    assert taken == {bcm for name, bcm in board.pins.used() if not name.startswith("lights")}
    assert taken & set(board.pins.reserved) == set()


def test_a_map_of_other_pulls_is_obeyed() -> None:
    source = MAP_FILE.read_text(encoding="utf-8")
    source = source.replace('bcm = 17\npull = "up"\nactive = "low"', 'bcm = 17\npull = "down"\nactive = "high"')
    source = source.replace('bcm = 27\npull = "up"', 'bcm = 27\npull = "none"')
    board = Board(pins=parse(source))
    board.chip.pin(27).drive_high()  # a pull on the board
    board.started()
    board.chip.pin(17).drive_high()
    board.chip.pin(27).drive_low()
    assert [(key, down) for key, down, _ in board.edges] == [("talk", True), ("guest", True)]
    assert (board.chip.pin(17).pull, board.chip.pin(27).pull) == ("down", "floating")


# Privacy fails closed.


def test_the_slide_is_read_before_start_and_nothing_else_is_taken() -> None:
    for live in (True, False):
        board = Board(live=live)
        assert board.keys().privacy() is not live
        assert [info.name for info in board.chip.pins] == ["GPIO4"]


def test_the_slide_is_followed_after_start() -> None:
    board = Board()
    keys = board.started()
    board.contact(board.slide, False)
    assert keys.privacy() is True
    board.contact(board.slide, True)
    assert keys.privacy() is False
    assert [(key, down) for key, down, _ in board.edges] == [("privacy", False), ("privacy", True)]


def test_a_cut_wire_is_private() -> None:
    board = Board(live=False)  # nothing is on the pin but its own pull
    assert board.keys().privacy() is True


def test_no_chip_is_private_and_start_says_why(caplog: pytest.LogCaptureFixture) -> None:
    keys = GpioKeys(packaged(), VirtualClock(), chip=broken_chip)
    assert keys.privacy() is True
    assert "private, because the slide cannot be read: keys denied" in caplog.text
    with pytest.raises(DeviceError, match='add it to the group "gpio"') as caught:
        keys.start(lambda key, down, at_ms: None)
    assert caught.value.kind == Kind.DENIED
    assert keys.privacy() is True


def test_an_unreadable_pin_is_private_and_readable_again_is_not() -> None:
    board = Board()
    keys = board.started()
    wire = board.wire(board.slide)
    wire.is_broken = True
    assert keys.privacy() is True
    wire.is_broken = False
    assert keys.privacy() is False


def test_a_pin_that_floats_is_private_whatever_it_reads() -> None:
    board = Board(live=True, pin_class=FloatingPin)
    keys = board.keys()
    assert keys.privacy() is True
    with pytest.raises(DeviceError, match="its pull is floating and should be up") as caught:
        keys.start(board.note)
    assert caught.value.kind == Kind.BROKEN
    assert board.edges == []


def test_live_that_is_not_live_20_ms_later_is_private() -> None:
    # The pull was off until just now: an open wire is still low for as long as its capacitor needs.
    board = Board()
    board.clock = VirtualClock(40_000, lambda at_ms: board.contact(board.slide, False))
    assert board.keys().privacy() is True
    assert board.clock.now_ms() == 40_020


def test_an_edge_to_live_of_a_pin_that_cannot_be_read_is_taken_back() -> None:
    board = Board(live=False)
    board.started()
    board.wire(board.slide).is_broken = True
    board.contact(board.slide, True)
    assert [(key, down) for key, down, _ in board.edges] == [("privacy", True), ("privacy", False)]


def test_another_key_that_cannot_be_read_keeps_its_edge() -> None:
    board = Board()
    board.started()
    board.wire(board.pins.keys["talk"]).is_broken = True
    board.contact(board.pins.keys["talk"], True)
    assert [(key, down) for key, down, _ in board.edges] == [("talk", True)]


@pytest.mark.parametrize("live", [True, False])
def test_a_slide_that_moves_between_the_reading_and_the_start_is_told(live: bool) -> None:
    board = Board(live=not live)
    keys = board.keys()
    assert keys.privacy() is live
    board.contact(board.slide, live)
    keys.start(board.note)
    assert board.edges == [("privacy", live, board.clock.now_ms())]


@pytest.mark.parametrize("live", [True, False])
def test_a_slide_that_nobody_asked_for_is_no_edge(live: bool) -> None:
    board = Board(live=live)
    board.keys().start(board.note)
    assert board.edges == []


def test_a_build_without_a_slide_is_live_and_leaves_the_pin_alone() -> None:
    board = Board(live=False)
    keys = board.started(privacy_switch=False)
    assert keys.privacy() is False
    board.contact(board.slide, True)
    assert board.edges == []
    gpiozero.InputDevice(board.slide.bcm, pull_up=True, pin_factory=board.chip).close()


def test_a_start_that_fails_half_way_frees_what_it_took() -> None:
    board = Board()
    taken = gpiozero.InputDevice(board.pins.keys["power"].bcm, pull_up=True, pin_factory=board.chip)
    keys = board.keys()
    with pytest.raises(DeviceError, match=r"GPIO 26 \(power\)"):
        keys.start(board.note)
    board.contact(board.pins.keys["talk"], True)
    assert board.edges == []
    taken.close()
    keys.start(board.note)
    board.contact(board.pins.keys["talk"], False)
    assert [(key, down) for key, down, _ in board.edges] == [("talk", False)]


def test_started_twice_is_our_mistake() -> None:
    board = Board()
    keys = board.started()
    with pytest.raises(AssertionError):
        keys.start(board.note)


def test_a_pin_that_fails_while_it_is_freed_is_logged(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = Board()
    keys = board.started()

    def refuse() -> None:
        raise OSError(19, "No such device")

    monkeypatch.setattr(board.wire(board.pins.keys["talk"]), "close", refuse)
    keys.close()
    assert "GPIO 17 (talk): [Errno 19] No such device" in caplog.text
    board.contact(board.pins.keys["guest"], True)
    assert board.edges == []


def test_closing_from_within_a_post_is_allowed() -> None:
    board = Board()
    keys = board.keys()
    keys.privacy()
    heard: list[str] = []

    def post(key: str, _down: bool, _at_ms: int) -> None:
        heard.append(key)
        keys.close()

    keys.start(post)
    board.contact(board.pins.keys["talk"], True)
    board.contact(board.pins.keys["guest"], True)
    assert heard == ["talk"]


def test_the_map_is_the_only_source_of_pins() -> None:
    moved = MAP_FILE.read_text(encoding="utf-8").replace("bcm = 17", "bcm = 9")
    board = Board(pins=parse(moved))
    board.started()
    board.chip.pin(9).drive_low()
    assert isinstance(board.pins, PinMap)
    assert [(key, down) for key, down, _ in board.edges] == [("talk", True)]


@pytest.mark.parametrize("name", [*BUTTONS, "privacy", "louder", "quieter"])
def test_every_key_of_the_map_reaches_the_core_as_an_event(name: str) -> None:
    """From the mock pin over the event loop's queue into ``step``: the journal's row says so."""
    board, queue = Board(live=True), EventQueue()
    keys = board.keys()
    state, _ = step(State(), Booted(private=keys.privacy()), 0, Limits())
    assert not state.private
    keys.start(lambda key, down, at: queue.post(KeyEdge(Key(key), down, at)))
    rows = tomllib.loads((ROOT / "hardware" / "gpio-map.toml").read_text(encoding="utf-8"))
    if name in ("louder", "quieter"):
        board.turn(4 if name == "louder" else -4)
    elif name == "privacy":
        board.contact(board.slide, False)
    else:
        board.chip.pin(rows["knob"]["push"] if name == "mute" else rows["keys"][name]["bcm"]).drive_low()
    noted: list[dict[str, object]] = []
    while (event := queue.next(0)) is not None:
        state, effects = step(state, event, 1_000, Limits())
        noted += [dict(effect.fields) for effect in effects if isinstance(effect, Note) and effect.what == "key"]
    assert noted == [{"key": name, "down": name != "privacy"}]
    keys.close()
