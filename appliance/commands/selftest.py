"""``dragoman selftest``: does everything that is configured work?

Responsible for: telling the findings of ``appliance/selftest/checks.py`` row by row, and the exit code.
"""

import argparse
import logging
import os
import sys
from pathlib import Path

from appliance.adapters import captures
from appliance.clock import RealClock
from appliance.commands.slide import read_slide
from appliance.config.reading import Loaded, paths_from, read
from appliance.errors import FaultCode
from appliance.selftest.checks import tracks
from appliance.selftest.findings import HEADING, Finding, exit_code

EXIT_SETTINGS = 78


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``--config FILE``."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings that replace the boot file and /etc")
    parser.epilog = (
        "It opens the devices (stop the box first, for it holds them), plays a short tone, frames the screen, lights "
        "the light, takes one picture and drops it, and dials the service once. Press keys while it begins: it names "
        "them. It ends by itself within 30 s: 0 all required rows passed, 69 one failed, 78 the "
        "settings cannot be used."
    )


def run(args: argparse.Namespace) -> int:
    """Print the table, row by row."""
    logging.basicConfig(level=logging.ERROR, format="%(message)s", stream=sys.stderr)
    loaded = read(args.config, os.environ, paths_from(os.environ))
    findings = [_settings(loaded)]
    print(HEADING)
    print(findings[0], flush=True)
    for problem in loaded.problems:
        print(problem, file=sys.stderr)
    if loaded.problems and args.config is not None:
        return EXIT_SETTINGS
    private, words = read_slide(loaded.settings, RealClock())
    findings.append(Finding("privacy", words, told=True))
    print(findings[-1], flush=True)
    for track in tracks(loaded, private, os.environ):
        for finding in track.findings():
            print(finding, flush=True)
            findings.append(finding)
    print(Finding("opened", captures.in_words(), told=True), flush=True)
    return EXIT_SETTINGS if loaded.problems else exit_code(findings)


def _settings(loaded: Loaded) -> Finding:
    if loaded.problems:
        others = f" (and {len(loaded.problems) - 1} more)" if len(loaded.problems) > 1 else ""
        return Finding("settings", f"{loaded.problems[0]}{others}", FaultCode.X1)
    return Finding("settings", "they can be used")
