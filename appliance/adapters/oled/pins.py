"""The two lines that SPI panels need beside the bus, driven by gpiozero.

Responsible for: looking to luma like RPi.GPIO, which does not run on a Pi 5 (luma.core issue 268).
Must not: know what the lines mean.
"""

import sys
from typing import Any

from appliance.adapters.gpio.faults import let_go
from appliance.errors import DeviceError, Kind


class Pins:
    """As much of RPi.GPIO as luma calls. Every method may raise ``DeviceError("screen", BROKEN, …)``.

    gpiozero is imported here; where it is missing that is ``ImportError``.
    """

    OUT = 0
    LOW = 0
    HIGH = 1

    def __init__(self) -> None:
        import gpiozero

        self._gpiozero: Any = gpiozero
        self._lines: dict[int, Any] = {}

    def setup(self, bcm: int, mode: int) -> None:
        """Take a line as an output that keeps its level."""
        assert mode == self.OUT
        try:
            self._lines[bcm] = self._gpiozero.DigitalOutputDevice(bcm, initial_value=None)
        except self._errors() as error:
            let_go(error)
            raise DeviceError("screen", Kind.BROKEN, f"GPIO {bcm} cannot be used: {error}") from error

    def output(self, bcm: int, level: int) -> None:
        """Drive a line."""
        try:
            self._lines[bcm].value = level
        except self._errors() as error:
            raise DeviceError("screen", Kind.BROKEN, f"GPIO {bcm} cannot be driven: {error}") from error

    def close(self) -> None:
        """Let go of all lines; may be called twice."""
        while self._lines:
            _, line = self._lines.popitem()
            line.close()

    def _errors(self) -> tuple[type[Exception], ...]:
        # lgpio, which gpiozero chooses by itself where it is installed, has an exception of its own.
        lgpio = sys.modules.get("lgpio")
        return (self._gpiozero.GPIOZeroError, OSError, *([lgpio.error] if lgpio else []))
