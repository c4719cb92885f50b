"""What the operating system says about a file, as the short list of device faults.

Responsible for: the one mapping from ``OSError`` to ``DeviceError`` for devices that are files.
Must not: decide what is done about it.
"""

import errno
from pathlib import Path

from appliance.errors import DeviceError, Kind

_KINDS = {
    errno.ENOENT: (Kind.ABSENT, "does not exist"),
    errno.ENOTDIR: (Kind.ABSENT, "lies below something that is not a folder"),
    errno.EACCES: (Kind.DENIED, "may not be used by this user"),
    errno.EPERM: (Kind.DENIED, "may not be used by this user"),
    errno.EROFS: (Kind.DENIED, "lies on storage that cannot be written"),
    errno.EBUSY: (Kind.BUSY, "is in use"),
    errno.EISDIR: (Kind.BROKEN, "is a folder, not a file"),
    errno.ENOSPC: (Kind.BROKEN, "does not fit: the storage is full"),
    errno.ENODEV: (Kind.GONE, "is gone"),
    errno.ESTALE: (Kind.GONE, "is gone"),
}


def device_error(device: str, path: Path, error: OSError) -> DeviceError:
    """The fault of ``device`` that ``error`` means; what is not in the list is BROKEN with the system's own words."""
    kind, words = _KINDS.get(error.errno or 0, (Kind.BROKEN, f"cannot be used: {error.strerror or error}"))
    return DeviceError(device, kind, f"{path} {words}")
