"""What a client sends up: sound cut into turns, and pictures.

Responsible for: decoding sound, its position in the stream, the buffer that pictures and commits refer to.
Must not: know the clock, send anything, or answer a turn.
"""

import base64
import binascii
from collections.abc import Callable, Iterator

from appliance.emulator.session.image_rules import Picture
from appliance.emulator.session.interfaces import Detector, Sound
from appliance.emulator.session.session_update import Settings
from appliance.emulator.session.turns import LEAD_IN_MS, Ended, Lookback, Mark, Started, Turn, TurnCutter

PIECE_MS = 20  # a frame of the detector: a mark then stands at the end of a piece
MANUAL_LIMIT_MS = 300_000  # ours: of a buffer that is never committed the oldest is dropped
PICTURES_LIMIT = 600  # ours: five minutes at two a second


class Uplink:
    """The stream of one session. Positions in ms count from its first sample."""

    def __init__(self, settings: Settings, make_detector: Callable[[], Detector]) -> None:
        self._make_detector = make_detector
        self._samples = 0
        self._odd = b""
        self._spoken_until_ms = 0
        self._manual: list[tuple[int, Sound]] = []  # samples, sound
        self._manual_samples = 0
        self.pictures: list[Picture] = []
        self.fed = False  # whether the buffer holds sound: the gate of pictures
        self.turn: Turn | None = None
        self._use(settings)

    @property
    def position_ms(self) -> int:
        """How much has come."""
        return self._samples * 1000 // self._settings.sample_rate_hz

    @property
    def speaking(self) -> bool:
        """Whether a turn is open."""
        return self.turn is not None

    def configure(self, settings: Settings) -> None:
        """Go on under other settings; an open turn must have been ended."""
        self._samples = self.position_ms * settings.sample_rate_hz // 1000
        self._use(settings)

    def _use(self, settings: Settings) -> None:
        self._settings = settings
        self._lookback = Lookback(settings.sample_rate_hz)
        self._cutter = TurnCutter(settings.silence_ms, self.position_ms // 20 * 20)
        self._detector = self._make_detector()
        self._detector.configure(settings.threshold, settings.sample_rate_hz)

    def decode(self, audio: object) -> Sound | None:
        """The sound of an append's ``audio``; None = it is none."""
        if hasattr(audio, "samples"):
            return audio
        if not isinstance(audio, str):
            return None
        try:
            return base64.b64decode(audio, validate=True)
        except (binascii.Error, ValueError):
            return None

    def hear(self, sound: Sound, now: int) -> Iterator[tuple[Mark, Turn]]:
        """Take sound in; yields each mark with its turn, at the point of the stream where it stands."""
        for piece, samples in self._pieces(sound):
            start, self._samples = self._samples, self._samples + samples
            self.fed = True
            if not self._settings.turn_detection:
                self._collect(piece, samples)
                continue
            self._lookback.add(start, self._samples, piece)
            if self.turn is not None:
                self.turn.heard.append(piece)
                self.turn.position_ms = self.position_ms
            for mark in self._cutter.feed(self._detector.feed(piece)):
                yield self._mark(mark, now)

    def end(self) -> tuple[Mark, Turn] | None:
        """Cut the open turn here."""
        mark = self._cutter.end()
        return None if mark is None else self._mark(mark, 0)

    def commit(self, now: int) -> Turn | None:
        """Manual mode: the turn that the buffer is; None = the buffer is empty."""
        if not self._manual_samples:
            return None
        length_ms = self._manual_samples * 1000 // self._settings.sample_rate_hz
        end_ms = self.position_ms
        turn = Turn(end_ms - length_ms, now, end_ms, [each for _, each in self._manual], self.pictures, end_ms, end_ms)
        self.pictures = []
        self.clear()
        return turn

    def clear(self) -> None:
        """Empty the buffer. An open turn of the voice detector goes on."""
        self._manual, self._manual_samples, self.fed = [], 0, False
        self.pictures.clear()

    def add_picture(self, picture: Picture) -> None:
        """For the turn that is open, or opens next."""
        self.pictures.append(picture)
        del self.pictures[:-PICTURES_LIMIT]

    def _collect(self, piece: Sound, samples: int) -> None:
        self._manual.append((samples, piece))
        self._manual_samples += samples
        limit = MANUAL_LIMIT_MS * self._settings.sample_rate_hz // 1000
        while self._manual_samples - self._manual[0][0] > limit:
            self._manual_samples -= self._manual.pop(0)[0]

    def _mark(self, mark: Mark, now: int) -> tuple[Mark, Turn]:
        match mark:
            case Started(start_ms):
                lead_ms = max(self._spoken_until_ms, start_ms - LEAD_IN_MS, 0)
                heard = self._lookback.since(lead_ms)
                self.turn = Turn(start_ms, now, self.position_ms, heard, self.pictures)
                return mark, self.turn
            case Ended(end_ms, cut_ms):
                turn = self.turn
                assert turn is not None
                turn.end_ms, turn.cut_ms, turn.position_ms = end_ms, cut_ms, max(cut_ms, turn.start_ms)
                self._spoken_until_ms = end_ms
                # What of the last piece lies behind the cut is the next buffer's first sound.
                self.turn, self.pictures, self.fed = None, [], cut_ms < self.position_ms
                return mark, turn

    def _pieces(self, sound: Sound) -> Iterator[tuple[Sound, int]]:
        """Bytes are split at multiples of 20 ms of the stream, so that a turn's sound does not depend on messages."""
        if not isinstance(sound, bytes):
            yield sound, int(sound.samples)
            return
        sound = self._odd + sound
        whole = len(sound) & ~1
        sound, self._odd = sound[:whole], sound[whole:]
        size = self._settings.sample_rate_hz * PIECE_MS // 1000
        at, end = 0, len(sound) // 2
        while at < end:
            step = min(size - self._samples % size, end - at)
            yield sound[2 * at : 2 * (at + step)], step
            at += step
