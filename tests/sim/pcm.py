"""Sound that is sound: numbered utterances as PCM, for the real voice detectors of both sides.

Responsible for: periods of a voice that carry their number as tones and each its own place, and an interpreter that
reads them back from what the service was sent.
Must not: know time or chance.

An utterance begins with its number as four DTMF digits. Besides, each period of 20 ms carries utterance and frame in
the lowest bits of its first samples; a period that differs in any other sample from what was spoken is not recognised.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from appliance.emulator.script.numbered import LARGEST, find_numbers, tones
from appliance.emulator.session.interfaces import Interpretation, Sound
from appliance.emulator.session.vad import VoiceDetector as ServiceEar
from appliance.protocol.codec import AppendTemplate
from appliance.workers.uplink.vad import VoiceDetector
from tests.sim.devices import SimMicrophone
from tests.sim.sound import FRAME_MS, FRAME_SAMPLES, HUM, MURMUR, SILENCE, Frame, Span, Spans, sentence

RATE_HZ = 16_000
TONES_LEVEL = 1_500.0
TONE_FRAMES = 19  # of 20 ms: four digits
LOOP_FRAMES = 50
VOICES = 8
LOUDEST = 9_000.0
STAMP = 64  # samples that carry a mark in their lowest bits
MAGIC = 0x5AC3

Samples = npt.NDArray[np.int16]


class Period(bytes):
    """Sound of one span: what the replay buffer keeps and the wire carries; checkers look at the span."""

    span: Span

    def __new__(cls, pcm: bytes, span: Span) -> "Period":
        """PCM with the span that it is."""
        period = super().__new__(cls, pcm)
        period.span = span
        return period


@lru_cache(256)
def silence(samples: int) -> Period:
    """Nobody speaks."""
    return Period(bytes(2 * samples), Span(SILENCE, 0, samples))


def fill(periods: Sequence[Period]) -> Frame:
    """A real append message, base64 and all, that checkers can look into."""
    message = AppendTemplate().fill(b"".join(periods))
    return Frame((period.span for period in periods), message)


@lru_cache(VOICES)
def _voice(variant: int) -> Samples:
    """One second of vowels at a pitch of their own: what both detectors take for speech."""
    clock = np.arange(LOOP_FRAMES * FRAME_SAMPLES) / RATE_HZ
    pitch = 100 + 15 * variant
    sound = np.zeros(len(clock))
    for harmonic in range(1, 3_400 // pitch):
        hz = harmonic * pitch
        strength = sum(1 / (1 + ((hz - formant) / 120) ** 2) for formant in (600, 1_150, 2_500)) + 0.05
        sound += strength * np.sin(2 * np.pi * hz * clock + harmonic * harmonic)
    sound *= 0.7 + 0.3 * np.sin(2 * np.pi * 4 * clock)  # syllables
    loop: Samples = (sound / np.abs(sound).max() * LOUDEST).astype(np.int16)
    return loop


@lru_cache(64)
def _mark(number: int) -> Samples:
    mark = np.zeros(TONE_FRAMES * FRAME_SAMPLES, np.float32)
    digits = tones(number % (LARGEST + 1), RATE_HZ, TONES_LEVEL)
    mark[: len(digits)] = digits
    return mark.astype(np.int16)


@lru_cache(2_048)
def period(number: int, frame: int) -> Period:
    """Frame ``frame`` of an utterance."""
    if number == SILENCE:
        return silence(FRAME_SAMPLES)
    span = Span(number, frame, FRAME_SAMPLES)
    if number in (HUM, MURMUR):  # half as loud as speech: each ear makes of it what it will
        begin = frame % LOOP_FRAMES * FRAME_SAMPLES
        return Period((_voice(0)[begin : begin + FRAME_SAMPLES] // (2 if number == HUM else 60)).tobytes(), span)
    if frame < TONE_FRAMES:
        samples = _mark(number)[frame * FRAME_SAMPLES :][:FRAME_SAMPLES].copy()
    else:
        begin = frame % LOOP_FRAMES * FRAME_SAMPLES
        samples = _voice(number % VOICES)[begin : begin + FRAME_SAMPLES].copy()
    code = (MAGIC << 48) | (number << 16) | frame
    bits = np.unpackbits(np.frombuffer(code.to_bytes(8), np.uint8)).astype(np.int16)
    samples[:STAMP] = samples[:STAMP] & ~1 | bits
    return Period(samples.tobytes(), span)


def frames_in(pcm: bytes) -> dict[int, int]:
    """Utterances and their frames, as bits, that are in it unharmed."""
    whole = len(pcm) // (2 * FRAME_SAMPLES) * 2 * FRAME_SAMPLES
    bits = np.frombuffer(pcm[:whole], "<i2").reshape(-1, FRAME_SAMPLES)[:, :STAMP] & 1
    said: dict[int, int] = {}
    for place, row in enumerate(np.packbits(bits.astype(np.uint8), axis=1)):
        code = int.from_bytes(row.tobytes())
        if code >> 48 != MAGIC:
            continue
        number, frame = code >> 16 & 0xFFFF_FFFF, code & 0xFFFF
        if pcm[place * 2 * FRAME_SAMPLES : (place + 1) * 2 * FRAME_SAMPLES] == period(number, frame):
            said[number] = said.get(number, 0) | 1 << frame
    return said


def spans_in(pcm: bytes) -> Spans:
    """The same as spans of a frame each."""
    found = ((number, frames, n) for number, frames in frames_in(pcm).items() for n in range(frames.bit_length()))
    spans = tuple(Span(number, n, FRAME_SAMPLES) for number, frames, n in found if frames >> n & 1)
    return Spans(spans, len(pcm) // 2)


class PcmInterpreter:
    """Reads the frames that it was given, and holds the tones against them. ``parts.Interpreter``."""

    def __init__(self, speech_ms: int) -> None:
        self._speech = bytes(speech_ms * 48)

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
        pcm = b"".join(heard)
        said = frames_in(pcm)
        marked = (1 << TONE_FRAMES) - 1
        wanted = {number % (LARGEST + 1) for number, frames in said.items() if frames & marked == marked}
        told = {found.number for found in find_numbers(pcm, RATE_HZ)} if complete else wanted
        assert wanted <= told, f"number {wanted} was said, and its tones say {told}"
        words = sentence(said)
        return Interpretation("en", words, words, self._speech if speak else b"")


class PcmMicrophone(SimMicrophone):
    """A microphone whose worker listens with the real voice detector, 20 ms at a time."""

    _ear: VoiceDetector | None = None

    def _take_in(self, span: Span, now: int) -> None:
        frames = span.samples // FRAME_SAMPLES
        self._ear = self._ear or VoiceDetector()
        for n in range(frames):
            if not self.capturing:
                return  # the replay buffer woke a line, and that ended it all
            sound = period(span.utterance, span.first + n if span.utterance != SILENCE else 0)
            flag = self._ear.hear(sound)
            self._replay_buffers.append(sound, FRAME_SAMPLES, speech=flag, at=now - (frames - 1 - n) * FRAME_MS)
            self._tell(speaking=self._ear.speaking)

    def _pause(self) -> None:
        """The ear knows by itself."""

    def _seal(self) -> None:
        super()._seal()
        self._ear = None


__all__ = ["PcmInterpreter", "PcmMicrophone", "ServiceEar", "fill", "frames_in", "silence", "spans_in"]
