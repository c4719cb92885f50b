"""gpiozero's way to the pins: one factory of lgpio pins for the whole process.

Responsible for: loading lgpio so that it writes and stays where it may, and sharing what it opened.
Must not: set gpiozero's global ``Device.pin_factory``; every device is given this factory by its maker.

lgpio makes a pipe ``.lgd-nfy0`` in its work folder while it is imported and fails where it cannot (gpiozero issue 1106,
lg issue 12). The folder is ``LG_WD``, and lg *changes the process's working directory to it*, so a relative path in the
settings would mean another file from then on: the directory is put back here. Import and open before other threads use
relative paths. Measured with lgpio 0.2.2.0.
"""

import atexit
import os
import shutil
import tempfile
import threading
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from appliance.config.folders import runtime_folder

_lock = threading.Lock()
_opened: list[Any] = []  # at most one


def shared_chip() -> Any:
    """gpiozero's ``LGPIOFactory``, made at the first call and never closed: all of them share one table of pins, and
    closing one would take the pins of every other. The kernel frees the lines when the process ends.

    Raises what gpiozero, lgpio and the system raise; ``faults.as_device_error`` is meant to be around it. A failure is
    not remembered: the next call tries again.
    """
    with _lock:
        if not _opened:
            settle_work_folder(os.environ)
            _opened.append(_open())
        return _opened[0]


def settle_work_folder(environment: MutableMapping[str, str]) -> None:
    """Set ``LG_WD``, unless somebody has: the runtime folder, or else a temporary one that goes when the process goes.

    ``environment`` must be ``os.environ`` to reach the C library. To be done before anything imports lgpio.
    """
    if environment.get("LG_WD"):
        return
    folder = runtime_folder(environment)
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="dragoman-pins-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment["LG_WD"] = os.fspath(folder)


def _open() -> Any:
    here = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        from gpiozero.pins.lgpio import LGPIOFactory
        from gpiozero.pins.local import LocalPiFactory
    finally:
        os.fchdir(here)
        os.close(here)
    # gpiozero's devices close themselves when they are garbage collected, and closing takes the lock under which the
    # next one is being made: with its plain lock that thread waits for itself for ever (seen).
    LocalPiFactory._res_lock = threading.RLock()
    return LGPIOFactory()
