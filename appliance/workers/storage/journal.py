"""The journal: what was shown and heard, as JSON lines. Off by default, for it holds words.

Responsible for: hardware/guide/operate.md#the-journal's rows, flushed, in the order in which they were noted.
Must not: be a log (the log never holds words), or hold up whoever notes a row.
"""

import json
import logging
import queue
import threading
from collections.abc import Callable
from pathlib import Path

from appliance.core.model.effects import Field

MOST_ROWS = 10_000

log = logging.getLogger(__name__)

_Row = tuple[int, str, dict[str, Field]]


class Journal:
    """Rows from any thread; one thread writes them."""

    def __init__(self, path: Path | None, clock: Callable[[], int]) -> None:
        self._path = path
        self._clock = clock
        self._rows: queue.Queue[_Row | None] = queue.Queue(MOST_ROWS)
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self.listeners: list[Callable[[int, str, dict[str, Field]], None]] = []  # called where the row is noted

    def start(self) -> None:
        """Open the file; raises ``OSError`` where it cannot be written."""
        if self._path is not None:
            self._file = self._path.open("w", encoding="utf-8", errors="backslashreplace")
            self._thread.start()

    def note(self, what: str, fields: dict[str, Field]) -> None:
        """Add a row. ``at`` is now."""
        at = self._clock()
        for listener in self.listeners:
            listener(at, what, fields)
        if self._path is None:
            return
        try:
            self._rows.put_nowait((at, what, fields))
        except queue.Full:
            log.warning("the journal is %d rows behind; a row is left out", MOST_ROWS)

    def stop(self, limit_ms: int) -> None:
        """Write what waits and close."""
        if self._path is not None and self._thread.is_alive():
            try:
                self._rows.put(None, timeout=limit_ms / 1000)
            except queue.Full:
                log.warning("the journal hangs and is abandoned")
                return
            self._thread.join(limit_ms / 1000)

    def _run(self) -> None:
        try:
            with self._file as file:  # a full storage may be noticed no sooner than on closing
                while (row := self._rows.get()) is not None:
                    at, what, fields = row
                    file.write(json.dumps({"at": at, "what": what, **fields}, ensure_ascii=False) + "\n")
                    if self._rows.empty():
                        file.flush()
        except OSError as error:
            log.warning("the journal cannot be written: %s", error)
