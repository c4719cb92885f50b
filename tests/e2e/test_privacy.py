"""The privacy slide on the real process: moved in mid-sentence, nothing of the sentence is sent later.

Responsible for: what the service was sent, by its own log. Must not: trust what the box says of itself.
"""

import signal
from pathlib import Path
from typing import Any

from tests.e2e.harness import SHORT, Box, Emulator, sound, wait_for
from tests.e2e.test_keys import script
from tests.e2e.test_rest import sent

PRIVATE_MS, LIVE_MS = 2_100, 4_000
CREATED_LATE_MS = 2_500
WINDOW_MS = 300
CLOSING_MS = 1_000  # of zeros, by which a microphone that closes ends its sentence
AT_LEAST = 60  # pieces


def private_box(folder: Path, service: Emulator | None, rows: list[tuple[int, str, bool]], **changes: Any) -> Box:
    keys = script(folder / "keys.toml", *rows)
    own = {"keys__driver": "script", "keys__script": keys, "run__start": "at-once", "run__until": "forever"}
    return Box(folder, service, sound(SHORT[:1], tail_ms=20_000), **(own | changes))


def spread(service: Emulator) -> int:
    """How long sound has been coming in, in ms."""
    pieces = sent(service)
    return pieces[-1][0] - pieces[0][0] if pieces else 0


def test_what_waited_for_the_line_is_wiped_and_never_sent(tmp_path: Path) -> None:
    """The sentence is in the replay buffer when the slide moves, for the service is slow to begin."""
    rows = [(PRIVATE_MS, "privacy", False), (LIVE_MS, "privacy", True)]
    with Emulator(tmp_path / "emulator", [f"slow_created:{CREATED_LATE_MS}"]) as service:
        with private_box(tmp_path / "box", service, rows) as box:
            ready = box.wait_for("line", lambda row: row["state"] == "ready")
            # Past the window too, for the end of the run closes its sentence with zeros of its own.
            wait_for(lambda: (len(sent(service)) > AT_LEAST and spread(service) > WINDOW_MS) or None, 30, box.told)
            box.signal(signal.SIGTERM)
            done = box.wait(20)
        pieces = sent(service)
    assert done.code == 0, box.told()
    live = next(row for row in box.rows("key") if row["key"] == "privacy" and row["down"])
    began = pieces[0][0]
    at_once_ms = sum(ms for at, ms in pieces if at < began + WINDOW_MS)
    since_live_ms = ready["at"] - live["at"]
    assert since_live_ms > 1_500
    assert at_once_ms <= since_live_ms + WINDOW_MS + CLOSING_MS + 400, "no more waited than what was said since"
    assert box.faults() == []


def test_in_mid_sentence_nothing_goes_up_from_the_slide_on(tmp_path: Path) -> None:
    rows = [(PRIVATE_MS, "privacy", False)]
    with Emulator(tmp_path / "emulator") as service:
        with private_box(tmp_path / "box", service, rows) as box:
            box.wait_for("line", lambda row: row["state"] == "closed")
            before = len(sent(service))
            box.wait_for("mode", lambda row: row["to"] == "standby" and row["at"] > PRIVATE_MS)
            box.signal(signal.SIGTERM)
            done = box.wait(20)
        pieces = sent(service)
        dials = service.dials()
    assert done.code == 0, box.told()
    assert (len(pieces), dials) == (before, 1), "the line was ended, and nothing sent or dialled after it"
    private_at = next(row["at"] for row in box.rows("key") if row["key"] == "privacy")
    assert sum(ms for _, ms in pieces) <= private_at + 1_200


def test_after_any_restart_it_is_private_before_it_listens(tmp_path: Path) -> None:
    """Twice from the start with the slide open: the recording, which complains when it is opened, is not."""
    for name in ("first", "again"):
        with private_box(tmp_path / name, None, [(0, "privacy", False)], service__url="wss://192.0.2.1/") as box:
            (tmp_path / name / "in.wav").write_bytes(b"whoever opens this complains")
            box.wait_for("screen")
            box.signal(signal.SIGKILL if name == "first" else signal.SIGTERM)
            box.wait(20)
        assert "in.wav" not in box.errors
        assert box.rows("fault", "line") == []
