"""``workers/host/restarts.py``: what is counted, what is forgotten, and when a reboot is asked for."""

from pathlib import Path

import pytest

from appliance.workers.host.reboot import REQUEST_NAME
from appliance.workers.host.restarts import FILE_NAME, MOST, WITHIN_MS, Starts

MINUTE_MS = 60_000


def asked(folder: Path) -> bool:
    return (folder / REQUEST_NAME).exists()


def test_without_a_folder_nothing_is_counted() -> None:
    starts = Starts(None, "a")
    assert not any(starts.begin(at) for at in range(50))
    starts.end()


def test_a_process_that_did_not_end_in_order_is_known_to_the_next(tmp_path: Path) -> None:
    starts = Starts(tmp_path, "a")
    assert [starts.begin(at) for at in (0, 1_000, 2_000)] == [False, True, True]
    starts.end()
    assert starts.begin(3_000) is False
    assert Starts(tmp_path, "a").begin(24 * 60 * MINUTE_MS) is True, "however long it ran"
    assert Starts(tmp_path, "b").begin(0) is False, "another boot"


@pytest.mark.parametrize("apart_ms", [1_000, 25_000, MINUTE_MS - 1])
def test_ten_restarts_in_ten_minutes_ask_for_a_reboot(tmp_path: Path, apart_ms: int) -> None:
    starts = Starts(tmp_path, "a")
    for n in range(MOST):
        starts.begin(n * apart_ms)
        assert not asked(tmp_path)
    starts.begin(MOST * apart_ms)
    assert asked(tmp_path)


def test_after_it_was_asked_for_the_count_begins_anew(tmp_path: Path) -> None:
    starts = Starts(tmp_path, "a")
    for n in range(MOST + 1):
        starts.begin(n)
    (tmp_path / REQUEST_NAME).unlink()
    for n in range(MOST - 1):
        assert starts.begin(MOST + 1 + n)
        assert not asked(tmp_path)
    starts.begin(3 * MOST)
    assert asked(tmp_path), "a second row of ten"


def test_rare_restarts_help(tmp_path: Path) -> None:
    starts = Starts(tmp_path, "a")
    for n in range(100):
        starts.begin(n * (WITHIN_MS // MOST + 1))
    assert not asked(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"boot_id": "a", "at_ms": 3}', '{"boot_id": "a", "at_ms": ["x"]}'])
def test_a_count_that_cannot_be_read_is_none(tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    starts = Starts(tmp_path, "a")
    assert starts.begin(0) is False
    assert "cannot be read" in caplog.text
    assert starts.begin(1) is True


def test_a_folder_that_cannot_be_written_stops_no_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    starts = Starts(tmp_path / "gone", "a")
    assert starts.begin(0) is False
    assert "cannot be counted" in caplog.text
    starts.end()
