"""Whoever trusts the simulator wants to see it object: to known mistakes, one at a time."""

import pytest

from tests.sim.planted import ALL, Plant
from tests.sim.runs import Tally, run_seed

SEEDS_AT_MOST = 400


@pytest.mark.parametrize("plant", ALL, ids=lambda plant: plant.__name__)
def test_the_simulator_objects_to(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    seeds = range(1, SEEDS_AT_MOST + 1)
    assert any(run_seed(seed, 1, Tally()) is not None for seed in seeds), "nobody objected"


def test_without_a_bug_nobody_objects() -> None:
    assert all(run_seed(seed, 1, Tally()) is None for seed in range(1, 41))
