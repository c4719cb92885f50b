"""Answers rendered as speech before they are needed, on a thread of its own.

Responsible for: the bounded queue of what is to be rendered, the most urgent first.
Must not: choose texts, or block who asks: espeak-ng takes 10 to 100 ms a sentence.
"""

import itertools
import queue
import threading
from collections.abc import Iterable

from appliance.emulator.script.tts import ANSWER_RATE_HZ, Part, Speech, SpeechError

ORDERS_LIMIT = 4_096
FAILURES_LIMIT = 3  # times that a text is tried before it is answered without sound
_URGENT, _EARLY, _STOP = 0, 1, -1

_Order = tuple[int, int, str, str]  # urgency, number, text, language


class Renderer:
    """Lives as long as the server. Safe to call from several threads."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech
        self._orders: queue.PriorityQueue[_Order] = queue.PriorityQueue(ORDERS_LIMIT)
        self._numbers = itertools.count()
        self._ordered: set[tuple[str, str]] = set()
        self._failures: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="emulator-speech", daemon=True)
        self._thread.start()

    def rendered(self, text: str, language: str) -> bytes | None:
        """24 kHz mono signed 16 bit; ``b""`` where it cannot be spoken; None = not yet, it is being rendered."""
        pcm = self._speech.remembered(text, language, ANSWER_RATE_HZ)
        if pcm is None and self._failures.get((text, language), 0) >= FAILURES_LIMIT:
            return b""
        if pcm is None:
            self._order(text, language, _URGENT)
        return pcm

    def warm(self, texts: Iterable[str], language: str) -> None:
        """Have these rendered in this order, behind what is asked for."""
        for text in texts:
            self._order(text, language, _EARLY)

    def close(self) -> None:
        """End the thread; what was ordered is not rendered. May be called twice."""
        while self._thread.is_alive():
            try:
                self._orders.put_nowait((_STOP, 0, "", ""))
                break
            except queue.Full:
                self._orders.get_nowait()
        self._thread.join(timeout=25)

    @property
    def running(self) -> bool:
        """Whether its thread lives."""
        return self._thread.is_alive()

    def _order(self, text: str, language: str, urgency: int) -> None:
        """Queue a rendering. Beyond the limit it is left out: whoever needs it asks again."""
        with self._lock:
            if urgency == _EARLY and (text, language) in self._ordered:
                return
            self._ordered.add((text, language))
        try:
            self._orders.put_nowait((urgency, next(self._numbers), text, language))
        except queue.Full:
            with self._lock:
                self._ordered.discard((text, language))

    def _work(self) -> None:
        """The thread: one rendering after the other."""
        while True:
            urgency, _, text, language = self._orders.get()
            if urgency == _STOP:
                return
            try:
                self._speech.render(text, language, ANSWER_RATE_HZ, Part.ANSWER)
            except SpeechError:
                if len(self._failures) >= ORDERS_LIMIT:
                    self._failures.clear()
                self._failures[text, language] = self._failures.get((text, language), 0) + 1
            with self._lock:
                self._ordered.discard((text, language))
