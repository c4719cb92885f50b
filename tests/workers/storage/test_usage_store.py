"""The day's count on the card: a power cut at any byte, a card that cannot be written, and the calendar."""

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.config.durable import write_durably
from appliance.core.model.events import DateTold, Event, TroubleReported
from appliance.errors import FaultCode
from appliance.workers.storage import usage_store
from appliance.workers.storage.usage_store import NAMES, WRITE_EVERY_MS, Count, UsageStore, calendar, written

MONDAY = DateTold("2026-11-23", True)
FIRST, SECOND, THIRD = (Count(MONDAY.day, n * 50_000, n * 400) for n in (1, 2, 3))


class Desk:
    """A usage store, what it posted, and a clock that the test moves."""

    def __init__(self, folder: Path | None) -> None:
        self.told: list[Event] = []
        self.at = 0
        self.date = MONDAY
        self.news = threading.Condition()
        self.book = UsageStore(folder, self._post, lambda: self.at, lambda: self.date)

    def _post(self, event: Event) -> None:
        with self.news:
            self.told.append(event)
            self.news.notify()

    def until(self, what: Callable[[], bool]) -> None:
        with self.news:
            assert self.news.wait_for(what, 10)


def keep(folder: Path | None, *counts: Count) -> list[Event]:
    """One process after the other, each with a count."""
    told: list[Event] = []
    for count in counts:
        desk = Desk(folder)
        desk.book.load()
        desk.book.start()
        desk.book.keep(count)
        desk.book.stop(10_000)
        told += [event for event in desk.told if event != MONDAY]
    return told


def load(folder: Path | None) -> Count:
    return Desk(folder).book.load()


def test_the_next_process_finds_the_newest(tmp_path: Path) -> None:
    assert load(tmp_path) == Count()
    for count in (FIRST, SECOND, THIRD):
        assert keep(tmp_path, count) == []
        assert load(tmp_path) == count
    assert sorted(path.name for path in tmp_path.iterdir()) == list(NAMES)


def test_a_power_cut_at_any_byte_of_a_write_leaves_the_write_before(tmp_path: Path) -> None:
    """Worse than a cut can be: the file that was being written holds its first bytes alone, or other ones."""
    keep(tmp_path, FIRST, SECOND, THIRD)
    newest = next(tmp_path / name for name in NAMES if b'"serial": 3' in (tmp_path / name).read_bytes())
    whole = newest.read_bytes()
    assert whole == written(THIRD, 3)
    for size in range(len(whole)):
        (tmp_path / f"{newest.name}.new").write_bytes(whole[:size])  # the temporary of a write that never ended
        assert load(tmp_path) == THIRD
        newest.write_bytes(whole[:size])
        torn = whole[:size] == whole.rstrip(b"\n")  # without the last line break it is whole
        assert load(tmp_path) == (THIRD if torn else SECOND), size
        newest.write_bytes(whole[:size] + bytes([whole[size] ^ 1]) + whole[size + 1 :])
        assert load(tmp_path) == SECOND, size
        newest.write_bytes(whole[:size] + bytes(len(whole) - size))  # blocks that were promised and never written
        assert load(tmp_path) == SECOND, size
        newest.write_bytes(whole)
    newest.unlink()
    assert load(tmp_path) == SECOND


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe", b"{}", b"[] 00000000\n", written(Count("yesterday", 1, 1), 9), bytes(5_000),
        b'{"serial": 1, "day": 5} c3b0a3f1\n',
    ],
)  # fmt: skip
def test_what_cannot_be_read_never_keeps_the_box_from_starting(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    for name in NAMES:
        (tmp_path / name).write_bytes(content)
    assert load(tmp_path) == Count()
    assert "the count begins anew" in caplog.text
    keep(tmp_path, FIRST)
    assert load(tmp_path) == FIRST


def test_a_folder_in_the_place_of_a_file_is_a_card_that_cannot_be_written(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).mkdir()
    (told,) = keep(tmp_path, FIRST)
    assert isinstance(told, TroubleReported)
    assert told.detail.startswith("what today cost cannot be written: ")


def test_it_writes_rarely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[bytes] = []
    news = threading.Condition()

    def write(path: Path, data: bytes) -> None:
        with news:
            writes.append(data)
            news.notify()

    monkeypatch.setattr(usage_store, "write_durably", write)
    desk = Desk(tmp_path)
    desk.book.start()
    desk.book.keep(FIRST)
    with news:
        assert news.wait_for(lambda: len(writes) == 1, 10)
    desk.at = WRITE_EVERY_MS - 1
    desk.book.keep(SECOND)
    desk.book.keep(THIRD)
    desk.book.stop(10_000)
    assert writes == [written(FIRST, 1), written(THIRD, 2)]


def test_a_full_card_is_told_once_and_again_when_it_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(tmp_path)
    full = True

    def write(path: Path, data: bytes) -> None:
        if full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write_durably(path, data)

    monkeypatch.setattr(usage_store, "write_durably", write)
    desk.book.start()
    desk.book.keep(FIRST)
    no_space = TroubleReported(FaultCode.W1, "what today cost cannot be written: no space left on device")
    desk.until(lambda: no_space in desk.told)
    full = False
    desk.at = WRITE_EVERY_MS
    desk.book.keep(SECOND)
    desk.until(lambda: desk.told[-1] == TroubleReported(FaultCode.W1, ""))
    desk.book.stop(10_000)
    assert len(desk.told) == 3
    assert load(tmp_path) == SECOND


def test_a_folder_that_cannot_be_written_is_told_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, how: False)  # a card that is mounted for reading, even for root
    desk = Desk(tmp_path)
    desk.book.start()
    desk.book.stop(10_000)
    assert desk.told == [MONDAY, TroubleReported(FaultCode.W1, "the state folder cannot be written")]


def test_without_a_folder_the_count_is_in_memory_alone() -> None:
    assert keep(None, FIRST) == []
    assert load(None) == Count()


def test_the_date_is_told_first_and_when_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage_store, "LOOK_EVERY_S", 0.001)
    desk = Desk(None)
    desk.date = DateTold("1970-01-01", False)
    desk.book.start()
    assert desk.told == [DateTold("1970-01-01", False)]
    desk.date = MONDAY
    desk.until(lambda: desk.told[-1] == MONDAY)
    desk.book.stop(10_000)
    assert len(desk.told) == 2


def test_the_calendar_is_sure_when_timesyncd_says_so_or_does_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "timesync" / "synchronized"
    assert calendar(mark).sure
    mark.parent.mkdir()
    assert not calendar(mark).sure
    mark.touch()
    told = calendar(mark)
    assert told.sure
    assert len(told.day) == 10
    assert told.day.count("-") == 2
