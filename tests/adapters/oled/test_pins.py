"""gpiozero's lines, looking like RPi.GPIO."""

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory

from appliance.adapters.oled.pins import Pins
from appliance.errors import DeviceError, Kind


@pytest.fixture
def factory(monkeypatch: pytest.MonkeyPatch) -> MockFactory:
    factory = MockFactory()
    monkeypatch.setattr(gpiozero.Device, "pin_factory", factory)
    return factory


def test_a_line_follows(factory: MockFactory) -> None:
    pins = Pins()
    pins.setup(24, Pins.OUT)
    for level in (Pins.HIGH, Pins.LOW, Pins.HIGH):
        pins.output(24, level)
        assert factory.pin(24).state == level
    pins.close()


def test_a_closed_line_can_be_taken_again(factory: MockFactory) -> None:
    for _ in range(2):
        pins = Pins()
        pins.setup(25, Pins.OUT)
        assert factory.pin(25).function == "output"
        pins.close()
        pins.close()


def test_a_line_in_use_is_a_device_error(factory: MockFactory) -> None:
    other = gpiozero.DigitalOutputDevice(25)
    pins = Pins()
    with pytest.raises(DeviceError, match="GPIO 25 cannot be used") as caught:
        pins.setup(25, Pins.OUT)
    assert caught.value.kind == Kind.BROKEN
    pins.close()
    other.close()


def test_a_line_that_fails_is_a_device_error(factory: MockFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    pins = Pins()
    pins.setup(24, Pins.OUT)

    def refuse(_pin: object, _value: float) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(type(factory.pin(24)), "_set_state", refuse)
    with pytest.raises(DeviceError, match="GPIO 24 cannot be driven"):
        pins.output(24, Pins.HIGH)
    monkeypatch.undo()
    pins.close()


def test_a_line_that_fails_while_it_is_taken_can_be_taken_again(
    factory: MockFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    pins = Pins()
    set_function = type(factory.pin(24))._set_function

    def refuse(pin: object, value: str) -> None:
        if value == "output":
            raise OSError(5, "Input/output error")
        set_function(pin, value)

    with monkeypatch.context() as patch:
        patch.setattr(type(factory.pin(24)), "_set_function", refuse)
        with pytest.raises(DeviceError, match="GPIO 24 cannot be used"):
            pins.setup(24, Pins.OUT)
    pins.setup(24, Pins.OUT)
    pins.close()
