"""The day's count on the card, and the calendar on the wall.

Responsible for: a count that survives a power cut at any moment with a minute's loss at most, and telling the event
loop the date and whether the card can be written. One thread.
Must not: decide what a date means (``core/session/usage_caps.py`` has the rule of days), or keep the box from starting.

Two files are written by turns, each whole or not at all and with a checksum: whatever happens to one while it is
written, the other holds the count of one write before. Without a folder the count is in memory alone.
"""

import json
import logging
import os
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from appliance.config.durable import write_durably
from appliance.core.model.events import DateTold, Event, TroubleReported
from appliance.errors import FaultCode

NAMES = ("cost.0", "cost.1")
WRITE_EVERY_MS = 40_000  # a minute is what may be lost: it looks every 10 s, and a slow card takes seconds
LOOK_EVERY_S = 10
FILE_MAX_BYTES = 1_000
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd makes it when the clock was set. Where that does not run, the clock is somebody else's business."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Count:
    """What a day has cost so far. ``day``: its date as "2026-11-28", or empty."""

    day: str = ""
    sent_ms: int = 0
    tokens: int = 0


def calendar(mark: Path = SYNCHRONISED) -> DateTold:
    """The date where the box stands. It is not sure while timesyncd runs and has not set the clock."""
    return DateTold(f"{datetime.now().astimezone():%Y-%m-%d}", sure=mark.exists() or not mark.parent.exists())


class UsageStore:
    """A mailbox of one: the latest count wins."""

    def __init__(
        self,
        folder: Path | None,
        post: Callable[[Event], None],
        clock: Callable[[], int],
        today: Callable[[], DateTold] = calendar,
    ) -> None:
        """``folder``: what outlives a boot; None = memory alone. ``clock``: monotonic ms."""
        self._folder = folder
        self._post = post
        self._clock = clock
        self._today = today
        self._told: DateTold | None = None
        self._trouble = ""
        self._serial = 0
        self._changed = threading.Condition()
        self._latest: Count | None = None
        self._written_at: int | None = None
        self._running = True
        self._thread = threading.Thread(target=self._run, name="usage store", daemon=True)

    def load(self) -> Count:
        """The count that the last process left; an empty one where there is none, or none that can be read."""
        if self._folder is None:
            return Count()
        found = [row for name in NAMES if (row := _read(self._folder / name)) is not None]
        if not found:
            if any((self._folder / name).exists() for name in NAMES):
                log.warning("what today cost so far cannot be read: the count begins anew")
            return Count()
        self._serial, count = max(found, key=lambda row: row[0])
        return count

    def start(self) -> None:
        """Tell the date, and whether the folder looks writable, before anything else is told; then begin to write."""
        self._look()
        if self._folder is not None and not os.access(self._folder, os.W_OK):
            self._tell_trouble("the state folder cannot be written")
        self._thread.start()

    def keep(self, count: Count) -> None:
        """Write this soon."""
        with self._changed:
            self._latest = count
            self._changed.notify()

    def stop(self, limit_ms: int) -> None:
        """Write what waits and end; a card that hangs is abandoned after ``limit_ms``."""
        with self._changed:
            self._running = False
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(limit_ms / 1000)

    def _run(self) -> None:
        running = True
        while running:
            with self._changed:
                self._changed.wait_for(lambda: self._due() or not self._running, LOOK_EVERY_S)
                running = self._running
                count = self._latest if self._due() or not running else None
                if count is not None:
                    self._latest = None
            self._look()
            if count is not None:
                self._write(count)

    def _due(self) -> bool:
        waited = self._written_at is None or self._clock() - self._written_at >= WRITE_EVERY_MS
        return self._latest is not None and waited

    def _look(self) -> None:
        told = self._today()
        if told != self._told:
            self._told = told
            self._post(told)

    def _write(self, count: Count) -> None:
        if self._folder is None:
            return
        self._written_at = self._clock()
        serial = self._serial + 1
        try:
            write_durably(self._folder / NAMES[serial % 2], written(count, serial))
        except OSError as error:
            self._tell_trouble(f"what today cost cannot be written: {(error.strerror or str(error)).lower()}")
            with self._changed:
                self._latest = self._latest or count  # again, when it is due
            return
        self._serial = serial
        self._tell_trouble("")

    def _tell_trouble(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._post(TroubleReported(FaultCode.W1, trouble))


def written(count: Count, serial: int) -> bytes:
    """A file: one line, and its checksum."""
    row = {"serial": serial, "day": count.day, "sent_ms": count.sent_ms, "tokens": count.tokens}
    text = json.dumps(row)
    return f"{text} {zlib.crc32(text.encode()):08x}\n".encode()


def _read(path: Path) -> tuple[int, Count] | None:
    """(serial, count) of one file; None where it is not there or not whole."""
    try:
        with path.open("rb") as file:
            text, _, checksum = file.read(FILE_MAX_BYTES).decode("ascii").rstrip("\n").rpartition(" ")
        if f"{zlib.crc32(text.encode()):08x}" != checksum:
            return None
        row: Any = json.loads(text)
        if row["day"]:
            date.fromisoformat(row["day"])
        return int(row["serial"]), Count(row["day"], int(row["sent_ms"]), int(row["tokens"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
