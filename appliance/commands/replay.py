"""``dragoman replay``: the core again, over a recording of the flight recorder.

Responsible for: stepping the recorded events and printing what changed. Must not: open a device or a connection.
"""

import argparse
import sys
from pathlib import Path

from appliance import recorder
from appliance.core.machine.invariants import BrokenInvariantError, check
from appliance.core.machine.step import cause, step
from appliance.core.model.effects import Note
from appliance.core.model.limits import Limits

EXIT_USAGE = 64
EXIT_BUG = 70


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The recording."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a dump of the flight recorder")
    parser.add_argument("--all", action="store_true", help="print every event, not only those that changed something")


def run(args: argparse.Namespace) -> int:
    """Print each step; 70 where the core breaks an invariant, as it did then."""
    try:
        state, events = recorder.read(args.file)
    except (ValueError, OSError) as error:
        why = f"{args.file} cannot be read: {error.strerror}" if isinstance(error, OSError) else error
        print(f"dragoman replay: {why}", file=sys.stderr)
        return EXIT_USAGE
    limits = Limits()
    for at, event in events:
        before = state
        try:
            state, effects = step(before, event, at, limits)
            check(before, state, limits)
        except BrokenInvariantError as error:
            print(f"{at:>10} {cause(event)}: BROKEN {error}")
            return EXIT_BUG
        orders = [type(effect).__name__ for effect in effects if not isinstance(effect, Note)]
        if args.all or orders or state.mode is not before.mode:
            moved = f"{before.mode} → {state.mode}" if state.mode is not before.mode else str(state.mode)
            print(f"{at:>10} {cause(event)}: {moved}{'; ' + ', '.join(orders) if orders else ''}")
    print(
        f"{len(events)} events, {state.mode}, {len(state.lines)} lines, faults: {[str(f.code) for f in state.faults]}"
    )
    return 0
