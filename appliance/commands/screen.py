"""``dragoman screen``: what the panel would show of a text, as a PNG.

Responsible for: arguments, the view they stand for, and warnings about letters or fonts that are not there.
Must not: draw.
"""

import argparse
import sys
from pathlib import Path

from appliance.core.model.views import Link, Sentence, Status, SubtitlesView
from appliance.display import fontconfig, fonts
from appliance.display.export import to_png
from appliance.display.renderer import Renderer
from appliance.errors import DeviceError
from appliance.protocol.languages import LANGUAGES, suggest

USAGE = 64
UNAVAILABLE = 69
WIDTH, HEIGHT = 128, 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Language, text and file are required."""
    parser.add_argument("--language", required=True, metavar="CODE", help="of the text; `dragoman languages` lists all")
    parser.add_argument("--text", required=True, help="what to show; each line of it is a sentence of its own")
    parser.add_argument("--letters", choices=fonts.LETTERS, default="normal", help="size (default: normal)")
    parser.add_argument("--out", required=True, metavar="FILE.png", type=Path, help="where the picture goes")
    parser.epilog = "128 × 64 pixels, one bit each, as the box shows a finished translation: its last lines."


def run(args: argparse.Namespace) -> int:
    """Write the picture; 64 for an unknown language, no text, or a file that cannot be written."""
    if args.language not in LANGUAGES:
        meant = suggest(args.language)
        hint = f" (did you mean {meant!r}?)" if meant else ""
        return _refuse(f"unknown language {args.language!r}{hint}; `dragoman languages` lists all", USAGE)
    if not args.text.strip():
        return _refuse("--text is empty: nothing to show", USAGE)
    renderer = Renderer(WIDTH, HEIGHT, 1)
    try:
        frame = renderer.draw(view(args.language, args.text, args.letters))
        unknown = renderer.unknown_letters(args.text, args.language)
    except DeviceError as error:
        return _refuse(error.detail, UNAVAILABLE)
    try:
        args.out.write_bytes(to_png(frame))
    except OSError as error:
        return _refuse(f"cannot write {args.out}: {error.strerror}", USAGE)
    if args.language in fonts.unfurnished_languages():
        print(f"dragoman screen: {fontconfig.lack(fonts.TABLE[args.language].family)}", file=sys.stderr)
    if unknown:
        print(f"dragoman screen: {unknown} letters are in none of the box's fonts", file=sys.stderr)
    return 0


def view(language: str, text: str, letters: str) -> SubtitlesView:
    """The view of a finished translation into ``language``."""
    sentences = tuple(Sentence(line, final=True) for line in text.splitlines() if line.strip())
    status = Status(direction=f"→{language.upper()}", link=Link.ON_AIR, listening=True)
    return SubtitlesView(status, language, sentences, letters=letters)


def _refuse(sentence: str, code: int) -> int:
    print(f"dragoman screen: {sentence}", file=sys.stderr)
    return code
