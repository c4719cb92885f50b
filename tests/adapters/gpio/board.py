"""A board of gpiozero's mock pins, and a hand that presses its keys.

Responsible for: contacts by name, wired as ``hardware/gpio-map.toml`` says.
Must not: know what a key does.
"""

from threading import RLock
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin

from appliance.adapters.gpio.keys import GpioKeys
from appliance.config.pins import Pin, PinMap, packaged
from tests.adapters.virtual_clock import VirtualClock

Edge = tuple[str, bool, int]
CIRCLE = ((False, False), (True, False), (True, True), (False, True))
"""The knob's contacts, clockwise."""


class WiredPin(MockPin):  # type: ignore[misc] # gpiozero has no types
    """A mock pin that a contact may hold: a closed contact wins over a pull. It can stop being readable."""

    held: bool | None = None
    is_broken = False

    def hold(self, level: bool | None, pulled: bool) -> None:
        """Hold at a level, or with None let the pull have it."""
        self.held = level
        if pulled if level is None else level:
            self.drive_high()
        else:
            self.drive_low()

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        if self.held is not None:
            self.hold(self.held, pulled=False)

    def _get_state(self) -> Any:
        if self.is_broken:
            raise OSError(5, "Input/output error")
        return super()._get_state()


class FloatingPin(WiredPin):
    """A mock pin whose pull cannot be set."""

    def _set_pull(self, value: str) -> None:
        super()._set_pull("floating")


def mock_chip(pin_class: type[MockPin] = MockPin) -> MockFactory:
    """Mock pins, with the lock that ``chip.py`` gives to the real ones, and for the same reason."""
    chip = MockFactory(pin_class=pin_class)
    chip._res_lock = RLock()
    return chip


class Board:
    """Mock pins. Slide closed (live) at first unless asked otherwise; the knob at a detent, all keys open."""

    def __init__(self, *, live: bool = True, pins: PinMap | None = None, pin_class: type[WiredPin] = WiredPin) -> None:
        self.pins = pins or packaged()
        self.chip = mock_chip(pin_class)
        self.clock = VirtualClock(40_000)
        self.edges: list[Edge] = []
        self._kept: list[GpioKeys] = []
        self._place = 0
        self.contact(self.slide, live)

    @property
    def slide(self) -> Pin:
        """The privacy slide's pin."""
        return self.pins.keys["privacy"]

    def keys(self, *, privacy_switch: bool = True) -> GpioKeys:
        """The adapter on this board."""
        return GpioKeys(self.pins, self.clock, privacy_switch=privacy_switch, chip=lambda: self.chip)

    def started(self, *, privacy_switch: bool = True) -> GpioKeys:
        """The adapter, at work, its edges in ``edges``."""
        keys = self.keys(privacy_switch=privacy_switch)
        keys.privacy()
        keys.start(self.note)
        self._kept.append(keys)  # pins hold it weakly
        return keys

    def note(self, key: str, down: bool, at_ms: int) -> None:
        """A ``post``."""
        self.edges.append((key, down, at_ms))

    def wire(self, pin: Pin) -> WiredPin:
        """The mock behind a pin of the map."""
        mock: WiredPin = self.chip.pin(pin.bcm)
        return mock

    def contact(self, pin: Pin, closed: bool) -> None:
        """Close or open a contact."""
        self.wire(pin).hold((not pin.active_low) if closed else None, pulled=pin.active_low)

    def tap(self, pin: Pin) -> None:
        """Close a contact and open it again."""
        self.contact(pin, True)
        self.contact(pin, False)

    def turn(self, steps: int) -> None:
        """Turn the knob by so many quarter steps; clockwise is positive."""
        for _ in range(abs(steps)):
            self._place = (self._place + (1 if steps > 0 else -1)) % 4
            a, b = CIRCLE[self._place]
            self.contact(self.pins.knob.a, a)
            self.contact(self.pins.knob.b, b)
