"""The self-test by two keys on the real process, and what its child opens."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import KEY, ROOT, SHORT, Box, Emulator, settings, sound, translation
from tests.e2e.test_keys import script

LIMIT_S = 45


def test_two_keys_dial_once_and_the_box_goes_on_as_before(tmp_path: Path) -> None:
    rows = [(200, "language", True), (300, "repeat", True), (3_600, "repeat", False), (3_700, "language", False)]
    rows += [(13_000, "camera", True), (13_100, "camera", False), (13_500, "talk", True), (13_600, "talk", False)]
    keys = script(tmp_path / "box" / "keys.toml", *rows)
    changes: dict[str, Any] = {"keys__driver": "script", "keys__script": keys, "run__start": "key"}
    with Emulator(tmp_path / "emulator") as service:
        with Box(tmp_path / "box", service, sound(SHORT[:1]), **changes) as box:
            done = box.wait(LIMIT_S)
        assert service.dials() == 2, "the round trip, and the conversation"
    assert done.code == 0, box.told()
    assert box.finals() == [translation(SHORT[0])]
    assert [row["number"] for row in box.rows("line") if row["state"] == "dialing"] == [1]
    shown = [row["at"] for row in box.rows("screen")]
    standby = next(row["at"] for row in box.rows("mode") if row["to"] == "standby")
    assert len([at for at in shown if standby + 3_200 < at < standby + 13_000]) >= 4, "rows came, and pages turned"


def child(folder: Path, *, private: bool) -> dict[str, tuple[str, bool]]:
    """What the self-test tells the box: code and whether it only tells something, by row."""
    (folder / "in.wav").write_bytes(b"whoever opens this complains")
    (folder / "bench.toml").write_text(settings(service__url="wss://127.0.0.1:9/", screen__driver="none"))
    done = subprocess.run(
        [sys.executable, "-m", "appliance.selftest.process"],
        input=json.dumps({"config": "bench.toml", "private": private}).encode() + b"\n",
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "DASHSCOPE_API_KEY": KEY, "LANG": "C.UTF-8"},
        capture_output=True,
        timeout=LIMIT_S,
        check=True,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert (b"nothing that listens or looks was opened" in done.stderr) is private, done.stderr
    return {what: (code, told) for what, code, told in rows}


@pytest.mark.parametrize(("private", "microphone"), [(True, ("", True)), (False, ("M1", False))])
def test_in_private_its_child_opens_nothing_that_listens(
    tmp_path: Path, private: bool, microphone: tuple[str, bool]
) -> None:
    told = child(tmp_path, private=private)
    assert told["microphone"] == microphone
    assert told["service"] == ("N3", False)
    assert told["settings"] == ("", False)


def test_a_stop_in_the_middle_of_it_waits_for_nothing(tmp_path: Path) -> None:
    rows = [(200, "language", True), (300, "repeat", True)]
    keys = script(tmp_path / "keys.toml", *rows)
    changes: dict[str, Any] = {
        "keys__driver": "script",
        "keys__script": keys,
        "run__start": "key",
        "run__until": "forever",
    }
    with Box(tmp_path, None, sound(SHORT[:1]), service__url="wss://192.0.2.1/", **changes) as box:
        box.wait_for("screen", lambda row: row["at"] > 4_000)
        box.signal(signal.SIGTERM)
        done = box.wait(10)
    assert done.code == 0, box.told()
