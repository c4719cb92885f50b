"""An interpreter on a thread of its own: never a wait where it is asked, and the same answers."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from appliance.emulator.script.background import TURNS_LIMIT, Listener
from appliance.emulator.session.interfaces import Interpretation, Sound


class Slow:
    """Answers with what it heard, when it is let; nothing to less than three bytes that are not complete."""

    def __init__(self) -> None:
        self.go = threading.Semaphore(0)
        self.thought = threading.Semaphore(0)
        self.fails = False

    def interpret(
        self,
        heard: Sequence[Sound],
        target: str,
        *,
        speak: bool,
        complete: bool,
        phrases: dict[str, str],
        picture: bytes | None,
    ) -> Interpretation | None:
        assert self.go.acquire(timeout=10)
        if self.fails:
            raise RuntimeError("a bug")
        sound = b"".join(heard)
        return Interpretation("en", sound.decode(), target) if complete or len(sound) > 2 else None


@pytest.fixture
def worker() -> Iterator[ThreadPoolExecutor]:
    made = ThreadPoolExecutor(1)
    yield made
    made.shutdown()


def ask(listener: Listener, heard: bytes, *, complete: bool = False, picture: bytes | None = None) -> str | None:
    found = listener.interpret([heard], "es", speak=True, complete=complete, phrases={}, picture=picture)
    return None if found is None else found.source


def let(slow: Slow, worker: ThreadPoolExecutor) -> None:
    """Let it think once, and wait until it has thought."""
    slow.go.release()
    worker.submit(lambda: None).result(10)


def test_a_turn_from_its_first_sound_to_its_end(worker: ThreadPoolExecutor) -> None:
    slow = Slow()
    listener = Listener(slow, worker)
    assert ask(listener, b"a") is None
    assert ask(listener, b"ab") is None, "it still thinks about the first sound"
    let(slow, worker)
    assert ask(listener, b"abc") is None
    let(slow, worker)
    assert ask(listener, b"abcd") == "abc"
    assert ask(listener, b"abcde", complete=True) is None
    let(slow, worker)
    assert ask(listener, b"abcde", complete=True) is None, "that was the answer to less of it"
    let(slow, worker)
    assert ask(listener, b"abcde", complete=True) == "abcde"


def test_two_turns_at_once(worker: ThreadPoolExecutor) -> None:
    slow = Slow()
    listener = Listener(slow, worker)
    assert ask(listener, b"one", complete=True) is None
    assert ask(listener, b"two", complete=True) is None
    slow.go.release()
    let(slow, worker)
    assert (ask(listener, b"two", complete=True), ask(listener, b"one", complete=True)) == ("two", "one")


def test_turns_that_nobody_asks_about_again_are_forgotten(worker: ThreadPoolExecutor) -> None:
    slow = Slow()
    listener = Listener(slow, worker)
    for n in range(TURNS_LIMIT + 1):
        assert ask(listener, b"turn %d" % n, complete=True) is None
        let(slow, worker)
    assert ask(listener, b"turn 1", complete=True) == "turn 1"
    assert ask(listener, b"turn 0", complete=True) is None
    slow.go.release()


def test_a_bug_comes_out_where_it_was_asked(worker: ThreadPoolExecutor) -> None:
    slow = Slow()
    slow.fails = True
    listener = Listener(slow, worker)
    assert ask(listener, b"a") is None
    let(slow, worker)
    with pytest.raises(RuntimeError, match="a bug"):
        ask(listener, b"ab")


def test_an_early_answer_without_the_picture_is_none_to_a_question_with_it(worker: ThreadPoolExecutor) -> None:
    slow = Slow()
    listener = Listener(slow, worker)
    assert ask(listener, b"abc") is None
    let(slow, worker)
    assert ask(listener, b"abcd") == "abc"
    let(slow, worker)
    assert ask(listener, b"abcde", picture=b"jpeg") is None
    let(slow, worker)
    assert ask(listener, b"abcdef", picture=b"jpeg") == "abcde"
    slow.go.release()
