"""``dragoman run``: the box.

Responsible for: reading the settings, saying what is wrong with them, and running the box to its exit code.
Must not: wire the box (``app.py``).
"""

import argparse
import logging
import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from appliance.adapters import captures
from appliance.app import Box, Taps
from appliance.clock import RealClock
from appliance.commands import here
from appliance.commands.named_files import named_files
from appliance.config.countries import guess
from appliance.config.here import HereOptions, read_here
from appliance.config.last_good import keep_last_good
from appliance.config.reading import Loaded, paths_from, read
from appliance.errors import SettingsError
from appliance.signals import handle_signals
from appliance.workers.host.restarts import Starts
from appliance.workers.storage.runtime_store import boot_id

EXIT_USAGE = 64
EXIT_SETTINGS = 78


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings that replace the boot file and /etc")
    parser.add_argument("--quiet", action="store_true", help="log warnings only")
    here.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Run until told to stop, or until the microphone ends where the settings say so."""
    wrong = here.misuse(args)
    if wrong:
        print(f"dragoman run: {wrong}", file=sys.stderr)
        return EXIT_USAGE
    asked = here.asked(args)
    return _run_box(args) if asked is None else _run_here(args, asked)


def _run_box(args: argparse.Namespace) -> int:
    start_log(logging.WARNING if args.quiet else logging.INFO)
    loaded = read(args.config, os.environ, paths_from(os.environ), partial(named_files, config=args.config))
    for problem in loaded.problems:
        print(problem, file=sys.stderr)
    if loaded.problems and args.config is not None:
        return EXIT_SETTINGS
    if args.config is None:
        unkept = keep_last_good(loaded, paths_from(os.environ).last_good)
        if unkept is not None:
            logging.getLogger(__name__).warning("%s", unkept)
    return _interpret(args, loaded, os.environ)


def _run_here(args: argparse.Namespace, asked: HereOptions) -> int:
    """This computer is the box. The log waits until the picture is gone, unless it goes somewhere else anyway."""
    held = here.HeldLog()
    start_log(logging.WARNING if args.quiet else logging.INFO, held if sys.stderr.isatty() else None)
    try:
        environment = here.environment_of(os.environ)
        loaded = read_here(args.config, environment, asked, named_files)
        if loaded.problems:
            raise SettingsError(loaded.problems)
        here.require(loaded)
        held.tell()
        print(here.greeting(loaded.settings), flush=True)
        return _interpret(args, loaded, environment, asked)
    finally:
        held.tell()


def _interpret(
    args: argparse.Namespace, loaded: Loaded, environment: Mapping[str, str], asked: HereOptions | None = None
) -> int:
    """The box, to its exit code."""
    clock = RealClock()
    for notice in loaded.notices:
        logging.getLogger(__name__).info("%s", notice)
    folder = environment.get("RUNTIME_DIRECTORY", "").split(":")[0]
    runtime = Path(folder) if folder else None
    starts = Starts(runtime, boot_id())
    taps = Taps(
        recording=runtime / "recorder.jsonl" if runtime is not None else None,
        runtime=runtime,
        environment=environment,
        tty=sys.stdout.isatty(),
        country=guess(str(loaded.boot.get("wifi.country", "")), loaded.settings.languages.mine),
        config=args.config,
        here=asked,
        restarted=starts.begin(clock.began_ms),
    )
    try:
        box = Box(loaded.settings, loaded.phrases, loaded.key, taps, clock, loaded.problems)
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


def start_log(level: int, handler: logging.Handler | None = None) -> None:
    """The log on standard error; under systemd the journal adds the time."""
    plain = "JOURNAL_STREAM" in os.environ
    handlers = [handler or logging.StreamHandler(sys.stderr)]
    logging.basicConfig(level=level, format="%(message)s" if plain else "%(asctime)s %(message)s", handlers=handlers)
