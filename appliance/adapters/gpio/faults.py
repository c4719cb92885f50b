"""What gpiozero, lgpio and the operating system say about a pin, as the short list of device faults.

Responsible for: the one mapping for pins, and that no exception of those libraries leaves this folder.
Must not: decide what is done about it.
"""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import clear_frames

from appliance.errors import DeviceError, Kind

CHIP = Path("/dev/gpiochip0")
_NO_RIGHT = 'this user may not use the pins; add it to the group "gpio"'


@contextmanager
def as_device_error(device: str, where: str, chip: Path = CHIP) -> Iterator[None]:
    """Turns failures inside into ``DeviceError(device, …)``. ``where`` names the pin; ``chip`` is what lgpio opens."""
    try:
        yield
    except ImportError as error:
        words = f"the Python library {error.name} is not installed" if error.name else str(error)
        raise DeviceError(device, Kind.ABSENT, f"{where}: {words}") from error
    except _failures() as error:
        kind, words = _meaning(error, chip)
        let_go(error)
        raise DeviceError(device, kind, f"{where}: {words}") from error


def let_go(error: BaseException) -> None:
    """Free the gpiozero devices that failed by ``error``.

    A pin is reserved for as long as its device lives, and the frames that an exception passed through keep the device
    alive. From Python 3.13 on a context manager that turns one exception into another keeps both, in a cycle, until the
    garbage collector comes: without this the box would find its own pin busy.
    """
    link: BaseException | None = error
    while link is not None:
        clear_frames(link.__traceback__)
        link = link.__context__


def _failures() -> tuple[type[Exception], ...]:
    """Looked up when something was raised: the libraries are imported late, or not at all."""
    found: list[type[Exception]] = [OSError]
    if gpiozero := sys.modules.get("gpiozero"):
        found.append(gpiozero.GPIOZeroError)
    if lgpio := sys.modules.get("lgpio"):
        found.append(lgpio.error)  # it descends from Exception alone
    return tuple(found)


def _meaning(error: Exception, chip: Path) -> tuple[Kind, str]:
    # lgpio has one exception with one text; gpiozero has a class for each trouble.
    name, text = type(error).__name__, str(error).strip("'")
    code = error.errno if isinstance(error, OSError) else None
    if name == "PinUnknownPi":
        return Kind.ABSENT, "this is not a Raspberry Pi"
    if name == "GPIOPinInUse" or text == "GPIO busy" or code == errno.EBUSY:
        return Kind.BUSY, "in use by another program, or by an overlay in config.txt"
    if text == "can not open gpiochip":
        return (Kind.DENIED, _NO_RIGHT) if chip.exists() else (Kind.ABSENT, "this machine has no pins")
    if code in (errno.EACCES, errno.EPERM):
        return Kind.DENIED, _NO_RIGHT
    return Kind.BROKEN, text
