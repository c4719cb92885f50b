"""The on-air light on a mock pin."""

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from appliance.adapters.gpio.light import GpioLight
from appliance.config.pins import Pin, packaged
from appliance.errors import DeviceError, Kind
from tests.adapters.gpio.board import mock_chip

ON_AIR = packaged().lights["on_air"]


@pytest.mark.parametrize("active_low", [False, True])
def test_on_is_on_whichever_way_it_is_wired(active_low: bool) -> None:
    chip = mock_chip()
    light = GpioLight(Pin(12, "none", active_low), chip=lambda: chip)
    for on in (False, True, True, False, True):
        light.set(on)
        assert chip.pin(12).function == "output"
        assert bool(chip.pin(12).state) is (on is not active_low)


def test_it_is_never_lit_by_being_made_and_a_repetition_does_not_touch_the_pin() -> None:
    chip = mock_chip()
    light = GpioLight(ON_AIR, chip=lambda: chip)
    assert chip.pins == {}
    light.set(False)
    assert [state.state for state in chip.pin(12).states] == [False]
    light.set(True)
    light.set(True)
    light.set(False)
    assert [state.state for state in chip.pin(12).states] == [False, True, False]


def test_closing_is_dark_and_frees_the_pin() -> None:
    chip = mock_chip()
    light = GpioLight(ON_AIR, chip=lambda: chip)
    light.close()
    light.set(True)
    light.close()
    light.close()
    assert (chip.pin(12).function, bool(chip.pin(12).state)) == ("input", False)
    gpiozero.LED(12, pin_factory=chip).close()


def test_a_light_that_fails_is_a_device_error_and_is_taken_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    chip = mock_chip()
    light = GpioLight(ON_AIR, chip=lambda: chip)
    light.set(False)

    def refuse(_pin: object, _value: float) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(MockPin, "_set_state", refuse)
        with pytest.raises(DeviceError, match=r"GPIO 12 \(light\)") as caught:
            light.set(True)
    assert (caught.value.device, caught.value.kind) == ("light", Kind.BROKEN)
    light.set(True)  # while somebody still holds the exception
    assert bool(chip.pin(12).state) is True
    light.close()


def test_a_pin_that_fails_while_it_is_taken_can_be_taken_again(monkeypatch: pytest.MonkeyPatch) -> None:
    chip = mock_chip()
    light = GpioLight(ON_AIR, chip=lambda: chip)

    def refuse(_pin: object, _value: float) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(MockPin, "output_with_state", refuse)
        with pytest.raises(DeviceError) as caught:
            light.set(True)
    assert caught.value.kind == Kind.BROKEN
    light.set(True)
    assert bool(chip.pin(12).state) is True
    light.close()


def test_no_chip_is_a_device_error() -> None:
    def no_chip() -> MockFactory:
        raise gpiozero.PinUnknownPi("unable to locate")

    light = GpioLight(ON_AIR, chip=no_chip)
    with pytest.raises(DeviceError) as caught:
        light.set(True)
    assert caught.value.kind == Kind.ABSENT
    light.close()
