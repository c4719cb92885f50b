"""``core/model/effects.py`` and the shape of all orders.

Responsible for: that orders are plain frozen data. Must not: obey one.
"""

from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import get_args

import pytest

from appliance.core.model.direction import Direction
from appliance.core.model.effects import Dial, Effect, Note

KINDS = get_args(Effect)


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_is_frozen_and_slotted(kind: type) -> None:
    assert is_dataclass(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in kind.__dict__


def test_an_order_does_not_change_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        Dial(1, Direction("en", "es")).line = 2  # type: ignore[misc]


def test_no_order_carries_sound() -> None:
    assert not [field for kind in KINDS for field in fields(kind) if "bytes" in str(field.type)]


def test_a_row_can_be_compared_and_kept() -> None:
    assert len({Note("mode", (("to", "standby"),)), Note("mode", (("to", "standby"),))}) == 1
