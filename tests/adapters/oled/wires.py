"""Fake buses under luma's real serial interfaces: byte by byte into the models, with a fault at any byte.

Responsible for: standing in for ``smbus2.SMBus`` and ``spidev.SpiDev``, so that all of luma is the real one.
Must not: know commands.
"""

import errno
import sys
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Protocol

import gpiozero
import pytest
import smbus2
from gpiozero.pins.mock import MockFactory

from appliance.adapters.oled.buses import DATA_COMMAND_BCM, RESET_BCM, Connection, I2c, Spi
from appliance.adapters.oled.screen import OledScreen
from tests.adapters.oled.models import MODELS, Model, Mono
from tests.adapters.virtual_clock import VirtualClock

SHORT = 64


@dataclass
class Wire:
    """All that is soldered to one box. ``fault_at``: the byte, counted from now, at which one transfer breaks off."""

    panels: dict[int, Model] = field(default_factory=dict)  # by I2C address, or by SPI chip enable
    sent: int = 0
    commands: int = 0  # of them: with the data line low, or behind the control byte of commands
    short: set[int] = field(default_factory=set)  # those in transfers of at most SHORT bytes, by number
    open_files: int = 0
    is_plugged: bool = True
    error: int = errno.EREMOTEIO
    fault_at: int | None = None
    faults: int = 0

    def begin(self, size: int) -> None:
        """A transfer begins."""
        if size <= SHORT:
            self.short.update(range(self.sent, self.sent + size))

    def byte(self) -> None:
        """Count one byte, or break off before it."""
        if not self.is_plugged:
            raise OSError(self.error, "Remote I/O error")
        if self.fault_at is not None:
            if self.fault_at == 0:
                self.fault_at = None
                self.faults += 1
                raise OSError(self.error, "Remote I/O error")
            self.fault_at -= 1
        self.sent += 1


class FakeSmbus:
    """``smbus2.SMBus`` as far as luma uses it. ``i2c_rdwr`` is luma's way for data, in up to 4096 bytes."""

    wire: Wire

    def __init__(self, port: int) -> None:
        assert port == 1
        if not self.wire.is_plugged and self.wire.error == errno.ENOENT:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", f"/dev/i2c-{port}")
        if not self.wire.is_plugged and self.wire.error == errno.EACCES:
            raise PermissionError(errno.EACCES, "Permission denied", f"/dev/i2c-{port}")
        self.wire.open_files += 1

    def write_i2c_block_data(self, address: int, control: int, payload: list[int]) -> None:
        """At most 32 bytes, as SMBus allows."""
        assert len(payload) <= 32
        self._transfer(address, [control, *payload])

    def i2c_rdwr(self, *messages: Any) -> None:
        """One plain transfer a message."""
        for message in messages:
            self._transfer(message.addr, list(message))

    def close(self) -> None:
        """Closed once for each time it was opened."""
        self.wire.open_files -= 1

    def _transfer(self, address: int, payload: list[int]) -> None:
        wire = self.wire
        wire.begin(1 + len(payload))
        wire.byte()
        panel = wire.panels.get(address)
        if panel is None:
            raise OSError(wire.error, "Remote I/O error")
        wire.byte()
        control = payload[0]
        assert control in (0x00, 0x40)
        for byte in payload[1:]:
            wire.byte()
            if control == 0x00:
                wire.commands += 1
                panel.command(byte)
            else:
                panel.data(byte)


class Lines(Protocol):
    """What the SPI panel's two other wires are doing."""

    def is_high(self, bcm: int) -> bool:
        """Now."""

    def ends_with_pulse(self, bcm: int) -> bool:
        """Whether it was low and is high again."""


class MockLines:
    """gpiozero's mock pins."""

    def __init__(self, pins: MockFactory) -> None:
        self._pins = pins

    def is_high(self, bcm: int) -> bool:
        """Now."""
        return bool(self._pins.pin(bcm).state)

    def ends_with_pulse(self, bcm: int) -> bool:
        """Whether it was low and is high again."""
        return [bool(state.state) for state in self._pins.pin(bcm).states[-2:]] == [False, True]


class LooseLines:
    """Levels without gpiozero, looking like RPi.GPIO."""

    OUT, LOW, HIGH = 0, 0, 1

    def __init__(self) -> None:
        self._levels: dict[int, tuple[bool, bool]] = {}  # the last two

    def setup(self, bcm: int, mode: int) -> None:
        """Low at first."""
        self._levels[bcm] = (False, False)

    def output(self, bcm: int, level: int) -> None:
        """Drive a line."""
        self._levels[bcm] = (self._levels[bcm][1], bool(level))

    def is_high(self, bcm: int) -> bool:
        """Now."""
        return self._levels[bcm][1]

    def ends_with_pulse(self, bcm: int) -> bool:
        """Whether it was low and is high again."""
        return self._levels[bcm] == (False, True)


class FakeSpidev:
    """``spidev.SpiDev`` as far as luma uses it, with the data line read from gpiozero's mock pins."""

    wire: Wire
    lines: "Lines"
    max_speed_hz = 0

    def open(self, port: int, device: int) -> None:
        """Chip enable ``device``."""
        assert port == 0
        if not self.wire.is_plugged and self.wire.error == errno.ENOENT:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        self.wire.open_files += 1
        self.panel = self.wire.panels[device]
        assert self.lines.ends_with_pulse(RESET_BCM), "no pulse on the reset line"
        self.panel.reset()

    def writebytes(self, payload: list[int]) -> None:
        """At most 4096 bytes, as spidev allows."""
        assert len(payload) <= 4096
        is_data = self.lines.is_high(DATA_COMMAND_BCM)
        self.wire.begin(len(payload))
        for byte in payload:
            self.wire.byte()
            if is_data:
                self.panel.data(byte)
            else:
                self.wire.commands += 1
                self.panel.command(byte)

    def close(self) -> None:
        """Closed once for each time it was opened."""
        self.wire.open_files -= 1


def solder(patch: pytest.MonkeyPatch, wire: Wire) -> None:
    """Put ``wire`` in the place of this machine's I2C, SPI and GPIO."""
    pins = MockFactory()
    patch.setattr(gpiozero.Device, "pin_factory", pins)
    patch.setattr(smbus2, "SMBus", type("SMBus", (FakeSmbus,), {"wire": wire}))
    spidev = ModuleType("spidev")
    vars(spidev)["SpiDev"] = type("SpiDev", (FakeSpidev,), {"wire": wire, "lines": MockLines(pins)})
    patch.setitem(sys.modules, "spidev", spidev)


@dataclass(frozen=True, slots=True)
class LooseBus:
    """A panel on luma's serial interface over a fake bus that was handed to it: nothing of this machine is replaced.

    luma then sends data over I2C in blocks of 32 bytes.
    """

    panel: Model

    def connect(self) -> Connection:
        """As ``I2c`` and ``Spi`` do."""
        from luma.core.interface.serial import i2c, spi

        if isinstance(self.panel, Mono):
            bus = type("SMBus", (FakeSmbus,), {"wire": Wire({0x3C: self.panel})})(1)
            return Connection(i2c(bus=bus), bus.close)
        lines = LooseLines()
        device = type("SpiDev", (FakeSpidev,), {"wire": Wire({0: self.panel}), "lines": lines})()
        serial = spi(spi=device, gpio=lines)
        return Connection(serial, serial.cleanup)


@dataclass(frozen=True, slots=True)
class Box:
    """A panel of one kind, its wire, and the adapter that drives it."""

    wire: Wire
    panel: Model
    clock: VirtualClock
    screen: OledScreen


def build(patch: pytest.MonkeyPatch, controller: str) -> Box:
    """One panel, not opened."""
    panel = MODELS[controller]()
    is_spi = controller == "ssd1322"
    wire = Wire({0 if is_spi else 0x3C: panel})
    solder(patch, wire)
    clock = VirtualClock()
    return Box(wire, panel, clock, OledScreen(controller, Spi() if is_spi else I2c(0x3C), clock))
