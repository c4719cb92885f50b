"""``dragoman devices``: the sound cards, what they are called in the settings, and what they can do.

Responsible for: a list that can be copied into the settings.
Must not: play or record, open a microphone while the box is private, or say that a card works (``selftest`` does).
"""

import argparse
import os
import sys
from pathlib import Path

from appliance.adapters import captures
from appliance.adapters.alsa.binding import Library, load
from appliance.adapters.alsa.cards import BY_NAME, Card, ability, cards, stream
from appliance.clock import RealClock
from appliance.commands.slide import read_slide
from appliance.config.reading import paths_from, read
from appliance.errors import DeviceError

EXIT_SETTINGS = 78


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``--config FILE``: which keys the box has, and so whether it has a slide."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings that replace the boot file and /etc")
    parser.epilog = (
        f'Write a name as it stands here, for example: device = "{BY_NAME}Headphones". To find out rates, each card is '
        "opened for a moment. While the privacy slide is open, or cannot be read, no microphone is opened."
    )


def run(args: argparse.Namespace) -> int:
    """Print the list; a card in use says so."""
    loaded = read(args.config, os.environ, paths_from(os.environ))
    if loaded.problems and args.config is not None:
        print("\n".join(str(problem) for problem in loaded.problems), file=sys.stderr)
        return EXIT_SETTINGS
    library = load("devices")
    private, words = read_slide(loaded.settings, RealClock())
    print("\n".join(listing(library, words if private else "")))
    if private:
        print(captures.in_words())
    return 0


def listing(library: Library, private: str = "") -> list[str]:
    """The lines: for every card its name and its streams. ``private``: why no microphone may be opened."""
    lines = []
    for card in cards(library, "devices"):
        monitor = ", the sound of a monitor" if card.is_hdmi else ""
        lines.append(f"{BY_NAME}{card.id}  ({card.name}; now number {card.index}{monitor})")
        for device, pcm_type in (("microphone", library.PCM_CAPTURE), ("loudspeaker", library.PCM_PLAYBACK)):
            shut = private if pcm_type == library.PCM_CAPTURE else ""
            lines += _stream_lines(library, card, device, pcm_type, shut)
    return lines or ["no sound card is plugged in"]


def _stream_lines(library: Library, card: Card, device: str, pcm_type: int, shut: str) -> list[str]:
    pcm = stream(library, card, pcm_type)
    if pcm is None:
        return []
    if shut:
        return [f"    {device}: {shut}"]
    try:
        able = ability(library, device, pcm, pcm_type)
    except DeviceError as error:
        return [f"    {device}: {error.detail}"]
    counts = ", ".join(str(count) for count in able.channels)
    return [f"    {device}: {able.rates}; channels: {counts}"]
