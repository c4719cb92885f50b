"""The part of pyalsaaudio that the adapters use, as types, and the one place where it is loaded.

Responsible for: the shapes below (pyalsaaudio publishes none that can be used), and a sentence where it is missing.
Must not: import ``alsaaudio`` before a device of it is made, or open anything.
"""

from typing import Any, Protocol, cast

from appliance.adapters.alsa.knock import Knocking
from appliance.errors import DeviceError, Kind

EPIPE = 32
"""``-EPIPE`` is how 0.11 tells an overrun from ``read`` and an underrun from ``write``; 0.10 raises for the latter."""


class Pcm(Protocol):
    """An open stream. Every method may raise ``ALSAAudioError(text)``; there is no errno."""

    def info(self) -> dict[str, Any]:
        """What was really set: ``rate``, ``channels``, ``format_name``, ``period_size``, ``buffer_size``, ``card_no``,
        ``device_no`` (the card is -1 behind a sound server)."""

    def read(self) -> tuple[int, bytes]:
        """Block for one period: frames and sound; a negative number is an overrun."""

    def write(self, data: bytes) -> int:
        """Block until all is in the buffer: frames, or -32 for an underrun, with nothing written."""

    def avail(self) -> int:
        """Frames that can be read or written; -32 after an overrun or underrun. Not in 0.10."""

    def state(self) -> int:
        """One of ``PCM_STATE_…``."""

    def drop(self) -> int:
        """Throw away what waits; the next ``write`` prepares the stream again."""

    def drain(self) -> int:
        """Block until all was heard."""

    def close(self) -> None:
        """Let go. A playback stream is drained first, so call ``drop`` before it."""

    def getrates(self) -> int | tuple[int, int] | list[int]:
        """One rate, a range, or the ordinary rates that the card takes."""

    def getchannels(self) -> list[int]:
        """The numbers of channels that the card takes."""


class Mixer(Protocol):
    """A volume control. Decibels are hundredths."""

    def volumecap(self) -> list[str]:
        """``Playback Volume``, ``Joined Playback Volume``, ``Capture Volume``…"""

    def switchcap(self) -> list[str]:
        """``Playback Mute``, ``Joined Playback Mute``…"""

    def getrange(self, pcmtype: int, units: int) -> list[int]:
        """Least and most."""

    def getvolume(self, pcmtype: int, units: int) -> list[int]:
        """One number a channel."""

    def setvolume(self, volume: int, channel: int, pcmtype: int, units: int) -> None:
        """Set one channel, or all with ``MIXER_CHANNEL_ALL``."""

    def setmute(self, mute: int) -> None:
        """1 mutes every channel."""

    def close(self) -> None:
        """Let go."""


class Library(Protocol):
    """The module ``alsaaudio``."""

    ALSAAudioError: type[Exception]
    PCM_CAPTURE: int
    PCM_PLAYBACK: int
    PCM_NORMAL: int
    PCM_FORMAT_S16_LE: int
    PCM_STATE_XRUN: int
    MIXER_CHANNEL_ALL: int
    VOLUME_UNITS_DB: int

    def PCM(  # noqa: N802 - the library's name
        self,
        type: int,  # noqa: A002
        mode: int,
        *,
        device: str,
        rate: int,
        channels: int,
        format: int,  # noqa: A002
        periodsize: int,
        periods: int,
    ) -> Pcm:
        """Open a stream; what cannot be had is silently replaced by something near."""

    def Mixer(self, control: str, *, device: str) -> Mixer:  # noqa: N802 - the library's name
        """Open a control of a card."""

    def mixers(self, *, device: str) -> list[str]:
        """The names of a card's controls."""

    def pcms(self, pcmtype: int) -> list[str]:
        """The names of all streams of one direction."""

    def cards(self) -> list[str]:
        """The ids of all cards, in the order of ``card_indexes``."""

    def card_indexes(self) -> list[int]:
        """The numbers of all cards."""

    def card_name(self, card: int) -> tuple[str, str]:
        """Name and long name."""


def load(device: str) -> Library:
    """pyalsaaudio, for ``device`` (``microphone``, ``loudspeaker``); ABSENT where it is not installed."""
    try:
        import alsaaudio
    except ImportError as error:
        words = 'pyalsaaudio is not installed; install it with "pip install dragoman[pi]"'
        raise DeviceError(device, Kind.ABSENT, words) from error
    return cast(Library, Knocking(alsaaudio))
