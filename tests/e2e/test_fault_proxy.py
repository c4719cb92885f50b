import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.e2e.fault_proxy import FaultProxy

WAIT_S = 5.0


@pytest.fixture
def proxy() -> Iterator[FaultProxy]:
    """A proxy before a server that echoes."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def echo(conn: socket.socket) -> None:
        with conn, contextlib.suppress(OSError):
            while data := conn.recv(65_536):
                conn.sendall(data)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                conn, _ = listener.accept()
                threads.append(threading.Thread(target=echo, args=(conn,), daemon=True))
                threads[-1].start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    with FaultProxy(listener.getsockname()[:2]) as made:
        yield made
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for thread in (acceptor, *threads):
        thread.join(WAIT_S)
        assert not thread.is_alive()


@contextlib.contextmanager
def client(proxy: FaultProxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), WAIT_S) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield sock


def echoed(sock: socket.socket, data: bytes) -> list[bytes]:
    """Send and read all of it back, in the pieces it came in."""
    sender = threading.Thread(target=sock.sendall, args=(data,))
    sender.start()
    pieces: list[bytes] = []
    while sum(map(len, pieces)) < len(data):
        piece = sock.recv(65_536)
        assert piece
        pieces.append(piece)
    sender.join(WAIT_S)
    assert b"".join(pieces) == data
    return pieces


def test_fair_weather_passes_everything(proxy: FaultProxy) -> None:
    with client(proxy) as one, client(proxy) as two:
        echoed(one, bytes(range(256)) * 8_000)
        echoed(two, b"x")
        assert proxy.accepted == proxy.connections == 2


def test_a_reset_breaks_what_is_open_and_takes_new_ones(proxy: FaultProxy) -> None:
    with client(proxy) as sock:
        echoed(sock, b"a")
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            sock.recv(1)
    with client(proxy) as sock:
        echoed(sock, b"b")


def test_a_black_hole_holds_everything_and_gives_it_back(proxy: FaultProxy) -> None:
    with client(proxy) as sock:
        echoed(sock, b"a")
        proxy.black_hole()
        sock.sendall(b"held")
        sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            sock.recv(1)
        sock.settimeout(WAIT_S)
        proxy.forward()
        assert sock.recv(10) == b"held"


def test_a_half_close_ends_one_direction(proxy: FaultProxy) -> None:
    with client(proxy) as sock:
        echoed(sock, b"a")
        proxy.half_close()
        assert sock.recv(1) == b""
        sock.sendall(b"still taken")


def test_slow_keeps_its_rate(proxy: FaultProxy) -> None:
    with client(proxy) as sock:
        echoed(sock, b"a")
        proxy.slow(20_000)
        began = time.monotonic()
        echoed(sock, b"x" * 8_000)
        assert 0.3 <= time.monotonic() - began <= 3


def test_one_byte_at_a_time(proxy: FaultProxy) -> None:
    with client(proxy) as sock:
        echoed(sock, b"a")
        proxy.dribble()
        proxy.slow(2_000)
        assert max(map(len, echoed(sock, b"x" * 50))) < 50


def test_delay_keeps_order(proxy: FaultProxy) -> None:
    with client(proxy) as sock:
        proxy.delay(50, 30)
        began = time.monotonic()
        echoed(sock, bytes(range(256)))
        assert 0.1 <= time.monotonic() - began <= 2


def test_refused_until_forward(proxy: FaultProxy) -> None:
    with client(proxy) as old:
        echoed(old, b"a")
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError), client(proxy):
            raise AssertionError("was let in")
        echoed(old, b"still open")
        proxy.forward()
        with client(proxy) as sock:
            echoed(sock, b"b")


def test_nobody_behind_it_is_a_reset() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = gone.getsockname()[:2]
    with FaultProxy(address) as proxy, pytest.raises(ConnectionResetError), client(proxy) as sock:
        sock.recv(1)
