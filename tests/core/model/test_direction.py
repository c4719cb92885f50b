"""``core/model/direction.py``: how a direction is written.

Responsible for: the spelling that the journal uses. Must not: know languages.
"""

from appliance.core.model.direction import Direction


def test_a_direction_is_written_as_the_journal_wants_it() -> None:
    assert str(Direction("en", "es")) == "en>es"


def test_an_unset_source_is_written_as_auto() -> None:
    assert str(Direction("", "es")) == "auto>es"
