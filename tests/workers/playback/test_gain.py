"""``workers/playback/gain.py``: the scale of the knob, and samples that never turn over."""

from array import array

import pytest

from appliance.workers.playback.gain import START_PERCENT, below_ceiling_db, factor, louder_db, mixed, scaled


@pytest.mark.parametrize(("percent", "db"), [(100, 0), (95, -2), (START_PERCENT, -6), (50, -20), (0, -40)])
def test_a_step_is_two_decibels(percent: int, db: int) -> None:
    assert below_ceiling_db(percent) == db


@pytest.mark.parametrize(("percent", "db"), [(100, 0), (95, 2), (85, 6), (10, 6)])
def test_a_repeat_is_louder_and_never_passes_the_ceiling(percent: int, db: int) -> None:
    assert louder_db(percent) == db


def test_samples_are_scaled_and_cut_off_at_full_scale() -> None:
    pcm = array("h", [100, -100, 30_000, -30_000]).tobytes()
    assert scaled(pcm, 1) is pcm
    assert array("h", scaled(pcm, 2)).tolist() == [200, -200, 32_767, -32_768]
    assert factor(6) == pytest.approx(2, rel=0.01)


def test_two_sounds_at_once_are_as_long_as_the_longer() -> None:
    one, other = array("h", [1, 32_000]).tobytes(), array("h", [2, 2_000, -5]).tobytes()
    assert array("h", mixed(one, other)).tolist() == [3, 32_767, -5]
    assert mixed(one, other) == mixed(other, one)
