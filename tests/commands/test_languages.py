"""``dragoman languages``."""

import argparse

import pytest

from appliance.commands import languages
from appliance.protocol.languages import LANGUAGES


@pytest.fixture
def table(capsys: pytest.CaptureFixture[str]) -> list[str]:
    parser = argparse.ArgumentParser()
    languages.add_arguments(parser)
    assert languages.run(parser.parse_args([])) == 0
    return capsys.readouterr().out.splitlines()


def test_a_row_for_each_of_sixty_under_a_heading(table: list[str]) -> None:
    assert [line.split()[0] for line in table] == ["code", *LANGUAGES]
    assert len(table) == 61


def test_what_stands_in_a_row(table: list[str]) -> None:
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in table}
    assert rows["ar"] == "Arabic speaks Arab right to left qwen3.5 qwen3 (reads) العربية"
    assert rows["ja"] == "Japanese speaks Jpan left to right qwen3.5 qwen3 日本語"
    assert rows["sw"].startswith("Swahili reads Latn left to right qwen3.5 (reads) ")


def test_columns_line_up(table: list[str]) -> None:
    for heading in languages.HEADING[1:]:
        column = table[0].index(heading)
        assert all(line[column - 1] == " " and line[column] != " " for line in table)
        assert all(line[:column].isascii() or "å" in line[:column] for line in table)
