"""Whoever trusts the simulator wants to see it object: to known mistakes, one at a time."""

import pytest

from tests.sim.planted import ALL, Plant
from tests.sim.runs import Tally, run_seed

SEEDS_AT_MOST = 150


@pytest.mark.parametrize(("plant", "focus"), ALL, ids=[plant.__name__ for plant, _ in ALL])
def test_the_simulator_objects_to(plant: Plant, focus: tuple[str, ...]) -> None:
    """A seed counts that objects with the bug and is content without it."""
    for seed in range(1, SEEDS_AT_MOST + 1):
        with pytest.MonkeyPatch.context() as patch:
            plant(patch)
            objected = run_seed(seed, 1, Tally(), focus) is not None
        if objected and run_seed(seed, 1, Tally(), focus) is None:
            return
    pytest.fail("nobody objected")
