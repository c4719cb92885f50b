"""What the operating system and luma say about a panel, as the short list of device faults.

Responsible for: the one mapping for panels, and that no raw ``OSError`` leaves this folder (luma.oled issue 273).
Must not: decide what is done about it.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from appliance.errors import DeviceError, Kind

_SILENT = frozenset({errno.EREMOTEIO, errno.EIO, errno.ENXIO, errno.ETIMEDOUT, errno.ENOENT, errno.ENODEV})
_DENIED = frozenset({errno.EACCES, errno.EPERM})


@contextmanager
def as_device_error(where: str, has_answered: bool) -> Iterator[None]:
    """Turns failures inside into ``DeviceError``: a panel that does not answer is GONE if it ever did, else ABSENT."""
    try:
        from luma.core.error import DeviceNotFoundError, DevicePermissionError, Error
    except ImportError as error:
        raise _missing(error) from error
    missing = Kind.GONE if has_answered else Kind.ABSENT
    try:
        yield
    except ImportError as error:
        raise _missing(error) from error
    except DeviceNotFoundError as error:
        raise DeviceError("screen", missing, f"no panel answers at {where}: {error}") from error
    except DevicePermissionError as error:
        raise DeviceError("screen", Kind.DENIED, f"this user may not use {where}: {error}") from error
    except Error as error:
        raise DeviceError("screen", Kind.BROKEN, f"{where}: {error}") from error
    except OSError as error:
        raise _from_system(where, missing, error) from error


def _from_system(where: str, missing: Kind, error: OSError) -> DeviceError:
    words = error.strerror or str(error)
    if error.errno in _SILENT:
        return DeviceError("screen", missing, f"no panel answers at {where}: {words}")
    if error.errno in _DENIED:
        return DeviceError("screen", Kind.DENIED, f"this user may not use {where}: {words}")
    if error.errno == errno.EBUSY:
        return DeviceError("screen", Kind.BUSY, f"{where} is in use")
    return DeviceError("screen", Kind.BROKEN, f"{where}: {words}")


def _missing(error: ImportError) -> DeviceError:
    return DeviceError("screen", Kind.ABSENT, f"a panel needs the Python library {error.name}, which is not installed")
