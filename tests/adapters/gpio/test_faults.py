"""Every exception of the libraries under the pins is a device error of the right kind."""

import errno
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import gpiozero
import pytest

from appliance.adapters.gpio.faults import as_device_error
from appliance.errors import DeviceError, Kind
from tests.adapters.gpio.fake_lgpio import error as lgpio_error


@pytest.fixture(autouse=True)
def _lgpio(monkeypatch: pytest.MonkeyPatch) -> None:
    fake: Any = ModuleType("lgpio")
    fake.error = lgpio_error
    monkeypatch.setitem(sys.modules, "lgpio", fake)


def told(error: Exception, chip: Path = Path("/nowhere")) -> DeviceError:
    with pytest.raises(DeviceError) as caught, as_device_error("keys", "GPIO 4 (privacy)", chip):
        raise error
    assert caught.value.device == "keys"
    assert caught.value.detail.startswith("GPIO 4 (privacy): ")
    return caught.value


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (
            ImportError("No module named 'lgpio'", name="lgpio"),
            Kind.ABSENT,
            "the Python library lgpio is not installed",
        ),
        (gpiozero.BadPinFactory("Unable to load"), Kind.ABSENT, "Unable to load"),
        (gpiozero.PinUnknownPi("unable to locate"), Kind.ABSENT, "this is not a Raspberry Pi"),
        (gpiozero.GPIOPinInUse("pin 4"), Kind.BUSY, "in use by another program"),
        (lgpio_error("GPIO busy"), Kind.BUSY, "in use by another program"),
        (OSError(errno.EBUSY, "Device or resource busy"), Kind.BUSY, "in use by another program"),
        (lgpio_error("can not open gpiochip"), Kind.ABSENT, "this machine has no pins"),
        (OSError(errno.EACCES, "Permission denied"), Kind.DENIED, 'add it to the group "gpio"'),
        (OSError(errno.EPERM, "Operation not permitted"), Kind.DENIED, 'add it to the group "gpio"'),
        (OSError(errno.EIO, "Input/output error"), Kind.BROKEN, "Input/output error"),
        (lgpio_error("bad GPIO read"), Kind.BROKEN, "bad GPIO read"),
        (gpiozero.PinFixedPull("cannot set pull"), Kind.BROKEN, "cannot set pull"),
    ],
)
def test_kinds(error: Exception, kind: Kind, words: str) -> None:
    fault = told(error)
    assert fault.kind == kind
    assert words in fault.detail


def test_a_chip_that_is_there_and_does_not_open_is_denied(tmp_path: Path) -> None:
    chip = tmp_path / "gpiochip0"
    chip.touch()
    assert told(lgpio_error("can not open gpiochip"), chip).kind == Kind.DENIED


def test_our_own_mistakes_are_not_the_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    for gone in ((), ("lgpio",), ("lgpio", "gpiozero")):
        for name in gone:
            monkeypatch.delitem(sys.modules, name, raising=False)
        with pytest.raises(ZeroDivisionError), as_device_error("keys", "GPIO 4"):
            raise ZeroDivisionError
    with pytest.raises(DeviceError), as_device_error("keys", "GPIO 4"):
        raise OSError(errno.EIO, "Input/output error")
