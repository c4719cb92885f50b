"""``dragoman show-config``: the settings in force, as TOML.

Responsible for: the output, with every secret masked, and the exit code (0, or 78 where problems kept settings out).
Must not: open a device or a connection, or write a file.
"""

import argparse
import os
import sys

from appliance.commands import check
from appliance.config.reading import paths_from, read
from appliance.config.show import render


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``--config FILE`` and ``--changes``."""
    check.add_arguments(parser)
    parser.add_argument(
        "--changes", action="store_true", help="only what differs from the default, with the file and line it came from"
    )


def run(args: argparse.Namespace) -> int:
    """With problems and ``--config`` nothing is in force, so only the problems are printed."""
    loaded = read(args.config, os.environ, paths_from(os.environ))
    for problem in loaded.problems:
        print(problem, file=sys.stderr)
    if not (loaded.problems and args.config):
        print(render(loaded, only_changes=args.changes), end="")
    return check.EXIT_SETTINGS if loaded.problems else 0
