"""A box with a simulated sound card, somebody who speaks to it, and an ear at its loudspeaker.

Responsible for: starting and ending them together, and finding in what was heard what the service said.
Must not: judge.

Speaker and ear are processes of their own (``aplay``, ``arecord``): the emulator shares this one, and its work must
not become a gap in the sound.
"""

import itertools
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from appliance.emulator.script.script import Rehearsal
from appliance.emulator.script.tts import Part, Speech
from appliance.ports import LOUDSPEAKER_RATE_HZ, MICROPHONE_RATE_HZ
from tests.e2e.harness import Box, Emulator
from tests.e2e.pulse import PulseCard

LANGUAGE = "es"
_STOP_S = 5.0
_SPEECH = Speech()
Samples = NDArray[np.float32]


class Stage:
    """Card, service and box, with an ear from the first moment. A context manager."""

    def __init__(self, folder: Path, rehearsal: Rehearsal, *, wired: bool = False, **changes: object) -> None:
        """``wired``: the microphone hears the loudspeaker."""
        self.card = PulseCard(wired=wired)
        self.emulator = Emulator(folder / "emulator", turns=rehearsal)
        self._folder = folder
        self._changes: dict[str, Any] = {
            "microphone__driver": "alsa",
            "microphone__device": "mic",
            "loudspeaker__driver": "alsa",
            "loudspeaker__device": "speaker",
            "languages__theirs": LANGUAGE,
            "run__until": "forever",
        } | changes
        self._processes: list[subprocess.Popen[bytes]] = []
        self._recordings: list[Path] = []
        self.box: Box

    def __enter__(self) -> Self:
        self.card.plug()
        self.listen()
        self.emulator.__enter__()
        self.box = Box(
            self._folder / "box", self.emulator, environment=self.card.environment, **self._changes
        ).__enter__()
        self.box.wait_for("line", lambda row: row["state"] == "ready")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.box.__exit__(kind, error, trace)
        self.emulator.__exit__(kind, error, trace)
        for process in self._processes:
            if process.poll() is None:
                process.terminate()
            process.wait(_STOP_S)
        self.card.__exit__(kind, error, trace)

    def listen(self) -> None:
        """Hear what the loudspeaker plays from now on; again after the card was plugged in again."""
        path = self._folder / f"heard-{len(self._recordings)}.raw"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._recordings.append(path)
        self._start("arecord", "spkmon", LOUDSPEAKER_RATE_HZ, path)

    def speak(self, pcm: bytes) -> None:
        """Say this into the microphone: 16 kHz mono, signed 16 bit. Does not wait for its end."""
        path = self._folder / f"said-{len(self._processes)}.raw"
        path.write_bytes(pcm)
        self._start("aplay", "micfeed", MICROPHONE_RATE_HZ, path)

    def heard(self, nth: int = -1) -> Samples:
        """What was heard so far, 24 kHz mono."""
        raw = self._recordings[nth].read_bytes()
        return np.frombuffer(raw[: len(raw) & ~1], "<i2").astype(np.float32)

    def _start(self, program: str, device: str, rate_hz: int, path: Path) -> None:
        command = [program, "-q", "-D", device, "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", str(rate_hz)]
        shape = ["--buffer-time=500000", "--period-time=20000", str(path)]
        with (self._folder / "sound-errors.txt").open("ab") as errors:
            process = subprocess.Popen(
                command + shape, stderr=errors, env={"PATH": "/usr/bin:/bin", **self.card.environment}
            )
        self._processes.append(process)


def answer(text: str) -> Samples:
    """How the emulated service says it: 24 kHz mono."""
    pcm = _SPEECH.render(text, LANGUAGE, LOUDSPEAKER_RATE_HZ, Part.ANSWER)
    assert pcm
    return np.frombuffer(pcm, "<i2").astype(np.float32)


def likenesses(said: list[Samples], heard: Samples, longest_pause_s: float) -> list[float]:
    """For each of what was said, in order, its best correlation with what was heard behind the one before it."""
    found, at = [], 0
    for one in said:
        window = heard[at : at + len(one) + round(longest_pause_s * LOUDSPEAKER_RATE_HZ)]
        if len(window) < len(one):
            found.append(0.0)
            continue
        size = 1 << (len(one) + len(window)).bit_length()
        products = np.fft.irfft(np.fft.rfft(window, size) * np.conj(np.fft.rfft(one, size)), size)
        squares = np.concatenate([[0.0], np.cumsum(window.astype(np.float64) ** 2)])
        power = np.maximum(squares[len(one) :] - squares[: len(squares) - len(one)], 1.0)
        fits = products[: len(power)] / np.sqrt(power * float((one.astype(np.float64) ** 2).sum()))
        best = int(np.argmax(fits))
        found.append(float(fits[best]))
        at += best + len(one) // 2
    return found


def silence(ms: int) -> bytes:
    """So much silence for the microphone."""
    return bytes(2 * (MICROPHONE_RATE_HZ * ms // 1_000))


def uplink_rate_hz(emulator: Emulator, from_ms: int, to_ms: int) -> float:
    """Samples a second that the service was sent between two times of its log: the slope of their sum."""
    rows = [
        (row["at"], row["message"]["audio"] // 2)
        for row in emulator.rows("in")
        if row["message"].get("type") == "input_audio_buffer.append" and from_ms <= row["at"] <= to_ms
    ]
    slope, _ = np.polyfit([at for at, _ in rows], np.cumsum([samples for _, samples in rows]), 1)
    return float(slope) * 1_000


def longest_stall_ms(emulator: Emulator) -> int:
    """The longest time in which the service was sent nothing: far above 60 ms, the machine stood still."""
    at = [row["at"] for row in emulator.rows("in") if row["message"].get("type") == "input_audio_buffer.append"]
    return max((later - sooner for sooner, later in itertools.pairwise(at)), default=0)


def wait_until(at: float) -> None:
    """Until the monotonic clock says so."""
    while (left_s := at - time.monotonic()) > 0:
        time.sleep(min(left_s, 0.5))
