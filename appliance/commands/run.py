"""``dragoman run``: the box.

Responsible for: reading the settings, saying what is wrong with them, and running the box to its exit code.
Must not: wire the box (``app.py``).
"""

import argparse
import logging
import os
import sys
from pathlib import Path

from appliance.adapters import captures
from appliance.app import Box, Taps
from appliance.clock import RealClock
from appliance.commands.named_files import named_files
from appliance.config.last_good import keep_last_good
from appliance.config.reading import paths_from, read
from appliance.errors import SettingsError
from appliance.signals import handle_signals
from appliance.workers.host.restarts import Starts
from appliance.workers.storage.runtime_store import boot_id

EXIT_SETTINGS = 78


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings that replace the boot file and /etc")
    parser.add_argument("--quiet", action="store_true", help="log warnings only")


def run(args: argparse.Namespace) -> int:
    """Run until told to stop, or until the microphone ends where the settings say so."""
    clock = RealClock()
    start_log(logging.WARNING if args.quiet else logging.INFO)
    loaded = read(args.config, os.environ, paths_from(os.environ), named_files)
    for problem in loaded.problems:
        print(problem, file=sys.stderr)
    if loaded.problems and args.config is not None:
        return EXIT_SETTINGS
    problems = loaded.problems
    if args.config is None:
        unkept = keep_last_good(loaded, paths_from(os.environ).last_good)
        if unkept is not None:
            logging.getLogger(__name__).warning("%s", unkept)
    for notice in loaded.notices:
        logging.getLogger(__name__).info("%s", notice)
    folder = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    runtime = Path(folder) if folder else None
    starts = Starts(runtime, boot_id())
    taps = Taps(
        recording=runtime / "recorder.jsonl" if runtime is not None else None,
        runtime=runtime,
        environment=os.environ,
        tty=sys.stdout.isatty(),
        config=args.config,
        restarted=starts.begin(clock.began_ms),
    )
    try:
        box = Box(loaded.settings, loaded.phrases, loaded.key, taps, clock, problems)
        handle_signals(box)
        code = box.run()
    except SettingsError:  # starting the machine anew mends no settings
        starts.end()
        raise
    if code == 0:
        starts.end()
    totals = box.totals()
    logging.getLogger(__name__).info("%d underruns, %d overruns", totals.underruns, totals.xruns)
    logging.getLogger(__name__).info("%s", captures.in_words())
    if totals.unanswered_ms:
        print(f"{totals.unanswered_ms} ms of speech were not answered", file=sys.stderr)
    return code


def start_log(level: int) -> None:
    """The log on standard error; under systemd the journal adds the time."""
    plain = "JOURNAL_STREAM" in os.environ
    logging.basicConfig(level=level, format="%(message)s" if plain else "%(asctime)s %(message)s", stream=sys.stderr)
