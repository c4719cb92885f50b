"""The last means against a deaf card: the whole machine anew, at most once in six hours.

Responsible for: the mark that it was done, and the order to systemd, both off the owner's thread.
Must not: reboot without having written the mark, or trust the wall clock (a board without a battery wakes in the past).

The mark names the boot in which the order was given. In that boot six hours of its clock must pass; in any other, the
machine must have been up for six hours: so two orders always lie at least six hours apart, whatever the date is.
"""

import json
import logging
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

FILE_NAME = "reboot.json"
APART_MS = 6 * 60 * 60 * 1_000
ORDER_LIMIT_S = 30

log = logging.getLogger(__name__)


def systemctl_reboot() -> None:
    """Ask systemd; needs the right to do so, which the image grants."""
    subprocess.run(["/usr/bin/systemctl", "reboot"], capture_output=True, timeout=ORDER_LIMIT_S, check=True)


class Rebooter:
    """``folder``: what outlives a boot; without one there is no reboot."""

    def __init__(
        self, folder: Path | None, boot_id: str, began_ms: int, order: Callable[[], None] = systemctl_reboot
    ) -> None:
        """``began_ms``: when this process's clock stood at zero, on the boot's monotonic clock."""
        self._path = folder / FILE_NAME if folder is not None else None
        self._boot_id = boot_id
        self._began_ms = began_ms
        self._order = order
        self._thread: threading.Thread | None = None

    def allowed_from(self) -> int | None:
        """From when on a reboot may be ordered, on the process's clock; None: never."""
        if self._path is None:
            return None
        try:
            content: Any = json.loads(self._path.read_text(encoding="utf-8"))
            at_ms = content["at_ms"] if content["boot_id"] == self._boot_id else 0
            return int(at_ms) + APART_MS - self._began_ms
        except FileNotFoundError:
            return 0
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("the mark of the last reboot cannot be read: %s", error)
            return APART_MS - self._began_ms

    def reboot(self, now: int) -> None:
        """Write the mark, then order it; on a thread of its own."""
        self._thread = threading.Thread(target=self._run, args=(now,), name="reboot", daemon=True)
        self._thread.start()

    def join(self, limit_ms: int) -> None:
        """Wait for the order to be given."""
        if self._thread is not None:
            self._thread.join(limit_ms / 1000)

    def _run(self, now: int) -> None:
        assert self._path is not None, "the core was told that it may not"
        try:
            temporary = self._path.with_suffix(".part")
            content = {"boot_id": self._boot_id, "at_ms": now + self._began_ms}
            temporary.write_text(json.dumps(content), encoding="utf-8")
            temporary.replace(self._path)
            log.warning("the microphone is deaf, and a restart did not help: rebooting")
            self._order()
        except (OSError, subprocess.SubprocessError) as error:
            log.error("no reboot: %s", error)
