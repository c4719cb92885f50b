"""A light on a pin: on or off.

Responsible for: the pin. Must not: blink (``on_air.py``), or dim: on a Pi 3 the headphone jack uses both channels of
pulse-width modulation. Not run on a board.
"""

from collections.abc import Callable
from typing import Any

from appliance.adapters.gpio.chip import shared_chip
from appliance.adapters.gpio.faults import as_device_error
from appliance.config.pins import Pin
from appliance.errors import DeviceError


class GpioLight:
    """``Light`` on a pin, taken with the first ``set``, and again with the next one after a failure."""

    def __init__(self, pin: Pin, *, chip: Callable[[], Any] = shared_chip) -> None:
        """``chip``: a gpiozero pin factory."""
        self._pin = pin
        self._where = f"GPIO {pin.bcm} (light)"
        self._chip = chip
        self._device: Any = None
        self._is_on = False

    def set(self, on: bool) -> None:
        """Drive the pin; a call that changes nothing does not touch it."""
        if self._device is not None and on is self._is_on:
            return
        try:
            with as_device_error("light", self._where):
                self._drive(on)
        except DeviceError:
            self._device = None  # gpiozero frees the pin of a device that is gone: see ``faults.let_go``
            raise
        self._is_on = on

    def close(self) -> None:
        """Dark, and free the pin."""
        device, self._device = self._device, None
        if device is None:
            return
        with as_device_error("light", self._where):
            try:
                device.off()
            finally:
                device.close()

    def _drive(self, on: bool) -> None:
        if self._device is not None:
            self._device.value = on
            return
        from gpiozero import LED

        high = not self._pin.active_low
        self._device = LED(self._pin.bcm, active_high=high, initial_value=on, pin_factory=self._chip())
