"""``workers/host/reboot.py``: at most one reboot in six hours, whatever the clock says. Must not: reboot anything."""

import json
import logging
import subprocess
from pathlib import Path

import pytest

from appliance.workers.host.reboot import APART_MS, FILE_NAME, Rebooter


def order(rebooter: Rebooter, now: int) -> None:
    rebooter.reboot(now)
    rebooter.join(5_000)


def test_without_a_folder_there_is_never_a_reboot() -> None:
    rebooter = Rebooter(None, "a", 0)
    assert rebooter.allowed_from() is None
    rebooter.join(10)


def test_the_mark_is_written_before_the_order(tmp_path: Path) -> None:
    marks: list[bool] = []
    rebooter = Rebooter(tmp_path, "a", 1_000, lambda: marks.append((tmp_path / FILE_NAME).exists()))
    assert rebooter.allowed_from() == 0
    order(rebooter, 500)
    assert marks == [True]
    assert json.loads((tmp_path / FILE_NAME).read_text()) == {"boot_id": "a", "at_ms": 1_500}


def test_six_hours_lie_between_two_orders(tmp_path: Path) -> None:
    order(Rebooter(tmp_path, "a", 1_000, lambda: None), 500)
    assert Rebooter(tmp_path, "a", 2_000).allowed_from() == 1_500 + APART_MS - 2_000, "the same boot, a later process"
    assert Rebooter(tmp_path, "b", 9_000).allowed_from() == APART_MS - 9_000, "another boot must be up for six hours"


def test_a_mark_that_cannot_be_read_counts_as_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE_NAME).write_text("{")
    assert Rebooter(tmp_path, "a", 7).allowed_from() == APART_MS - 7
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize("error", [OSError("denied"), subprocess.CalledProcessError(1, "systemctl")])
def test_an_order_that_fails_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture, error: Exception) -> None:
    def fails() -> None:
        raise error

    with caplog.at_level(logging.ERROR):
        order(Rebooter(tmp_path, "a", 0, fails), 0)
    assert "no reboot" in caplog.text
    assert (tmp_path / FILE_NAME).exists(), "it was tried, and that counts"


def test_without_a_mark_no_order(tmp_path: Path) -> None:
    ordered: list[int] = []
    order(Rebooter(tmp_path / "gone", "a", 0, lambda: ordered.append(1)), 0)
    assert ordered == []
