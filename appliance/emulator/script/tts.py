"""Speech out of text: by espeak-ng, resampled to the rate that is wanted.

Responsible for: who speaks with which voice, and a bounded memory of what was rendered.
``workers/playback/espeak.py`` runs it.
Must not: decide what is said, or know sessions. It blocks for 10–100 ms a sentence: never call it from a session.
"""

import threading
from collections import OrderedDict
from enum import StrEnum

from appliance.workers.playback.espeak import (
    DEFAULT_SPEED_WPM,
    ESPEAK_RATE_HZ,
    SpeechError,
    resampled,
    spoken,
    usual_speed,
    voice_of,
)

__all__ = [
    "ANSWER_RATE_HZ",
    "ESPEAK_RATE_HZ",
    "SOURCE_RATE_HZ",
    "Part",
    "Speech",
    "SpeechError",
    "resampled",
    "usual_speed",
    "voice_of",
]

SOURCE_RATE_HZ = 16_000
ANSWER_RATE_HZ = 24_000
MEMORY_BYTES = 48 * 1024 * 1024
TEXT_LIMIT = 4_000  # characters; the service's own answers end far below


class Part(StrEnum):
    """Who speaks: the two sides sound different, so that an ear can tell a speaker from the interpreter."""

    SOURCE = "source"
    ANSWER = "answer"
    PLAIN = "plain"  # the voice as espeak-ng has it when nothing is asked for


_VARIANTS = {Part.SOURCE: "+m3", Part.ANSWER: "+f2", Part.PLAIN: ""}


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

        ``speed_wpm`` 0 = what is usual for the language. What is remembered is answered again to the byte; espeak-ng
        itself (1.52) says some voices a little differently each time.
        Fails with ``SpeechError`` when espeak-ng is missing or does not answer.
        """
        voice = voice_of(language)
        if voice is None:
            return None
        words = text.strip()[:TEXT_LIMIT]
        if not words:
            return b""
        speed_wpm = speed_wpm or usual_speed(language)
        key = (words, voice + _VARIANTS[part], rate_hz, speed_wpm)
        with self._lock:
            if key in self._rendered:
                self._rendered.move_to_end(key)
                return self._rendered[key]
        pcm = resampled(self._run(words, voice + _VARIANTS[part], speed_wpm), ESPEAK_RATE_HZ, rate_hz)
        return self._keep(key, pcm)

    def remembered(self, text: str, language: str, rate_hz: int, part: Part = Part.ANSWER) -> bytes | None:
        """What ``render`` would answer where that needs no work, else None; ``b""`` for no text or no voice."""
        voice, words = voice_of(language), text.strip()[:TEXT_LIMIT]
        if voice is None or not words:
            return b""
        with self._lock:
            return self._rendered.get((words, voice + _VARIANTS[part], rate_hz, usual_speed(language)))

    def check(self) -> None:
        """Fail now, with a sentence, where espeak-ng is missing."""
        self._run("a", "en-us", DEFAULT_SPEED_WPM)

    def _run(self, text: str, voice: str, speed_wpm: int) -> bytes:
        return spoken(text, voice, speed_wpm, self._program)

    def _keep(self, key: tuple[str, str, int, int], pcm: bytes) -> bytes:
        """What everybody is answered: ``pcm``, or what another thread has rendered meanwhile."""
        with self._lock:
            if key in self._rendered or len(pcm) > self._memory_bytes:
                return self._rendered.get(key, pcm)
            self._rendered[key] = pcm
            self._held_bytes += len(pcm)
            while self._held_bytes > self._memory_bytes:
                _, oldest = self._rendered.popitem(last=False)
                self._held_bytes -= len(oldest)
            return pcm
