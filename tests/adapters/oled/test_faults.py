"""Every way in which a bus says no has its kind."""

import errno

import luma.core.error
import pytest

from appliance.adapters.oled.faults import as_device_error
from appliance.errors import DeviceError, Kind

CASES: list[tuple[Exception, Kind, Kind]] = [
    (OSError(errno.EREMOTEIO, "Remote I/O error"), Kind.ABSENT, Kind.GONE),
    (OSError(errno.EIO, "Input/output error"), Kind.ABSENT, Kind.GONE),
    (OSError(errno.ENXIO, "No such device or address"), Kind.ABSENT, Kind.GONE),
    (TimeoutError(errno.ETIMEDOUT, "Connection timed out"), Kind.ABSENT, Kind.GONE),
    (FileNotFoundError(errno.ENOENT, "No such file"), Kind.ABSENT, Kind.GONE),
    (PermissionError(errno.EACCES, "Permission denied"), Kind.DENIED, Kind.DENIED),
    (OSError(errno.EBUSY, "Device or resource busy"), Kind.BUSY, Kind.BUSY),
    (OSError(errno.EINVAL, "Invalid argument"), Kind.BROKEN, Kind.BROKEN),
    (OSError("no number"), Kind.BROKEN, Kind.BROKEN),
    (luma.core.error.DeviceNotFoundError("not found"), Kind.ABSENT, Kind.GONE),
    (luma.core.error.DevicePermissionError("denied"), Kind.DENIED, Kind.DENIED),
    (luma.core.error.UnsupportedPlatform("no"), Kind.BROKEN, Kind.BROKEN),
    (ModuleNotFoundError("No module named 'spidev'", name="spidev"), Kind.ABSENT, Kind.ABSENT),
]


@pytest.mark.parametrize(("error", "before", "after"), CASES, ids=[repr(case[0]) for case in CASES])
def test_a_failure_before_and_after_the_panel_was_there(error: Exception, before: Kind, after: Kind) -> None:
    for has_answered, kind in ((False, before), (True, after)):
        with pytest.raises(DeviceError) as caught, as_device_error("I2C address 0x3c", has_answered):
            raise error
        assert (caught.value.device, caught.value.kind) == ("screen", kind)
        assert caught.value.__cause__ is error


def test_a_missing_library_is_named() -> None:
    with (
        pytest.raises(DeviceError, match="the Python library spidev, which is not installed"),
        as_device_error("", True),
    ):
        raise ModuleNotFoundError("No module named 'spidev'", name="spidev")


def test_device_errors_and_our_own_mistakes_pass() -> None:
    own = DeviceError("screen", Kind.BUSY, "mine")
    with pytest.raises(DeviceError) as caught, as_device_error("", False):
        raise own
    assert caught.value is own
    with pytest.raises(KeyError), as_device_error("", False):
        raise KeyError("ours")
