"""Opening a stream, and finding out what was really opened.

Responsible for: the steps that the microphone and the loudspeaker share: name, hardware below it, rate, period.
Must not: read or write sound, or convert it.

ALSA gives something near to what was asked for and says nothing; so all that counts is what ``info()`` says afterwards.
"""

from dataclasses import dataclass
from typing import Any

from appliance.adapters.alsa.binding import Library, Pcm
from appliance.adapters.alsa.cards import cards, direct, refuse_hdmi, resolve
from appliance.adapters.alsa.errors import opening_failed
from appliance.adapters.alsa.pcm import open_pcm
from appliance.errors import DeviceError, Kind

PERIODS_A_SECOND = 50  # 20 ms
FINE_RATE_HZ = 48_000  # every card has it
_WIDE = ("S24_LE", "S32_LE")
"""Of these pyalsaaudio 0.10 counts the bits that matter, not the bytes: its buffer may be a quarter too short."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a port would like best."""

    device: str  # the port's name
    pcm_type: int
    rate_hz: int
    channels: int
    periods: int


@dataclass(frozen=True, slots=True)
class Stream:
    """An open stream as it really is."""

    pcm: Pcm
    name: str
    rate_hz: int
    channels: int
    format_name: str
    buffer_frames: int
    card: int  # -1 behind a sound server


def open_stream(library: Library, wanted: str, wish: Wish) -> Stream:
    """The stream that the setting ``wanted`` means, at the wished rate or above it where the card has that."""
    name = resolve(library, wish.device, wanted, wish.pcm_type)
    try:
        stream = _open(library, name, wish, wish.rate_hz)
    except DeviceError:
        # A monitor's output without a monitor cannot even be opened; ALSA's "default" is card 0 unless told otherwise.
        _check_hdmi(library, wanted, wish, min((card.index for card in cards(library, wish.device)), default=-1))
        raise
    try:
        _check_hdmi(library, wanted, wish, stream.card)
    except DeviceError:
        close_quickly(library, stream)
        raise
    below = direct(name, _info(library, stream.pcm, wish, name))
    if below is not None:
        close_quickly(library, stream)
        stream = _open(library, below, wish, wish.rate_hz)
    return _at_a_good_rate(library, stream, wish)


def close_quickly(library: Library, stream: Stream) -> str:
    """Close without hearing the rest out. Answers what ALSA said against it: it is closed all the same."""
    said = ""
    for act in (stream.pcm.drop, stream.pcm.close):
        try:
            act()
        except library.ALSAAudioError as error:
            said = str(error)
    return said


def _at_a_good_rate(library: Library, stream: Stream, wish: Wish) -> Stream:
    """Once more at a rate that loses nothing, and with periods of 20 ms at the rate that the card chose."""
    if stream.rate_hz == wish.rate_hz:
        return stream
    close_quickly(library, stream)
    # The nearest rate may lie below: 22.05 kHz in the place of 24 would cost the highest tones.
    again = stream.rate_hz if stream.rate_hz > wish.rate_hz else FINE_RATE_HZ
    return _open(library, stream.name, wish, again)


def _open(library: Library, name: str, wish: Wish, rate_hz: int) -> Stream:
    try:
        pcm = open_pcm(
            library,
            wish.pcm_type,
            device=name,
            rate=rate_hz,
            channels=wish.channels,
            periodsize=rate_hz // PERIODS_A_SECOND,
            periods=wish.periods,
        )
    except library.ALSAAudioError as error:
        raise opening_failed(wish.device, name, error) from error
    info = _info(library, pcm, wish, name)
    numbers = [info.get(key, 0) for key in ("rate", "channels", "buffer_size")]
    if not all(isinstance(number, int) and number > 0 for number in numbers):
        pcm.close()
        raise DeviceError(wish.device, Kind.BROKEN, f"{name} does not say what it was set to")
    rate, channels, buffer_frames = numbers
    format_name = info.get("format_name", "S16_LE")
    if format_name in _WIDE and not hasattr(pcm, "avail"):
        pcm.close()
        raise DeviceError(wish.device, Kind.BROKEN, f"{name} has samples of {format_name}: install pyalsaaudio 0.11")
    return Stream(pcm, name, rate, channels, format_name, buffer_frames, info.get("card_no", -1))


def _info(library: Library, pcm: Pcm, wish: Wish, name: str) -> dict[str, Any]:
    try:
        return pcm.info()
    except library.ALSAAudioError as error:
        pcm.close()
        raise opening_failed(wish.device, name, error) from error


def _check_hdmi(library: Library, wanted: str, wish: Wish, card: int) -> None:
    if wish.pcm_type == library.PCM_PLAYBACK:
        refuse_hdmi(library, wanted, card)
