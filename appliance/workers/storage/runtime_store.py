"""What outlives the process, not the boot: dials made, and whether something was still owed.

Responsible for: one small file in the runtime folder, written off the event loop, whole or not at all.
Must not: keep sound or words, or fail the box: without a folder nothing is kept, a file that cannot be read is none.

Restarting must not give fresh dials: quick restarts lock the account out for minutes
(appliance/workers/connection/README.md#dialling).
"""

import json
import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

FILE_NAME = "kept.json"
MOST_ORDERS = 64
FILE_MAX_BYTES = 20_000
MOST_TIMES = 64
AHEAD_MS = 600_000


@dataclass(frozen=True, slots=True)
class Kept:
    """Times are on the process's clock, in ms; those of an earlier process are below zero."""

    dials: tuple[int, ...] = ()
    tokens_spent: tuple[int, ...] = ()
    owes: bool = False  # speech was unanswered: the next process asks to repeat
    restarted_at: int | None = None  # a process ended because its microphone was deaf


class RuntimeStore:
    """A mailbox of one: the latest wins; and orders that wait until it is written."""

    def __init__(self, folder: Path | None, boot_id: str, began_ms: int) -> None:
        """``began_ms``: when this process's clock stood at zero, on the boot's monotonic clock."""
        self._began_ms = began_ms
        self._path = folder / FILE_NAME if folder is not None else None
        self._boot_id = boot_id
        self._changed = threading.Condition()
        self._latest: Kept | None = None
        self._orders: deque[Callable[[], None]] = deque(maxlen=MOST_ORDERS)
        self._running = True
        self._thread = threading.Thread(target=self._run, name="runtime store", daemon=True)

    def load(self) -> Kept:
        """What the last process of this boot left; nothing of another boot."""
        if self._path is None:
            return Kept()
        try:
            with self._path.open("rb") as file:
                data = file.read(FILE_MAX_BYTES + 1)
            if len(data) > FILE_MAX_BYTES:
                raise ValueError(f"more than {FILE_MAX_BYTES} bytes")
            content: Any = json.loads(data)
            if content["boot_id"] != self._boot_id:
                return Kept()
            dials, spent = (self._past(content[name]) for name in ("dials", "tokens_spent"))
            restarted = self._past(content.get("restarted", []))
            return Kept(dials, spent, bool(content["owes"]), restarted[0] if restarted else None)
        except FileNotFoundError:
            return Kept()
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            log.warning("what the last process kept cannot be read: %s", error)
            return Kept()

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def keep(self, kept: Kept) -> None:
        """Write this soon."""
        with self._changed:
            self._latest = kept
            self._changed.notify()

    def then(self, order: Callable[[], None]) -> None:
        """Give this order, which must not block, when all that was to be kept until now is written, or cannot be."""
        with self._changed:
            self._orders.append(order)
            self._changed.notify()

    def stop(self, limit_ms: int) -> None:
        """Write what waits and end."""
        with self._changed:
            self._running = False
            self._changed.notify()
        self._thread.join(limit_ms / 1000)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._latest is not None or self._orders or not self._running)
                kept, self._latest = self._latest, None
                orders = list(self._orders)
                self._orders.clear()
            if kept is None and not orders:
                return
            if kept is not None:
                self._write(kept)
            for order in orders:
                order()

    def _write(self, kept: Kept) -> None:
        if self._path is None:
            return
        content = {
            "boot_id": self._boot_id,
            "dials": self._times(list(kept.dials), 1),
            "tokens_spent": self._times(list(kept.tokens_spent), 1),
            "owes": kept.owes,
            "restarted": self._times([] if kept.restarted_at is None else [kept.restarted_at], 1),
        }
        temporary = self._path.with_suffix(".part")
        try:
            temporary.write_text(json.dumps(content), encoding="utf-8")
            temporary.replace(self._path)  # the folder is memory: a power cut loses it with the boot id
        except OSError as error:
            log.warning("what must outlive the process cannot be written: %s", error)

    def _past(self, values: Any) -> tuple[int, ...]:
        """Times of an earlier process of this boot, on this one's clock: in order, none of them to come.

        The self-test reads what it wrote itself a little later: that much may lie ahead of its beginning.
        """
        times = self._times(values, -1)
        if len(times) > MOST_TIMES or any(at > AHEAD_MS for at in times) or list(times) != sorted(times):
            raise ValueError("times that cannot be")
        return times

    def _times(self, values: Any, sign: int) -> tuple[int, ...]:
        """From the process's clock to the boot's (``sign`` 1) or back (−1)."""
        if not isinstance(values, list) or not all(isinstance(value, int) for value in values):
            raise TypeError("times must be whole numbers")
        return tuple(value + sign * self._began_ms for value in values)


def boot_id(path: Callable[[], str] = lambda: Path("/proc/sys/kernel/random/boot_id").read_text()) -> str:
    """The kernel's name for this boot."""
    return path().strip()
