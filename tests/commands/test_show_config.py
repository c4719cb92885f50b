"""``dragoman show-config``."""

import argparse
import tomllib
from pathlib import Path

import pytest

from appliance.commands import show_config


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    show_config.add_arguments(parser)
    return show_config.run(parser.parse_args(words))


@pytest.fixture(autouse=True)
def _no_files_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DRAGOMAN_BOOT_FILE", str(tmp_path / "dragoman.toml"))
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-secret")


def test_all_settings_and_changes_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[languages]\ntheirs = "fr"', encoding="utf-8")
    assert run("--config", str(file)) == 0
    whole = capsys.readouterr().out
    assert len(tomllib.loads(whole)) == 11
    assert run("--config", str(file), "--changes") == 0
    changes = capsys.readouterr().out
    assert f'theirs = "fr"  # {file}:2\n' in changes
    assert tomllib.loads(changes) == {"service": {}, "languages": {"theirs": "fr"}}
    assert "secret" not in whole + changes


def test_with_problems_in_its_file_only_they_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "own.toml"
    file.write_text("[zzz]", encoding="utf-8")
    assert run("--config", str(file)) == 78
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"{file}:1: ")


def test_with_a_broken_boot_file_what_is_in_force_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "dragoman.toml").write_text("[zzz]", encoding="utf-8")
    assert run() == 78
    shown = capsys.readouterr()
    assert len(tomllib.loads(shown.out)) == 11
    assert "zzz" in shown.err
