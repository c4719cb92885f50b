"""``dragoman languages``: the table of the sixty languages.

Responsible for: a table that stays straight in a terminal.
Must not: know anything that ``protocol/languages.py`` and ``protocol/voices.py`` do not.

The native name comes last: how wide a terminal draws the letters of some scripts cannot be known, and nothing has to
line up behind it.
"""

import argparse

from appliance.protocol.languages import LANGUAGES, Language
from appliance.protocol.voices import MODELS

HEADING = ("code", "name", "voice", "script", "direction", "models", "native name")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None: the table is short."""
    parser.epilog = '"reads": the box shows this language, and has no voice for it.'


def run(args: argparse.Namespace) -> int:  # noqa: ARG001 - every command takes them
    """Print the table."""
    rows = [HEADING, *(_row(language) for language in LANGUAGES.values())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADING) - 1)]
    for row in rows:
        print("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]))
    return 0


def _row(language: Language) -> tuple[str, ...]:
    return (
        language.code,
        language.name,
        "speaks" if language.speaks else "reads",
        language.script,
        "right to left" if language.rtl else "left to right",
        " ".join(
            name.partition("-livetranslate")[0] + ("" if model.speaks(language.code) else " (reads)")
            for name, model in MODELS.items()
            if language.code in model.targets
        ),
        language.native_name,
    )
