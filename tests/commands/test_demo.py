"""The demo before it begins: where its files go."""

from pathlib import Path

import pytest

from appliance import cli


@pytest.mark.parametrize("beneath", ["", "below"])
def test_a_place_that_cannot_be_written_is_a_sentence(
    tmp_path: Path, beneath: str, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "a file"
    taken.touch()
    assert cli.main(["demo", "--out", str(taken / beneath)]) == 78
    told = capsys.readouterr().err
    assert told.startswith("--out: ")
    assert "a file" in told
    assert "cannot be written" in told
