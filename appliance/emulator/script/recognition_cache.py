"""What the service remembers of one key: unknown sound and the turn it was taken for, and what was answered early.

Responsible for: being bounded, and outliving the connection, so that a replayed utterance is answered as itself.
Must not: recognise anything (``recogniser.py``). One caller at a time.
"""

from collections import deque
from dataclasses import dataclass

from appliance.emulator.script.fingerprint import Frames, References

MEMORY_LIMIT = 64  # unknown utterances; the oldest is forgotten
EARLY_LIMIT = 8  # turns answered before they were over


@dataclass(frozen=True, slots=True)
class Piece:
    """One utterance found. ``place`` counts from 0 and may lie beyond the rehearsal (numbered speech)."""

    place: int
    begin: float = 0.0  # the part of the utterance that was heard, 0…1
    end: float = 1.0

    def whole(self) -> bool:
        """Whether enough was heard to count as all of it."""
        return self.end - self.begin >= 0.8


class Memory:
    """Of one key. ``next_place``: the turn that the next unknown sound is taken for; ``places``: by reference."""

    def __init__(self, limit: int = MEMORY_LIMIT) -> None:
        self._limit = limit
        self._frames: list[Frames] = []
        self._early: deque[tuple[bytes, tuple[Piece, ...]]] = deque(maxlen=EARLY_LIMIT)
        self.places: list[int] = []
        self.references = References([])
        self.next_place = 0

    def learn(self, frames: Frames, place: int) -> None:
        """Remember this sound as the turn at ``place``."""
        self._frames = [*self._frames, frames][-self._limit :]
        self.places = [*self.places, place][-self._limit :]
        self.references = References(self._frames)

    def replace(self, known: int, frames: Frames) -> None:
        """More of a sound was heard than when it was learnt."""
        self._frames[known] = frames
        self.references = References(self._frames)

    def answered(self, pcm: bytes, pieces: tuple[Piece, ...]) -> None:
        """This is what the beginning of a turn was taken for."""
        self._early.append((pcm, pieces))

    def early(self, pcm: bytes) -> tuple[Piece, ...]:
        """What this turn was taken for when less of it was known: ``()`` where it was not answered yet."""
        return next((pieces for heard, pieces in reversed(self._early) if pcm.startswith(heard)), ())
