"""The table of fault codes and the advice on the screen are the same words."""

from pathlib import Path

from appliance.errors import ADVICE, FaultCode

TABLE = Path(__file__).parents[2] / "hardware/fault-codes.md"


def rows() -> list[list[str]]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_each_code_has_its_row_in_order_with_the_words_of_the_screen() -> None:
    shown = [(code.value, ADVICE[code].says, ADVICE[code].do) for code in FaultCode]
    assert [(row[0], row[1], row[2]) for row in rows()] == shown


def test_each_row_explains_itself() -> None:
    for row in rows():
        assert len(row) == 4, row[0]
        assert row[3].endswith("."), row[0]
        assert len(row[3]) > 40, row[0]
