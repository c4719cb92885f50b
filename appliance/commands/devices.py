"""``dragoman devices``: the sound cards, what they are called in the settings, and what they can do.

Responsible for: a list that can be copied into the settings.
Must not: play or record, or say that a card works (``selftest`` does).
"""

import argparse

from appliance.adapters.alsa.binding import Library, load
from appliance.adapters.alsa.cards import BY_NAME, Card, ability, cards, stream
from appliance.errors import DeviceError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None: all cards are listed."""
    parser.epilog = f'Write a name as it stands here, for example: device = "{BY_NAME}Headphones".'


def run(args: argparse.Namespace) -> int:  # noqa: ARG001 - every command takes them
    """Print the list; a card in use says so."""
    print("\n".join(listing(load("devices"))))
    return 0


def listing(library: Library) -> list[str]:
    """The lines: for every card its name and its streams."""
    lines = []
    for card in cards(library, "devices"):
        monitor = ", the sound of a monitor" if card.is_hdmi else ""
        lines.append(f"{BY_NAME}{card.id}  ({card.name}; now number {card.index}{monitor})")
        for device, pcm_type in (("microphone", library.PCM_CAPTURE), ("loudspeaker", library.PCM_PLAYBACK)):
            lines += _stream_lines(library, card, device, pcm_type)
    return lines or ["no sound card is plugged in"]


def _stream_lines(library: Library, card: Card, device: str, pcm_type: int) -> list[str]:
    pcm = stream(library, card, pcm_type)
    if pcm is None:
        return []
    try:
        able = ability(library, device, pcm, pcm_type)
    except DeviceError as error:
        return [f"    {device}: {error.detail}"]
    counts = ", ".join(str(count) for count in able.channels)
    return [f"    {device}: {able.rates}; channels: {counts}"]
