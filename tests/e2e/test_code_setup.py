"""A code before the camera of the real process: shown, confirmed by a key, and asked of root; or not confirmed."""

import signal
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
import segno

from appliance.config.asked import digest, read_request
from appliance.provision.applying import provision
from tests.e2e.harness import SHORT, Box, sound
from tests.e2e.test_keys import script
from tests.provision.cards import card

PASSWORD = "correct horse; battery"
CODE = "WIFI:T:WPA;S:Hotel Sol;P:correct horse\\; battery;;"
BEGIN = [(100, "camera", True), (3_300, "camera", False)]
CONFIRM = [
    (7_000, "talk", True),
    (7_100, "talk", False),
    (8_000, "louder", True),
    (9_000, "talk", True),
    (9_100, "talk", False),
]
LIMIT_S = 40.0
RUNTIME = Path("root/run/dragoman")
"""Below the root of a card, so that provisioning finds the request there."""


def picture(folder: Path, text: str = CODE) -> None:
    """What the camera sees: the code on a wall."""
    from PIL import Image

    folder.mkdir(parents=True)
    segno.make(text, error="m", micro=False).save(str(folder / "code.png"), scale=8, border=4)
    with Image.open(folder / "code.png") as code:
        wall = Image.new("RGB", (1_280, 720), (120, 120, 120))
        wall.paste(code.convert("RGB"), (400, 200))
    (folder / "code.png").unlink()
    wall.save(folder / "code.jpg", "JPEG", quality=80)


def box(folder: Path, rows: list[tuple[int, str, bool]], text: str = CODE, **changes: Any) -> Box:
    """A box at a desk, with a picture folder for a camera and a runtime folder."""
    picture(folder / "pictures", text)
    runtime = folder / RUNTIME
    runtime.mkdir(parents=True)
    keys = script(folder / "keys.toml", *rows)
    own: dict[str, Any] = {
        "keys__driver": "script",
        "keys__script": keys,
        "camera__driver": "folder",
        "camera__device": "pictures",
        "run__start": "key",
        "run__until": "forever",
    }
    environment = {"RUNTIME_DIRECTORY": str(runtime)}
    return Box(
        folder, None, sound(SHORT[:1]), environment=environment, service__url="wss://192.0.2.1/", **{**own, **changes}
    )


def request_of(folder: Path) -> bytes:
    """The request, as soon as it is there."""
    path = folder / RUNTIME / "provision/request.toml"
    until = time.monotonic() + LIMIT_S
    while time.monotonic() < until:
        if path.exists():
            return path.read_bytes()
        time.sleep(0.02)
    raise AssertionError("no request came")


def test_a_key_applies_what_the_screen_said(tmp_path: Path) -> None:
    places = card(tmp_path, None)
    with box(tmp_path, [*BEGIN, *CONFIRM]) as running:
        running.wait_for("code")
        assert not (tmp_path / RUNTIME / "provision").exists(), "nothing before a key"
        data = request_of(tmp_path)
        asked = read_request(data)
        assert (asked.boot["wifi.ssid"], asked.boot["wifi.password"]) == ("Hotel Sol", PASSWORD)
        assert len(str(asked.boot["wifi.country"])) == 2
        outcome, _ = provision(places)
        assert outcome.failed == []
        told = tomllib.loads((places.request_folder / "result.toml").read_text())
        assert told == {"request": digest(data), "ok": True, "words": "done"}
        rows = len(running.rows("screen"))
        running.wait_for("screen", lambda row: len(running.rows("screen")) > rows)
        running.signal(signal.SIGTERM)
        done = running.wait(LIMIT_S)
    assert done.code == 0, running.told()
    for path in (tmp_path / "journal.jsonl", *(tmp_path / RUNTIME).glob("*.jsonl")):
        assert PASSWORD not in path.read_text("utf-8"), path
    assert PASSWORD not in running.told()
    assert [row["folder"] for row in running.rows("opened")][-1] >= 1


@pytest.mark.parametrize(
    "rows",
    [BEGIN, [*BEGIN, (7_000, "repeat", True), (7_100, "repeat", False)]],
    ids=["no key", "refused"],
)
def test_without_the_key_nothing_is_asked(tmp_path: Path, rows: list[tuple[int, str, bool]]) -> None:
    with box(tmp_path, rows) as running:
        running.wait_for("code")
        running.wait_for("mode")
        time.sleep(8)
        running.signal(signal.SIGTERM)
        done = running.wait(LIMIT_S)
    assert done.code == 0, running.told()
    assert not (tmp_path / RUNTIME / "provision").exists()


def test_in_private_the_camera_stays_closed(tmp_path: Path) -> None:
    rows = [(0, "privacy", False), *BEGIN, *CONFIRM]
    with box(tmp_path, rows) as running:
        running.wait_for("key", lambda row: row["at"] > 9_000)
        running.signal(signal.SIGTERM)
        running.wait(LIMIT_S)
    assert running.rows("code") == []
    assert [row.get("folder", 0) for row in running.rows("opened")][-1] == 0
    assert not (tmp_path / RUNTIME / "provision").exists()


def test_a_hostile_code_is_not_even_offered(tmp_path: Path) -> None:
    with box(tmp_path, [*BEGIN, *CONFIRM], 'DRAGOMAN1:00000000:{"u":"wss://evil.example/"}') as running:
        running.wait_for("key", lambda row: row["at"] > 9_000)
        running.signal(signal.SIGTERM)
        running.wait(LIMIT_S)
    assert running.rows("code") == []
    assert not (tmp_path / RUNTIME / "provision").exists()
