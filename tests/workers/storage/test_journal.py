import json
import logging
import threading
from collections.abc import Iterator, KeysView
from pathlib import Path

import pytest

from appliance.core.model.effects import Field
from appliance.workers.storage import journal as module
from appliance.workers.storage.journal import Journal


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_rows_are_written_in_order_with_their_time(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    times = iter(range(100))
    journal = Journal(path, lambda: next(times))
    journal.start()
    journal.note("mode", {"from": "starting", "to": "standby"})
    journal.note("subtitle", {"text": "¿Qué tal? \ud800", "final": True})
    journal.stop(5_000)
    assert rows(path) == [
        {"at": 0, "what": "mode", "from": "starting", "to": "standby"},
        {"at": 1, "what": "subtitle", "text": "¿Qué tal? \ud800", "final": True},
    ]


def test_off_means_no_file_and_listeners_still_hear() -> None:
    journal = Journal(None, lambda: 7)
    heard: list[object] = []
    journal.listeners.append(lambda at, what, fields: heard.append((at, what, fields)))
    journal.start()
    journal.note("key", {"down": True})
    journal.stop(100)
    assert heard == [(7, "key", {"down": True})]


def test_a_file_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        Journal(tmp_path / "nowhere" / "j", lambda: 0).start()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_storage_is_logged_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    journal = Journal(Path("/dev/full"), lambda: 0)
    journal.start()
    with caplog.at_level(logging.WARNING):
        journal.note("mode", {"to": "canary"})
        journal.stop(5_000)
        journal.note("mode", {})
        journal.stop(5_000)
    assert "the journal cannot be written" in caplog.text
    assert "canary" not in caplog.text


class Stuck(dict[str, Field]):
    """Fields that the writer hangs in."""

    def __init__(self) -> None:
        super().__init__(a=1)
        self.reached, self.freed = threading.Event(), threading.Event()

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        self.reached.set()
        assert self.freed.wait(10)
        return super().keys()

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())


def test_a_storage_that_hangs_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 2)
    journal, stuck = Journal(tmp_path / "j", lambda: 0), Stuck()
    journal.start()
    journal.note("first", stuck)
    assert stuck.reached.wait(5)
    with caplog.at_level(logging.WARNING):
        for n in range(3):
            journal.note("row", {"n": n})
        assert caplog.text.count("rows behind") == 1
        journal.stop(20)
    assert "hangs and is abandoned" in caplog.text
    stuck.freed.set()
    journal.stop(5_000)
    assert [row["what"] for row in rows(tmp_path / "j")] == ["first", "row", "row"]
