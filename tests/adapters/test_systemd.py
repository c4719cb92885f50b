"""Datagrams to systemd: what is in them, and that nothing of it can block or fail the box."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.adapters.systemd import Notifier


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(5)
        yield heard


Make = Callable[[str], Notifier]


@pytest.fixture
def told() -> Iterator[Make]:
    """Makes notifiers, and closes their sockets, which a process leaves to its end."""
    made: list[Notifier] = []

    def make(name: str) -> Notifier:
        made.append(Notifier({"NOTIFY_SOCKET": name}))
        return made[-1]

    yield make
    for notifier in made:
        assert notifier._socket is not None
        notifier._socket.close()


def test_a_line_for_each_field(ear: socket.socket, told: Make) -> None:
    told(ear.getsockname()).send(READY="1", STATUS="standby")
    assert ear.recv(1_000) == b"READY=1\nSTATUS=standby"


def test_the_abstract_namespace(told: Make) -> None:
    name = f"dragoman-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind("\0" + name)
        heard.settimeout(5)
        told("@" + name).send(WATCHDOG="1")
        assert heard.recv(1_000) == b"WATCHDOG=1"


def test_not_under_systemd_nothing_is_done() -> None:
    notifier = Notifier({})
    notifier.send(READY="1")
    assert notifier.watchdog_ms is None


def test_nobody_listens_any_more(tmp_path: Path, told: Make, caplog: pytest.LogCaptureFixture) -> None:
    told(str(tmp_path / "gone")).send(WATCHDOG="1")
    assert "was not told" in caplog.text


def test_a_full_socket_drops_and_does_not_block(
    ear: socket.socket, told: Make, caplog: pytest.LogCaptureFixture
) -> None:
    notifier = told(ear.getsockname())
    for _ in range(5_000):
        notifier.send(STATUS="x" * 1_000)
        if caplog.records:
            break
    assert "was not told" in caplog.text


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"WATCHDOG_USEC": "20000000"}, 20_000),
        ({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": str(os.getpid())}, 20_000),
        ({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_limit_of_the_watchdog(environment: dict[str, str], expected: int | None) -> None:
    assert Notifier(environment).watchdog_ms == expected
