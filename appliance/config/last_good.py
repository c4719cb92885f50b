"""The copy of the settings that last worked, for the day when the card's file is broken.

Responsible for: writing it, with the hot words and without the key.
Must not: decide when it is used (``reading.py``).
"""

from pathlib import Path

from appliance.config.durable import write_durably
from appliance.config.reading import Loaded, changed
from appliance.config.settings import flatten
from appliance.config.show import literal, text
from appliance.errors import Problem


def keep_last_good(loaded: Loaded, path: Path | None) -> Problem | None:
    """Remember settings that were read without a problem; call it only where no ``--config`` was given.

    Writes nothing where there is no state folder, where there were problems, or where the copy is the same (a card
    wears). Answers with the problem where the card cannot be written: that is a W1, and the box runs on.
    """
    if path is None or loaded.problems:
        return None
    data = _written(loaded)
    try:
        if path.is_file() and path.read_bytes() == data:
            return None
        write_durably(path, data)
    except OSError as error:
        return Problem(str(path), f"the last good settings cannot be kept: {error.strerror}")
    return None


def _written(loaded: Loaded) -> bytes:
    """Every setting that a file or a profile decided, so that a later version's defaults still reach the others."""
    kept = changed(loaded).keys() | (loaded.sources.keys() & flatten(loaded.settings).keys())
    lines = ["# Written by the box: the settings that last worked. Edit dragoman.toml instead."]
    section = ""
    for dotted, value in flatten(loaded.settings).items():
        if dotted not in kept:
            continue
        above, name = dotted.split(".")
        if above != section:
            lines.append(f"[{above}]")
            section = above
        lines.append(f"{name} = {literal(dotted, value)}")
    lines.append("[phrases]")
    lines += [f"{text(source)} = {text(target)}" for source, target in loaded.phrases.items()]
    return ("\n".join(lines) + "\n").encode()
