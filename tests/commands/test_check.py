"""``dragoman check``."""

import argparse
from pathlib import Path

import pytest

from appliance.commands import check


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    check.add_arguments(parser)
    return check.run(parser.parse_args(words))


@pytest.fixture(autouse=True)
def _no_files_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DRAGOMAN_BOOT_FILE", str(tmp_path / "dragoman.toml"))
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-secret")


def test_good_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[languages]\ntheirs = "el"', encoding="utf-8")
    assert run("--config", str(file)) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert f"note: {file}:2: Greek is written, not spoken" in shown.out
    assert shown.out.endswith("the settings can be used\n")


def test_every_problem_has_a_line_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[service]\nvioce = ""\nsilence_ms = 1\n[panel]\nenabled = true', encoding="utf-8")
    assert run("--config", str(file)) == 78
    shown = capsys.readouterr()
    assert [line.split(": ")[0] for line in shown.err.splitlines()] == [f"{file}:2", f"{file}:3", f"{file}:5"]
    assert "can be used" not in shown.out


def test_the_files_that_the_settings_name_are_looked_into(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ca.pem").write_text("no certificate", encoding="utf-8")
    (tmp_path / "keys.toml").write_text('[[key]]\nat_ms = 1\nkey = "tlak"\ndown = true\n', encoding="utf-8")
    file = tmp_path / "own.toml"
    file.write_text(
        f'[service]\nurl = "wss://h\u00f6st.test/"\nca_file = "{tmp_path}/ca.pem"\n'
        f'[keys]\ndriver = "script"\nscript = "{tmp_path}/keys.toml"\n',
        encoding="utf-8",
    )
    assert run("--config", str(file)) == 78
    shown = capsys.readouterr()
    for words in (
        "service.url",
        "ca.pem holds no certificate",
        "keys.toml:3: 'tlak' is not a key (did you mean 'talk'?)",
    ):
        assert words in shown.err
    assert "can be used" not in shown.out


def test_a_missing_key_is_a_note_and_no_problem(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DASHSCOPE_API_KEY")
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    file = tmp_path / "own.toml"
    file.write_text("", encoding="utf-8")
    assert run("--config", str(file)) == 0
    assert "S1" in capsys.readouterr().out


def test_the_boot_file_is_checked_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dragoman.toml").write_text("[zzz]", encoding="utf-8")
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    assert run() == 78
    assert [file.name for file in tmp_path.iterdir()] == ["dragoman.toml"]
