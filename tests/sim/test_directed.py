"""Each rare row of ``MOVES`` is taken by the life that is written for it, whatever the seed's network is like."""

import pytest

from appliance.core.model.modes import Mode
from tests.sim.directed import ROWS, Life, lived

SEEDS = range(1, 4)


@pytest.mark.parametrize(("row", "life"), ROWS.items(), ids=[life.__name__ for life in ROWS.values()])
def test_a_life_takes_its_row(row: tuple[Mode, Mode], life: Life) -> None:
    assert all(row in lived(life, seed) for seed in SEEDS)
