import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.core.model.events import Loss
from appliance.workers.connection import tls
from appliance.workers.connection.connector import Connector, Reached, pace_ms
from appliance.workers.connection.disconnect import Lost
from appliance.workers.connection.endpoint import Endpoint
from appliance.workers.connection.resolver import Address, Resolver
from tests.workers.peers import DAY, NOW, WAIT_S, Authority, clock, peer


class Clock:
    """Time that only the test moves."""

    def __init__(self) -> None:
        self.now = 1_000

    def __call__(self) -> int:
        return self.now


@contextmanager
def reaching(
    port: int, resolver: Resolver | None = None, trusted: ssl.SSLContext | None = None, at: Clock | None = None
) -> Iterator[Connector]:
    """A connector for ``localhost``, without TLS where nothing is trusted."""
    wakeup = os.eventfd(0)
    endpoint = Endpoint.parse(f"{'wss' if trusted else 'ws'}://localhost:{port}/x", "m")
    connector = Connector(endpoint, trusted or tls.context(), resolver or Resolver(found(port)), at or clock, wakeup)
    try:
        yield connector
    finally:
        connector.close()
        os.close(wakeup)


class found:  # noqa: N801 - reads as a phrase: Names(found(port))
    """A look-up that finds 127.0.0.1, or what it is given."""

    def __init__(self, port: int, *addresses: Address) -> None:
        self.answer = addresses or (Address(socket.AF_INET, ("127.0.0.1", port)),)

    def __call__(self, host: str, port: int) -> tuple[Address, ...]:
        return self.answer


def hang(host: str, port: int) -> tuple[Address, ...]:
    """A look-up that never ends (its thread dies with the process)."""
    threading.Event().wait()
    raise AssertionError


def fail(host: str, port: int) -> tuple[Address, ...]:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def outcome(connector: Connector, wait_ms: int = 5_000) -> Reached | Lost | None:
    """The first outcome, the socket closed again."""
    came = connector.poll(wait_ms)
    if isinstance(came, Reached):
        came.socket.close()
    return came


def failure(connector: Connector) -> Loss | None:
    return connector.last_failure.loss if connector.last_failure else None


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def mute_peer() -> Iterator[tuple[int, list[socket.socket]]]:
    """Takes TCP and never answers TLS."""
    accepted: list[socket.socket] = []
    done = threading.Event()

    def script(conn: socket.socket) -> None:
        accepted.append(conn)
        done.wait(WAIT_S)

    with peer(script) as port:
        yield port, accepted
        done.set()


def test_the_pace_as_time_goes_by() -> None:
    assert [pace_ms(t) for t in (0, 119_999, 120_000, 599_999, 600_000, 10**9)] == [
        400,
        400,
        2_000,
        2_000,
        10_000,
        10_000,
    ]


def test_through_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    said: list[bytes] = []

    def script(conn: socket.socket) -> None:
        said.append(conn.recv(5))

    resolver = Resolver()  # the system's own look-up of localhost
    trusted = tls.context(str(authority.ca_file))
    with peer(script, authority.server("localhost")) as port, reaching(port, resolver, trusted) as connector:
        came = connector.poll(5_000)
        assert isinstance(came, Reached)
        assert isinstance(came.socket, ssl.SSLSocket)
        assert not came.socket.getblocking()
        assert came.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 6_000
        assert resolver.kept("localhost", port) == came.address
        assert connector.pending == 0
        came.socket.send(b"hello")
        came.socket.close()
    assert said == [b"hello"]


def test_without_tls_on_this_machine() -> None:
    with peer(lambda conn: None) as port, reaching(port) as connector:
        assert isinstance(outcome(connector), Reached)


@pytest.mark.parametrize(
    ("names", "begin", "end", "known", "loss"),
    [
        (("localhost",), NOW - DAY, NOW + DAY, False, Loss.UNKNOWN_ISSUER),
        (("elsewhere.example",), NOW - DAY, NOW + DAY, True, Loss.WRONG_NAME),
        (("localhost",), NOW - 2 * DAY, NOW - DAY, True, Loss.EXPIRED),
        (("localhost",), NOW + DAY, NOW + 2 * DAY, True, Loss.NOT_YET_VALID),
    ],
)
def test_a_certificate_that_is_not_to_be_believed(tmp_path: Path, names, begin, end, known, loss) -> None:  # type: ignore[no-untyped-def]
    authority = Authority(tmp_path)
    trusted = tls.context(str(authority.ca_file)) if known else tls.context()
    server = authority.server(*names, begin=begin, end=end)
    with peer(lambda conn: None, server) as port, reaching(port, trusted=trusted) as connector:
        first = outcome(connector)
        assert isinstance(first, Lost)
        assert first.loss is loss
        assert connector.last_failure == first
        second = outcome(connector)  # it goes on, if it is polled again
        assert isinstance(second, Lost)
        assert second.loss is loss


def test_an_address_as_host_is_checked_against_the_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    trusted = tls.context(str(authority.ca_file))
    for names, right in ((("127.0.0.1",), True), (("localhost",), False)):
        with peer(lambda conn: None, authority.server(*names)) as port:
            wakeup = os.eventfd(0)
            connector = Connector(
                Endpoint.parse(f"wss://127.0.0.1:{port}", "m"), trusted, Resolver(hang), clock, wakeup
            )
            came = outcome(connector)
            connector.close()
            os.close(wakeup)
            assert isinstance(came, Reached) is right
            assert right or (isinstance(came, Lost) and came.loss is Loss.WRONG_NAME)


def test_plain_words_on_a_tls_port_are_a_failure_of_tls(tmp_path: Path) -> None:
    def script(conn: socket.socket) -> None:
        conn.recv(10)
        conn.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    at = Clock()
    with peer(script) as port, reaching(port, trusted=tls.context(), at=at) as connector:
        until_failed(connector, Loss.TLS)


def until_failed(connector: Connector, loss: Loss) -> None:
    """Poll without moving time until the failure shows."""
    end = clock() + 5_000
    while clock() < end and (connector.last_failure is None or connector.last_failure.loss is not loss):
        assert connector.poll(0) is None
    assert connector.last_failure is not None
    assert connector.last_failure.loss is loss


def test_refused_and_then_there() -> None:
    port = closed_port()
    at = Clock()
    with reaching(port, at=at) as connector:
        until_failed(connector, Loss.REFUSED)
        with socket.create_server(("127.0.0.1", port)):
            at.now += 399
            assert connector.poll(0) is None
            assert connector.pending == 0
            at.now += 1
            end = clock() + 5_000
            came = None
            while came is None and clock() < end:
                came = outcome(connector, 0)
            assert isinstance(came, Reached)


def test_at_most_four_at_once_and_a_fifth_replaces_the_oldest() -> None:
    at = Clock()
    with mute_peer() as (port, accepted), reaching(port, trusted=tls.context(), at=at) as connector:
        end = clock() + 5_000
        while connector.pending == 0 and clock() < end:
            connector.poll(0)  # until the look-up has answered
        started = [1]
        for _ in range(3):
            at.now += 400
            connector.poll(0)
            started.append(connector.pending)
        assert started == [1, 2, 3, 4]
        assert failure(connector) is None
        oldest = connector._attempts[0].socket.getsockname()
        at.now += 400
        connector.poll(0)
        assert connector.pending == 4
        assert failure(connector) is Loss.NO_ANSWER
        while len(accepted) < 5 and clock() < end:
            connector.poll(0)
        assert [conn.getpeername() for conn in accepted if ended(conn)] == [oldest]


def ended(conn: socket.socket) -> bool:
    """Whether the client closed it, behind the TLS hello it may have sent."""
    conn.setblocking(False)
    try:
        while conn.recv(4_096):
            continue
    except BlockingIOError:
        return False
    return True


def test_the_pace_slows_with_the_age_of_the_loss() -> None:
    at = Clock()
    with mute_peer() as (port, _):
        wakeup = os.eventfd(0)
        endpoint = Endpoint.parse(f"wss://127.0.0.1:{port}", "m")
        connector = Connector(endpoint, tls.context(), Resolver(hang), at, wakeup, lost_at=at.now - 120_000)
        connector.poll(0)
        at.now += 1_999
        connector.poll(0)
        assert connector.pending == 1
        at.now += 1
        connector.poll(0)
        assert connector.pending == 2
        connector.close()
        assert connector.pending == 0
        os.close(wakeup)


def test_the_first_through_wins_and_the_others_are_closed(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    server = authority.server("localhost")
    second = threading.Event()
    count = iter(range(10))
    ended: list[bytes] = []
    at = Clock()

    def script(conn: socket.socket) -> None:
        if next(count) == 0:
            second.wait(WAIT_S)
            while piece := conn.recv(4_096):  # the first client hello, then the end
                continue
            ended.append(piece)
        else:
            with server.wrap_socket(conn, server_side=True) as secured:
                secured.recv(1)

    with peer(script) as port, reaching(port, trusted=tls.context(str(authority.ca_file)), at=at) as connector:
        end = clock() + 5_000
        while connector.pending == 0 and clock() < end:
            connector.poll(0)
        for _ in range(20):
            connector.poll(0)
        at.now += 400
        came = None
        while came is None and clock() < end:
            came = outcome(connector, 0)
        assert isinstance(came, Reached)
        assert connector.pending == 0
        second.set()
    assert ended in ([b""], [])


def test_a_broken_family_costs_nothing_when_it_fails_on_the_spot() -> None:
    at = Clock()
    with peer(lambda conn: None) as port:
        nowhere = Address(socket.AF_INET, ("255.255.255.255", port))  # EACCES or ENETUNREACH at once
        good = Address(socket.AF_INET, ("127.0.0.1", port))
        with reaching(port, Resolver(found(port, nowhere, good)), at=at) as connector:
            end = clock() + 5_000
            came = None
            while came is None and clock() < end:
                came = outcome(connector, 0)  # time stands still: no second start
            assert isinstance(came, Reached)
            assert came.address == good


@pytest.mark.parametrize("how", [hang, fail])
def test_the_kept_address_carries_on_when_the_look_up_does_not(how) -> None:  # type: ignore[no-untyped-def]
    at = Clock()
    resolver = Resolver(how)
    with peer(lambda conn: None) as port:
        resolver.keep("localhost", port, Address(socket.AF_INET, ("127.0.0.1", port)))
        with reaching(port, resolver, at=at) as connector:
            at.now += 399
            assert connector.poll(0) is None
            assert connector.pending == 0
            at.now += 1
            end = clock() + 5_000
            came = None
            while came is None and clock() < end:
                came = outcome(connector, 0)
            assert isinstance(came, Reached)


def test_no_name() -> None:
    with reaching(1, Resolver(fail)) as connector:
        end = clock() + 5_000
        while connector.last_failure is None and clock() < end:
            assert connector.poll(20) is None
        assert connector.last_failure is not None
        assert connector.last_failure.loss is Loss.NO_NAME


def test_a_look_up_that_hangs_is_no_name_after_a_while() -> None:
    at = Clock()
    with reaching(1, Resolver(hang), at=at) as connector:
        at.now += 1_999
        connector.poll(0)
        assert connector.last_failure is None
        at.now += 1
        connector.poll(0)
        assert connector.last_failure == Lost(Loss.NO_NAME, 0, "the look-up does not answer")


def test_the_failure_that_came_furthest_is_told() -> None:
    port = closed_port()
    at = Clock()
    nowhere = Address(socket.AF_INET, ("255.255.255.255", port))
    with reaching(
        port, Resolver(found(port, Address(socket.AF_INET, ("127.0.0.1", port)), nowhere)), at=at
    ) as connector:
        for _ in range(6):
            until_failed(connector, Loss.REFUSED)
            at.now += 400


def test_the_owner_can_wake_it() -> None:
    wakeup = os.eventfd(1)
    connector = Connector(Endpoint.parse("wss://localhost:1", "m"), tls.context(), Resolver(hang), clock, wakeup)
    began = clock()
    assert connector.poll(5_000) is None
    assert clock() - began < 1_000
    connector.close()
    os.close(wakeup)
