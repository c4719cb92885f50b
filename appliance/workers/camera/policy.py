"""When a picture may go out, and which one is to be taken next. Pure: time is an argument.

Responsible for: every wall of appliance/core/README.md#pictures, as one policy for all lines together.
Must not: take, hold or encode a picture, read a clock, or lock (``feed.py`` does).

The service empties its buffer at each cut and takes no picture before sound of the new one
(appliance/protocol/README.md#43-input_image_bufferappend).
Therefore a picture goes right behind an audio message alone: whatever else happens on that line closes the gate again.
"""

from collections import deque
from dataclasses import dataclass, replace
from enum import StrEnum

from appliance.protocol.prices import picture_tokens
from appliance.protocol.voices import Model

USUAL_SIZE = (640, 360)
SHARP_SIZE = (1_280, 720)
USUAL_BYTES = 99_999  # below 100 KB
SHARP_BYTES = 499_999  # below the service's own wall of 500 KB
LEAST_BYTES = 4_000  # what is smaller shows nothing any more
MOST_PIXELS = 1_280 * 720
PACE_MS = 2_000
BURST_MS = 1_200  # never a third within so long of the first: a second, and what the way may add
UPLINK_MS = 150  # of the measured uplink, at most
SHARP_UPLINK_MS = 800  # the key's picture: it is asked for, and holds the sound up for less than a second
MINUTE_MS = 60_000
CHANGED = 8  # mean difference of grey, of 255: above a sensor's noise, below a person who comes into view
USUAL_KEPT_MS = 1_000  # an older one no longer shows what is spoken of
SHARP_KEPT_MS = 15_000  # asked for by a key: it waits for the words that go with it

_MESSAGE_BYTES = 512  # of JSON, frame and TLS around a picture
_MOST_SENT = 64  # remembered; the pace allows about 50 in a minute


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG that was looked at. ``grey``: a small thumbnail, one byte a pixel."""

    jpeg: bytes
    width: int
    height: int
    grey: bytes
    sharp: bool
    at: int  # when it was asked for


@dataclass(frozen=True, slots=True)
class Order:
    """A picture to be taken, or one in hand (``of``) to be made smaller: at most so many pixels and bytes."""

    width: int
    height: int
    most_bytes: int
    sharp: bool
    of: Picture | None = None


class Verdict(StrEnum):
    """What is to be done with a picture in hand."""

    SEND = "send"
    WAIT = "wait"
    SHRINK = "shrink"
    DROP = "drop"


def wire_bytes(jpeg_bytes: int) -> int:
    """What a picture of so many bytes puts on the wire: base64 and what stands around it."""
    return -(-jpeg_bytes // 3) * 4 + _MESSAGE_BYTES


def jpeg_bytes(wire: int) -> int:
    """The largest JPEG that stays within so many bytes of the wire; never negative."""
    return max(0, (wire - _MESSAGE_BYTES) // 4 * 3)


def difference(one: bytes, other: bytes) -> float:
    """Mean absolute difference of two thumbnails; those of unlike size differ wholly."""
    if len(one) != len(other) or not one:
        return 255.0
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)


@dataclass(frozen=True, slots=True)
class _Sent:
    at: int  # when it had arrived
    tokens: int
    sharp: bool


class PicturePolicy:
    """Told what happens, asked what may happen. One for the box: its walls hold over all lines together."""

    def __init__(self, model: Model, tokens_per_minute: int) -> None:
        self._model = model
        self._tokens_per_minute = tokens_per_minute
        self._speaking = False
        self._open = False  # live sound is meant for the service: neither muted nor shut
        self._behind: int | None = None  # the line whose last message was sound of a buffer that is not cut
        self._sent: deque[_Sent] = deque(maxlen=_MOST_SENT)
        self._under_way: int | None = None  # the line that has not acknowledged its picture
        self._seen: tuple[int, bytes] | None = None  # the line that was sent a picture last, and its thumbnail

    # What happens.

    def heard(self, *, speaking: bool) -> None:
        """The local voice detector changed its mind."""
        self._speaking = speaking

    def valve(self, *, is_open: bool) -> None:
        """Live sound goes to the service, or it is muted or shut."""
        self._open = is_open

    def sound_sent(self, line: int) -> None:
        """An audio message is on its way."""
        self._behind = line

    def other_sent(self, line: int) -> None:
        """Any other message is on its way."""
        self._shut(line)

    def cut(self, line: int) -> None:
        """The service ended a turn: its buffer is empty until it gets more sound."""
        self._shut(line)

    def lost(self, line: int, at: int) -> None:
        """The line is gone; the next one has seen nothing."""
        self._shut(line)
        if self._under_way == line:
            self.arrived(at)

    def sent(self, picture: Picture, line: int, at: int) -> None:
        """The picture is on its way. Only behind a ``SEND``."""
        self._behind = None
        self._under_way = line
        self._seen = (line, picture.grey)
        self._sent.append(_Sent(at, self._tokens(picture), picture.sharp))

    def arrived(self, at: int) -> None:
        """The far end has acknowledged the last picture: its pace counts from now, however long it was on its way."""
        self._under_way = None
        if self._sent:
            self._sent[-1] = replace(self._sent[-1], at=at)

    # What may happen.

    def order(self, line: int, at: int, uplink_bytes: int) -> Order | None:
        """What to take now for this line, where it could go out at once. ``uplink_bytes``: sent in ``UPLINK_MS``."""
        if not self._gate(line) or not self._paced(at, sharp=False):
            return None
        most_bytes = min(USUAL_BYTES, jpeg_bytes(uplink_bytes))
        if most_bytes < LEAST_BYTES or not self._affords(picture_tokens(self._model, *USUAL_SIZE), at, sharp=False):
            return None
        return Order(*USUAL_SIZE, most_bytes, False)

    def sharp_order(self, uplink_bytes: int) -> Order | None:
        """What the key asks for; taken at once, whatever keeps it from going out yet. None: it costs too much ever.

        ``uplink_bytes``: sent in ``SHARP_UPLINK_MS``.
        """
        if picture_tokens(self._model, *SHARP_SIZE) > self._tokens_per_minute:
            return None
        return Order(*SHARP_SIZE, max(LEAST_BYTES, min(SHARP_BYTES, jpeg_bytes(uplink_bytes))), True)

    def judge(self, picture: Picture, line: int, at: int, uplink_bytes: int) -> Verdict:
        """What to do with a picture in hand, if this line has just no other message to send.

        ``uplink_bytes``: as for its order; 0 while the way is full.
        """
        too_large = len(picture.jpeg) > (SHARP_BYTES if picture.sharp else USUAL_BYTES)
        too_old = at - picture.at > (SHARP_KEPT_MS if picture.sharp else USUAL_KEPT_MS)
        if too_large or too_old or picture.width * picture.height > MOST_PIXELS:
            return Verdict.DROP
        if self._tokens(picture) > self._tokens_per_minute:
            return Verdict.DROP
        if not self._gate(line) or not self._paced(at, sharp=picture.sharp):
            return Verdict.WAIT
        if not picture.sharp and self._unchanged(picture, line):
            return Verdict.DROP
        if not self._affords(self._tokens(picture), at, sharp=picture.sharp):
            return Verdict.WAIT
        if wire_bytes(len(picture.jpeg)) <= uplink_bytes:
            return Verdict.SEND
        # The uplink has become slower meanwhile. What was asked for by a key is not given up for it.
        if not picture.sharp:
            return Verdict.DROP
        return Verdict.SHRINK if jpeg_bytes(uplink_bytes) >= LEAST_BYTES else Verdict.WAIT

    def _gate(self, line: int) -> bool:
        return self._speaking and self._open and self._behind == line

    def _paced(self, at: int, *, sharp: bool) -> bool:
        if self._under_way is not None:
            return False
        if sharp:
            return len(self._sent) < 2 or at - self._sent[-2].at >= BURST_MS
        return not self._sent or at - self._sent[-1].at >= PACE_MS

    def _affords(self, tokens: int, at: int, *, sharp: bool) -> bool:
        """Pictures at the usual pace leave enough for one that the key may ask for, where the budget has room."""
        minute = [sent for sent in self._sent if at - sent.at < MINUTE_MS]
        kept = picture_tokens(self._model, *SHARP_SIZE)
        if sharp or any(sent.sharp for sent in minute) or tokens + kept > self._tokens_per_minute:
            kept = 0
        return sum(sent.tokens for sent in minute) + tokens + kept <= self._tokens_per_minute

    def _unchanged(self, picture: Picture, line: int) -> bool:
        return self._seen is not None and self._seen[0] == line and difference(self._seen[1], picture.grey) < CHANGED

    def _tokens(self, picture: Picture) -> int:
        return picture_tokens(self._model, picture.width, picture.height)

    def _shut(self, line: int) -> None:
        if self._behind == line:
            self._behind = None
