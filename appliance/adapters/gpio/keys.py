"""The keys, the knob and the privacy slide on the pins of the header.

Responsible for: every edge, as ``post(key, down, at_ms)``; and privacy, which fails closed.
Must not: debounce, time presses, or know what a key does: the core does. Not run on a board.

Edges are stamped with the given clock when they arrive. The kernel's own stamps are on a clock that differs with the
version of the kernel and of lg. After an edge the pin is read once more: the kernel keeps 16 edges a line for lg and
drops the newest ones beyond, so the last edge of a storm may be missing. An edge told is always followed by the truth.
"""

import logging
from collections.abc import Callable
from functools import partial
from threading import RLock
from typing import Any

from appliance.adapters.bench.clock import Clock
from appliance.adapters.gpio.chip import shared_chip
from appliance.adapters.gpio.contact import Contact
from appliance.adapters.gpio.faults import as_device_error
from appliance.config.pins import Pin, PinMap
from appliance.core.input.rotary import Knob, knob, rotate
from appliance.core.model.events import Key
from appliance.errors import DeviceError

_SETTLE_MS = 20  # for a pull-up to charge a cable and a capacitor of 100 nF (50 kΩ: 5 ms), and for a bounce
_KNOB_A, _KNOB_B = "knob a", "knob b"

log = logging.getLogger(__name__)


class GpioKeys:
    """``Keys`` of the pin map. Nothing is opened before ``privacy`` or ``start``.

    ``start`` takes all pins or none, and may be tried again after a failure. A key that is down then is told by its
    release alone. Where the slide stands otherwise than ``privacy`` last told, ``start`` posts that as an edge.
    """

    def __init__(
        self, pins: PinMap, clock: Clock, *, privacy_switch: bool = True, chip: Callable[[], Any] = shared_chip
    ) -> None:
        """``privacy_switch`` False: this build has no slide, and its pin is left alone. ``chip``: a pin factory."""
        self._clock = clock
        self._chip = chip
        self._wanted = {name: pin for name, pin in pins.keys.items() if privacy_switch or name != Key.PRIVACY}
        self._wanted |= {Key.MUTE.value: pins.knob.push, _KNOB_A: pins.knob.a, _KNOB_B: pins.knob.b}
        self._steps_per_detent = pins.knob.steps_per_detent
        self._has_slide = privacy_switch
        self._told_private: bool | None = None
        self._is_settled = False
        self._lock = RLock()  # what is read and what is told stay in one order
        self._contacts: dict[str, Contact] = {}
        self._post: Callable[[str, bool, int], None] | None = None

    def privacy(self) -> bool:
        """The slide's pin, read now: False only where it was surely seen closed. Never raises."""
        if not self._has_slide:
            return False
        with self._lock:
            try:
                private = not self._is_live()
            except DeviceError as error:
                log.warning("private, because the slide cannot be read: %s", error)
                private = True
            self._told_private = private
            return private

    def start(self, post: Callable[[str, bool, int], None]) -> None:
        """Take the pins and report."""
        assert self._post is None, "started twice"
        try:
            for name in self._wanted:
                self._contact(name)
            self._knob = self._knob_as_it_stands()
            self._post = post
            for name, contact in self._contacts.items():
                in_knob = name in (_KNOB_A, _KNOB_B)
                contact.watch(partial(self._turned if in_knob else self._moved, name))
        except DeviceError:
            self.close()
            raise
        if self._has_slide:
            self._compare_slide()

    def close(self) -> None:
        """Be silent from now on, and free the pins."""
        with self._lock:
            self._post = None
            self._is_settled = False
            while self._contacts:
                _, contact = self._contacts.popitem()
                try:
                    contact.close()
                except DeviceError as error:
                    log.warning("%s", error)

    def _contact(self, name: str) -> Contact:
        if name not in self._contacts:
            pin: Pin = self._wanted[name]
            with as_device_error("keys", "the pins"):
                chip = self._chip()
            self._contacts[name] = Contact(name, pin, chip)
        return self._contacts[name]

    def _is_live(self) -> bool:
        """Read twice at first: just after the pull is switched on, an open pin may still read as closed."""
        slide = self._contact(Key.PRIVACY)
        if not self._is_settled and slide.is_closed():
            self._clock.wait_until(self._clock.now_ms() + _SETTLE_MS)
        self._is_settled = True
        return slide.is_closed()

    def _knob_as_it_stands(self) -> Knob:
        self._halves = {name: self._contacts[name].is_closed() for name in (_KNOB_A, _KNOB_B)}
        return knob(self._steps_per_detent, *self._halves.values())

    def _compare_slide(self) -> None:
        """The slide may have moved between ``privacy`` and the first edge that could be seen."""
        with self._lock:
            told = self._told_private
            if told is not None and self.privacy() is not told:
                self._tell(Key.PRIVACY, told, self._clock.now_ms())

    def _moved(self, name: str, closed: bool) -> None:
        """On gpiozero's thread."""
        with self._lock:
            self._tell(name, closed, self._clock.now_ms())
            now_closed = self._read_again(name, closed)
            if now_closed is not closed:
                self._tell(name, now_closed, self._clock.now_ms())

    def _read_again(self, name: str, closed: bool) -> bool:
        contact = self._contacts.get(name)
        if contact is None:  # closed meanwhile
            return closed
        try:
            return contact.is_closed()
        except DeviceError as error:
            log.warning("%s", error)
            return closed and name != Key.PRIVACY

    def _turned(self, half: str, closed: bool) -> None:
        """On gpiozero's thread. The edges themselves are decoded, never a later reading: that is how turns get lost
        (gpiozero issue 1062)."""
        with self._lock:
            self._halves[half] = closed
            self._knob, detents = rotate(self._knob, *self._halves.values())
            if detents:
                self._tell(Key.LOUDER if detents > 0 else Key.QUIETER, True, self._clock.now_ms())

    def _tell(self, key: str, down: bool, at_ms: int) -> None:
        if self._post is not None:
            self._post(str(key), down, at_ms)
