"""One contact: its level, its edges, and its pin."""

import gpiozero
import pytest

from appliance.adapters.gpio.contact import Contact
from appliance.config.pins import Pin
from appliance.errors import DeviceError, Kind
from tests.adapters.gpio.board import Board, FloatingPin

TALK = Pin(17, "up", active_low=True)


@pytest.mark.parametrize(("pull", "active_low"), [("up", True), ("down", False), ("none", True), ("none", False)])
def test_level_and_edges_mean_the_contact_not_the_pin(pull: str, active_low: bool) -> None:
    board = Board()
    pin = Pin(17, pull, active_low)
    board.contact(pin, False)
    contact = Contact("talk", pin, board.chip)
    moved: list[bool] = []
    contact.watch(moved.append)
    assert contact.is_closed() is False
    board.contact(pin, True)
    assert contact.is_closed() is True
    board.contact(pin, False)
    assert moved == [True, False]


def test_it_never_asks_the_pin_to_debounce() -> None:
    board = Board()
    contact = Contact("talk", TALK, board.chip)
    contact.watch(lambda closed: None)
    assert (board.wire(TALK).bounce, board.wire(TALK).edges) == (None, "both")


def test_a_closed_contact_is_silent_and_its_pin_free() -> None:
    board = Board()
    contact = Contact("talk", TALK, board.chip)
    moved: list[bool] = []
    contact.watch(moved.append)
    contact.close()
    board.contact(TALK, True)
    assert moved == []
    Contact("talk", TALK, board.chip).close()


def test_a_pin_without_its_pull_is_refused_and_freed() -> None:
    board = Board(pin_class=FloatingPin)
    with pytest.raises(DeviceError, match=r"GPIO 17 \(talk\): its pull is floating and should be up") as caught:
        Contact("talk", TALK, board.chip)
    assert (caught.value.device, caught.value.kind) == ("keys", Kind.BROKEN)
    gpiozero.InputDevice(17, pull_up=None, active_state=True, pin_factory=board.chip).close()


def test_a_level_that_cannot_be_read_is_a_device_error() -> None:
    board = Board()
    contact = Contact("talk", TALK, board.chip)
    board.wire(TALK).is_broken = True
    with pytest.raises(DeviceError, match="Input/output error") as caught:
        contact.is_closed()
    assert caught.value.kind == Kind.BROKEN


def test_a_pin_that_a_pi_does_not_have_is_a_device_error() -> None:
    with pytest.raises(DeviceError, match="GPIO 99"):
        Contact("talk", Pin(99, "up", active_low=True), Board().chip)
