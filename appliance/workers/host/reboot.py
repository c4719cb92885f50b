"""Asking for the whole machine to be rebooted or powered off.

Responsible for: the request that root's dragoman-power.service answers (systemd/README.md), the mark that keeps the
microphone's reboots six hours apart, both off the main thread; and how two reboots are kept apart (``Mark``).
Must not: reboot anything itself: the box has no right to.

A mark names the boot in which the order was given. In that boot so much of its clock must pass; in any other, the
machine must have been up for so long: so two orders always lie that far apart, whatever the date is (a board without a
battery wakes in the past).
"""

import json
import logging
import threading
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

from appliance.config.durable import write_durably

MARK_NAME = "reboot.json"
REQUEST_NAME = "power"
APART_MS = 6 * 60 * 60 * 1_000

log = logging.getLogger(__name__)


class Action(StrEnum):
    """What may be asked for."""

    REBOOT = "reboot"
    POWER_OFF = "poweroff"


def ask(runtime: Path, action: Action, why: str) -> None:
    """Leave a request: one line, the action and its cause. ``OSError`` where that cannot be written."""
    write_durably(runtime / REQUEST_NAME, f"{action} {why}\n".encode())


class Mark:
    """When a reboot was last ordered, in a file that outlives boots. Times are on the boot's monotonic clock, in ms."""

    def __init__(self, folder: Path, boot_id: str, apart_ms: int) -> None:
        self._path = folder / MARK_NAME
        self._boot_id = boot_id
        self._apart_ms = apart_ms

    def allowed_from(self) -> int:
        """From when on the next one may be ordered. A mark that cannot be read counts as one of another boot."""
        try:
            content: Any = json.loads(self._path.read_text(encoding="utf-8"))
            at_ms = content["at_ms"] if content["boot_id"] == self._boot_id else 0
            return int(at_ms) + self._apart_ms
        except FileNotFoundError:
            return 0
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("the mark of the last reboot cannot be read: %s", error)
            return self._apart_ms

    def write(self, now_ms: int) -> None:
        """One is ordered now. ``OSError`` where that cannot be written: then none may be ordered."""
        write_durably(self._path, json.dumps({"boot_id": self._boot_id, "at_ms": now_ms}).encode())


class Rebooter:
    """``folder``: what outlives a boot; without one there is no reboot. ``runtime``: where requests are left."""

    def __init__(self, folder: Path | None, runtime: Path | None, boot_id: str, began_ms: int) -> None:
        """``began_ms``: when this process's clock stood at zero, on the boot's monotonic clock."""
        self._mark = Mark(folder, boot_id, APART_MS) if folder is not None and runtime is not None else None
        self._runtime = runtime
        self._began_ms = began_ms
        self._thread: threading.Thread | None = None

    def allowed_from(self) -> int | None:
        """From when on a reboot may be ordered, on the process's clock; None: never."""
        if self._mark is None:
            return None
        allowed = self._mark.allowed_from()
        return allowed - self._began_ms if allowed else 0

    def reboot(self, now: int) -> None:
        """Write the mark, then ask for it; on a thread of its own."""
        self._start(lambda: self._reboot(now))

    def power_off(self) -> None:
        """Ask for it, on a thread of its own. Where there is no runtime folder the process just ends."""
        if self._runtime is not None:
            self._start(self._power_off)

    def join(self, limit_ms: int) -> None:
        """Wait for the request to be written."""
        if self._thread is not None:
            self._thread.join(limit_ms / 1000)

    def _start(self, order: Callable[[], None]) -> None:
        self._thread = threading.Thread(target=order, name="reboot", daemon=True)
        self._thread.start()

    def _reboot(self, now: int) -> None:
        assert self._mark is not None, "the core was told that it may not"
        assert self._runtime is not None
        try:
            self._mark.write(now + self._began_ms)
            log.warning("the microphone is deaf, and a restart did not help: asking for a reboot")
            ask(self._runtime, Action.REBOOT, "the microphone is deaf, and a restart did not help")
        except OSError as error:
            log.error("no reboot: %s", error)

    def _power_off(self) -> None:
        assert self._runtime is not None
        try:
            ask(self._runtime, Action.POWER_OFF, "the POWER key was held")
        except OSError as error:
            log.error("no power off: %s", error)
