"""The table of habits is consistent with itself."""

from appliance.emulator.faults.settings import Habits
from appliance.emulator.faults.table import OTHER_NAMES, ROWS, Kind


def test_bare_names_mean_something_in_every_row() -> None:
    for name, row in ROWS.items():
        habits = Habits.parse([name])
        if row.kind is Kind.WORD:
            assert habits.word(name) == row.bare != row.words[0], name
        elif row.kind is Kind.NUMBER:
            assert habits.number(name, -1) == int(row.bare), name
            assert row.unit, name
        else:
            assert not row.words or row.bare in row.words, name


def test_other_names_stand_for_rows_and_hide_none() -> None:
    for other, (name, _) in OTHER_NAMES.items():
        assert name in ROWS
        assert other not in ROWS
