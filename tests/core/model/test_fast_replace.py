"""A copy with changes is what the library's would be."""

import dataclasses
from dataclasses import dataclass

import pytest

from appliance.core.model import fast_replace
from appliance.core.model.state import Camera, Setup, State, Wanted


@dataclass(frozen=True, slots=True)
class One:
    number: int


@dataclass(frozen=True, slots=True)
class Checked:
    number: int

    def __post_init__(self) -> None:
        assert self.number >= 0


def test_it_is_what_the_library_makes() -> None:
    old = State(setup=Setup(kiosk=True), level=3)
    ours = fast_replace.replace(old, wanted=Wanted.PAUSE, camera=Camera(open=True))
    assert ours == dataclasses.replace(old, wanted=Wanted.PAUSE, camera=Camera(open=True))
    assert type(ours) is State
    assert hash(ours) != hash(old)


def test_the_old_one_stays_as_it_was() -> None:
    old = State()
    assert fast_replace.replace(old, level=7).level == 7
    assert old == State()
    assert fast_replace.replace(old) == old
    assert fast_replace.replace(old) is not old


def test_a_class_of_one_field() -> None:
    assert fast_replace.replace(One(1), number=2) == One(2)
    assert fast_replace.replace(One((1, 2)), number=(3,)) == One((3,))  # type: ignore[arg-type]
    assert fast_replace.replace(One((1, 2))) == One((1, 2))  # type: ignore[arg-type]


def test_the_copy_is_frozen_too() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        fast_replace.replace(One(1)).number = 3  # type: ignore[misc]


def test_a_name_that_is_no_field_is_refused() -> None:
    with pytest.raises(TypeError, match="State has no field loudness"):
        fast_replace.replace(State(), loudness=1)  # type: ignore[call-arg]


def test_a_class_that_checks_what_it_is_made_of_is_refused() -> None:
    with pytest.raises(TypeError, match="Checked checks what it is made of"):
        fast_replace.replace(Checked(1), number=-1)
