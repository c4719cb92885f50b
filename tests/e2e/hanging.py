"""Microphones that hang in ``read``: real ALSA over something that a test can stop.

Responsible for: a PulseAudio daemon of our own, and a pipe behind ALSA's file plugin.
Must not: judge.
"""

import os
import signal
import subprocess
import threading
import time
from pathlib import Path

from tests.e2e.harness import wait_for

PERIOD_S = 0.02
PERIOD = bytes(640)


class _Sound:
    """An ALSA microphone called ``mic``."""

    def __init__(self, folder: Path, definition: str) -> None:
        self.folder = folder
        (folder / "asound.conf").write_text(f"pcm.mic {{ {definition} }}\n", encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """What lets a process find it."""
        return {"ALSA_CONFIG_PATH": f"/usr/share/alsa/alsa.conf:{self.folder / 'asound.conf'}"}


class Pipe(_Sound):
    """Silence at the pace of a card, through a named pipe. Frozen, every read hangs, and an open does not."""

    def __init__(self, folder: Path) -> None:
        path = folder / "sound"
        os.mkfifo(path)
        # The plugin's slave takes anything at any pace: what paces and hangs is the pipe.
        super().__init__(folder, f'type file slave.pcm "null" file "/dev/null" infile "{path}" format "raw"')
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


class SoundServer(_Sound):
    """A PulseAudio daemon: one simulated USB microphone. Frozen, reads hang, and an open hangs with the GIL held."""

    def __init__(self, folder: Path) -> None:
        self._native = folder / "native"
        super().__init__(folder, f'type pulse server "unix:{self._native}" device "mic" handle_underrun 1')
        (folder / "pulse.pa").write_text(
            ".fail\n"
            f"load-module module-native-protocol-unix socket={self._native} auth-anonymous=1\n"
            "load-module module-null-sink norewinds=1 sink_name=room rate=16000 format=s16le channels=1\n"
            "load-module module-remap-source master=room.monitor source_name=mic\n",
            encoding="utf-8",
        )
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "SoundServer":
        run = self.folder / "pulse"
        run.mkdir(mode=0o700)
        own = {"XDG_RUNTIME_DIR": str(run), "PULSE_RUNTIME_PATH": str(run), "HOME": str(self.folder)}
        with (self.folder / "pulse.log").open("wb") as log:
            self._process = subprocess.Popen(
                ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--realtime=no",
                 "--high-priority=no", "--log-target=stderr", "-F", str(self.folder / "pulse.pa")],
                env=dict(os.environ) | own, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        wait_for(lambda: self._native.exists() or None, 10, (self.folder / "pulse.log").read_text)
        return self

    def __exit__(self, *_exc: object) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(5)

    def freeze(self) -> None:
        """From now on the microphone hangs."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It works again."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
