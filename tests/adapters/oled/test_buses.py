"""The ways to a panel open and close all that belongs to them."""

import errno
import sys

import gpiozero
import pytest

from appliance.adapters.oled.buses import I2c, Spi
from appliance.errors import DeviceError
from tests.adapters.oled.models import Mono, Ssd1322
from tests.adapters.oled.wires import Wire, solder


def test_i2c_reaches_its_address_only(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Mono(), Mono()
    wire = Wire({0x3C: first, 0x3D: second})
    solder(monkeypatch, wire)
    connection = I2c(0x3D).connect()
    connection.serial.command(0xAF)
    assert (first.is_on, second.is_on) == (False, True)
    assert wire.open_files == 1
    connection.close()
    assert wire.open_files == 0


def test_spi_resets_the_panel_and_tells_data_from_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = Ssd1322()
    panel.is_on = True
    wire = Wire({0: panel})
    solder(monkeypatch, wire)
    connection = Spi().connect()
    assert panel.is_on is False
    connection.serial.command(0xC1)
    connection.serial.data([9])
    assert (panel.contrast, wire.commands, wire.sent) == (9, 1, 2)
    connection.close()
    assert wire.open_files == 0


def test_spi_that_cannot_be_opened_lets_go_of_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire({0: Ssd1322()}, is_plugged=False, error=errno.ENOENT)
    solder(monkeypatch, wire)
    for _ in range(2):
        with pytest.raises(Exception, match="SPI device not found"):
            Spi().connect()
    for bcm in (24, 25):
        gpiozero.DigitalOutputDevice(bcm).close()


def test_spi_whose_reset_line_is_taken_says_so_and_lets_go_of_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    solder(monkeypatch, Wire({0: Ssd1322()}))
    taken = gpiozero.DigitalOutputDevice(25)
    with pytest.raises(DeviceError, match="GPIO 25"):
        Spi().connect()
    gpiozero.DigitalOutputDevice(24).close()
    taken.close()


def test_rpi_gpio_is_never_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    solder(monkeypatch, Wire({0: Ssd1322()}))
    Spi().connect().close()
    assert "RPi.GPIO" not in sys.modules


def test_people_are_told_where() -> None:
    assert (str(I2c(0x3C)), str(Spi(1))) == ("I2C address 0x3c", "SPI 0.1")
