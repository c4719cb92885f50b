"""``core/model/events.py`` and the shape of all news.

Responsible for: that news is plain frozen data without sound, and the names that others rely on. Must not: step.
"""

from dataclasses import fields, is_dataclass
from typing import get_args

import pytest

from appliance.core.model.events import Event, Key

KINDS = get_args(Event)


@pytest.mark.parametrize("kind", KINDS)
def test_news_is_frozen_and_slotted(kind: type) -> None:
    assert is_dataclass(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in kind.__dict__


def test_no_news_carries_sound() -> None:
    assert not [field for kind in KINDS for field in fields(kind) if "bytes" in str(field.type)]


def test_the_keys_are_those_of_the_contract() -> None:
    assert " ".join(Key) == "talk guest language repeat camera mute louder quieter privacy power"
