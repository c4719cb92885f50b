"""A microphone that hangs in ``read`` and not when it is opened: real ALSA over a pipe that a test can stop.

Responsible for: the pipe behind ALSA's file plugin. (A sound server that hangs in both: ``pulse.py``.)
Must not: judge.
"""

import os
import threading
import time
from pathlib import Path

from tests.e2e.pulse import ALSA_CONF

PERIOD_S = 0.02
PERIOD = bytes(640)


class Pipe:
    """Silence at the pace of a card, through a named pipe. Frozen, every read hangs, and an open does not."""

    def __init__(self, folder: Path) -> None:
        path = folder / "sound"
        os.mkfifo(path)
        # The plugin's slave takes anything at any pace: what paces and hangs is the pipe.
        definition = f'type file slave.pcm "null" file "/dev/null" infile "{path}" format "raw"'
        self._asound = folder / "asound.conf"
        self._asound.write_text(f"pcm.mic {{ {definition} }}\n", encoding="utf-8")
        self._fd = os.open(path, os.O_RDWR)  # so that neither side waits for the other to open
        self._running = threading.Event()
        self._running.set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._play, name="card", daemon=True)

    def __enter__(self) -> "Pipe":
        os.set_blocking(self._fd, False)
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._over.set()
        self._running.set()
        self._thread.join(5)
        os.close(self._fd)

    @property
    def environment(self) -> dict[str, str]:
        """What lets a process find it."""
        return {"ALSA_CONFIG_PATH": f"{ALSA_CONF}:{self._asound}"}

    def freeze(self) -> None:
        """From now on the microphone hangs."""
        self._running.clear()

    def thaw(self) -> None:
        """It works again."""
        self._running.set()

    def _play(self) -> None:
        while not self._over.is_set():
            self._running.wait()
            try:
                os.write(self._fd, PERIOD)
            except BlockingIOError:
                time.sleep(PERIOD_S)  # nobody listens; a card would overrun
            time.sleep(PERIOD_S)
