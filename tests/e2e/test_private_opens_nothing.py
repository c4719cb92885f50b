"""With the slide open nothing that listens or looks is opened, by any command: by the adapters' own count.

Responsible for: real processes, at the start, after a crash, and where the slide cannot be read (here are no pins).
Must not: trust that a device would complain: each adapter counts before it touches one.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.e2e.harness import KEY, ROOT, SHORT, Box, Row, settings, sound
from tests.e2e.test_keys import script

NOTHING = {"alsa": 0, "file": 0, "picamera2": 0, "folder": 0}
NOWHERE = "wss://127.0.0.1:9/"
OPEN, LIVE = (0, "privacy", False), (1_500, "privacy", True)
UNREADABLE: dict[str, Any] = {"keys__driver": "gpio"}


def slide(folder: Path, *rows: tuple[int, str, bool]) -> dict[str, Any]:
    return {"keys__driver": "script", "keys__script": script(folder / "keys.toml", *rows)}


def eager(folder: Path, **changes: Any) -> Box:
    """A box that listens and looks as soon as it may."""
    (folder / "pictures").mkdir(parents=True)
    Image.new("RGB", (640, 360)).save(folder / "pictures" / "a.jpg")
    own = {
        "service__url": NOWHERE, "run__start": "at-once", "run__until": "forever", "camera__driver": "folder",
        "camera__device": "pictures", "camera__mode": "auto",
    }  # fmt: skip
    return Box(folder, None, sound(SHORT[:1], tail_ms=20_000), **(own | changes))


def counts(box: Box) -> list[dict[str, int]]:
    return [{name: row[name] for name in NOTHING} for row in box.rows("opened")]


def settled(box: Box) -> Row:
    """It is up, and shows what it is; a second turn of the event loop has been."""
    return box.wait_for("mode", lambda row: row["to"] == "standby")


@pytest.mark.parametrize(("driver", "unreadable"), [("file", False), ("alsa", True)], ids=["open", "unreadable"])
def test_the_box_opens_nothing_and_neither_does_the_one_after_a_crash(
    tmp_path: Path, driver: str, unreadable: bool
) -> None:
    for name, end in (("first", signal.SIGKILL), ("again", signal.SIGTERM)):
        folder = tmp_path / name
        keys = UNREADABLE if unreadable else slide(folder, OPEN)
        device = {"microphone__device": "default"} if driver == "alsa" else {}
        with eager(folder, microphone__driver=driver, **device, **keys) as box:
            settled(box)
            box.signal(end)
            assert box.wait(20).code == (0 if end is signal.SIGTERM else -signal.SIGKILL), box.told()
        assert counts(box) == [NOTHING], box.told()
    assert "nothing that listens or looks was opened" in box.errors


def test_the_same_box_counts_what_it_opens_when_the_slide_is_moved(tmp_path: Path) -> None:
    """Else the count would prove nothing."""
    with eager(tmp_path / "box", **slide(tmp_path / "box", OPEN, LIVE)) as box:
        opened = box.wait_for("opened", lambda row: row["file"] and row["folder"])
        box.signal(signal.SIGTERM)
        box.wait(20)
    assert counts(box)[0] == NOTHING
    assert opened["at"] >= next(row["at"] for row in box.rows("key") if row["key"] == "privacy" and row["down"])
    assert (opened["alsa"], opened["picamera2"]) == (0, 0)


def command(folder: Path, name: str, **changes: Any) -> tuple[int, str]:
    """A command in the real process, with a recording that can be read: its code and what it printed."""
    (folder / "bench.toml").write_text(settings(service__url=NOWHERE, run__until="forever", **changes))
    done = subprocess.run(
        [sys.executable, "-m", "appliance", name, "--config", "bench.toml"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DASHSCOPE_API_KEY": KEY, "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=45,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(("name", "unreadable"), [("selftest", True), ("devices", True), ("devices", False)])
def test_no_command_opens_anything(tmp_path: Path, name: str, unreadable: bool) -> None:
    keys = UNREADABLE if unreadable else slide(tmp_path, OPEN)
    code, printed = command(tmp_path, name, microphone__driver="alsa", microphone__device="default", **keys)
    assert code == (69 if name == "selftest" else 0), "the service is not there"
    assert "nothing that listens or looks was opened" in printed.splitlines()[-1]


def test_the_self_test_of_a_live_box_counts_what_its_children_open(tmp_path: Path) -> None:
    (tmp_path / "in.wav").touch()
    _, printed = command(tmp_path, "selftest")
    assert printed.splitlines()[-1].endswith("opened of what listens or looks: file 1")
