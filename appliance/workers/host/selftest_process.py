"""The self-test as a process beside the box: its rows become events.

Responsible for: one process at a time, the loudspeaker lent to it, its rows, and its end in time, by force if need be.
Must not: check anything, or let it live when nobody waits for it.
"""

import json
import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from appliance.config.here import HereOptions
from appliance.core.model.events import CheckEnded, CheckTold, Event

COMMAND = (sys.executable, "-m", "appliance.selftest.process")
LIMIT_S = 40.0  # the self-test bounds itself to 30
LEND_MS = 2_000
ROW_MAX_BYTES = 10_000

log = logging.getLogger(__name__)


class Lender(Protocol):
    """Who holds a device that the self-test opens."""

    def lend(self, limit_ms: int) -> None:
        """Let it go, and come back when it is closed, or after ``limit_ms``."""

    def take_back(self) -> None:
        """It is free again."""


class SelftestWorker:
    """Orders from the main thread."""

    def __init__(
        self,
        config: Path | None,
        post: Callable[[Event], None],
        command: Sequence[str] = COMMAND,
        limit_s: float = LIMIT_S,
        *,
        lends: bool,
        here: HereOptions | None = None,
    ) -> None:
        """``config``, ``here``: what the box was given. ``lends``: the self-test opens the loudspeaker: it is lent."""
        self._lends = lends
        self._config = config
        self._here = here
        self._post = post
        self._command = tuple(command)
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._wanted = 0  # the number of the check that somebody waits for; 0: none
        self._begun = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    def begin(self, lender: Lender, *, private: bool) -> None:
        """Run it. ``private``: nothing that listens is opened."""
        before = self._thread
        with self._lock:
            self._begun += 1
            self._wanted = number = self._begun
        self._thread = threading.Thread(
            target=self._run,
            args=(number, lender if self._lends else None, private, before),
            name="selftest",
            daemon=True,
        )
        self._thread.start()

    def end(self) -> None:
        """Nobody waits for it any more: whatever it holds is let go at once."""
        with self._lock:
            self._wanted = 0
            self._kill()

    def stop(self, limit_ms: int) -> None:
        """End it, and the thread."""
        self.end()
        if self._thread is not None:
            self._thread.join(limit_ms / 1000)

    def _run(self, number: int, lender: Lender | None, private: bool, before: threading.Thread | None) -> None:
        if before is not None:
            before.join(LEND_MS / 1000)
        if lender is not None:
            lender.lend(LEND_MS)
        try:
            self._tell_rows(number, private)
        except OSError as error:
            log.warning("the self-test cannot be run: %s", error)
        finally:
            with self._lock:
                waited = self._wanted == number
                if waited:
                    self._kill()
            if lender is not None:
                lender.take_back()
        if waited:
            self._post(CheckEnded())

    def _tell_rows(self, number: int, private: bool) -> None:
        with self._lock:
            if self._wanted != number:
                return
            # A session of its own: its sound checks are processes too, and all of them end together.
            process = self._process = subprocess.Popen(  # noqa: S603 - a fixed program; its order goes in by stdin
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
        assert process.stdin is not None
        assert process.stdout is not None
        order = {
            "config": None if self._config is None else str(self._config),
            "here": None if self._here is None else asdict(self._here),
            "private": private,
        }
        with process.stdin as file:
            file.write(json.dumps(order).encode() + b"\n")
        until, rest = time.monotonic() + self._limit_s, b""
        waiter = select.poll()
        waiter.register(process.stdout, select.POLLIN | select.POLLHUP)
        while (left_s := until - time.monotonic()) > 0 and len(rest) < ROW_MAX_BYTES:
            if not waiter.poll(left_s * 1_000):
                continue
            piece = os.read(process.stdout.fileno(), 4_096)
            if not piece:
                break
            *rows, rest = (rest + piece).split(b"\n")
            for row in rows:
                self._tell(number, row)
        with self._lock:
            self._kill()
        process.stdout.close()
        process.wait()

    def _tell(self, number: int, row: bytes) -> None:
        try:
            what, code, told = json.loads(row)
        except ValueError:
            log.warning("the self-test said what is no row")
            return
        with self._lock:
            if self._wanted != number:
                return
        self._post(CheckTold(str(what), str(code), bool(told)))

    def _kill(self) -> None:
        """With the lock held."""
        process, self._process = self._process, None
        if process is not None:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return  # it has ended, and so has all that it began
