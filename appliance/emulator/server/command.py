"""``dragoman emulator``: the service on this machine, for a box to be tried against.

Responsible for: the options of hardware/guide/operate.md#commands, the one line that it prints, and its exit code.
Must not: do the emulator's work.
"""

import argparse
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from appliance.emulator.faults.settings import HABITS, Habits
from appliance.emulator.script.script import desk, load
from appliance.emulator.script.tts import SpeechError
from appliance.errors import Problem, SettingsError

WHAT_IT_IS = (
    "An emulator of the interpreting service, for trying a box without an account. It recognises rehearsed utterances "
    "by their sound and answers with rehearsed texts, spoken by espeak-ng. It does not translate."
)
EXIT_DONE, EXIT_USAGE, EXIT_FATAL, EXIT_SETTINGS = 0, 64, 69, 78


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of hardware/guide/operate.md#commands."""
    parser.description = WHAT_IT_IS
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: %(default)s)")
    parser.add_argument("--port", type=int, metavar="N", help="port to listen at; 0 picks a free one")
    parser.add_argument("--cert-dir", type=Path, metavar="DIR", help="TLS; a throw-away authority here, root ca.pem")
    parser.add_argument("--plain", action="store_true", help="WebSocket without TLS")
    parser.add_argument("--key", help="the only bearer accepted (default: any that is not empty)")
    parser.add_argument(
        "--habit", action="append", default=[], metavar="NAME[:VALUE]", help="a fault or manner; may be given again"
    )
    parser.add_argument("--habits-file", type=Path, metavar="FILE", help="habits, one a line or as TOML")
    parser.add_argument("--habits", action="store_true", help="list the habits, and how sure each is")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of all chance (default: %(default)s)")
    parser.add_argument("--rehearsal", type=Path, metavar="FILE", help="another dialogue than the hotel desk")
    parser.add_argument("--log", type=Path, metavar="FILE", help="every message both ways as JSON lines")


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C. Returns the exit code."""
    if args.habits:
        sys.stdout.write(habits_listing())
        return EXIT_DONE
    usage = _usage_problem(args)
    if usage:
        sys.stderr.write(f"dragoman emulator: {usage}\n")
        return EXIT_USAGE
    try:
        return _serve(args)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_SETTINGS
    except SpeechError as error:
        sys.stderr.write(f"dragoman emulator: {error}\n")
        return EXIT_FATAL


def habits_listing() -> str:
    """What ``--habits`` prints: a line each, with the mark of how sure anybody is that the service does it."""
    width = max(len(name) for name in HABITS)
    rows = (f"{name:<{width}}  {mark:<10}  {what}" for name, (what, mark) in HABITS.items())
    return f"{WHAT_IT_IS}\n\n" + "\n".join(rows) + "\n"


def _usage_problem(args: argparse.Namespace) -> str:
    if args.port is None:
        return "needs --port N (0 picks a free one)"
    if not 0 <= args.port <= 65_535:
        return f"--port must be 0 to 65535, not {args.port}"
    if args.plain == (args.cert_dir is not None):
        return "needs one of --cert-dir DIR (TLS) and --plain"
    return "--key must not be empty" if args.key == "" else ""


def _habits(args: argparse.Namespace) -> Habits:
    """Those of the file, and over them those of the command line: the problems of both together."""
    problems: list[Problem] = []
    habits = Habits()
    try:
        if args.habits_file is not None:
            habits = Habits.load(args.habits_file)
    except SettingsError as error:
        problems += error.problems
    try:
        habits.take(args.habit, "--habit")
    except SettingsError as error:
        problems += error.problems
    if problems:
        raise SettingsError(tuple(problems))
    return habits


def _serve(args: argparse.Namespace) -> int:
    try:
        from appliance.emulator.server.server import EmulatorOptions, EmulatorServer
    except ImportError as error:
        raise SettingsError(
            (Problem("dragoman[emulator]", f"{error.name} is missing: run \"pip install 'dragoman[emulator]'\""),)
        ) from None
    options = EmulatorOptions(
        host=args.host,
        port=args.port,
        cert_dir=args.cert_dir,
        key=args.key,
        habits=_habits(args),
        seed=args.seed,
        rehearsal=desk() if args.rehearsal is None else load(args.rehearsal),
        log=args.log,
    )
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    before = {each: signal.signal(each, end) for each in (signal.SIGTERM, signal.SIGINT)}
    server = EmulatorServer(options)
    try:
        sys.stderr.write(f"{WHAT_IT_IS}\n")
        url = server.start()
        sys.stdout.write(f"listening on {url}\n")
        sys.stdout.flush()
        while not ended.wait(1.0):
            if not server.running:
                raise RuntimeError("the emulator's thread has died")
    finally:
        server.stop()
        for each, handler in before.items():
            signal.signal(each, handler)
    return EXIT_DONE
