"""``core/input/rotary.py``: turns become detents, bounces nothing, and a missed step is mended at the next detent."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.input.rotary import Knob, knob, rotate

CIRCLE = ((False, False), (True, False), (True, True), (False, True))


def path(start: int, steps: int) -> list[tuple[bool, bool]]:
    """The contacts after each of so many steps from a place; negative steps go back."""
    way = 1 if steps > 0 else -1
    return [CIRCLE[(start + way * (n + 1)) % 4] for n in range(abs(steps))]


def run(state: Knob, contacts: Iterable[tuple[bool, bool]]) -> tuple[Knob, list[int]]:
    """The knob after these contacts, and the detents that were not 0."""
    heard = []
    for a, b in contacts:
        state, detents = rotate(state, a, b)
        if detents:
            heard.append(detents)
    return state, heard


@pytest.mark.parametrize("steps_per_detent", [1, 2, 3, 4])
@pytest.mark.parametrize("start", range(4))
def test_a_detent_is_so_many_steps_either_way(steps_per_detent: int, start: int) -> None:
    still = knob(steps_per_detent, *CIRCLE[start])
    for way in (1, -1):
        _, heard = run(still, path(start, way * 5 * steps_per_detent))
        assert heard == [way] * 5


def test_a_turned_first_is_clockwise() -> None:
    _, heard = run(knob(4, False, False), [(True, False), (True, True), (False, True), (False, False)])
    assert heard == [1]


def test_it_clicks_at_the_detent_and_not_before() -> None:
    state = knob(4, False, False)
    clicks = []
    for a, b in path(0, 4):
        state, detents = rotate(state, a, b)
        clicks.append(detents)
    assert clicks == [0, 0, 0, 1]


def test_the_same_contacts_again_are_nothing() -> None:
    state, _ = run(knob(4, False, False), path(0, 2))
    assert rotate(state, *CIRCLE[2]) == (state, 0)


@given(st.lists(st.integers(0, 5), min_size=4, max_size=4), st.sampled_from([1, -1]))
def test_bounces_add_up_to_nothing(bounces: list[int], way: int) -> None:
    contacts = [(False, False)]
    for after, count in zip(path(0, 4 * way), bounces, strict=True):
        contacts += [after, contacts[-1]] * count + [after]
    state, heard = run(knob(4, False, False), contacts[1:])
    assert (sum(heard), state.steps) == (way, 0)
    # A bounce at the detent itself may not click twice.
    _, more = run(state, [CIRCLE[way % 4], CIRCLE[0]] * 3)
    assert more == []


def test_a_finger_that_rests_on_it_moves_nothing() -> None:
    _, heard = run(knob(4, False, False), [*path(0, 1), *path(1, -1), *path(0, -1), *path(3, 1)] * 50)
    assert heard == []


@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize("missed", [1, 2])
def test_a_step_missed_in_a_turn_goes_on_the_same_way(way: int, missed: int) -> None:
    contacts = path(0, 4 * way)
    del contacts[missed]
    _, heard = run(knob(4, False, False), contacts)
    assert heard == [way]


@pytest.mark.parametrize("way", [1, -1])
def test_the_first_step_missed_has_no_direction_and_the_rest_decides(way: int) -> None:
    _, heard = run(knob(4, False, False), path(0, 4 * way)[1:])
    assert heard == [way]


@pytest.mark.parametrize("way", [1, -1])
def test_a_missed_detent_is_counted_once_it_is_passed(way: int) -> None:
    contacts = path(0, 8 * way)
    del contacts[3]  # the detent itself
    _, heard = run(knob(4, False, False), contacts)
    assert heard == [way, way]


def test_half_a_turn_of_noise_is_no_detent() -> None:
    state, heard = run(knob(4, False, False), [CIRCLE[2], CIRCLE[0]])
    assert (heard, state.steps) == ([], 0)
    state, heard = run(knob(1, False, False), [CIRCLE[2]])
    assert (heard, state.steps) == ([], 0)


@given(st.integers(0, 2**32), st.sampled_from([2, 4]))
def test_what_was_missed_moves_nothing_for_ever(seed: int, steps_per_detent: int) -> None:
    chance = random.Random(seed)
    state = knob(steps_per_detent, False, False)
    state, _ = run(state, (chance.choice(CIRCLE) for _ in range(100)))
    state, _ = run(state, [CIRCLE[0]])
    assert state.steps == 0
    _, heard = run(state, [*path(0, 4), *path(0, -8)])
    per_round = 4 // steps_per_detent
    assert heard == [1] * per_round + [-1] * 2 * per_round


@given(st.lists(st.sampled_from(CIRCLE), max_size=200), st.integers(1, 4))
def test_it_never_turns_by_more_than_one_at_a_time(contacts: list[tuple[bool, bool]], steps_per_detent: int) -> None:
    state = knob(steps_per_detent, False, False)
    for a, b in contacts:
        state, detents = rotate(state, a, b)
        assert detents in (-1, 0, 1)
        assert abs(state.steps) < max(steps_per_detent, 2)


def test_a_knob_without_steps_is_our_mistake() -> None:
    with pytest.raises(AssertionError):
        knob(0, False, False)
