"""Which rehearsed utterances a turn of sound holds.

Responsible for: index tones, the match with the rehearsal's own rendered speech, and the memory of unknown sound.
Must not: translate, render answers, or know sessions.

The thresholds were measured over the 26 utterances of the desk at gains of 0.05 to 3, through 48 kHz and at 20 dB of
noise: a whole utterance scores 0.90 or more on its own reference and 0.53 or less on any other; its first 0.9 s
0.79 or more, and 0.57 or less.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from appliance.emulator.fingerprint import HOP_MS, Fingerprint, Fit, Flags, Frames, References, fingerprint
from appliance.emulator.numbered import find_numbers
from appliance.emulator.rehearsal import Rehearsal
from appliance.emulator.speech import SOURCE_RATE_HZ, Part, Speech

RATES_HZ = (16_000, 8_000)  # of a session: PROTOCOL.md section 4.1
KNOWN = 0.68  # the least score of a rehearsed utterance
MARGIN = 0.12  # by which an early answer must beat every other utterance
EARLY_MS = 700  # from the first sound of speech on; nothing is answered before
EARLY_SPEECH_MS = 250  # and so much of it is no pause
UNKNOWN_MS = 1_800  # after so much that fits nothing, it is taken for unknown
LEAST_SPEECH_MS = 250  # less is a cough
LEAST_PIECE_FRAMES = 45
LEAST_MOVEMENT = 0.55  # deviation of the bands over time, in nepers of power: noise 0.2 to 0.45, speech 1.1 or more
PIECES_LIMIT = 12
MEMORY_LIMIT = 64  # unknown utterances; the oldest is forgotten
ENOUGH = 0.85  # of the speech covered: no need to try another pace
PACES = (0.94, 1.06, 0.88, 1.12)
_ONSET_FRAMES = 12  # an early query and its reference begin together to within this
# Renderings to hold a query against: our own, and what anybody's espeak-ng says when asked for little or nothing.
_RENDERINGS = ((Part.SOURCE, 0), (Part.PLAIN, 175), (Part.PLAIN, 150))


@dataclass(frozen=True, slots=True)
class Piece:
    """One utterance found. ``place`` counts from 0 and may lie beyond the rehearsal (numbered speech)."""

    place: int
    begin: float = 0.0  # the part of the utterance that was heard, 0…1
    end: float = 1.0

    def whole(self) -> bool:
        """Whether enough was heard to count as all of it."""
        return self.end - self.begin >= 0.8


class Recogniser:
    """Lives as long as the server: what it learnt of unknown sound outlives the connection. One caller at a time."""

    def __init__(self, rehearsal: Rehearsal, speech: Speech, memory_limit: int = MEMORY_LIMIT) -> None:
        """Renders the whole rehearsal: half a second and more. Fails as ``Speech.render`` does."""
        self._rehearsal = rehearsal
        self._memory_limit = memory_limit
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
        self._learnt: list[tuple[Frames, int]] = []
        self._learnt_references = References([])
        self._next = 0

    @property
    def learnt(self) -> int:
        """How many unknown utterances it remembers."""
        return len(self._learnt)

    def recognise(
        self, pcm: bytes, *, complete: bool, fits_turn: Callable[[int], bool] = lambda _: True
    ) -> tuple[Piece, ...] | None:
        """The utterances in one turn of sound, in order; ``()`` for none; None = not sure yet (never when complete).

        ``pcm``: signed 16 bit mono at 16 or 8 kHz: nobody says which, so what fits tells. ``fits_turn``: whether the
        turn at a place may be the next for unknown sound.
        """
        for rate_hz in RATES_HZ:
            known = self._known(pcm, rate_hz, complete)
            if known:
                return known
        heard = fingerprint(pcm, RATES_HZ[0])
        if not _is_speech(heard):
            return () if complete else None
        if complete:
            return (self._learn(heard, fits_turn),)
        if len(pcm) * 500 // RATES_HZ[0] - heard.begins_ms < UNKNOWN_MS or self._fits_somewhere(pcm):
            return None
        return (self._learn(heard, fits_turn),)

    def _known(self, pcm: bytes, rate_hz: int, complete: bool) -> tuple[Piece, ...]:
        """What is recognised at this rate: nothing where nothing is, or where an early answer would be a guess."""
        numbers = [found.number for found in find_numbers(pcm, rate_hz)]
        if numbers:
            return tuple(Piece(max(0, number - 1)) for number in dict.fromkeys(numbers))
        heard = fingerprint(pcm, rate_hz)
        if not _is_speech(heard):
            return ()
        if not complete:
            since_ms = len(pcm) * 500 // rate_hz - heard.begins_ms
            return self._early(heard) if since_ms >= EARLY_MS and heard.speech_ms >= EARLY_SPEECH_MS else ()
        best, covered = self._cover(heard)
        for pace in PACES:
            if covered < ENOUGH:
                best, covered = max((best, covered), self._cover(heard.stretched(pace)), key=lambda each: each[1])
        self._extend(heard.frames, best)
        return self._pieces(best)

    def _early(self, heard: Fingerprint) -> tuple[Piece, ...]:
        """An answer to the beginning of a turn, where it can only be one utterance."""
        query = heard.frames
        free = np.ones(len(query), np.bool_)
        prefix = self._fits(query, free, int(0.75 * len(query)), range(-_ONSET_FRAMES, _ONSET_FRAMES + 1))
        prefix.sort(key=lambda found: -found[1].score)
        if not prefix or prefix[0][1].score < KNOWN:
            return ()
        place = prefix[0][0]
        rival = next((fit.score for other, fit in prefix if other != place), 0.0)
        return (Piece(place),) if prefix[0][1].score - rival >= MARGIN else ()

    def _fits_somewhere(self, pcm: bytes) -> bool:
        """Whether it is the middle of something known, or more than one thing: then the whole turn will tell."""
        for rate_hz in RATES_HZ:
            query = fingerprint(pcm, rate_hz).frames
            fits = self._fits(query, np.ones(len(query), np.bool_), LEAST_PIECE_FRAMES)
            if any(fit.score >= KNOWN for _, fit in fits):
                return True
        return False

    def _fits(self, query: Frames, free: Flags, least: int, lags: range | None = None) -> list[tuple[int, Fit]]:
        """(place, fit) over the rehearsal and what was learnt; a learnt fit is told by its reference below 0."""
        known = [(self._places[f.reference], f) for f in self._references.fits(query, free, least, lags)]
        learnt = self._learnt_references.fits(query, free, least, lags)
        return known + [(self._learnt[f.reference][1], replace(f, reference=-1 - f.reference)) for f in learnt]

    def _cover(self, heard: Fingerprint) -> tuple[list[tuple[int, Fit]], float]:
        """Lay the best reference over the query, then the best over the rest, until nothing fits what is left.

        Returns the fits in order of time, and the part of the speech that they cover.
        """
        free = heard.said.copy()
        found: list[tuple[int, Fit]] = []
        for _ in range(PIECES_LIMIT):
            if int(free.sum()) < LEAST_PIECE_FRAMES:
                break
            fits = [each for each in self._fits(heard.frames, free, LEAST_PIECE_FRAMES) if each[1].score >= KNOWN]
            if not fits:
                break
            found.append(max(fits, key=lambda each: each[1].explained))
            free[found[-1][1].begin : found[-1][1].end] = False
        found.sort(key=lambda each: each[1].begin)
        return found, 1.0 - float(free.sum()) / max(1, int(heard.said.sum()))

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

    def _learn(self, heard: Fingerprint, fits_turn: Callable[[int], bool]) -> Piece:
        """Give unknown sound the next turn in order, and remember which."""
        count = len(self._rehearsal.turns)
        order = [(self._next + n) % count for n in range(count)]
        place = next((each for each in order if fits_turn(each)), order[0])
        self._next = (place + 1) % count
        self._learnt = [*self._learnt, (heard.frames, place)][-self._memory_limit :]
        self._learnt_references = References([frames for frames, _ in self._learnt])
        return Piece(place)

    def _extend(self, query: Frames, found: Sequence[tuple[int, Fit]]) -> None:
        """Unknown sound that was answered early is remembered whole once its turn is complete."""
        if len(found) != 1 or found[0][1].reference >= 0:
            return
        place, fit = found[0]
        known = -1 - fit.reference
        if fit.begin <= _ONSET_FRAMES and len(query) > len(self._learnt[known][0]) + 300 // HOP_MS:
            self._learnt[known] = (query, place)
            self._learnt_references = References([frames for frames, _ in self._learnt])


def _is_speech(heard: Fingerprint) -> bool:
    """Longer than a cough, and it opens and shuts: a fan does not."""
    return heard.speech_ms >= LEAST_SPEECH_MS and float(heard.frames.std(0).mean()) >= LEAST_MOVEMENT
