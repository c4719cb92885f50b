import faulthandler
import subprocess
import sys
import threading
from typing import Any

import pytest

from appliance import crash
from appliance.core.model.events import Tick
from appliance.core.model.state import State
from appliance.recorder import Recorder


class End(BaseException):
    """The process ends here."""


def end(code: int) -> None:
    raise End(code)


def hook(name: str) -> Any:
    return threading.ExceptHookArgs((ValueError, ValueError("x"), None, threading.Thread(name=name)))


@pytest.fixture(autouse=True)
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faulthandler, "dump_traceback_later", lambda *_, **__: None)


def test_a_bug_in_a_worker_is_dumped_and_ends_the_process() -> None:
    dumped: list[str] = []
    with pytest.raises(End, match=str(crash.EXIT_BUG)):
        crash.of_thread(hook("line 1"), dumped.append, end)
    assert dumped == ["a bug in a worker"]


@pytest.mark.parametrize("trouble", [RuntimeError("deque mutated during iteration"), MemoryError(), RecursionError()])
def test_a_dump_that_fails_does_not_keep_the_process(trouble: BaseException) -> None:
    def dump(_why: str) -> None:
        raise trouble

    with pytest.raises(End):
        crash.of_thread(hook("line 1"), dump, end)


def test_a_librarys_thread_takes_nothing_along(caplog: pytest.LogCaptureFixture) -> None:
    crash.of_thread(hook("Thread-3"), lambda why: None, end)
    assert "a library's thread Thread-3 ended: ValueError" in caplog.text


def test_a_dump_that_hangs_does_not_keep_the_process() -> None:
    script = """
import threading
from appliance import crash
crash.DYING_S = 0.2
threading.excepthook = lambda hook: crash.of_thread(hook, lambda why: threading.Event().wait(60))
threading.Thread(target=lambda: 1 / 0, name="line 1").start()
threading.Event().wait(60)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=30, check=False)
    assert done.returncode != 0
    assert b"ZeroDivisionError" in done.stderr


def test_the_recorder_is_dumped_whole_while_the_event_loop_goes_on(tmp_path: Any) -> None:
    """The dump is another thread's: it walked a list that the event loop appended to, and failed."""
    recorder = Recorder(tmp_path / "dump", events=400)
    recorder.begin(State())
    over = threading.Event()

    def go_on() -> None:
        at = 0
        while not over.is_set():
            at += 1
            recorder.note(at, Tick())
            recorder.keep(State())

    loop = threading.Thread(target=go_on)
    loop.start()
    try:
        for _ in range(40):
            recorder.dump("a bug in a worker")
    finally:
        over.set()
        loop.join()
    assert (tmp_path / "dump").read_text().count("Tick") <= 400
