"""An OLED panel on a bus.

Responsible for: what the panel is known to show, sending only what differs from it, and care for its pixels.
Must not: know controllers' commands (``controllers.py``), wait, or retry by itself: whoever calls decides when.

Not run on a panel: exercised against models of the controllers' memories, written from the data sheets.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from appliance.adapters.bench.clock import Clock
from appliance.adapters.oled.buses import Connection
from appliance.adapters.oled.changes import changes
from appliance.adapters.oled.controllers import CONTROLLERS
from appliance.adapters.oled.drivers import Step, device, opening
from appliance.adapters.oled.faults import as_device_error
from appliance.errors import DeviceError
from appliance.ports import Frame

CARE_MS = 60_000
"""So often the picture moves by a pixel and the registers are written again. Call ``show`` at least as often."""
_SWIM = (0, 1, 0, -1)


class Bus(Protocol):
    """Where a panel is, and how to get there (``buses.py``)."""

    def connect(self) -> Connection:
        """Open it."""


class OledScreen:
    """A ``Screen`` through luma's driver ``controller``: ``ssd1306``, ``ssd1309``, ``sh1106`` or ``ssd1322``.

    The panel stays dark until the first frame is wholly in its memory; ``close`` leaves the last picture. After a
    failure ``show`` and ``dim`` connect again by themselves and send everything.

    Once in ``CARE_MS``, at the next ``show`` (the same frame will do), the picture moves one pixel sideways, where a
    column is free for it, and back; and registers and picture are sent anew: a panel that lost its supply for a moment
    says nothing about it, and on SPI none ever does.
    """

    def __init__(self, controller: str, bus: Bus, clock: Clock) -> None:
        panel = CONTROLLERS[controller]
        self.width = panel.width
        self.height = panel.height
        self.depth = panel.depth
        self._controller = controller
        self._panel = panel
        self._bus = bus
        self._clock = clock
        self._is_open = False
        self._has_answered = False
        self._connection: Connection | None = None
        self._device: Any = None
        self._frame: Frame | None = None
        self._memory: bytes | None = None  # what is known to be in the panel; None after a fault
        self._is_lit = False  # since it was connected
        self._level: int | None = None  # None: as luma chose
        self._first_ms = clock.now_ms()
        self._cared = 0
        self._offset = 0

    @property
    def offset(self) -> int:
        """How many pixels to the right the picture stands: -1, 0 or 1."""
        return self._offset

    def open(self) -> None:
        """Initialise the panel; it stays dark until there is a picture. Raises ``DeviceError``."""
        self._is_open = True
        self._disconnect()
        self._attempt(self._connect)

    def show(self, frame: Frame) -> None:
        """Send what differs from what the panel shows. Raises ``DeviceError``."""
        assert self._is_open, "show before open"
        assert (frame.width, frame.height, frame.depth) == (self.width, self.height, self.depth)
        self._frame = frame
        self._attempt(self._update)

    def dim(self, level: int) -> None:
        """Brightness; at 0 the panel sleeps and keeps its picture. Raises ``DeviceError``."""
        assert 0 <= level <= 255
        assert self._is_open, "dim before open"
        self._level = level
        self._attempt(self._adjust)

    def close(self) -> None:
        """Let go of the bus. The picture stays."""
        self._is_open = False
        self._disconnect()

    def _attempt(self, work: Callable[[], None]) -> None:
        try:
            with as_device_error(str(self._bus), self._has_answered):
                work()
            self._has_answered = True
        except DeviceError:
            self._disconnect()
            raise

    def _connect(self) -> None:
        self._connection = self._bus.connect()
        self._device = device(self._controller, self._connection.serial)
        self._send(opening(self._controller).whole)
        self._cared = self._minutes()

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        self._device = None
        self._memory = None
        self._is_lit = False
        if connection is not None:
            with suppress(OSError):  # a bus that is gone need not be closed
                connection.close()

    def _update(self) -> None:
        assert self._frame is not None
        if self._device is None:
            self._connect()
        minutes = self._minutes()
        if minutes != self._cared:
            self._cared = minutes
            self._memory = None
            self._send(opening(self._controller).quiet)
            self._apply_level()
        memory, self._offset = self._panel.shift(self._panel.pack(self._frame), _SWIM[minutes % len(_SWIM)])
        self._write(memory)
        if not self._is_lit:
            self._apply_level()

    def _adjust(self) -> None:
        if self._device is None:
            self._connect()
            if self._frame is not None:
                self._update()
        elif self._is_lit:
            self._apply_level()

    def _write(self, memory: bytes) -> None:
        grid = self._panel.grid
        rects = grid.whole if self._memory is None else changes(grid, self._memory, memory)
        self._memory = None
        row = grid.row_bytes
        for rect in rects:
            self._panel.address(self._device, rect)
            self._device.data(
                list(b"".join(memory[y * row + rect.left : y * row + rect.right] for y in range(rect.top, rect.bottom)))
            )
        self._memory = memory

    def _apply_level(self) -> None:
        if self._level == 0:
            self._device.hide()
        else:
            if self._level is not None:
                self._device.contrast(self._level)
            self._device.show()
        self._is_lit = True

    def _send(self, steps: tuple[Step, ...]) -> None:
        assert self._connection is not None
        serial = self._connection.serial
        if self._panel.flush:
            serial.command(*self._panel.flush)
        for step in steps:
            if step.is_data:
                serial.data(list(step.payload))
            else:
                serial.command(*step.payload)

    def _minutes(self) -> int:
        return (self._clock.now_ms() - self._first_ms) // CARE_MS
