"""``workers/host/reboot.py``: what is asked for, and at most one reboot for a deaf microphone in six hours."""

import json
import logging
from pathlib import Path

import pytest

from appliance.workers.host.reboot import APART_MS, MARK_NAME, REQUEST_NAME, Rebooter


def made(folder: Path, boot_id: str, began_ms: int) -> Rebooter:
    return Rebooter(folder, folder, boot_id, began_ms)


def order(rebooter: Rebooter, now: int) -> None:
    rebooter.reboot(now)
    rebooter.join(5_000)


@pytest.mark.parametrize("missing", ["state", "runtime"])
def test_without_its_two_folders_there_is_never_a_reboot(tmp_path: Path, missing: str) -> None:
    folders = {name: None if name == missing else tmp_path for name in ("state", "runtime")}
    rebooter = Rebooter(folders["state"], folders["runtime"], "a", 0)
    assert rebooter.allowed_from() is None
    rebooter.join(10)


def test_the_mark_is_written_and_the_request_left(tmp_path: Path) -> None:
    rebooter = made(tmp_path, "a", 1_000)
    assert rebooter.allowed_from() == 0
    order(rebooter, 500)
    assert json.loads((tmp_path / MARK_NAME).read_text()) == {"boot_id": "a", "at_ms": 1_500}
    assert (tmp_path / REQUEST_NAME).read_text().split(maxsplit=1)[0] == "reboot"


def test_six_hours_lie_between_two_orders(tmp_path: Path) -> None:
    order(made(tmp_path, "a", 1_000), 500)
    assert made(tmp_path, "a", 2_000).allowed_from() == 1_500 + APART_MS - 2_000, "the same boot, a later process"
    assert made(tmp_path, "b", 9_000).allowed_from() == APART_MS - 9_000, "another boot must be up for six hours"


@pytest.mark.parametrize("text", ["{", "[]", '{"boot_id": "a"}', '{"boot_id": "a", "at_ms": "soon"}'])
def test_a_mark_that_cannot_be_read_counts_as_one(tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str) -> None:
    (tmp_path / MARK_NAME).write_text(text)
    assert made(tmp_path, "a", 7).allowed_from() == APART_MS - 7
    assert "cannot be read" in caplog.text


def test_without_a_mark_no_request(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        order(Rebooter(tmp_path / "gone", tmp_path, "a", 0), 0)
    assert "no reboot" in caplog.text
    assert not (tmp_path / REQUEST_NAME).exists()


def test_a_power_off_needs_no_mark(tmp_path: Path) -> None:
    rebooter = Rebooter(None, tmp_path, "a", 0)
    rebooter.power_off()
    rebooter.join(5_000)
    assert (tmp_path / REQUEST_NAME).read_text().split(maxsplit=1)[0] == "poweroff"


def test_a_power_off_without_a_place_to_ask_is_left_to_the_end_of_the_process() -> None:
    rebooter = Rebooter(None, None, "a", 0)
    rebooter.power_off()
    rebooter.join(10)


def test_a_request_that_cannot_be_left_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rebooter = Rebooter(None, tmp_path / "gone", "a", 0)
    rebooter.power_off()
    rebooter.join(5_000)
    assert "no power off" in caplog.text
