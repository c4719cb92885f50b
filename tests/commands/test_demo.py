"""The demo beside the box: where its files go, and what it tells while it goes on."""

import io
import sys
from pathlib import Path

import pytest

from appliance import cli
from appliance.commands.demo import _Teller


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


class Gone(io.StringIO):
    """A reader that leaves after the first line."""

    def write(self, text: str) -> int:
        if self.getvalue().endswith("\n"):
            raise BrokenPipeError
        return super().write(text)


def test_a_reader_that_leaves_does_not_end_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    output = Gone()
    monkeypatch.setattr(sys, "stdout", output)
    teller = _Teller()
    teller.start()
    for line in ("said:  a", "shown: b", "said:  c", None):
        teller.say(line)
    teller.stop()
    assert output.getvalue() == "said:  a\n"
