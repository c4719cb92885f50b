"""The behaviour of the core, mode by mode and event by event, against the files in ``golden/``.

Responsible for: the comparison. To accept a change: ``python -m tests.core.golden --write``, and read the difference.
Must not: mend the files.
"""

import pytest

from appliance.core.model.modes import Mode
from tests.core import golden
from tests.core.states import REACHED


@pytest.mark.parametrize("mode", Mode)
def test_every_mode_is_reached_by_events(mode: Mode) -> None:
    assert REACHED[mode]().state.mode is mode


def test_every_kind_of_event_is_there() -> None:
    assert golden.uncovered() == set()


@pytest.mark.parametrize("mode", Mode)
def test_behaviour_is_as_written(mode: Mode) -> None:
    assert golden.text(mode) == (golden.FOLDER / f"{mode}.txt").read_text(encoding="utf-8")


def test_no_file_is_left_over() -> None:
    assert {path.stem for path in golden.FOLDER.iterdir()} == {str(mode) for mode in Mode}
