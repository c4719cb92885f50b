"""``dragoman check``: read the settings and print every problem.

Responsible for: one line per problem, and the exit code (0, or 78 for settings that cannot be used).
Must not: open a device or a connection, or write a file.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from appliance.adapters.bench.key_script import read_script
from appliance.config.reading import paths_from, read
from appliance.config.settings import Settings
from appliance.errors import Problem, SettingsError
from appliance.workers import trust
from appliance.workers.target import Target

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
    loaded = read(args.config, os.environ, paths_from(os.environ))
    problems = loaded.problems or tuple(_what_a_run_would_find(loaded.settings))
    for problem in problems:
        print(problem, file=sys.stderr)
    for notice in loaded.notices:
        print(f"note: {notice}")
    if problems:
        return EXIT_SETTINGS
    if loaded.key is None:
        print("note: no key is set; the box will say S1 until there is one (DASHSCOPE_API_KEY)")
    print("the settings can be used")
    return 0


def _what_a_run_would_find(settings: Settings) -> Iterator[Problem]:
    """The problems of the files that the settings name, and of an address that cannot be dialled."""
    service, keys = settings.service, settings.keys
    looks: list[Callable[[], object]] = [
        lambda: Target.parse(service.url, service.model, service.ca_file),
        lambda: trust.context(service.ca_file),
    ]
    if keys.driver == "script":
        looks.append(lambda: read_script(Path(keys.script)))
    for look in looks:
        try:
            look()
        except SettingsError as error:
            yield from error.problems
