"""Messages to systemd over its notify socket: sd_notify(3), as plain datagrams.

Responsible for: ``READY``, ``STATUS``, ``WATCHDOG``, ``STOPPING``. Must not: decide when (``watchdog.py``), or block.
"""

import logging
import os
import socket
from collections.abc import Mapping

log = logging.getLogger(__name__)


class Notifier:
    """Does nothing where there is no socket: not under systemd."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """``NOTIFY_SOCKET`` is a path, or ``@name`` in the abstract namespace."""
        name = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + name[1:] if name.startswith("@") else name
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) if name else None
        self.watchdog_ms = _watchdog_ms(environment)

    def send(self, **fields: str) -> None:
        """One datagram, a line for each field, e.g. ``send(WATCHDOG="1")``. A full socket drops it, with a log line."""
        if self._socket is None:
            return
        try:
            self._socket.sendto("\n".join(f"{k}={v}" for k, v in fields.items()).encode(), self._address)
        except OSError as error:
            log.warning("systemd was not told: %s", error)


def _watchdog_ms(environment: Mapping[str, str]) -> int | None:
    """The watchdog's limit, None where there is none for this process."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    microseconds = environment.get("WATCHDOG_USEC", "")
    return int(microseconds) // 1000 if microseconds.isdigit() and int(microseconds) > 0 else None
