"""The real process against the real emulator over TLS: how the tests start, watch and end them.

Responsible for: recordings made by espeak-ng, settings files, the wire log, the journal, bounded waits.
Must not: judge what it reads. Everything it starts ends by itself or by its own process id.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from appliance.emulator.faults.settings import Habits
from appliance.emulator.script.script import Rehearsal, desk
from appliance.emulator.script.tts import Part, Speech
from appliance.emulator.server.server import EmulatorOptions, EmulatorServer
from tests.e2e import pictures
from tests.e2e.journal import as_published

ROOT = Path(__file__).resolve().parents[2]
KEY = "a-key-of-the-tests"
TURNS = desk().turns
ENGLISH = tuple(n for n, turn in enumerate(TURNS) if turn.language == "en")
SHORT = (12, 2, 20)  # the shortest English ones, about 1.9 s each
WAIT_S = 30.0
HEARD_RATE_HZ = 24_000
LOUD = 300  # of a sample, full scale 32,767: espeak-ng's speech peaks far above, silence is zeros

Row = dict[str, Any]
T = TypeVar("T")
M = TypeVar("M", bound=contextlib.AbstractContextManager[Any])
_SPEECH = Speech()


# Recordings.


def said(turn: int, rate_hz: int = 16_000) -> bytes:
    """A rehearsed utterance as signed 16 bit mono."""
    pcm = _SPEECH.render(TURNS[turn].said(), TURNS[turn].language, rate_hz, Part.SOURCE)
    assert pcm
    return pcm


def sound(turns: Sequence[int], rate_hz: int = 16_000, gap_ms: int = 1_400, tail_ms: int = 0) -> bytes:
    """Utterances with pauses between them, and so much silence behind the last."""
    pause = bytes(2 * (rate_hz * gap_ms // 1000))
    parts = pause.join(said(turn, rate_hz) for turn in turns)
    return bytes(2 * (rate_hz * 300 // 1000)) + parts + bytes(2 * (rate_hz * tail_ms // 1000))


def write_wav(path: Path, pcm: bytes, rate_hz: int = 16_000, channels: int = 1, width: int = 2) -> Path:
    """Signed 16 bit mono as a WAV of so many equal channels, of 16 bit or of 8."""
    mono = np.frombuffer(pcm, dtype="<i2")
    frames = np.repeat(mono, channels)
    data = frames.tobytes() if width == 2 else ((frames >> 8) + 128).astype(np.uint8).tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        file.writeframes(data)
    return path


def heard_levels(path: Path) -> list[int]:
    """The loudest sample of each 10 ms of what would have been heard."""
    (levels,) = ears_levels(path)
    return levels


def ears_levels(path: Path) -> list[list[int]]:
    """The same for each channel."""
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getsampwidth()) == (HEARD_RATE_HZ, 2)
        channels = file.getnchannels()
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.int32)
    frames = samples.reshape(-1, channels)
    blocks = frames[: len(frames) // 240 * 240].reshape(-1, 240, channels)
    return [[int(level) for level in ear] for ear in np.abs(blocks).max(axis=1).T]


# The emulator.


class Emulator:
    """The service in this process, over TLS, with its wire log."""

    def __init__(
        self,
        folder: Path,
        habits: Sequence[str] = (),
        turns: Sequence[int] | Rehearsal = SHORT,
        key: str | None = None,
        host: str = "127.0.0.1",
        seed: int = 0,
    ) -> None:
        """``turns``: what it knows by heart, of the desk or of its own; the fewer, the sooner it listens."""
        known = turns if isinstance(turns, Rehearsal) else Rehearsal("of the tests", tuple(TURNS[n] for n in turns))
        folder.mkdir(parents=True, exist_ok=True)
        self.ca = folder / "certificates" / "ca.pem"
        self._log = folder / "wire.jsonl"
        self.server = EmulatorServer(
            EmulatorOptions(
                host=host,
                cert_dir=self.ca.parent,
                key=key,
                habits=Habits.parse(["rate_limit:off", *habits]),
                rehearsal=known,
                log=self._log,
                seed=seed,
            )
        )
        self.url = ""

    def __enter__(self) -> "Emulator":
        self.url = self.server.start()
        return self

    def __exit__(self, failed: object, *_exc: object) -> None:
        self.server.stop()
        assert not self.server.running
        if failed is None:  # a test that fails says why itself
            self.assert_pictures_in_order()

    def assert_pictures_in_order(self) -> None:
        """Whatever the run was about: no picture came that the service must not see."""
        assert pictures.complaints(self.rows()) == []

    @property
    def port(self) -> int:
        """Where it listens on loopback."""
        return int(self.url.split(":")[2].partition("/")[0])

    def rows(self, way: str = "") -> list[Row]:
        """Its wire log, or the rows of one way: open, refused, in, out, close, closed, drop."""
        return [row for row in read_rows(self._log) if way in ("", row["way"])]

    def messages(self, way: str, kind: str) -> list[Row]:
        """The messages of one type."""
        found = (row["message"] for row in self.rows(way) if "message" in row)
        return [message for message in found if isinstance(message, dict) and message.get("type") == kind]

    def dials(self) -> int:
        """Upgrade requests so far, those refused too."""
        return len(self.rows("open")) + len(self.rows("refused"))


def read_rows(path: Path) -> list[Row]:
    """JSON lines; a last line that is still being written is left out."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines[:-1]]


# The box.


def toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(each) for each in value) + "]"
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)


def settings(**changes: object) -> str:
    """A settings file for the bench; ``section__name=value`` changes one."""
    values: dict[str, object] = {
        "languages__mine": "en",
        "languages__theirs": "es",
        "microphone__driver": "file",
        "microphone__device": "in.wav",
        "loudspeaker__driver": "file",
        "loudspeaker__device": "heard.wav",
        "screen__driver": "none",
        "keys__driver": "none",
        "camera__driver": "none",
        "run__until": "microphone-ends",
        "run__journal": "journal.jsonl",
    } | changes
    sections: dict[str, list[str]] = {}
    for name, value in values.items():
        section, _, key = name.partition("__")
        sections.setdefault(section, []).append(f"{key} = {toml(value)}")
    return "".join(f"[{section}]\n" + "\n".join(lines) + "\n" for section, lines in sections.items())


@dataclass(frozen=True, slots=True)
class Finished:
    """How a process ended."""

    code: int
    errors: str
    took_s: float


class Box:
    """``dragoman run`` as a process of its own, in a folder of its own. A context manager: what lives is killed."""

    def __init__(
        self,
        folder: Path,
        service: Emulator | None,
        pcm: bytes | None = None,
        key: str | None = KEY,
        environment: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
        **changes: object,
    ) -> None:
        """``service`` gives URL and authority unless ``changes`` do; ``pcm`` becomes ``in.wav`` (16 kHz mono).

        ``prefix``: what the command is run by, such as ``ip netns exec NAME``; it must become the process itself.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        if pcm is not None:
            write_wav(folder / "in.wav", pcm)
        if service is not None:
            changes = {"service__url": service.url, "service__ca_file": service.ca} | changes
        (folder / "bench.toml").write_text(settings(**changes), encoding="utf-8")
        self._key = {} if key is None else {"DASHSCOPE_API_KEY": key}
        self._environment = dict(environment or {})
        self._prefix = tuple(prefix)
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0.0

    def __enter__(self) -> "Box":
        own = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "HOME": str(self.folder)}
        self._began = time.monotonic()
        with (self.folder / "errors.txt").open("wb") as errors, (self.folder / "output.txt").open("wb") as output:
            self._process = subprocess.Popen(
                [*self._prefix, sys.executable, "-m", "appliance", "run", "--config", "bench.toml"],
                cwd=self.folder,
                env=own | self._key | self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
            )
        return self

    def __exit__(self, *_exc: object) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(WAIT_S)

    def wait(self, limit_s: float = WAIT_S) -> Finished:
        """Until it ends by itself."""
        assert self._process is not None
        try:
            code = self._process.wait(limit_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still runs after {limit_s} s\n{self.told()}") from None
        return Finished(code, self.errors, time.monotonic() - self._began)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    @property
    def errors(self) -> str:
        """Standard error so far."""
        return (self.folder / "errors.txt").read_text(encoding="utf-8")

    def rows(self, *whats: str) -> list[Row]:
        """The journal so far, or the rows of some kinds; every row is as it was published."""
        rows = map(as_published, read_rows(self.folder / "journal.jsonl"))
        return [row for row in rows if not whats or row["what"] in whats]

    def wait_for(self, what: str, fits: Callable[[Row], bool] = lambda _: True, limit_s: float = WAIT_S) -> Row:
        """The first journal row of a kind that fits, as soon as it is there."""
        return wait_for(lambda: next((row for row in self.rows(what) if fits(row)), None), limit_s, self.told)

    def finals(self) -> list[str]:
        """The final subtitles in order."""
        return [row["text"] for row in self.rows("subtitle") if row["final"]]

    def faults(self) -> list[str]:
        """The codes of the faults raised, in order."""
        return [row["code"] for row in self.rows("fault") if row["on"]]

    def line_states(self) -> list[tuple[int, str]]:
        """What its lines went through."""
        return [(row["number"], row["state"]) for row in self.rows("line")]

    def told(self) -> str:
        """All it said, for a failed test."""
        rows = [row for row in self.rows() if row["what"] != "subtitle" or row["final"]]
        return (
            "\n".join(self.errors.splitlines()[-30:])
            + "\n"
            + "\n".join(json.dumps(row, ensure_ascii=False) for row in rows[-40:])
        )


def wait_for(look: Callable[[], T | None], limit_s: float, told: Callable[[], str] = str) -> T:
    """What ``look`` finds, asked every 20 ms."""
    until = time.monotonic() + limit_s
    while True:
        found = look()
        if found is not None:
            return found
        if time.monotonic() > until:
            raise AssertionError(f"did not come within {limit_s} s\n{told()}")
        time.sleep(0.02)


def translation(turn: int, target: str = "es") -> str:
    """What the service answers to a rehearsed utterance."""
    return TURNS[turn].translation(target)


@contextlib.contextmanager
def all_of(things: Mapping[str, M]) -> Iterator[Mapping[str, M]]:
    """Enter them all, side by side; leave them all."""
    with contextlib.ExitStack() as stack:
        for each in things.values():
            stack.enter_context(each)
        yield things
