"""``dragoman selftest``: exit code 78, and that it is a command."""

import argparse
from pathlib import Path

import pytest

from appliance import cli
from appliance.commands import selftest
from appliance.errors import FaultCode


def test_settings_that_cannot_be_used_end_it_with_78(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bench.toml"
    path.write_text("[langauges]\n")
    assert selftest.run(argparse.Namespace(config=path)) == 78
    told = capsys.readouterr()
    assert f"settings    | {FaultCode.X1} " in told.out
    assert 'did you mean "languages"' in told.err


def test_it_is_a_command() -> None:
    assert cli.COMMANDS["selftest"][0] == selftest.__name__
