"""Seeds in which every box has a camera, and things go wrong with it; and known mistakes that must be found.

A part of all other seeds has a camera too: ``tests/sim/camera.py``.
"""

import logging

import pytest

from tests.sim.planted_pictures import ALL, Plant
from tests.sim.runs import Tally, run_seed
from tests.sim.world import World

FOCUS = ("camera", "reset", "privacy", "slow", "snap", "black_hole", "blow", "restart")
SEEDS = range(1, 31)
SEEDS_AT_MOST = 60
PICTURES_AN_HOUR = 3


def test_pictures_keep_the_walls_whatever_befalls_the_camera(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    went_out = 0
    for seed in SEEDS:
        world = World(seed, FOCUS)
        world.run(1)
        went_out += world.onlooker.went_out
    assert went_out >= PICTURES_AN_HOUR * len(SEEDS)


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
