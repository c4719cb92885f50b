"""What a device must be able to do. The docstrings are the contract, and ``tests/contract/`` runs it on every adapter.

Responsible for: the shapes that workers and adapters agree on.
Must not: import a device library, hold state, or know who calls.

Every method may fail with ``DeviceError(device, kind, detail)``. A device object is made, used and closed on one
thread only, unless a method says otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

MICROPHONE_RATE_HZ = 16_000
MICROPHONE_PERIOD_SAMPLES = 320  # 20 ms
MICROPHONE_PERIOD_BYTES = 640
LOUDSPEAKER_RATE_HZ = 24_000
LOUDSPEAKER_PERIOD_SAMPLES = 480  # 20 ms


class Microphone(Protocol):
    """A source of speech: 16 kHz, mono, signed 16 bit little-endian."""

    @property
    def xruns(self) -> int:
        """How often the card overran since this was made: sound that the hardware lost."""

    def open(self) -> None:
        """Make it deliver. The first ``read`` after it returns fresh sound, not a backlog."""

    def read(self) -> bytes:
        """Block for one period and return exactly 640 bytes; ``b""`` once when the recording has ended (files only)."""

    def close(self) -> None:
        """Stop; may be called twice. A file microphone stands still while closed and goes on where it was."""


class Loudspeaker(Protocol):
    """A sink of speech: 24 kHz, signed 16 bit little-endian, ``channels`` interleaved."""

    @property
    def channels(self) -> int:
        """1, or 2 where left and right differ."""

    @property
    def delay_ms(self) -> int:
        """How long from ``write`` until the last sample written is heard, as well as the device knows."""

    @property
    def underruns(self) -> int:
        """How often the card ran dry since this was made."""

    def open(self) -> None:
        """Get ready to play."""

    def write(self, frames: bytes) -> None:
        """Play at most 20 ms of interleaved frames; blocks for as long as the card's buffer is full."""

    def drop(self) -> None:
        """Be silent now: throw away what was written and not yet heard (barge-in)."""

    def drain(self) -> None:
        """Block until all that was written has been heard."""

    def close(self) -> None:
        """Stop; may be called twice."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture for a panel.

    ``depth`` 1: rows from the top, 8 pixels a byte, leftmost in the highest bit, ``width // 8`` bytes a row.
    ``depth`` 4: rows from the top, 2 pixels a byte, leftmost in the high nibble, 0 black to 15 white.
    """

    width: int
    height: int
    depth: int
    data: bytes

    def __post_init__(self) -> None:
        assert len(self.data) == self.width * self.height * self.depth // 8


class Screen(Protocol):
    """A small panel."""

    @property
    def width(self) -> int:
        """Pixels."""

    @property
    def height(self) -> int:
        """Pixels."""

    @property
    def depth(self) -> int:
        """Bits a pixel: 1 or 4."""

    def open(self) -> None:
        """Initialise the panel; may be called again after a failure."""

    def show(self, frame: Frame) -> None:
        """Make the panel show ``frame``. What did not change need not be sent."""

    def dim(self, level: int) -> None:
        """Set the brightness, 0 (asleep, dark) to 255."""

    def close(self) -> None:
        """Leave the panel; the last picture may stay."""


class Keys(Protocol):
    """Keys, knob and the privacy slide."""

    def privacy(self) -> bool:
        """Whether the box is private now. Fails closed: unreadable, or not read yet, is True. Callable before start."""

    def start(self, post: Callable[[str, bool, int], None]) -> None:
        """Begin to report edges as ``post(key, down, at_ms)``, undebounced, from any thread.

        Key names: talk guest language repeat camera mute louder quieter privacy power. ``at_ms`` is on the clock the
        adapter was given.
        """

    def close(self) -> None:
        """Stop reporting; may be called twice."""


class Camera(Protocol):
    """A camera that takes one JPEG at a time. A capture may hang for ever: only the camera's worker calls it."""

    def open(self) -> None:
        """Power it and get ready."""

    def capture(self, width: int, height: int) -> bytes:
        """One JPEG of at most ``width`` × ``height`` pixels, without EXIF."""

    def close(self) -> None:
        """Power it down; may be called twice."""


class Volume(Protocol):
    """How loud a loudspeaker plays, in decibels: 0 is the sound as it came. Callable from any thread.

    The loudspeaker takes a new level over with its next ``write``, on its own thread.
    """

    @property
    def floor_db(self) -> int:
        """The softest level that can be set."""

    @property
    def ceiling_db(self) -> int:
        """The loudest level that can be set: the limit for ears."""

    @property
    def level_db(self) -> int:
        """The level that was asked for, within floor and ceiling."""

    def set_db(self, level_db: int) -> int:
        """Ask for a level; answers the one that is used, within floor and ceiling."""


class Light(Protocol):
    """A light: on or off and nothing between. Dark until the first ``set``."""

    def set(self, on: bool) -> None:
        """Switch it; cheap where nothing changes. May be tried again after a failure."""

    def close(self) -> None:
        """Dark; may be called twice."""
