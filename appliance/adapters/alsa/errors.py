"""What ALSA's texts mean, as the short list of device faults.

Responsible for: the one mapping from the text of an ``ALSAAudioError`` to a kind and a sentence.
Must not: decide what is done about it.

The exception has one string and no errno, so the text is all there is. Text that is not known means that the device is
gone: that leads to opening it anew, which is the right thing for everything that is not known.
"""

from appliance.errors import DeviceError, Kind

_NOT_THERE = 'is not there ("dragoman devices" lists what is)'
_OPENING = (
    ("No such file or directory", Kind.ABSENT, _NOT_THERE),
    ("No such device", Kind.ABSENT, _NOT_THERE),
    ("Connection refused", Kind.ABSENT, "has no sound server that answers"),
    ("Device or resource busy", Kind.BUSY, "is in use by another program"),
    ("Permission denied", Kind.DENIED, 'may not be used by this user; add it to the group "audio"'),
    ("Operation not permitted", Kind.DENIED, 'may not be used by this user; add it to the group "audio"'),
    ("Invalid argument", Kind.BROKEN, "cannot be set up as asked"),
)
_IN_USE = (
    ("Device or resource busy", Kind.BUSY, "is in use by another program"),
    ("Permission denied", Kind.DENIED, "may no longer be used"),
)
_BROKEN_PIPE = "Broken pipe"


def opening_failed(device: str, pcm: str, error: Exception) -> DeviceError:
    """``device`` (the port's name) could not be opened as ``pcm``."""
    return _fault(device, pcm, error, _OPENING)


def use_failed(device: str, pcm: str, error: Exception) -> DeviceError:
    """``device`` failed while it was open."""
    return _fault(device, pcm, error, _IN_USE)


def is_xrun(error: Exception) -> bool:
    """Whether the exception is only an underrun or overrun, as 0.10 tells it."""
    return _BROKEN_PIPE in str(error)


def _fault(device: str, pcm: str, error: Exception, table: tuple[tuple[str, Kind, str], ...]) -> DeviceError:
    text = str(error)
    for known, kind, words in table:
        if known in text:
            return DeviceError(device, kind, f"{pcm} {words}")
    return DeviceError(device, Kind.GONE, f"{pcm} is gone: {text}")
