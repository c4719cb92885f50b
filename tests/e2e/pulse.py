"""A simulated USB sound card: a PulseAudio daemon with null sinks, under the real libasound.

Responsible for: starting one daemon (one card), pulling it out, freezing it, and the ALSA names that lead to it.
Must not: touch any daemon but its own, or the person's own settings.

The card has a loudspeaker and a microphone (``speaker`` and ``mic``), and the two far ends for the test: what is
written to ``micfeed`` is what the microphone hears, and ``spkmon`` is what the loudspeaker plays. ``norewinds=1`` keeps
the first write after a full buffer from stalling (measured).
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from appliance.ports import LOUDSPEAKER_RATE_HZ, MICROPHONE_RATE_HZ

START_LIMIT_S = 10.0
STOP_LIMIT_S = 5.0
ALSA_CONF = Path("/usr/share/alsa/alsa.conf")
_PLUGIN = "libasound_module_pcm_pulse.so"


def missing() -> str:
    """Why there can be no such card here; empty where there can."""
    try:
        import alsaaudio  # noqa: F401
    except ImportError:
        return "pyalsaaudio is not installed"
    if shutil.which("pulseaudio") is None:
        return "pulseaudio is not installed"
    if not ALSA_CONF.exists() or not any(Path("/usr/lib").glob(f"**/alsa-lib/{_PLUGIN}")):
        return "libasound2-plugins is not installed"
    return ""


class PulseCard:
    """Plugged in by ``plug``; use ``with``."""

    def __init__(self, microphone_rate_hz: int = MICROPHONE_RATE_HZ, channels: int = 1, *, wired: bool = False) -> None:
        """``wired``: what the loudspeaker plays is heard by the microphone, besides what is fed to it."""
        # Not pytest's folder: the path of a socket has at most 107 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="card"))
        self._socket = self.folder / "native"
        self._process: subprocess.Popen[bytes] | None = None
        (self.folder / "run").mkdir(mode=0o700)
        shape = f"rate={LOUDSPEAKER_RATE_HZ} format=s16le channels={channels}"
        (self.folder / "pulse.pa").write_text(
            ".fail\n"
            f"load-module module-native-protocol-unix socket={self._socket} auth-anonymous=1\n"
            f"load-module module-null-sink norewinds=1 sink_name=spk {shape}\n"
            "load-module module-null-sink norewinds=1 sink_name=micsrc "
            f"rate={microphone_rate_hz} format=s16le channels=1\n"
            "load-module module-remap-source master=micsrc.monitor source_name=mic\n"
            "set-default-sink spk\nset-default-source mic\n"
            + ("load-module module-loopback source=spk.monitor sink=micsrc latency_msec=40\n" if wired else "")
        )
        names = {"speaker": "spk", "mic": "mic", "micfeed": "micsrc", "spkmon": "spk.monitor"}
        ours = ("speaker", "mic")
        rows = [
            f'pcm.{name} {{ type pulse server "unix:{self._socket}" device "{device}"'
            f"{' handle_underrun 1' if name in ours else ''} }}\n"
            for name, device in names.items()
        ]
        self.asound = self.folder / "asound.conf"
        self.asound.write_text("".join(rows))

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to find the card: ALSA reads it at every opening."""
        return {"ALSA_CONFIG_PATH": f"{ALSA_CONF}:{self.asound}"}

    @property
    def desktop(self) -> dict[str, str]:
        """What a process needs to find the card as ALSA's ``default``, the way it does on a desktop."""
        return {"PULSE_SERVER": f"unix:{self._socket}"}

    def plug(self) -> None:
        """Start the daemon and wait until it answers."""
        assert self._process is None, "plugged in already"
        self._socket.unlink(missing_ok=True)
        run = str(self.folder / "run")
        environment = {**os.environ, "XDG_RUNTIME_DIR": run, "PULSE_RUNTIME_PATH": run, "HOME": str(self.folder)}
        options = (
            "-n --daemonize=no --exit-idle-time=-1 --use-pid-file=no --realtime=no --high-priority=no"
            " --log-target=stderr"
        )
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["pulseaudio", *options.split(), "-F", str(self.folder / "pulse.pa")], env=environment, stderr=log
            )
        give_up = time.monotonic() + START_LIMIT_S
        while not self._answers():
            if time.monotonic() > give_up or self._process.poll() is not None:
                raise RuntimeError("pulseaudio does not start: " + (self.folder / "log").read_text()[-2_000:])
            time.sleep(0.01)

    def unplug(self) -> None:
        """Pull it out: the daemon is killed."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_LIMIT_S)
            self._process = None

    def freeze(self) -> None:
        """Neither play nor deliver."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on."""
        self._signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        self.plug()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unplug()
        shutil.rmtree(self.folder)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None, "unplugged"
        self._process.send_signal(number)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self._socket))
            except OSError:
                return False
        return True
