"""The emulated service's interpreter: a rehearsed dialogue, recognised by its sound. It does not translate.

Responsible for: from recognised utterances to texts and speech in the target, hot words included, at once.
Must not: block where it answers: espeak-ng runs on a thread of its own, behind a bounded queue.
"""

import itertools
import queue
import re
import threading
from collections.abc import Iterable, Mapping, Sequence

from appliance.emulator.parts import Interpretation, Sound
from appliance.emulator.recogniser import Piece, Recogniser
from appliance.emulator.rehearsal import Rehearsal, Turn
from appliance.emulator.speech import ANSWER_RATE_HZ, Part, Speech, SpeechError

ORDERS_LIMIT = 4_096
FAILURES_LIMIT = 3  # times that a text is tried before it is answered without sound
PAUSE_MS = 250  # between two utterances answered in one
_UNSPACED = frozenset(("zh", "ja", "th", "yue"))
_SENTENCE_END = ".!?。！？؟।…"
_URGENT, _EARLY, _STOP = 0, 1, 2

_Order = tuple[int, int, str, str]  # urgency, number, text, language


class RehearsedInterpreter:
    """Implements ``parts.Interpreter``. Lives as long as the server; called from one thread at a time."""

    def __init__(self, rehearsal: Rehearsal, speech: Speech) -> None:
        """Renders the rehearsal's sources (half a second) and starts the thread. Fails with ``SpeechError``."""
        self._rehearsal = rehearsal
        self._speech = speech
        self._recogniser = Recogniser(rehearsal, speech)
        self._orders: queue.PriorityQueue[_Order] = queue.PriorityQueue(ORDERS_LIMIT)
        self._numbers = itertools.count()
        self._ordered: set[tuple[str, str]] = set()
        self._failures: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._render, name="emulator-speech", daemon=True)
        self._thread.start()

    def interpret(
        self,
        heard: Sequence[Sound],
        target: str,
        *,
        speak: bool,
        complete: bool,
        phrases: dict[str, str],
        picture: bytes | None,  # noqa: ARG002 - the seam has it; no rehearsed utterance depends on a picture yet
    ) -> Interpretation | None:
        """As ``parts.Interpreter``."""
        turns = self._rehearsal.turns
        pieces = self._recogniser.recognise(
            b"".join(heard), complete=complete, fits_turn=lambda place: turns[place].language != target
        )
        if pieces is None:
            return None
        if not pieces:
            return Interpretation("", "", "")
        said = [_said(self._turn(piece.place), piece, target, phrases) for piece in pieces]
        speech = self._sound([spoken for _, _, spoken in said], target) if speak else b""
        if speech is None:
            return None
        first = self._turn(pieces[0].place).language
        between, between_target = ("" if code in _UNSPACED else " " for code in (first, target))
        return Interpretation(
            language=first,
            source=between.join(source for source, _, _ in said),
            translation=between_target.join(text for _, text, _ in said),
            speech=speech,
        )

    def warm(self, targets: Iterable[str]) -> None:
        """Have every answer in these languages rendered, in the order of the rehearsal, behind what is asked for."""
        for target in targets:
            for turn in self._rehearsal.turns:
                if turn.language != target:
                    self._order(turn.answered(target), target, _EARLY)

    def close(self) -> None:
        """End the thread; what was ordered is not rendered. May be called twice."""
        with self._lock:
            self._ordered.clear()
        while self._thread.is_alive():
            try:
                self._orders.put_nowait((-1, 0, "", ""))
                break
            except queue.Full:
                self._orders.get_nowait()
        self._thread.join(timeout=25)

    @property
    def running(self) -> bool:
        """Whether its thread lives."""
        return self._thread.is_alive()

    def _turn(self, place: int) -> Turn:
        """The turn at a place; beyond the rehearsal one that says its number (CONTRACTS.md section 4)."""
        if place < len(self._rehearsal.turns):
            return self._rehearsal.turns[place]
        return Turn("en", f"Utterance {place + 1}.", {})

    def _sound(self, texts: Sequence[str], target: str) -> bytes | None:
        """The texts as speech, one behind the other; None = not rendered yet."""
        parts: list[bytes] = []
        for text in texts:
            pcm = self._speech.remembered(text, target, ANSWER_RATE_HZ)
            if pcm is None and self._failures.get((text, target), 0) >= FAILURES_LIMIT:
                pcm = b""
            if pcm is None:
                self._order(text, target, _URGENT)
                return None
            parts.append(pcm)
        return bytes(ANSWER_RATE_HZ * PAUSE_MS // 1000 * 2).join(parts)

    def _order(self, text: str, language: str, urgency: int) -> None:
        """Queue a rendering. Beyond the limit it is left out: whoever needs it asks again."""
        with self._lock:
            if urgency == _EARLY and (text, language) in self._ordered:
                return
            if (text, language) in self._ordered and self._speech.remembered(text, language, ANSWER_RATE_HZ) is None:
                urgency = _URGENT
            self._ordered.add((text, language))
        try:
            self._orders.put_nowait((urgency, next(self._numbers), text, language))
        except queue.Full:
            with self._lock:
                self._ordered.discard((text, language))

    def _render(self) -> None:
        """The thread: one rendering after the other."""
        while True:
            urgency, _, text, language = self._orders.get()
            if urgency < 0:
                return
            try:
                self._speech.render(text, language, ANSWER_RATE_HZ, Part.ANSWER)
            except SpeechError:
                if len(self._failures) >= ORDERS_LIMIT:
                    self._failures.clear()
                self._failures[text, language] = self._failures.get((text, language), 0) + 1
            with self._lock:
                self._ordered.discard((text, language))


def _said(turn: Turn, piece: Piece, target: str, phrases: Mapping[str, str]) -> tuple[str, str, str]:
    """(source, translation, what the voice reads) of one piece."""
    source, text, spoken = turn.source, turn.translation(target), turn.answered(target)
    for term, wanted in phrases.items():
        if not term or not wanted or term.casefold() not in source.casefold() or wanted.casefold() in text.casefold():
            continue
        words = turn.terms.get(target, {})
        usual = next((word for key, word in words.items() if key.casefold() == term.casefold()), "")
        text, spoken = _with_term(text, usual, wanted), _with_term(spoken, usual, wanted)
    if not piece.whole():
        source, text, spoken = (_portion(each, piece.begin, piece.end) for each in (source, text, spoken))
    return source, text, spoken


def _with_term(text: str, usual: str, wanted: str) -> str:
    """The text with the hot word: in place of the usual word where that stands in it, else behind it in brackets."""
    if usual and usual.casefold() in text.casefold():
        return re.sub(re.escape(usual), lambda _: wanted, text, flags=re.IGNORECASE)
    body = text.rstrip(_SENTENCE_END)
    return f"{body} ({wanted}){text[len(body) :]}"


def _portion(text: str, begin: float, end: float) -> str:
    """What stands between two fractions of a text: whole words, or single letters where none are spaced apart."""
    units = re.findall(r"\S+\s*", text)
    if len(units) < 3:
        units = list(text)
    place, kept = 0, []
    for unit in units:
        middle = (place + len(unit) / 2) / max(1, len(text))
        if begin <= middle < end:
            kept.append(unit)
        place += len(unit)
    return "".join(kept).strip()
