"""The emulated service's interpreter: a rehearsed dialogue, recognised by its sound. It does not translate.

Responsible for: from recognised utterances to texts and speech in the target, hot words and senses included.
Must not: recognise (``recogniser.py``), render (``prerender.py``), or know sessions.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from appliance.emulator.script.image_match import Sights
from appliance.emulator.script.prerender import Renderer
from appliance.emulator.script.recogniser import Recogniser
from appliance.emulator.script.recognition_cache import Memory, Piece
from appliance.emulator.script.script import Rehearsal, Turn
from appliance.emulator.script.tts import ANSWER_RATE_HZ
from appliance.emulator.session.interfaces import Interpretation, Sound

PAUSE_MS = 250  # between two utterances answered in one
_UNSPACED = frozenset(("zh", "ja", "th", "yue"))
_SENTENCE_END = ".!?。！？؟।…"


class RehearsedInterpreter:
    """Implements ``parts.Interpreter`` for one key, whose ``memory`` it has. Called from one thread at a time."""

    def __init__(self, rehearsal: Rehearsal, recogniser: Recogniser, renderer: Renderer, memory: Memory) -> None:
        self._rehearsal = rehearsal
        self._recogniser = recogniser
        self._renderer = renderer
        self._memory = memory
        self._sights = Sights(sense.picture for turn in rehearsal.turns for sense in turn.senses)

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
        """As ``parts.Interpreter``. Takes 5 to 150 ms: see ``background.py``."""
        turns = self._rehearsal.turns
        pieces = self._recogniser.recognise(
            b"".join(heard), self._memory, complete=complete, fits_turn=lambda place: turns[place].language != target
        )
        if pieces is None:
            return None
        if not pieces:
            return Interpretation("", "", "")
        meant = [self._turn(piece.place, picture) for piece in pieces]
        said = [_said(turn, piece, target, phrases) for turn, piece in zip(meant, pieces, strict=True)]
        speech = self._sound([spoken for _, _, spoken in said], target) if speak else b""
        if speech is None:
            return None
        between, between_target = ("" if code in _UNSPACED else " " for code in (meant[0].language, target))
        return Interpretation(
            language=meant[0].language,
            source=between.join(source for source, _, _ in said),
            translation=between_target.join(text for _, text, _ in said),
            speech=speech,
        )

    def _turn(self, place: int, picture: bytes | None) -> Turn:
        """The turn at a place, in the sense that the picture shows; beyond the rehearsal one that says its number."""
        if place >= len(self._rehearsal.turns):
            return Turn("en", f"Utterance {place + 1}.", {})
        turn = self._rehearsal.turns[place]
        known = self._sights.like(picture) if picture and turn.senses else None
        sense = next((each for each in turn.senses if each.picture == known), None)
        return turn if sense is None else turn.in_sense(sense)

    def _sound(self, texts: Sequence[str], target: str) -> bytes | None:
        """The texts as speech, one behind the other; None = not rendered yet."""
        parts: list[bytes] = []
        for text in texts:
            pcm = self._renderer.rendered(text, target)
            if pcm is None:
                return None
            parts.append(pcm)
        return bytes(ANSWER_RATE_HZ * PAUSE_MS // 1000 * 2).join(parts)


def answers_in(rehearsal: Rehearsal, target: str) -> Iterable[str]:
    """What the voice may have to read in a language, in the order of the rehearsal."""
    for turn in rehearsal.turns:
        if turn.language != target:
            yield turn.answered(target)
            yield from (turn.in_sense(sense).answered(target) for sense in turn.senses)


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
