"""A detector and an interpreter so plain that a test can predict them, and a client that drives a session by hand.

Sound is told apart by value: zeros are silence, anything else is speech.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from appliance.emulator.faults.settings import Habits
from appliance.emulator.server.service import Service
from appliance.emulator.session.interfaces import (
    Close,
    Drop,
    Interpretation,
    Message,
    Mute,
    Output,
    Refusal,
    Send,
    Sound,
    Timed,
)
from appliance.emulator.session.session import ServiceSession

MODEL = "qwen3.5-livetranslate-flash-realtime"
LEGACY = "qwen3-livetranslate-flash-realtime"
DATA = Path(__file__).parent / "data"


def lines_of(name: str) -> list[dict[str, Any]]:
    """One of the data files."""
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


@dataclass
class PlainDetector:
    """Speech is what is not zero. Opaque sound brings its flags along."""

    rate_hz: int = 0
    threshold: float = 0.0
    rest: bytes = b""

    def configure(self, threshold: float, rate_hz: int) -> None:
        self.threshold, self.rate_hz = threshold, rate_hz

    def feed(self, sound: Sound) -> Sequence[bool]:
        if not isinstance(sound, bytes):
            flags: Sequence[bool] = sound.flags
            return flags
        size = self.rate_hz // 50 * 2
        self.rest += sound
        flags = []
        while len(self.rest) >= size:
            flags.append(any(self.rest[:size]))
            self.rest = self.rest[size:]
        return flags


@dataclass
class PlainInterpreter:
    """Says one sentence. ``after``: how many times it answers None first once the turn is complete."""

    source: str = "Dove si trova il binario per Torino?"
    translation: str = "Where is the platform for Turin?"
    language: str = "it"
    speech: bytes = b"\x01\x02" * 24_000 * 2
    after: int = 0
    never: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)

    def interpret(
        self,
        heard: Sequence[Sound],
        target: str,
        *,
        speak: bool,
        complete: bool,
        phrases: dict[str, str],
        picture: bytes | None,
    ) -> Interpretation | None:
        parts = [each for each in heard if isinstance(each, bytes)]
        self.asked.append(
            {"bytes": sum(map(len, parts)), "target": target, "speak": speak, "complete": complete, "phrases": phrases}
            | {"picture": picture}
        )
        if self.never and speak:
            return None
        if complete and self.after > 0:
            self.after -= 1
            return None
        return Interpretation(self.language, self.source, self.translation, self.speech if speak else b"")


@dataclass(frozen=True)
class Span:
    """Opaque sound, as a simulator has it."""

    samples: int
    flags: tuple[bool, ...]


class Client:
    """Drives one session on a clock of its own and keeps what came: ``got`` = (at, output)."""

    def __init__(self, service: Service, now: int = 0, model: str = MODEL, key: str = "k") -> None:
        session = service.connect(f"/api-ws/v1/realtime?model={model}", {"Authorization": f"Bearer {key}"}, now)
        assert not isinstance(session, Refusal), session
        self.session: ServiceSession = session
        self.now = now
        self.rate_hz = 16_000
        self.got: list[Timed] = []
        self._take(session.open(now))

    def _take(self, outputs: list[Timed]) -> None:
        for at, output in outputs:
            assert at <= self.now, "nothing comes before its time"
            assert not self.got or self.got[-1][0] <= at, "time runs forward"
            self.got.append((at, output))

    def until(self, now: int) -> None:
        """Let time pass."""
        for _ in range(1_000_000):
            wake = self.session.next_wake()
            if wake is None or wake > now:
                break
            self.now = max(self.now, wake)
            self._take(self.session.advance(self.now))
        self.now = now

    def send(self, message: Message | str) -> None:
        self._take(self.session.feed(message, self.now))

    def update(self, **fields: Any) -> None:
        """``session.update`` in our own form, with ``fields`` laid over it; then wait for the answer."""
        session: dict[str, Any] = {
            "modalities": ["text", "audio"],
            "voice": "Tina",
            "sample_rate": 16000,
            "input_audio_format": "pcm",
            "output_audio_format": "pcm",
            "input_audio_transcription": {"model": "qwen3-asr-flash-realtime", "language": "it"},
            "turn_detection": {"type": "server_vad", "threshold": 0.2, "silence_duration_ms": 800},
            "translation": {"language": "en"},
        }
        self.send({"event_id": "event_c1", "type": "session.update", "session": session | fields})
        self.until(self.now + 30)

    def push(self, sound: bytes) -> None:
        """One append."""
        self.send({"type": "input_audio_buffer.append", "audio": base64.b64encode(sound).decode()})

    def stream(self, *parts_ms: int, chunk_ms: int = 40, pace: float = 1.0) -> None:
        """Silence, speech, silence… in ms, in chunks, at ``pace`` times the length of what is sent; 0 = at once."""
        sound = self.sound(*parts_ms)
        size = self.rate_hz // 1000 * 2 * chunk_ms
        for at in range(0, len(sound), size):
            self.until(self.now + int(chunk_ms * pace))
            self.push(sound[at : at + size])

    def sound(self, *parts_ms: int) -> bytes:
        """Silence, speech, silence… of these lengths."""
        size = self.rate_hz // 1000 * 2
        return b"".join((b"\x05\x00" * (size // 2) if n % 2 else bytes(size)) * ms for n, ms in enumerate(parts_ms))

    def finish(self, wait_ms: int = 30_000) -> None:
        self.send({"type": "session.finish"})
        self.until(self.now + wait_ms)

    @property
    def events(self) -> list[Message]:
        return [output.message for _, output in self.got if isinstance(output, Send)]

    @property
    def kinds(self) -> list[str]:
        return [event.get("type", "") for event in self.events]

    def of(self, kind: str) -> list[Message]:
        return [event for event in self.events if event.get("type") == kind]

    def at(self, kind: str) -> int:
        """When the first of this kind came."""
        return next(at for at, out in self.got if isinstance(out, Send) and out.message.get("type") == kind)

    def ends(self) -> list[Output]:
        """Closes, drops and mutes."""
        return [output for _, output in self.got if isinstance(output, Close | Drop | Mute)]


def service(*habits: str, interpreter: PlainInterpreter | None = None, key: str | None = None) -> Service:
    """A service with these habits."""
    return Service(key, PlainDetector, interpreter or PlainInterpreter(), Habits.parse(habits))


def client(*habits: str, interpreter: PlainInterpreter | None = None, model: str = MODEL, **fields: Any) -> Client:
    """A client that has configured its session."""
    made = Client(service(*habits, interpreter=interpreter), model=model)
    made.update(**fields)
    return made


def shape(value: object) -> object:
    """The field shape of a message: names and types, lists by their first element."""
    if isinstance(value, Mapping):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value[:1]]
    return type(value).__name__


def turns_of(made: Client) -> list[tuple[int, int]]:
    """(start, end) of each turn, in ms of the stream."""
    starts = made.of("input_audio_buffer.speech_started")
    ends = made.of("input_audio_buffer.speech_stopped")
    return [(a["audio_start_ms"], b["audio_end_ms"]) for a, b in zip(starts, ends, strict=True)]


def turn(*habits: str, interpreter: PlainInterpreter | None = None, **fields: Any) -> Client:
    """One turn of three seconds, and the finish."""
    made = client(*habits, interpreter=interpreter, **fields)
    made.stream(0, 3_000, 900)
    made.until(made.now + 15_000)
    made.finish()
    return made


def two_turns(*habits: str) -> Client:
    """Two turns, the second while the first one's speech is still on its way."""
    made = client(*habits, interpreter=PlainInterpreter(speech=b"\x01\x02" * 24_000 * 6))
    made.stream(0, 2_000, 900, 2_000, 900)
    made.until(made.now + 20_000)
    return made
