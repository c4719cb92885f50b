"""One contact between a pin and ground or supply: a key, one half of the knob, or the slide.

Responsible for: taking the pin, its level, and every edge of it as the pin reports it.
Must not: debounce. ``InputDevice`` is used, not ``Button`` or ``DigitalInputDevice``: those drop an edge whose level
they believe to know already, and their ``bounce_time`` loses releases (gpiozero issues 550 and 378).
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from appliance.adapters.gpio.faults import as_device_error
from appliance.config.pins import Pin
from appliance.errors import DeviceError, Kind

_PULLS: dict[str, bool | None] = {"up": True, "down": False, "none": None}
_SPOKEN = {"up": "up", "down": "down", "none": "floating"}  # gpiozero's words


class Contact:
    """Takes the pin at once. Every method may raise ``DeviceError("keys", …)``; ``close`` frees the pin."""

    def __init__(self, name: str, pin: Pin, chip: Any) -> None:
        """``chip`` is a gpiozero pin factory. A pull that does not hold is BROKEN: the contact would float."""
        self._where = f"GPIO {pin.bcm} ({name})"
        self._pin = pin
        with as_device_error("keys", self._where), ExitStack() as undo:
            from gpiozero import InputDevice

            pull = _PULLS[pin.pull]
            # gpiozero wants to be told the active level where no pull says it; it is not used here.
            state = {"active_state": True} if pull is None else {}
            self._device: Any = InputDevice(pin.bcm, pull_up=pull, pin_factory=chip, **state)
            undo.callback(self._device.close)
            found = self._device.pin.pull
            if found != _SPOKEN[pin.pull]:
                raise DeviceError("keys", Kind.BROKEN, f"{self._where}: its pull is {found} and should be {pin.pull}")
            undo.pop_all()

    def is_closed(self) -> bool:
        """Whether the contact is closed now, as the pin reads."""
        with as_device_error("keys", self._where):
            return self._means_closed(self._device.pin.state)

    def watch(self, moved: Callable[[bool], None]) -> None:
        """Call ``moved(closed)`` for every edge, on gpiozero's thread. Once only."""
        self._moved = moved
        with as_device_error("keys", self._where):
            self._device.pin.edges = "both"
            self._device.pin.when_changed = self._changed  # held weakly there, and by us here

    def close(self) -> None:
        """Stop the edges, then free the pin: lgpio's pins do not do the first by themselves."""
        with as_device_error("keys", self._where):
            try:
                self._device.pin.when_changed = None
            finally:
                self._device.close()

    def _changed(self, _ticks: float, state: float) -> None:
        self._moved(self._means_closed(state))

    def _means_closed(self, state: float) -> bool:
        return bool(state) is not self._pin.active_low
