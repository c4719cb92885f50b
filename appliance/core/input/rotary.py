"""The volume knob: two contacts that close in turn, decoded into detents by the quadrature table.

Responsible for: which way it was turned and how often it clicked.
Must not: debounce. A contact that bounces goes a step forth and the same step back, which adds up to nothing.

A turns before B clockwise, so the contacts closed are none, A, both, B, none. What is between two detents is kept as
steps; at a detent they are rounded to a whole one and the rest is forgotten, so that a step that was missed moves
nothing for ever.
"""

from dataclasses import dataclass

from appliance.core.model.fast_replace import replace

_MISSED = 2  # both contacts moved since the last look: one step was missed, and the table cannot say which
_PLACES = {(False, False): 0, (True, False): 1, (True, True): 2, (False, True): 3}
_STEPS = (
    (0, 1, _MISSED, -1),
    (-1, 0, 1, _MISSED),
    (_MISSED, -1, 0, 1),
    (1, _MISSED, -1, 0),
)
"""Clockwise steps from one place (row) to another (column)."""


@dataclass(frozen=True, slots=True)
class Knob:
    """``place`` and ``rest`` are 0 to 3, the contacts' states in clockwise order; ``steps`` count from the last detent.

    ``rest`` is where it stood when it was first read: nobody turns it then, so that is a detent.
    """

    steps_per_detent: int
    place: int
    rest: int
    steps: int = 0


def knob(steps_per_detent: int, a: bool, b: bool) -> Knob:
    """A knob at a detent, with contacts ``a`` and ``b`` closed or open."""
    assert steps_per_detent > 0
    place = _PLACES[a, b]
    return Knob(steps_per_detent, place, rest=place)


def rotate(knob: Knob, a: bool, b: bool) -> tuple[Knob, int]:
    """The knob with its contacts as they are now, and the detents passed: 1 clockwise (louder), -1 back, or 0.

    A missed step is taken to go on in the direction already begun; at a detent there is none, and it does not count.
    """
    place = _PLACES[a, b]
    step = _STEPS[knob.place][place]
    if step == _MISSED:
        step = 2 * _sign(knob.steps)
    steps = knob.steps + step
    at_rest = _is_detent(knob, place)
    # At a detent the nearest whole one counts, between two of them only a full one.
    enough = knob.steps_per_detent if not at_rest else (knob.steps_per_detent + 1) // 2
    detents = _sign(steps) if abs(steps) >= enough else 0
    steps = 0 if at_rest else steps - detents * knob.steps_per_detent
    return replace(knob, place=place, steps=steps), detents


def _is_detent(knob: Knob, place: int) -> bool:
    """Whether a detent is at this place. With three steps a detent there is one at each place in turn: unknown."""
    return 4 % knob.steps_per_detent == 0 and (place - knob.rest) % knob.steps_per_detent == 0


def _sign(steps: int) -> int:
    return (steps > 0) - (steps < 0)
