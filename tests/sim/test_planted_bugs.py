"""Whoever trusts the simulator wants to see it object: to known mistakes, one at a time."""

import pytest

from tests.sim.planted import ALL, Plant
from tests.sim.runs import Tally, run_seed

SEEDS_AT_MOST = 150


@pytest.mark.parametrize(("plant", "focus"), ALL, ids=[plant.__name__ for plant, _ in ALL])
def test_the_simulator_objects_to(plant: Plant, focus: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    seeds = range(1, SEEDS_AT_MOST + 1)
    assert any(run_seed(seed, 1, Tally(), focus) is not None for seed in seeds), "nobody objected"


@pytest.mark.parametrize("focus", sorted({focus for _, focus in ALL}), ids=" ".join)
def test_without_a_bug_nobody_objects(focus: tuple[str, ...]) -> None:
    failures = [failure for seed in range(1, 13) if (failure := run_seed(seed, 1, Tally(), focus)) is not None]
    assert failures == []
