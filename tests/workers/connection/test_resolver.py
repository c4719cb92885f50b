import queue
import socket
import threading

from appliance.core.model.events import Loss
from appliance.workers.connection.disconnect import Lost
from appliance.workers.connection.resolver import Address, Resolver, alternated, literal, look_up
from tests.workers.peers import WAIT_S

FOUR = [Address(socket.AF_INET, (f"192.0.2.{n}", 443)) for n in range(3)]
SIX = [Address(socket.AF_INET6, (f"2001:db8::{n}", 443, 0, 0)) for n in range(3)]


class Script:
    """A look-up that answers when it is told to."""

    def __init__(self, answer: tuple[Address, ...] | Exception) -> None:
        self.answer = answer
        self.calls = 0
        self.go = threading.Event()
        self.threads: queue.SimpleQueue[threading.Thread] = queue.SimpleQueue()

    def __call__(self, host: str, port: int) -> tuple[Address, ...]:
        self.calls += 1
        self.threads.put(threading.current_thread())
        assert self.go.wait(WAIT_S)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def finish(script: Script, resolver: Resolver, number: int) -> tuple[Address, ...] | Lost | None:
    script.go.set()
    script.threads.get(timeout=WAIT_S).join(WAIT_S)
    return resolver.answer(number)


def test_the_families_take_turns() -> None:
    assert alternated((*SIX[:2], *FOUR)) == (SIX[0], FOUR[0], SIX[1], FOUR[1], FOUR[2])
    assert alternated((FOUR[0], FOUR[1], SIX[0])) == (FOUR[0], SIX[0], FOUR[1])
    assert alternated((FOUR[0],)) == (FOUR[0],)
    assert alternated(()) == ()


def test_an_address_needs_no_look_up() -> None:
    assert literal("192.0.2.0", 443) == FOUR[0]
    assert literal("2001:db8::1", 443) == SIX[1]
    assert literal("dashscope.example", 443) is None


def test_the_systems_look_up() -> None:
    assert Address(socket.AF_INET, ("127.0.0.1", 99)) in look_up("127.0.0.1", 99)


def test_an_answer_comes_when_it_comes() -> None:
    script = Script((FOUR[0], FOUR[1], SIX[0]))
    resolver = Resolver(script)
    number = resolver.ask("h", 443)
    assert resolver.answer(number) is None
    assert finish(script, resolver, number) == (FOUR[0], SIX[0], FOUR[1])
    second = resolver.ask("h", 443)
    assert second == number + 1
    finish(script, resolver, second)
    assert script.calls == 2


def test_one_that_hangs_stays_the_only_one() -> None:
    script = Script(())
    resolver = Resolver(script)
    number = resolver.ask("h", 443)
    assert [resolver.ask("h", 443) for _ in range(20)] == [number] * 20
    assert resolver.answer(number) is None
    finish(script, resolver, number)
    assert script.calls == 1


def test_its_thread_does_not_keep_the_process() -> None:
    script = Script(())
    resolver = Resolver(script)
    resolver.ask("h", 443)
    assert script.threads.get(timeout=WAIT_S).daemon
    script.go.set()


def test_a_failure_is_an_answer() -> None:
    for error in (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), UnicodeError("label too long")):
        script = Script(error)
        resolver = Resolver(script)
        outcome = finish(script, resolver, resolver.ask("h", 443))
        assert isinstance(outcome, Lost)
        assert outcome.loss is Loss.NO_NAME


def test_the_last_good_address_is_kept_by_name_and_port() -> None:
    resolver = Resolver(Script(()))
    assert resolver.kept("h", 443) is None
    resolver.keep("h", 443, FOUR[1])
    assert resolver.kept("h", 443) == FOUR[1]
    assert resolver.kept("h", 8443) is None
