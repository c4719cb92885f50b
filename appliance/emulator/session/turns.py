"""Turns: where speech begins and ends in the stream, by position alone.

Responsible for: cutting turns from 20 ms flags, and keeping the sound of a turn with its lead-in.
Must not: know the clock. When the sound arrived changes nothing here, so fast pushes give the same turns.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from appliance.emulator.session.image_rules import Picture
from appliance.emulator.session.interfaces import Sound

FRAME_MS = 20
LEAD_IN_MS = 300
START_FRAMES = 3  # speech in a row that opens a turn: a click does not
GO_ON_FRAMES = 2  # speech in a row that counts as going on
TURN_LIMIT_MS = 120_000  # ours: a turn that never ends is cut here, so that its sound stays bounded


@dataclass(frozen=True, slots=True)
class Started:
    """A turn begins at ``start_ms`` of the stream."""

    start_ms: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The turn's speech ended at ``end_ms``; the silence that says so was complete at ``cut_ms``."""

    end_ms: int
    cut_ms: int


Mark = Started | Ended


class TurnCutter:
    """Flags in, marks out."""

    def __init__(self, silence_ms: int, at_ms: int = 0) -> None:
        self._silence_ms = silence_ms
        self._now_ms = at_ms
        self._run = 0  # frames of speech in a row
        self._start_ms: int | None = None
        self._end_ms = 0

    @property
    def speaking(self) -> bool:
        """Whether a turn is open."""
        return self._start_ms is not None

    def feed(self, flags: Sequence[bool]) -> list[Mark]:
        """One flag a frame."""
        marks: list[Mark] = []
        for voiced in flags:
            self._now_ms += FRAME_MS
            self._run = self._run + 1 if voiced else 0
            if self._start_ms is None:
                if self._run >= START_FRAMES:
                    self._start_ms, self._end_ms = self._now_ms - self._run * FRAME_MS, self._now_ms
                    marks.append(Started(self._start_ms))
                continue
            if self._run >= GO_ON_FRAMES:
                self._end_ms = self._now_ms
            if self._now_ms - self._end_ms >= self._silence_ms or self._now_ms - self._start_ms >= TURN_LIMIT_MS:
                marks.append(self._close())
        return marks

    def end(self) -> Ended | None:
        """Cut here and now (``session.finish``); None = nobody was speaking."""
        return None if self._start_ms is None else self._close()

    def _close(self) -> Ended:
        self._start_ms = None
        self._run = 0
        return Ended(self._end_ms, self._now_ms)


@dataclass(slots=True)
class Turn:
    """One turn: positions in the stream, its sound and pictures. ``cut_ms`` None = still open."""

    start_ms: int
    arrived_at: int  # on the clock, when its first sound arrived
    position_ms: int
    heard: list[Sound] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    end_ms: int = 0
    cut_ms: int | None = None

    @property
    def progress_ms(self) -> int:
        """How much stream has come since its speech began."""
        return self.position_ms - self.start_ms


class Lookback:
    """The latest sound, from which a new turn takes its lead-in. Positions in samples."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._pieces: deque[tuple[int, int, Sound]] = deque()  # from, to, sound

    def add(self, start: int, end: int, sound: Sound) -> None:
        """Keep a piece; what is too old to be of use is forgotten."""
        self._pieces.append((start, end, sound))
        keep = end - self._rate_hz * (LEAD_IN_MS + 1_000) // 1000
        while self._pieces[0][1] < keep:
            self._pieces.popleft()

    def since(self, position_ms: int) -> list[Sound]:
        """The sound from there on; bytes are cut exactly, other pieces come whole."""
        first = position_ms * self._rate_hz // 1000
        found = []
        for start, end, sound in self._pieces:
            if end <= first:
                continue
            found.append(sound[2 * (first - start) :] if isinstance(sound, bytes) and start < first else sound)
        return found
