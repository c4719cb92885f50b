"""The terminal's keyboard in the place of the keys.

Responsible for: one letter at a time from the terminal, the thread that reads them, and the terminal's own settings,
which are put back at ``close`` and at exit.
Must not: know which letter is which key (``letter_keys.py``).
"""

import atexit
import os
import select
import sys
import termios
import threading
import tty
from collections.abc import Callable
from typing import Any, TextIO

from appliance.adapters.bench.clock import Clock
from appliance.adapters.bench.letter_keys import LEGEND, Edge, LetterKeys
from appliance.errors import DeviceError, Kind

_Attributes = list[Any]  # the seven fields of termios.tcgetattr
_MAX_WAIT_MS = 1_000
_JOIN_S = 2.0
_ESCAPE = 0x1B


class KeyboardKeys:
    """``Keys`` of a terminal. ``legend`` says which is which, and is printed once to ``told``. Starts live.

    ``start`` raises ABSENT where the input is no terminal, BUSY where it is one but not ours to set. Ctrl-C works as
    ever. What arrow and function keys send is ignored. When the terminal hangs up, held keys are let go.
    """

    def __init__(self, clock: Clock, source: int = 0, told: TextIO | None = None, *, legend: str = LEGEND) -> None:
        self._clock = clock
        self._source = source
        self._told = told if told is not None else sys.stderr
        self._legend = legend
        self._letters = LetterKeys()
        self._before: _Attributes | None = None
        self._wake_read, self._wake_write = -1, -1
        self._thread: threading.Thread | None = None
        self._post: Callable[[str, bool, int], None] | None = None

    def privacy(self) -> bool:
        """Live until ``p`` is typed."""
        return self._letters.private

    def start(self, post: Callable[[str, bool, int], None]) -> None:
        """Take letters one by one."""
        assert self._thread is None, "started twice"
        if not os.isatty(self._source):
            raise DeviceError("keys", Kind.ABSENT, 'keys.driver = "keyboard" wants a terminal as standard input')
        try:
            before = termios.tcgetattr(self._source)
            tty.setcbreak(self._source, termios.TCSANOW)
        except termios.error as error:
            raise DeviceError("keys", Kind.BUSY, "the terminal does not let its input be set") from error
        self._before = before
        atexit.register(self._restore)
        if self._legend:
            print(self._legend, file=self._told, flush=True)
        self._post = post
        self._wake_read, self._wake_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._thread = threading.Thread(target=self._listen, name="keys", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, and give the terminal back."""
        thread, self._thread = self._thread, None
        if thread is not None:
            os.write(self._wake_write, b"!")
            if thread is not threading.current_thread():
                thread.join(_JOIN_S)
            os.close(self._wake_write)
            os.close(self._wake_read)
        self._restore()

    def _restore(self) -> None:
        if self._before is None:
            return
        before, self._before = self._before, None
        atexit.unregister(self._restore)
        if os.isatty(self._source):
            termios.tcsetattr(self._source, termios.TCSADRAIN, before)

    def _listen(self) -> None:
        while True:
            due_ms = self._letters.next_due_ms
            wait_ms = _MAX_WAIT_MS if due_ms is None else min(_MAX_WAIT_MS, max(0, due_ms - self._clock.now_ms()))
            ready, _, _ = select.select([self._source, self._wake_read], [], [], wait_ms / 1000)
            if self._wake_read in ready:
                return
            self._tell(self._letters.due(self._clock.now_ms()))
            if self._source in ready and not self._take():
                self._tell(self._letters.release(self._clock.now_ms()))
                return

    def _take(self) -> bool:
        """Read what was typed; False when the terminal has hung up."""
        try:
            typed = os.read(self._source, 64)
        except OSError:
            return False  # EIO is how a terminal says that its other end is gone
        letters = typed.split(bytes([_ESCAPE]), 1)[0].decode("ascii", "ignore")
        for letter in letters:
            self._tell(self._letters.type(letter, self._clock.now_ms()))
        return bool(typed)

    def _tell(self, edges: list[Edge]) -> None:
        assert self._post is not None
        for key, down, at_ms in edges:
            self._post(key, down, at_ms)
