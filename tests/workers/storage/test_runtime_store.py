"""What outlives the process: read back on the next clock, never that of another boot, and never a reason to fail."""

import json
import logging
import queue
from pathlib import Path

import pytest

from appliance.workers.storage.runtime_store import FILE_NAME, Kept, RuntimeStore, boot_id

KEPT = Kept(dials=(1_000, 2_500), tokens_spent=(2_500,), owes=True)


def kept_by(folder: Path | None, kept: Kept, boot: str = "this boot", began_ms: int = 50_000) -> None:
    runtime_store = RuntimeStore(folder, boot, began_ms)
    runtime_store.start()
    runtime_store.keep(kept)
    runtime_store.stop(5_000)


def test_the_next_process_finds_it_on_its_own_clock(tmp_path: Path) -> None:
    kept_by(tmp_path, KEPT, began_ms=50_000)
    assert RuntimeStore(tmp_path, "this boot", 60_000).load() == Kept((-9_000, -7_500), (-7_500,), owes=True)


def test_a_restart_of_a_deaf_box_is_remembered(tmp_path: Path) -> None:
    kept_by(tmp_path, Kept(restarted_at=4_000), began_ms=50_000)
    assert RuntimeStore(tmp_path, "this boot", 60_000).load() == Kept(restarted_at=-6_000)


def test_another_boot_knows_nothing(tmp_path: Path) -> None:
    kept_by(tmp_path, KEPT)
    assert RuntimeStore(tmp_path, "another boot", 60_000).load() == Kept()


def test_the_latest_wins_and_is_whole(tmp_path: Path) -> None:
    runtime_store = RuntimeStore(tmp_path, "this boot", 0)
    runtime_store.start()
    for at in range(200):
        runtime_store.keep(Kept(dials=(at,)))
    runtime_store.stop(5_000)
    assert RuntimeStore(tmp_path, "this boot", 1_000).load() == Kept(dials=(-801,))
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


@pytest.mark.parametrize("written", [True, False])
def test_an_order_is_given_when_all_before_it_is_written_or_cannot_be(tmp_path: Path, written: bool) -> None:
    folder = tmp_path if written else tmp_path / "away"
    runtime_store = RuntimeStore(folder, "this boot", 0)
    found: queue.Queue[Kept] = queue.Queue()
    runtime_store.keep(KEPT)
    runtime_store.then(lambda: found.put(RuntimeStore(folder, "this boot", 2_500).load()))
    runtime_store.start()
    assert found.get(timeout=5) == (Kept((-1_500, 0), (0,), owes=True) if written else Kept())
    runtime_store.then(lambda: found.put(Kept()))
    assert found.get(timeout=5) == Kept(), "with nothing to write too"
    runtime_store.stop(5_000)


def test_without_a_folder_nothing_is_kept() -> None:
    kept_by(None, KEPT)
    assert RuntimeStore(None, "this boot", 0).load() == Kept()


def test_a_new_folder_holds_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert RuntimeStore(tmp_path, "this boot", 0).load() == Kept()
    assert caplog.records == []


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "null", '{"boot_id": "this boot"}',
        json.dumps({"boot_id": "this boot", "dials": ["soon"], "tokens_spent": [], "owes": False}),
        json.dumps({"boot_id": "this boot", "dials": 3, "tokens_spent": [], "owes": False}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_none_and_told(tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    assert RuntimeStore(tmp_path, "this boot", 0).load() == Kept()
    assert "cannot be read" in caplog.text


def test_a_folder_that_is_gone_does_not_fail_the_box(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        kept_by(tmp_path / "gone", KEPT)
    assert "cannot be written" in caplog.text


def test_the_name_of_this_boot() -> None:
    assert boot_id(lambda: " 7f3a\n") == "7f3a"
    assert boot_id() == boot_id() != ""


@pytest.mark.parametrize(
    "dials",
    ["[99999999]", "[30000, 20000]", f"[{', '.join(['1'] * 5_000)}]", f"[{', '.join(['1'] * 100)}]", "[" * 200_000],
    ids=["of the future", "in disorder", "too long a file", "too many", "nested"],
)
def test_a_file_that_cannot_be_is_passed_over_with_a_word(
    tmp_path: Path, dials: str, caplog: pytest.LogCaptureFixture
) -> None:
    content = f'{{"boot_id": "this boot", "dials": {dials}, "tokens_spent": [], "owes": false}}'
    (tmp_path / FILE_NAME).write_text(content)
    with caplog.at_level(logging.WARNING):
        assert RuntimeStore(tmp_path, "this boot", 60_000).load() == Kept()
    assert "cannot be read" in caplog.text


def test_deep_nesting_in_a_small_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("[" * 19_000)
    assert RuntimeStore(tmp_path, "this boot", 60_000).load() == Kept()
