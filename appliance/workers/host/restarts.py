"""How often the box was started in this boot, and whether starting it again is of any help.

Responsible for: one small file in the runtime folder, read and written once at the start and once at the end of a run.
Must not: fail the box: without a folder nothing is counted, a file that cannot be read is none.

The file stays when a run ends by a bug, a watchdog or a kill, and goes when it ends in order. Ten starts in ten minutes
mean that restarts do not help: then a reboot is asked for, and the count begins anew.
"""

import json
import logging
from pathlib import Path
from typing import Any

from appliance.config.durable import write_durably
from appliance.workers.host.reboot import Action, ask

FILE_NAME = "starts.json"
WITHIN_MS = 10 * 60 * 1_000
MOST = 10

log = logging.getLogger(__name__)


class Starts:
    """``folder``: what outlives the process, not the boot."""

    def __init__(self, folder: Path | None, boot_id: str) -> None:
        self._folder = folder
        self._boot_id = boot_id

    def begin(self, now_ms: int) -> bool:
        """Count this start; returns whether the process before it did not end in order.

        ``now_ms``: the boot's monotonic clock. Asks for a reboot where restarts do not help.
        """
        if self._folder is None:
            return False
        before = self._read(now_ms)
        starts = [*before, now_ms]
        try:
            if len(starts) > MOST:
                starts = [now_ms]
                log.error("%d starts in ten minutes: restarts do not help, asking for a reboot", MOST + 1)
                ask(self._folder, Action.REBOOT, "restarts do not help")
            content = {"boot_id": self._boot_id, "at_ms": starts}
            write_durably(self._folder / FILE_NAME, json.dumps(content).encode())
        except OSError as error:
            log.warning("starts cannot be counted: %s", error)
        return bool(before)

    def end(self) -> None:
        """The run ended in order: nothing of it counts."""
        if self._folder is not None:
            (self._folder / FILE_NAME).unlink(missing_ok=True)

    def _read(self, now_ms: int) -> list[int]:
        """The starts of this boot that are not too old, and the last one in any case."""
        assert self._folder is not None
        try:
            content: Any = json.loads((self._folder / FILE_NAME).read_text(encoding="utf-8"))
            if content["boot_id"] != self._boot_id:
                return []
            starts = [int(at) for at in content["at_ms"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("what is known of earlier starts cannot be read: %s", error)
            return []
        return [at for at in starts[:-1] if now_ms - at < WITHIN_MS] + starts[-1:]
