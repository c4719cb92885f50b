"""``dragoman check``: read the settings and print every problem.

Responsible for: one line per problem, and the exit code (0, or 78 for settings that cannot be used).
Must not: open a device or a connection, or write a file.
"""

import argparse
import os
import sys
from functools import partial
from pathlib import Path

from appliance.commands.named_files import named_files
from appliance.config.reading import paths_from, read

EXIT_SETTINGS = 78


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``--config FILE``."""
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="check this file instead of the boot file and /etc/dragoman/config.toml",
    )


def run(args: argparse.Namespace) -> int:
    """Problems go to standard error, all else to standard output."""
    loaded = read(args.config, os.environ, paths_from(os.environ), partial(named_files, config=args.config))
    for problem in loaded.problems:
        print(problem, file=sys.stderr)
    for notice in loaded.notices:
        print(f"note: {notice}")
    if loaded.problems:
        return EXIT_SETTINGS
    if loaded.key is None:
        print("note: no key is set; the box will say S1 until there is one (DASHSCOPE_API_KEY)")
    print("the settings can be used")
    return 0
