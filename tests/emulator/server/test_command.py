"""The command: its options, its one line, its exit codes."""

import argparse
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.emulator.faults.settings import HABITS
from appliance.emulator.server.command import add_arguments, habits_listing, run

START = """
import argparse, sys
from appliance.emulator.server.command import add_arguments, run
parser = argparse.ArgumentParser()
add_arguments(parser)
sys.exit(run(parser.parse_args()))
"""


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def test_the_list_of_habits_says_that_it_does_not_translate(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parsed("--habits")) == 0
    listed = capsys.readouterr().out
    assert listed == habits_listing()
    assert "does not translate" in listed
    for name, (what, mark) in HABITS.items():
        assert any(line.startswith(name) and mark in line and what in line for line in listed.splitlines())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "--port N"),
        (("--port", "0"), "--cert-dir DIR"),
        (("--port", "0", "--plain", "--cert-dir", "x"), "one of"),
        (("--port", "70000", "--plain"), "0 to 65535"),
        (("--port", "0", "--plain", "--key", ""), "must not be empty"),
    ],
)
def test_usage(words: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parsed(*words)) == 64
    assert sentence in capsys.readouterr().err


def test_settings_problems_come_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    habits = tmp_path / "habits"
    habits.write_text("slooow\n")
    words = ("--port", "0", "--plain", "--habit", "drops_mid_respons", "--habits-file", str(habits))
    assert run(parsed(*words)) == 78
    problems = capsys.readouterr().err
    assert "slooow" in problems
    assert "drops_mid_response" in problems
    assert run(parsed("--port", "0", "--plain", "--rehearsal", str(tmp_path / "absent.toml"))) == 78
    assert "absent.toml" in capsys.readouterr().err


def test_missing_espeak_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert run(parsed("--port", "0", "--plain")) == 69
    assert "apt install espeak-ng" in capsys.readouterr().err


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_listens_and_stops_cleanly(tmp_path: Path, how: signal.Signals) -> None:
    words = ["--port", "0", "--cert-dir", str(tmp_path), "--log", str(tmp_path / "wire.jsonl"), "--habit", "slow:10"]
    process = subprocess.Popen(
        [sys.executable, "-c", START, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("listening on wss://127.0.0.1:")
    assert line.endswith("/api-ws/v1/realtime\n")
    process.send_signal(how)
    rest, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert rest == ""
    assert "does not translate" in errors
    assert (tmp_path / "ca.pem").exists()
