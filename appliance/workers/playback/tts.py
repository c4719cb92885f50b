"""The synthetic voice: a thread that lets espeak-ng read what the service only writes.

Responsible for: one text after the other into the jitter buffer, where espeak-ng knows the language, and what the box
says by itself (names, the words of cues) before texts.
Must not: decide what is read (the core orders it), keep words, or log them.

The tone that goes before it marks it as such (appliance/core/README.md#directions-and-lines).
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from appliance.core.devices.playback import REPEAT_LINE
from appliance.protocol.pcm import OUTPUT_HZ
from appliance.workers.playback import espeak
from appliance.workers.playback.jitter_buffer import JitterBuffer

MOST_TEXTS = 4  # that wait; the oldest makes room, and stays on the screen
MOST_CHARACTERS = 4_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text to be read as the speech of a turn."""

    line: int
    turn: int
    language: str
    text: str
    output: str  # the ear it is for
    late: bool = False


class TtsWorker:
    """Orders from any thread."""

    def __init__(
        self,
        jitter: JitterBuffer,
        clock: Callable[[], int],
        render: Callable[[str, str, int], bytes] = espeak.spoken,
    ) -> None:
        """``render(text, voice, words_a_minute)``: 16 bit mono at 22 050 Hz."""
        self._jitter = jitter
        self._clock = clock
        self._render = render
        self._changed = threading.Condition()
        self._texts: deque[Reading] = deque(maxlen=MOST_TEXTS)
        self._wiped = 0  # how often; what was begun before is not said
        self._renders = False
        self._running = True
        self._thread = threading.Thread(target=self._run, name="tts", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def say(self, reading: Reading) -> None:
        """Read this next.

        A language's name and a cue go before all texts, each in the place of one of its kind not said to its end.
        """
        with self._changed:
            if _is_own(reading):
                self._texts = deque((text for text in self._texts if text.line != reading.line), MOST_TEXTS)
                self._jitter.drop_line(reading.line)
                self._texts.appendleft(reading)
            else:
                self._texts.append(reading)
            self._expect()
            self._changed.notify()

    def wipe(self) -> None:
        """Forget what waits, and what is being rendered."""
        with self._changed:
            self._texts.clear()
            self._wiped += 1
            self._expect()

    def stop(self, limit_ms: int) -> None:
        """End the thread; a process that hangs is abandoned after ``limit_ms``."""
        with self._changed:
            self._running = False
            self._texts.clear()
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(limit_ms / 1000)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._texts or not self._running)
                if not self._texts:
                    return
                reading, wiped = self._texts.popleft(), self._wiped
                self._renders = True
            pcm = self._rendered(reading)
            with self._changed:
                self._renders = False
                newer = _is_own(reading) and any(text.line == reading.line for text in self._texts)
                if pcm and wiped == self._wiped and not newer:
                    self._jitter.push(
                        reading.line, reading.turn, pcm,
                        replay=False, output=reading.output, at=self._clock(), late=reading.late,
                    )  # fmt: skip
                    self._jitter.close(reading.line, reading.turn)
                self._expect()

    def _expect(self) -> None:
        """Who waits for the last speech to be over waits for this, too."""
        self._jitter.expect(len(self._texts) + self._renders)

    def _rendered(self, reading: Reading) -> bytes:
        voice = espeak.voice_of(reading.language)
        if voice is None:
            return b""  # the tone was given, and the words are on the screen
        try:
            pcm = self._render(reading.text[:MOST_CHARACTERS], voice, espeak.usual_speed(reading.language))
        except espeak.SpeechError as error:
            log.warning("%s", error)
            return b""
        return espeak.resampled(pcm, espeak.ESPEAK_RATE_HZ, OUTPUT_HZ)


def _is_own(reading: Reading) -> bool:
    """Whether the box says it by itself: it is no translation."""
    return reading.line < REPEAT_LINE
