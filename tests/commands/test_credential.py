"""``dragoman credential``: for root alone."""

import os
from pathlib import Path

import pytest

from appliance import cli
from appliance.commands import credential


def test_whoever_is_not_root_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert cli.main(["credential"]) == 69
    assert "only root can store a key" in capsys.readouterr().err


def test_it_moves_the_key_of_the_boot_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    boot = tmp_path / "dragoman.toml"
    boot.write_text('[service]\nkey = "sk-1"\n')
    moved: list[Path] = []

    def move(path: Path) -> str:
        moved.append(path)
        return "done"

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(credential, "move", move)
    monkeypatch.setenv("DRAGOMAN_BOOT_FILE", str(boot))
    assert cli.main(["credential"]) == 0
    assert moved == [boot]
    assert capsys.readouterr().out == "done\n"
