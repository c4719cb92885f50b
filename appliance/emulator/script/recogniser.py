"""Which rehearsed utterances a turn of sound holds.

Responsible for: index tones, the match with the rehearsal's own rendered speech, and what becomes of unknown sound.
Must not: translate, render answers, or know sessions.

The thresholds were measured over 26 utterances of the desk at gains of 0.05 to 3, through 48 kHz and at 20 dB of
noise: a whole utterance scores 0.90 or more on its own reference and 0.53 or less on any other; its first 0.9 s
0.79 or more, and 0.57 or less.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from appliance.emulator.script.fingerprint import HOP_MS, Fingerprint, Fit, Flags, Frames, References, fingerprint
from appliance.emulator.script.numbered import find_numbers
from appliance.emulator.script.overlaid import begins_overlaid, overlaid_number
from appliance.emulator.script.recognition_cache import Memory, Piece
from appliance.emulator.script.script import Rehearsal
from appliance.emulator.script.tts import SOURCE_RATE_HZ, Part, Speech

RATES_HZ = (16_000, 8_000)  # of a session: appliance/protocol/README.md#41-sessionupdate
KNOWN = 0.68  # the least score of a rehearsed utterance
MARGIN = 0.12  # by which an early answer must beat every other utterance
EARLY_MS = 700  # from the first sound of speech on; nothing is answered before
EARLY_SPEECH_MS = 250  # and so much of it is no pause
UNKNOWN_MS = 1_800  # after so much that fits nothing, it is taken for unknown
LEAST_SPEECH_MS = 250  # less is a cough
LEAST_PIECE_FRAMES = 45
LEAST_MOVEMENT = 0.55  # deviation of the bands over time, in nepers of power: noise 0.2 to 0.45, speech 1.1 or more
PIECES_LIMIT = 12
ENOUGH = 0.85  # of the speech covered
WELL_ENOUGH = 0.72  # of the speech explained (each fit by its score squared): no need to try another pace
PACES = (0.94, 1.06, 0.88, 1.12)
_ONSET_FRAMES = 12  # an early query and its reference begin together to within this
# Renderings to hold a query against: our own, and what anybody's espeak-ng says when asked for little or nothing.
_RENDERINGS = ((Part.SOURCE, 0), (Part.PLAIN, 175), (Part.PLAIN, 150))


@dataclass(frozen=True, slots=True)
class _Cover:
    """References laid over a query: in order of time, with the part of the speech that they cover, and explain."""

    fits: list[tuple[int, Fit]]
    covered: float
    explained: float


class Recogniser:
    """Lives as long as the server. It does not change: what is learnt is kept in the ``Memory`` of each key."""

    def __init__(self, rehearsal: Rehearsal, speech: Speech) -> None:
        """Renders the whole rehearsal: half a second and more. Fails as ``Speech.render`` does."""
        self._count = len(rehearsal.turns)
        places: list[int] = []
        frames: list[Frames] = []
        for place, turn in enumerate(rehearsal.turns):
            for part, speed_wpm in _RENDERINGS:
                pcm = speech.render(turn.said(), turn.language, SOURCE_RATE_HZ, part, speed_wpm)
                if pcm:
                    places.append(place)
                    frames.append(fingerprint(pcm, SOURCE_RATE_HZ).frames)
        self._places = places
        self._references = References(frames)
        self._references.warm()

    def recognise(
        self, pcm: bytes, memory: Memory, *, complete: bool, fits_turn: Callable[[int], bool] = lambda _: True
    ) -> tuple[Piece, ...] | None:
        """The utterances in one turn of sound, in order; ``()`` for none; None = not sure yet (never when complete).

        ``pcm``: signed 16 bit mono at 16 or 8 kHz: nobody says which, so what fits tells. ``fits_turn``: whether the
        turn at a place may be the next for unknown sound. What was answered early stays, unless the whole turn is
        something else beyond doubt.
        """
        early = memory.early(pcm)
        found = self._whole(pcm, memory, early, fits_turn) if complete else self._begun(pcm, memory, early, fits_turn)
        if found and not complete:
            memory.answered(pcm, found)
        return found

    def _whole(
        self, pcm: bytes, memory: Memory, early: tuple[Piece, ...], fits_turn: Callable[[int], bool]
    ) -> tuple[Piece, ...]:
        """What a complete turn holds."""
        for rate_hz in RATES_HZ:
            numbers = _numbered(pcm, rate_hz)
            if numbers:
                return numbers
        best, covered, heard = self._best_cover(pcm, memory)
        if best and (not early or covered >= ENOUGH or early[0].place in (place for place, _ in best)):
            self._extend(heard.frames, best, memory)
            return self._pieces(best)
        for rate_hz in RATES_HZ:
            number = overlaid_number(pcm, rate_hz)
            if number is not None:
                return (Piece(number - 1),)
        heard = fingerprint(pcm, RATES_HZ[0])
        if not early and not _is_speech(heard):
            return ()
        place = early[0].place if early else self._next(memory, fits_turn)
        memory.learn(heard.frames, place)
        return early or (Piece(place),)

    def _best_cover(self, pcm: bytes, memory: Memory) -> tuple[list[tuple[int, Fit]], float, Fingerprint]:
        """(fits, part of the speech that they cover, the fingerprint) at the rate and pace that explain most of it.

        Not those that cover most: two ends of other utterances may cover by poor fits what one explains well.
        """
        best, heard_best = _Cover([], 0.0, 0.0), fingerprint(b"", RATES_HZ[0])
        for rate_hz in RATES_HZ:
            heard = fingerprint(pcm, rate_hz)
            if not _is_speech(heard):
                continue
            cover = self._cover(heard, memory)
            for pace in PACES:
                if cover.explained < WELL_ENOUGH:
                    cover = max(cover, self._cover(heard.stretched(pace), memory), key=lambda each: each.explained)
            if cover.explained > best.explained:
                best, heard_best = cover, heard
            if cover.explained >= WELL_ENOUGH:
                break
        return best.fits, best.covered, heard_best

    def _begun(
        self, pcm: bytes, memory: Memory, early: tuple[Piece, ...], fits_turn: Callable[[int], bool]
    ) -> tuple[Piece, ...] | None:
        """What a turn is that is still going on; None where it would be a guess."""
        for rate_hz in RATES_HZ:
            numbers = _numbered(pcm, rate_hz)
            if numbers and (not early or numbers[0] == early[0]):
                return numbers
        if early:
            return early
        heard = fingerprint(pcm, RATES_HZ[0])
        for rate_hz in RATES_HZ:
            found = self._opening(pcm, rate_hz, memory)
            if found:
                return found
        if not _is_speech(heard) or len(pcm) * 500 // RATES_HZ[0] - heard.begins_ms < UNKNOWN_MS:
            return None
        if self._fits_somewhere(pcm, memory) or any(begins_overlaid(pcm, rate_hz) for rate_hz in RATES_HZ):
            return None
        place = self._next(memory, fits_turn)
        memory.learn(heard.frames, place)
        return (Piece(place),)

    def _opening(self, pcm: bytes, rate_hz: int, memory: Memory) -> tuple[Piece, ...]:
        """What begins like this, once there is enough of it."""
        heard = fingerprint(pcm, rate_hz)
        since_ms = len(pcm) * 500 // rate_hz - heard.begins_ms
        enough = since_ms >= EARLY_MS and heard.speech_ms >= EARLY_SPEECH_MS
        return self._early(heard, memory) if enough and _is_speech(heard) else ()

    def _early(self, heard: Fingerprint, memory: Memory) -> tuple[Piece, ...]:
        """An answer to the beginning of a turn, where it can only be one utterance."""
        query = heard.frames
        free = np.ones(len(query), np.bool_)
        prefix = self._fits(query, free, memory, int(0.75 * len(query)), range(-_ONSET_FRAMES, _ONSET_FRAMES + 1))
        prefix.sort(key=lambda found: -found[1].score)
        if not prefix or prefix[0][1].score < KNOWN:
            return ()
        place = prefix[0][0]
        rival = next((fit.score for other, fit in prefix if other != place), 0.0)
        return (Piece(place),) if prefix[0][1].score - rival >= MARGIN else ()

    def _fits_somewhere(self, pcm: bytes, memory: Memory) -> bool:
        """Whether it is the middle of something known, or more than one thing: then the whole turn will tell."""
        for rate_hz in RATES_HZ:
            query = fingerprint(pcm, rate_hz).frames
            fits = self._fits(query, np.ones(len(query), np.bool_), memory, LEAST_PIECE_FRAMES)
            if any(fit.score >= KNOWN for _, fit in fits):
                return True
        return False

    def _fits(
        self, query: Frames, free: Flags, memory: Memory, least: int, lags: range | None = None
    ) -> list[tuple[int, Fit]]:
        """(place, fit) over the rehearsal and what was learnt; a learnt fit is told by its reference below 0."""
        known = [(self._places[f.reference], f) for f in self._references.fits(query, free, least, lags)]
        learnt = memory.references.fits(query, free, least, lags)
        return known + [(memory.places[f.reference], replace(f, reference=-1 - f.reference)) for f in learnt]

    def _cover(self, heard: Fingerprint, memory: Memory) -> _Cover:
        """Lay the best reference over the query, then the best over the rest, until nothing fits what is left."""
        free = heard.said.copy()
        found: list[tuple[int, Fit]] = []
        explained = 0.0
        for _ in range(PIECES_LIMIT):
            if int(free.sum()) < LEAST_PIECE_FRAMES:
                break
            fits = self._fits(heard.frames, free, memory, LEAST_PIECE_FRAMES)
            likely = [each for each in fits if each[1].score >= KNOWN]
            if not likely:
                break
            found.append(max(likely, key=lambda each: each[1].explained))
            fit = found[-1][1]
            explained += fit.score**2 * float(free[fit.begin : fit.end].sum())
            free[fit.begin : fit.end] = False
        found.sort(key=lambda each: each[1].begin)
        said = max(1, int(heard.said.sum()))
        return _Cover(found, 1.0 - float(free.sum()) / said, explained / said)

    def _pieces(self, found: Sequence[tuple[int, Fit]]) -> tuple[Piece, ...]:
        """Fits of one utterance side by side are one piece of it; most of an utterance is all of it."""
        pieces: list[Piece] = []
        for place, fit in found:
            length = self._references.length(fit.reference) if fit.reference >= 0 else 0
            piece = Piece(place, fit.reference_begin / length, fit.reference_end / length) if length else Piece(place)
            if pieces and pieces[-1].place == place and piece.begin > pieces[-1].begin:
                piece = Piece(place, pieces.pop().begin, piece.end)
            pieces.append(piece)
        return tuple(Piece(p.place) if p.whole() else p for p in pieces)

    def _next(self, memory: Memory, fits_turn: Callable[[int], bool]) -> int:
        """The next turn in order for unknown sound."""
        order = [(memory.next_place + n) % self._count for n in range(self._count)]
        place = next((each for each in order if fits_turn(each)), order[0])
        memory.next_place = (place + 1) % self._count
        return place

    def _extend(self, query: Frames, found: Sequence[tuple[int, Fit]], memory: Memory) -> None:
        """Unknown sound that was answered early is remembered whole once its turn is complete."""
        if len(found) != 1 or found[0][1].reference >= 0:
            return
        fit = found[0][1]
        known = -1 - fit.reference
        if fit.begin <= _ONSET_FRAMES and len(query) > memory.references.length(known) + 300 // HOP_MS:
            memory.replace(known, query)


def _numbered(pcm: bytes, rate_hz: int) -> tuple[Piece, ...]:
    """The turns whose index tones are in the sound."""
    numbers = [found.number for found in find_numbers(pcm, rate_hz)]
    return tuple(Piece(max(0, number - 1)) for number in dict.fromkeys(numbers))


def _is_speech(heard: Fingerprint) -> bool:
    """Longer than a cough, and it opens and shuts: a fan does not."""
    return heard.speech_ms >= LEAST_SPEECH_MS and float(heard.frames.std(0).mean()) >= LEAST_MOVEMENT
