"""Which sound cards there are, and which of them a setting means.

Responsible for: names of cards to names of streams, what "default" really is, and what a card can do.
Must not: keep a card open, or choose one that was not asked for.

The index of a card is the order in which the kernel found it: it changes when a card is unplugged and when the box
starts. So a card is asked for by name, and looked up again at every opening.
"""

import re
from dataclasses import dataclass

from appliance.adapters.alsa.binding import Library, Pcm
from appliance.adapters.alsa.errors import opening_failed
from appliance.adapters.alsa.pcm import open_pcm
from appliance.errors import DeviceError, Kind

BY_NAME = "card:"
_LOOKS = 3
_STREAM = re.compile(r"\w+:CARD=(?P<card>[^,]+)(?:,DEV=(?P<device>\d+))?")
_CONVERTS = re.compile(r"(default|sysdefault|plughw|plug)(:|$)")


@dataclass(frozen=True, slots=True)
class Card:
    """A sound card as the kernel knows it now."""

    index: int
    id: str  # short, without spaces: "Headphones"
    name: str  # "bcm2835 Headphones"
    long_name: str

    @property
    def is_hdmi(self) -> bool:
        """Whether it is the sound of a monitor's cable."""
        return any("hdmi" in words.casefold() for words in (self.id, self.name, self.long_name))

    def means(self, wanted: str, *, exactly: bool) -> bool:
        """Whether ``wanted`` is its id or one of its names, or else a part of one; case is ignored."""
        names = [words.casefold() for words in (self.id, self.name, self.long_name)]
        asked = wanted.strip().casefold()
        return asked in names if exactly else any(asked in words for words in names)


@dataclass(frozen=True, slots=True)
class Ability:
    """What a card's stream takes, in words."""

    rates: str  # "16000, 48000 Hz" or "8000 to 48000 Hz"
    channels: tuple[int, ...]


def cards(library: Library, device: str) -> tuple[Card, ...]:
    """Every card, by index, for ``device`` (the port's name). One that is unplugged while we look is left out."""
    for _ in range(_LOOKS):
        try:
            indexes, ids = library.card_indexes(), library.cards()
        except library.ALSAAudioError as error:
            raise opening_failed(device, "the list of sound cards", error) from error
        if len(indexes) == len(ids):
            break
    else:
        return ()
    found = []
    for index, card_id in zip(indexes, ids, strict=True):
        try:
            name, long_name = library.card_name(index)
        except library.ALSAAudioError:
            continue
        found.append(Card(index, card_id, name, long_name))
    return tuple(found)


def stream(library: Library, card: Card, pcm_type: int) -> str | None:
    """The card's first stream of one direction, without ALSA's conversions (``hw:CARD=Device,DEV=0``), or None."""
    devices = []
    for hint in library.pcms(pcm_type):
        match = _STREAM.fullmatch(hint)
        if match is not None and match["card"] == card.id:
            devices.append(int(match["device"] or 0))
    return f"hw:CARD={card.id},DEV={min(devices)}" if devices else None


def resolve(library: Library, device: str, wanted: str, pcm_type: int) -> str:
    """The stream that a setting means now. ``device`` is the port's name; plain names of streams pass through.

    Raises ABSENT when no card has that name, or none that has the direction; BROKEN when several have it.
    """
    if not wanted.startswith(BY_NAME):
        return wanted
    name = wanted.removeprefix(BY_NAME)
    here = cards(library, device)
    able = [(card, found) for card in here if (found := stream(library, card, pcm_type)) is not None]
    for exactly in (True, False):
        meant = [(card, found) for card, found in able if card.means(name, exactly=exactly)]
        if len(meant) == 1:
            return meant[0][1]
        if meant:
            ids = ", ".join(f"card:{card.id}" for card, _ in meant)
            raise DeviceError(device, Kind.BROKEN, f'{len(meant)} cards are called "{name}"; write one of {ids}')
    if any(card.means(name, exactly=False) for card in here):
        raise DeviceError(device, Kind.ABSENT, f'the card "{name}" has no {device}')
    others = ", ".join(card.id for card, _ in able) or "none"
    raise DeviceError(device, Kind.ABSENT, f'no card is called "{name}"; plugged in: {others}')


def direct(pcm: str, info: dict[str, object]) -> str | None:
    """The hardware below one of ALSA's own converting names (``default``, ``plughw:…``), None where there is none.

    ALSA falls back to linear interpolation where the plug-in with a real resampler is not installed, and says nothing
    (measured: a 10 kHz tone then aliases at full level). So the hardware is opened itself, and ``conversion.py`` works.
    Names that the operator defined, and sound servers, are left alone.
    """
    card = info.get("card_no", -1)
    if _CONVERTS.match(pcm) is None or not isinstance(card, int) or card < 0:
        return None
    return f"hw:{card},{info.get('device_no', 0)}"


def refuse_hdmi(library: Library, wanted: str, card_index: int) -> None:
    """Raises BROKEN where "default" is a monitor's cable and there is another output: nobody would hear the voice."""
    here = {card.index: card for card in cards(library, "loudspeaker")}
    card = here.get(card_index)
    if wanted != "default" or card is None or not card.is_hdmi:
        return
    others = [c for c in here.values() if not c.is_hdmi and stream(library, c, library.PCM_PLAYBACK) is not None]
    if others:
        words = f'"default" is the monitor\'s sound ({card.id}); write loudspeaker.device = "card:{others[0].id}"'
        raise DeviceError("loudspeaker", Kind.BROKEN, words)


def ability(library: Library, device: str, pcm: str, pcm_type: int) -> Ability:
    """What a stream takes. Opens it for a moment; raises like an opening."""
    try:
        opened = open_pcm(library, pcm_type, device=pcm, rate=48_000, channels=1, periodsize=960, periods=4)
    except library.ALSAAudioError as error:
        raise opening_failed(device, pcm, error) from error
    try:
        return Ability(_rates(opened), tuple(opened.getchannels()))
    except library.ALSAAudioError as error:
        raise opening_failed(device, pcm, error) from error
    finally:
        opened.close()


def _rates(opened: Pcm) -> str:
    rates = opened.getrates()
    if isinstance(rates, tuple):
        return f"{rates[0]} to {rates[1]} Hz"
    return f"{rates} Hz" if isinstance(rates, int) else ", ".join(str(rate) for rate in rates) + " Hz"
