"""The self-test beside the box: its rows come as events, and it never outlives whoever waits for it."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.core.model.events import CheckEnded, CheckTold, Event
from appliance.workers.host.selftest_process import SelftestWorker

ROWS = """
import json, sys
order = json.loads(sys.stdin.readline())
print(json.dumps(["microphone", "", order["private"]]), flush=True)
print("no row", flush=True)
print(json.dumps(["name", "N1", False]), flush=True)
print(json.dumps([order["config"], "", True]), flush=True)
"""
HANGS = """
import json, os, sys, time
print(json.dumps(["microphone", "", False]), flush=True)
if os.fork() == 0:
    time.sleep(60)  # one of the sound checks, with the card in its hands
time.sleep(60)
"""


class Desk:
    def __init__(self, script: str, limit_s: float = 20, *, lends: bool = True) -> None:
        self.told: list[Event] = []
        self.lent: list[str] = []
        self.news = threading.Condition()
        command = (sys.executable, "-c", script)
        self.worker = SelftestWorker(Path("my.toml"), self._post, command, limit_s, lends=lends)

    def _post(self, event: Event) -> None:
        with self.news:
            self.told.append(event)
            self.news.notify()

    def lend(self, limit_ms: int) -> None:
        self.lent.append("lent")

    def take_back(self) -> None:
        self.lent.append("back")

    def until(self, what: Callable[[], bool]) -> None:
        with self.news:
            assert self.news.wait_for(what, 20), self.told


@pytest.fixture
def desk() -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(script: str, limit_s: float = 20, *, lends: bool = True) -> Desk:
        made.append(Desk(script, limit_s, lends=lends))
        return made[-1]

    yield make
    for each in made:
        each.worker.stop(5_000)


@pytest.mark.parametrize("private", [True, False])
def test_its_rows_are_told_and_the_loudspeaker_is_lent_meanwhile(desk: Callable[..., Desk], private: bool) -> None:
    here = desk(ROWS)
    here.worker.begin(here, private=private)
    here.until(lambda: CheckEnded() in here.told)
    assert here.told == [
        CheckTold("microphone", "", private),
        CheckTold("name", "N1", False),
        CheckTold("my.toml", "", True),
        CheckEnded(),
    ]
    assert here.lent == ["lent", "back"]


def test_a_loudspeaker_that_it_does_not_open_is_not_lent(desk: Callable[..., Desk]) -> None:
    here = desk(ROWS, lends=False)
    here.worker.begin(here, private=True)
    here.until(lambda: CheckEnded() in here.told)
    assert here.lent == []


def test_it_is_ended_with_all_that_it_began(desk: Callable[..., Desk]) -> None:
    here = desk(HANGS)
    began = time.monotonic()
    here.worker.begin(here, private=False)
    here.until(lambda: bool(here.told))
    here.worker.stop(10_000)  # its pipe is held by the child, too: it ends with it
    assert time.monotonic() - began < 20
    assert here.told == [CheckTold("microphone")]
    assert here.lent == ["lent", "back"]


def test_it_ends_in_time_by_force(desk: Callable[..., Desk]) -> None:
    here = desk(HANGS, 1.5)
    here.worker.begin(here, private=False)
    here.until(lambda: CheckEnded() in here.told)
    assert here.told[-1] == CheckEnded()


def test_the_next_one_waits_for_the_end_of_the_last(desk: Callable[..., Desk]) -> None:
    here = desk(HANGS, 1.5)
    here.worker.begin(here, private=False)
    here.until(lambda: bool(here.told))
    here.worker.end()
    here.told.clear()
    here.worker.begin(here, private=False)
    here.until(lambda: CheckEnded() in here.told)
    assert here.told == [CheckTold("microphone"), CheckEnded()]
    assert here.lent == ["lent", "back"] * 2


def test_one_that_cannot_be_run_ends_at_once(tmp_path: Path) -> None:
    told: list[Event] = []
    over = threading.Event()

    def post(event: Event) -> None:
        told.append(event)
        over.set()

    worker = SelftestWorker(None, post, (str(tmp_path / "nothing"),), lends=False)
    worker.begin(Desk(ROWS), private=True)
    assert over.wait(10)
    worker.stop(1_000)
    assert told == [CheckEnded()]
