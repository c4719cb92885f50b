"""The ways to a panel: I2C, and SPI with a data line and a reset line.

Responsible for: opening luma's serial interfaces as a Raspberry Pi is wired, and closing all that belongs to them.
Must not: know controllers.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

I2C_PORT = 1  # GPIO 2 and 3, on every Pi with 40 pins
DATA_COMMAND_BCM = 24  # luma's defaults; hardware/gpio-map.toml keeps them free
RESET_BCM = 25
_RESET_S = 0.001  # the SSD1322 wants 100 µs low and 100 µs of peace


@dataclass(frozen=True, slots=True)
class Connection:
    """luma's serial interface, open, and what closes it."""

    serial: Any
    close: Callable[[], None]


@dataclass(frozen=True, slots=True)
class I2c:
    """A panel that listens to ``address``."""

    address: int

    def __str__(self) -> str:
        return f"I2C address 0x{self.address:02x}"

    def connect(self) -> Connection:
        """Raises ``OSError``, luma's errors, or ``ImportError``. Whether anybody listens is not asked yet."""
        from luma.core.interface.serial import i2c

        serial = i2c(port=I2C_PORT, address=self.address)
        return Connection(serial, serial.cleanup)


@dataclass(frozen=True, slots=True)
class Spi:
    """The panel at chip enable ``device`` (0: GPIO 8, 1: GPIO 7) of SPI 0. There are no answers on this bus."""

    device: int = 0

    def __str__(self) -> str:
        return f"SPI 0.{self.device}"

    def connect(self) -> Connection:
        """Resets the panel. Raises ``OSError``, luma's errors, ``ImportError``, or ``DeviceError`` for its lines."""
        from luma.core.interface.serial import spi

        from appliance.adapters.oled.pins import Pins

        with ExitStack() as undo:
            pins = Pins()
            undo.callback(pins.close)
            serial = spi(
                gpio=pins,
                device=self.device,
                gpio_DC=DATA_COMMAND_BCM,
                gpio_RST=RESET_BCM,
                reset_hold_time=_RESET_S,
                reset_release_time=_RESET_S,
            )
            undo.callback(serial.cleanup)
            return Connection(serial, undo.pop_all().close)
