"""Speech out of text: espeak-ng as a process of its own, resampled to the rate that is wanted.

Responsible for: which voice reads which language, the processes, and a bounded memory of what was rendered.
Must not: decide what is said, or know sessions. It blocks for 10–100 ms a sentence: never call it from a session.
"""

import subprocess
import threading
from collections import OrderedDict
from enum import StrEnum

import numpy as np

from appliance.errors import DragomanError

ESPEAK_RATE_HZ = 22_050
SOURCE_RATE_HZ = 16_000
ANSWER_RATE_HZ = 24_000
DEFAULT_SPEED_WPM = 165
RENDER_LIMIT_S = 20  # a whole page takes under a second; more is a process that hangs
MEMORY_BYTES = 48 * 1024 * 1024
TEXT_LIMIT = 4_000  # characters; the service's own answers end far below

# Codes of the service whose espeak-ng voice has another name. Filipino has none; Indonesian reads its spelling closely.
_RENAMED = {"zh": "cmn", "en": "en-us", "fr": "fr-fr", "fil": "id"}
_SAME = frozenset(
    code
    for row in (
        "ar de es pt it ko ru th vi ja tr hi ms nl ur nb sv da he fi pl is cs fa id",  # spoken by the service
        "yue el af be bg bn bs ca et gu hr hu kk kn ky lv mk ml mr pa ro sk sl sw az uk",  # text only there
    )
    for code in row.split()
)

_SPEED_WPM = {"zh": 230, "yue": 230}  # the voice drawls its tones: at 165 a sentence lasts twice as long as a speaker's


class Part(StrEnum):
    """Who speaks: the two sides sound different, so that an ear can tell a speaker from the interpreter."""

    SOURCE = "source"
    ANSWER = "answer"
    PLAIN = "plain"  # the voice as espeak-ng has it when nothing is asked for


_VARIANTS = {Part.SOURCE: "+m3", Part.ANSWER: "+f2", Part.PLAIN: ""}


class SpeechError(DragomanError):
    """espeak-ng is missing or failed. Never holds the text."""


def voice_of(language: str) -> str | None:
    """espeak-ng's name of the voice for a language code of the service; None where it has no voice."""
    if language in _RENAMED:
        return _RENAMED[language]
    return language if language in _SAME else None


def usual_speed(language: str) -> int:
    """Words a minute at which the language sounds like a speaker in no hurry."""
    return _SPEED_WPM.get(language, DEFAULT_SPEED_WPM)


def no_voice_sentence(language: str) -> str:
    """What to tell a person whose language cannot be spoken here."""
    return f"espeak-ng has no voice for {language!r}, so it is answered in text only"


def samples_of(wav: bytes) -> bytes:
    """The samples of the WAV that ``espeak-ng --stdout`` writes. Its header bears invented lengths (it cannot seek)."""
    at = wav.find(b"data", 12)
    if wav[:4] != b"RIFF" or at < 0:
        raise SpeechError("espeak-ng answered with something that is not sound")
    samples = wav[at + 8 :]
    return samples[: len(samples) & ~1]


def resampled(pcm: bytes, from_hz: int, to_hz: int) -> bytes:
    """Signed 16 bit mono at another rate, without aliases."""
    if from_hz == to_hz or not pcm:
        return pcm
    import soxr

    sound = soxr.resample(np.frombuffer(pcm, dtype="<i2"), from_hz, to_hz, quality="HQ")
    return bytes(np.asarray(sound, dtype="<i2").tobytes())


class Speech:
    """Renders speech and remembers it. Safe to call from several threads."""

    def __init__(self, program: str = "espeak-ng", memory_bytes: int = MEMORY_BYTES) -> None:
        self._program = program
        self._memory_bytes = memory_bytes
        self._held_bytes = 0
        self._rendered: OrderedDict[tuple[str, str, int, int], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def render(
        self, text: str, language: str, rate_hz: int, part: Part = Part.ANSWER, speed_wpm: int = 0
    ) -> bytes | None:
        """Signed 16 bit mono of ``text`` at ``rate_hz``; None where the language has no voice; ``b""`` for no text.

        ``speed_wpm`` 0 = what is usual for the language.
        Fails with ``SpeechError`` when espeak-ng is missing or does not answer.
        """
        voice = voice_of(language)
        if voice is None:
            return None
        spoken = text.strip()[:TEXT_LIMIT]
        if not spoken:
            return b""
        speed_wpm = speed_wpm or usual_speed(language)
        key = (spoken, voice + _VARIANTS[part], rate_hz, speed_wpm)
        with self._lock:
            if key in self._rendered:
                self._rendered.move_to_end(key)
                return self._rendered[key]
        pcm = resampled(self._run(spoken, voice + _VARIANTS[part], speed_wpm), ESPEAK_RATE_HZ, rate_hz)
        self._remember(key, pcm)
        return pcm

    def remembered(self, text: str, language: str, rate_hz: int, part: Part = Part.ANSWER) -> bytes | None:
        """What ``render`` would answer where that needs no work, else None; ``b""`` for no text or no voice."""
        voice, spoken = voice_of(language), text.strip()[:TEXT_LIMIT]
        if voice is None or not spoken:
            return b""
        with self._lock:
            return self._rendered.get((spoken, voice + _VARIANTS[part], rate_hz, usual_speed(language)))

    def check(self) -> None:
        """Fail now, with a sentence, where espeak-ng is missing."""
        self._run("a", "en-us", DEFAULT_SPEED_WPM)

    def _run(self, text: str, voice: str, speed_wpm: int) -> bytes:
        command = [self._program, "--stdin", "--stdout", "-b", "1", "-z", "-v", voice, "-s", str(speed_wpm)]
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program; what is said goes in by stdin, past any shell
                command, input=text.encode(), capture_output=True, timeout=RENDER_LIMIT_S, check=False
            )
        except FileNotFoundError:
            raise SpeechError(
                f'{self._program} is not installed, and the emulator speaks with it: run "apt install espeak-ng"'
            ) from None
        except subprocess.TimeoutExpired:
            raise SpeechError(f"{self._program} did not answer within {RENDER_LIMIT_S} s") from None
        if done.returncode != 0 or not done.stdout:
            raise SpeechError(f"{self._program} failed with exit code {done.returncode} for voice {voice}")
        return samples_of(done.stdout)

    def _remember(self, key: tuple[str, str, int, int], pcm: bytes) -> None:
        with self._lock:
            if key in self._rendered or len(pcm) > self._memory_bytes:
                return
            self._rendered[key] = pcm
            self._held_bytes += len(pcm)
            while self._held_bytes > self._memory_bytes:
                _, oldest = self._rendered.popitem(last=False)
                self._held_bytes -= len(oldest)
