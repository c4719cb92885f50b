"""``dragoman demo`` as a newcomer starts it: in a pipe, to its end and with Ctrl-C in the middle of a sentence."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.harness import LOUD, ROOT, heard_levels

LEFT = ("summary.json", "subtitles.srt", "heard.wav", "oled.gif")
FIGURES = {"first_text_ms", "first_sound_ms", "first_text_after_start_ms", "first_sound_after_start_ms"}


@contextlib.contextmanager
def begun(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """The demo in a process group of its own, as a shell would have it; all of the group is gone at the end."""
    with subprocess.Popen(
        [sys.executable, "-m", "appliance", "demo", "--out", str(folder)],
        cwd=folder.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    ) as demo:
        try:
            yield demo
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(demo.pid, signal.SIGKILL)


def test_ctrl_c_in_mid_sentence_lets_it_be_answered_and_leaves_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with begun(folder) as demo:
        assert demo.stdout is not None
        line = next(line for line in demo.stdout if line.startswith("shown: "))  # it is being spoken now
        os.killpg(demo.pid, signal.SIGINT)  # as a terminal does it: to everybody in the foreground
        rest = demo.stdout.read()
        assert demo.wait(60) == 0, rest
    assert "Traceback" not in rest
    assert all((folder / name).stat().st_size > 0 for name in LEFT)
    assert line.removeprefix("shown: ").strip() in (folder / "subtitles.srt").read_text(encoding="utf-8")
    assert json.loads((folder / "summary.json").read_text())["turns"]
    ways = [json.loads(row) for row in (folder / "emulator.jsonl").read_text(encoding="utf-8").splitlines()]
    kinds = [row["message"]["type"] for row in ways if row["way"] in ("in", "out")]
    assert kinds.index("session.finish") < kinds.index("session.finished")
    assert not any(row["way"] == "fault" and "ended" in row["says"] for row in ways)


@pytest.mark.soak
def test_the_whole_conversation(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with begun(folder) as demo:
        told, _ = demo.communicate(timeout=180)
    assert demo.returncode == 0, told
    assert "does not translate" in told
    summary = json.loads((folder / "summary.json").read_text())
    assert len(summary["turns"]) >= 12
    assert all(set(turn) == {*FIGURES, "gap_ms", "replay"} for turn in summary["turns"])
    assert all(turn[name] is not None for turn in summary["turns"] for name in FIGURES)
    assert set(summary) == {"turns", "tokens", "minutes", "underruns", "xruns"}
    assert summary["tokens"] > 0 < summary["minutes"] < 2
    assert sum(level > LOUD for level in heard_levels(folder / "heard.wav")) > 1_000, "ten seconds of speech"
    with Image.open(folder / "oled.gif") as film, wave.open(str(folder / "heard.wav")) as heard:
        assert film.size[0] % 128 == film.size[1] % 64 == 0
        frames = getattr(film, "n_frames", 1)
        assert frames > 50
        assert heard.getnframes() > 60 * 24_000
