import os
import subprocess
import sys
from pathlib import Path

import pytest

from appliance import __version__, cli
from appliance.commands import languages
from appliance.commands.diagram import diagram
from appliance.core.model.modes import MOVES, Mode
from appliance.errors import DragomanError, Problem, SettingsError


def leaves_with(code: int, *words: str) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(words)
    assert left.value.code == code


@pytest.mark.parametrize("words", [(), ("nonsense",), ("--nonsense",), ("replay",), ("diagram", "too", "much")])
def test_misuse_is_64_and_points_to_the_usage(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    leaves_with(64, *words)
    assert "usage: dragoman" in capsys.readouterr().err


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    leaves_with(0, "--version")
    assert capsys.readouterr().out == f"dragoman {__version__}\n"
    leaves_with(0, "--help")
    told = capsys.readouterr().out
    assert all(name in told for name in cli.COMMANDS)


def test_the_diagram_has_every_mode_and_no_move_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["diagram"]) == 0
    assert capsys.readouterr().out == diagram() + "\n"
    drawn = [line.split(" --> ") for line in map(str.strip, diagram().splitlines()) if "-->" in line]
    moves = {(a, b) for a, b in drawn if a in set(Mode) and b in set(Mode)}
    assert moves <= {(str(a), str(b)) for a in Mode for b in MOVES[a]}
    assert {a for a, _ in moves} | {b for _, b in moves} == {str(mode) for mode in Mode}


def test_a_replay_of_nothing_is_misuse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["replay", str(tmp_path / "none")]) == 64
    assert "none" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (SettingsError((Problem("a.toml:3", "no such key"), Problem("key", "missing"))), 78, "a.toml:3: no such key"),
        (DragomanError("espeak-ng is missing"), 69, "dragoman languages: espeak-ng is missing"),
        (BrokenPipeError(), 0, ""),
        (ZeroDivisionError("planted"), 70, ""),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_exit_codes(
    error: BaseException,
    code: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_args: object) -> int:
        raise error

    monkeypatch.setattr(languages, "run", fail)
    assert cli.main(["languages"]) == code
    assert words in capsys.readouterr().err
    assert ("planted" in caplog.text) is (code == 70)


def test_bad_settings_are_78_and_every_problem_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.toml"
    path.write_text('[languages]\nmnie = "en"\ntheirs = "xx"\n', encoding="utf-8")
    assert cli.main(["check", "--config", str(path)]) == 78
    told = "".join(capsys.readouterr())
    assert "mnie" in told
    assert "xx" in told


def test_it_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "appliance", "--version"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, f"dragoman {__version__}")


@pytest.mark.parametrize("words", [("diagram",), ("languages",), ("--help",), ("emulator", "--habits")])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_seen_enough_is_no_failure(words: tuple[str, ...], unbuffered: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "appliance", *words],
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_help_tells_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    leaves_with(0, "--help")
    told = " ".join(capsys.readouterr().out.split())
    assert all(f" {code} " in told for code in (0, 64, 69, 70, 78))


@pytest.mark.parametrize("words", [["languages"], ["diagram"], ["--help"]])
def test_an_output_on_a_full_disk_is_a_sentence(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "appliance", *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ran.returncode == 69
    assert ran.stderr == "dragoman: the output cannot be written: no space left on device\n"
