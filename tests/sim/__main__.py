"""Run seeds: ``python -m tests.sim --seeds 1..100 --hours 4``, or one again: ``--seed 17 --hours 4``.

Responsible for: the command, the figures at its end, and the failure with its trace.
Must not: simulate.
"""

import argparse
import sys

from tests.sim.runs import Tally, run_seed


def main() -> int:
    """0 when no checker objected."""
    parser = argparse.ArgumentParser(prog="python -m tests.sim")
    parser.add_argument("--seeds", default="1..20", help="FIRST..LAST")
    parser.add_argument("--seed", type=int, help="one seed")
    parser.add_argument("--hours", type=float, default=4, help="simulated hours a seed")
    parser.add_argument("--keep-going", action="store_true", help="run the other seeds after an objection")
    parser.add_argument("--heard", action="store_true", help="sound as PCM, for the real voice detectors")
    options = parser.parse_args()
    first, _, last = options.seeds.partition("..")
    seeds = [options.seed] if options.seed is not None else range(int(first), int(last or first) + 1)
    tally, failed = Tally(), 0
    for seed in seeds:
        failure = run_seed(seed, options.hours, tally, heard=options.heard)
        if failure is not None:
            failed += 1
            print(failure if not options.keep_going else " | ".join(failure.splitlines()[-2:]))
            if not options.keep_going:
                break
    print(tally)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
