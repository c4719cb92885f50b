"""Simulated hours in CI: no checker objects, and the figures that show the hours were worth something.

A failure prints its trace and the command that repeats it.
"""

import pytest

from tests.sim import sound
from tests.sim.directed import ROWS, lived
from tests.sim.runs import Tally, run_seed

SEEDS = range(1, 501)
SOAK_SEEDS = range(1_001, 11_001)
HOURS_A_SEED = 2
UTTERANCES_AN_HOUR = 8
FAULTS_AN_HOUR = 2


def test_a_thousand_hours() -> None:
    tally = Tally()
    for seed in SEEDS:
        failure = run_seed(seed, HOURS_A_SEED, tally)
        assert failure is None, failure
    print(tally)
    assert tally.hours == len(SEEDS) * HOURS_A_SEED
    assert tally.utterances >= UTTERANCES_AN_HOUR * tally.hours
    assert tally.faults >= FAULTS_AN_HOUR * tally.hours
    assert tally.repeats <= tally.faults + tally.lost_lines
    # Most rows that no seed takes for certain need two directions to change within one moment: they are taken by hand.
    tally.moves.update(*(lived(life, seed=1) for life in ROWS.values()))
    assert not tally.never_taken()


@pytest.mark.soak
def test_twenty_thousand_hours() -> None:
    tally, failures = Tally(), []
    for seed in SOAK_SEEDS:
        failure = run_seed(seed, HOURS_A_SEED, tally)
        if failure is not None:
            failures.append(" | ".join(failure.splitlines()[-2:]))
    print(tally)
    print(*failures, sep="\n")
    assert not failures
    assert tally.hours == len(SOAK_SEEDS) * HOURS_A_SEED


def test_one_seed_is_one_run() -> None:
    first, second = Tally(), Tally()
    for tally in (first, second):
        assert run_seed(7, HOURS_A_SEED, tally) is None
        tally.seconds = 0
    assert first == second


def test_what_was_said_can_be_read_again() -> None:
    said = {3: 0b1011, 12: 1 << 40}
    assert sound.read(sound.sentence(said)) == said
