"""Keys that a script presses.

Responsible for: posting the rows of a script at their time, on a thread of its own.
Must not: read the script's text (``key_script.py``), or know what a key does.
"""

import threading
from collections.abc import Callable, Sequence

from appliance.adapters.bench.clock import Clock
from appliance.adapters.bench.key_script import Row
from appliance.core.model.events import Key

_STEP_MS = 100  # a wait is cut into such steps, so that close is never far
_JOIN_S = 2.0


class ScriptKeys:
    """``Keys`` of a script. ``start`` makes the thread; it waits until ``begin(at_ms)`` says when standby was.

    ``privacy()`` is the level of the latest privacy row that is due; at first the last one at ``at_ms <= 0``, live
    where there is none. Those first ones are the level, not an edge, and are not posted. Edges bear their scheduled
    time, so a late thread does not change what they mean. The thread ends by itself after the last row.
    """

    def __init__(self, rows: Sequence[Row], clock: Clock) -> None:
        is_level = [row.key == Key.PRIVACY and row.at_ms <= 0 for row in rows]
        levels = [row.down for row, level in zip(rows, is_level, strict=True) if level]
        self._rows = [row for row, level in zip(rows, is_level, strict=True) if not level]
        self._private = bool(levels) and not levels[-1]
        self._clock = clock
        self._begun = threading.Event()
        self._begin_ms: int | None = None
        self._closing = False
        self._post: Callable[[str, bool, int], None] | None = None
        self._thread: threading.Thread | None = None

    def privacy(self) -> bool:
        """Whether the script has the box private now."""
        return self._private

    def start(self, post: Callable[[str, bool, int], None]) -> None:
        """Make the thread. Nothing is posted before ``begin``."""
        assert self._thread is None, "started twice"
        self._post = post
        self._thread = threading.Thread(target=self._play, name="keys", daemon=True)
        self._thread.start()

    def begin(self, at_ms: int) -> None:
        """The first standby was at ``at_ms`` of the clock. Later calls change nothing. From any thread."""
        if not self._begun.is_set():
            self._begin_ms = at_ms
            self._begun.set()

    def close(self) -> None:
        """Stop within 100 ms of the clock; what is not yet due is never posted."""
        self._closing = True
        self._begun.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(_JOIN_S)

    def _play(self) -> None:
        self._begun.wait()  # its bound is the run: begin or close ends it
        if self._begin_ms is None:
            return
        assert self._post is not None
        for row in self._rows:
            due_ms = self._begin_ms + row.at_ms
            while not self._closing and (now_ms := self._clock.now_ms()) < due_ms:
                self._clock.wait_until(min(due_ms, now_ms + _STEP_MS))
            if self._closing:
                return
            if row.key == Key.PRIVACY:
                self._private = not row.down
            self._post(row.key, row.down, due_ms)
