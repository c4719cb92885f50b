"""Checks that end in time, whatever hangs in them.

Responsible for: a limit for each check, rows in their order, and tracks side by side.
Must not: know what is checked.

A thread that hangs in a look-up cannot be ended: it is left behind, and the process ends without it. Sound needs more:
pyalsaaudio 0.11 holds the interpreter's lock while it opens a stream, so a sound server that hangs stops every thread
(30 s, measured). Each of those checks is a process of its own, which can be killed.
"""

import dataclasses
import json
import os
import select
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from appliance.errors import FaultCode
from appliance.selftest.findings import Finding

_EXIT_BUG = 70
_ROW_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Check:
    """``run`` within ``limit_ms``, or the row says ``late`` and its code. ``needs``: rows that must have passed."""

    what: str
    run: Callable[[], Finding]
    limit_ms: int
    code: FaultCode | None = None
    late: str = "it does not answer"
    needs: tuple[str, ...] = ()

    def too_late(self) -> Finding:
        """The row where it did not end."""
        words = f"{self.late} within {self.limit_ms / 1_000:g} s"
        return Finding(self.what, words, self.code, told=self.code is None)


class BrokenCheckError(Exception):
    """A bug in a check that ran in a process of its own."""


def run_in_order(checks: Sequence[Check], attempt: Callable[[Check], Finding]) -> Iterator[Finding]:
    """One after the other; what needs a row that did not pass is not tried."""
    passed: set[str] = set()
    for check in checks:
        lacks = [what for what in check.needs if what not in passed]
        if lacks:
            yield Finding(check.what, f"not tried: it needs {' and '.join(lacks)}", told=True)
            continue
        finding = attempt(check)
        if finding.passed:
            passed.add(check.what)
        yield finding


def on_a_thread(check: Check) -> Finding:
    """Run it on a thread that is left behind when it is late. A bug is raised here."""
    findings: list[Finding] = []
    bugs: list[BaseException] = []
    over = threading.Event()

    def work() -> None:
        try:
            findings.append(check.run())
        except BaseException as error:  # noqa: BLE001 - raised again where it is seen
            bugs.append(error)
        finally:
            over.set()

    threading.Thread(target=work, name=f"selftest {check.what}", daemon=True).start()
    if not over.wait(check.limit_ms / 1_000):
        return check.too_late()
    if bugs:
        raise bugs[0]
    return findings[0]


def in_a_process(check: Check) -> Finding:
    """Run it in a process that is killed when it is late. To be called where there is one thread only."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _exit_after(lambda: _write(writer, check.run()))
    os.close(writer)
    try:
        row = _read(reader, check.limit_ms)
        if row is None:
            return check.too_late()
        if not row:
            raise BrokenCheckError(f"the check of the {check.what} ended without a row")
        return _finding(row)
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, os.WNOHANG)  # one that hangs in the kernel is not waited for


class Track:
    """Checks beside other tracks, on a thread of its own."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self._count = len(checks)
        self._findings: list[Finding] = []
        self._bug: BaseException | None = None
        self._news = threading.Condition()
        threading.Thread(target=self._work, args=(checks,), name="selftest track", daemon=True).start()

    def _work(self, checks: Sequence[Check]) -> None:
        try:
            for finding in run_in_order(checks, on_a_thread):
                with self._news:
                    self._findings.append(finding)
                    self._news.notify()
        except BaseException as error:  # noqa: BLE001 - raised again where it is seen
            with self._news:
                self._bug = error
                self._news.notify()

    def _known(self, n: int) -> bool:
        return len(self._findings) > n or self._bug is not None

    def findings(self) -> Iterator[Finding]:
        """Every row as soon as it is known. A bug in a check is raised here."""
        for n in range(self._count):
            with self._news:
                while not self._known(n):
                    self._news.wait()
                if self._bug is not None and len(self._findings) <= n:
                    raise self._bug
                finding = self._findings[n]
            yield finding


class TrackApart:
    """Checks beside other tracks, each in a process of its own. Make it before the first thread of the process."""

    def __init__(self, checks: Sequence[Check]) -> None:
        reader, writer = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            os.close(reader)
            _exit_after(lambda: _run_all(checks, writer))
        os.close(writer)
        self._reader = os.fdopen(reader, encoding="utf-8")

    def findings(self) -> Iterator[Finding]:
        """Every row as soon as it is known. A bug in a check is raised here as ``BrokenCheckError``."""
        with self._reader:
            for row in self._reader:
                yield _finding(row)
        _, status = os.waitpid(self._child, 0)
        if status:
            raise BrokenCheckError("a check of the sound broke; its traceback stands above")


def _run_all(checks: Sequence[Check], writer: int) -> None:
    for finding in run_in_order(checks, in_a_process):
        _write(writer, finding)


def _exit_after(work: Callable[[], None]) -> None:
    """A forked child's whole life; it never returns to what its parent was doing."""
    code = _EXIT_BUG
    try:
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - the child must end here, and say why
        traceback.print_exc()
    finally:
        os._exit(code)


def _write(writer: int, finding: Finding) -> None:
    os.write(writer, (json.dumps(dataclasses.asdict(finding)) + "\n").encode())


def _finding(row: str) -> Finding:
    values = json.loads(row)
    code = values.pop("code")
    return Finding(code=None if code is None else FaultCode(code), **values)


def _read(reader: int, limit_ms: int) -> str | None:
    """A row; empty where the writer ended without one, None where it is late."""
    until = time.monotonic() + limit_ms / 1_000
    row = b""
    waiter = select.poll()
    waiter.register(reader, select.POLLIN)
    while not row.endswith(b"\n"):
        left_ms = (until - time.monotonic()) * 1_000
        if left_ms <= 0 or not waiter.poll(left_ms):
            return None
        piece = os.read(reader, _ROW_BYTES)
        if not piece:
            break
        row += piece
    return row.decode()
