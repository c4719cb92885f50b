"""Sound without sound: spans of numbered utterances, and the service's ear and voice for them.

Responsible for: spans, the frame that carries them, a detector that hears them, an interpreter that says which frames
of which utterance it was given.
Must not: know time or chance.

An utterance is counted in frames of 20 ms. A set of frames is an int with one bit for each.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from appliance.emulator.session.interfaces import Interpretation, Sound

FRAME_SAMPLES = 320
FRAME_MS = 20
SILENCE = 0
HUM = -1  # the local ear takes it for speech, the service does not
MURMUR = -2  # the service takes it for speech, the local ear does not

_SAID = re.compile(r"number (-?\d+) as ([0-9a-f]+)")
_NAMED = re.compile(r"number (-?\d+) as")
_SPEECH = bytes(48_000)


@dataclass(frozen=True, slots=True)
class Span:
    """``samples`` of one utterance, from its frame ``first`` on."""

    utterance: int
    first: int
    samples: int

    @property
    def frames(self) -> int:
        """The frames of its utterance that it holds, as bits."""
        return ((1 << self.samples // FRAME_SAMPLES) - 1) << self.first


@dataclass(frozen=True, slots=True)
class Spans:
    """The ``audio`` of an append message."""

    spans: tuple[Span, ...]
    samples: int


class Frame(bytes):
    """An append message that carries spans in the place of base64; what is sent beside it is real JSON."""

    audio: Spans

    def __new__(cls, spans: Iterable[Span], message: bytes = b"") -> "Frame":
        """``message``: the real one, where the sound is real; else the spans are all there is."""
        frame = super().__new__(cls, message)
        held = tuple(spans)
        frame.audio = Spans(held, sum(span.samples for span in held))
        return frame


def silence(samples: int) -> Span:
    """Nobody speaks."""
    return Span(SILENCE, 0, samples)


@lru_cache(4_096)
def _flags(samples: int, *, voiced: bool) -> list[bool]:
    return [voiced] * (samples // FRAME_SAMPLES)


@dataclass(slots=True)
class SpanDetector:
    """The service's ear: it hears every utterance, murmurs too, and takes no hum for speech."""

    def configure(self, threshold: float, rate_hz: int) -> None:
        """Nothing to set."""

    def feed(self, sound: Sound) -> Sequence[bool]:
        """A flag for each 20 ms."""
        spans: tuple[Span, ...] = sound.spans
        if len(spans) == 1:
            return _flags(spans[0].samples, voiced=spans[0].utterance not in (SILENCE, HUM))
        return [flag for span in spans for flag in _flags(span.samples, voiced=span.utterance not in (SILENCE, HUM))]


@dataclass(slots=True)
class SpanInterpreter:
    """Translates an utterance by its number and the frames of it that were heard."""

    speech_ms: int = 400
    asked: int = field(default=0)

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
        """As ``parts.Interpreter``."""
        self.asked += 1
        said: dict[int, int] = {}
        for each in heard:
            for span in each.spans:
                if span.utterance not in (SILENCE, HUM):
                    said[span.utterance] = said.get(span.utterance, 0) | span.frames
        words = sentence(said)
        return Interpretation("en", words, words, _SPEECH[: self.speech_ms * 48] if speak else b"")


def sentence(said: dict[int, int]) -> str:
    """Utterances and their frames in words."""
    return ", ".join(f"number {number} as {frames:x}" for number, frames in said.items())


def named(text: str) -> set[int]:
    """The utterances that the beginning of a sentence is about."""
    return {int(number) for number in _NAMED.findall(text)}


def read(text: str) -> dict[int, int]:
    """The reverse."""
    return {int(number): int(frames, 16) for number, frames in _SAID.findall(text)}
