import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import websockets.sync.server

from appliance.core.model.events import Loss
from appliance.errors import NonsenseError
from appliance.workers.connection import tls
from appliance.workers.connection.disconnect import Lost
from appliance.workers.connection.endpoint import Endpoint
from appliance.workers.connection.handshake import Accepted
from appliance.workers.connection.keepalive import Keepalive, Verdict
from appliance.workers.connection.tcp import prepare
from appliance.workers.connection.websocket import LineSocket
from tests.e2e.fault_proxy import FaultProxy
from tests.workers.peers import WAIT_S, Authority, Script, clock, frame, peer, read_frame, reset, switch


@contextmanager
def connected(port: int, client: ssl.SSLContext | None = None) -> Iterator[LineSocket]:
    """A line to a peer on loopback, upgraded."""
    raw: socket.socket = socket.create_connection(("127.0.0.1", port))
    if client:
        raw = client.wrap_socket(raw, server_hostname="localhost")
    prepare(raw)
    scheme = "wss" if client else "ws"
    line = LineSocket(raw, Endpoint.parse(f"{scheme}://127.0.0.1:{port}/x", "m"), "sk-key", clock)
    try:
        assert isinstance(line.upgrade(), Accepted)
        yield line
    finally:
        line.shutdown()


@contextmanager
def line_to(script: Script) -> Iterator[LineSocket]:
    """A plain line to a scripted peer; the script begins behind the upgrade."""

    def whole(conn: socket.socket) -> None:
        switch(conn)
        script(conn)

    with peer(whole) as port, connected(port) as line:
        yield line


def deadline(line: LineSocket) -> int | None:
    return line.send_deadline


def readable(line: LineSocket, wait_ms: int = 5_000) -> None:
    if not line.pending():
        waiter = select.poll()
        waiter.register(line.fileno(), select.POLLIN)
        waiter.poll(wait_ms)


def until(line: LineSocket, wanted: Callable[[], bool] = lambda: False) -> bytes | Lost:
    """Turn like an event loop until a message or the end comes, or ``wanted``."""
    deadline = clock() + 5_000
    while clock() < deadline and not wanted():
        readable(line, 50)
        if (came := line.receive()) is not None:
            return came
        if line.wants_write():
            line.flush(clock())
    assert wanted(), "nothing came"
    return b""


def owner_until_dead(line: LineSocket) -> int:
    """Turn as an event loop does, an audio message every 40 ms. When does the keepalive call the peer dead?"""
    keepalive, audio_at = Keepalive(clock()), clock()
    seen, pongs = line.received_bytes, 0
    waiter = select.poll()
    waiter.register(line.fileno(), select.POLLIN)
    while True:
        now = clock()
        assert not isinstance(line.receive(), Lost)
        if line.received_bytes > seen:
            seen = line.received_bytes
            keepalive.received(now)
        if line.pongs > pongs:
            pongs = line.pongs
            keepalive.ponged(now)
        keepalive.acked(now, line.acked_bytes())
        verdict = keepalive.verdict(now)
        if verdict is Verdict.DEAD:
            return now
        if verdict is Verdict.PING:
            keepalive.pinged(now, line.ping(now))
        if line.wants_write():
            assert line.flush(now) is None
        elif now >= audio_at:
            assert line.send_text(b"x" * 1_800, now) is None
            audio_at += 40
        waiter.poll(10)


@pytest.mark.timing
def test_a_black_hole_is_noticed_within_five_seconds(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    fallen: list[int] = []

    def echo(connection: websockets.sync.server.ServerConnection) -> None:
        for number, message in enumerate(connection):
            connection.send(message)
            if number == 20:
                fallen.append(clock())
                proxy.black_hole()

    with (
        websockets.sync.server.serve(echo, "127.0.0.1", 0, ssl=authority.server("localhost")) as server,
        FaultProxy(server.socket.getsockname()[:2]) as proxy,
    ):
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        with connected(proxy.port, tls.context(str(authority.ca_file))) as line:
            noticed = owner_until_dead(line)
        proxy.reset()
        server.shutdown()
        thread.join(WAIT_S)
    print(f"black hole noticed after {noticed - fallen[0]} ms")
    assert 3_500 <= noticed - fallen[0] <= 5_000


def test_against_a_real_server_over_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)

    def echo(connection: websockets.sync.server.ServerConnection) -> None:
        for message in connection:
            connection.send(message)
            connection.ping()

    with websockets.sync.server.serve(echo, "127.0.0.1", 0, ssl=authority.server("localhost"), max_size=None) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        with connected(server.socket.getsockname()[1], tls.context(str(authority.ca_file))) as line:
            for size in (2, 1_800, 70_000, 700_000):
                assert line.send_text(b"x" * size, clock()) is None
                assert until(line) == b"x" * size
            written = line.ping(clock())
            until(line, lambda: line.pongs == 1)
            assert line.pongs == 1
            assert 700_000 < line.acked_bytes() <= line.written_bytes()
            assert line.acked_bytes() <= written + 1_000
            line.close(1000, "done")
            assert line.fileno() == -1
        server.shutdown()
        thread.join(WAIT_S)


def test_a_ping_is_answered_and_a_pong_is_noted() -> None:
    heard: list[tuple[int, bytes]] = []

    def script(conn: socket.socket) -> None:
        conn.sendall(frame(b"one", 9) + frame(b"two", 9))
        heard.append(read_frame(conn))
        conn.sendall(frame(b"", 10) + frame(b"done"))
        conn.recv(1)

    with line_to(script) as line:
        assert until(line) == b"done"
        assert heard in ([(10, b"one")], [(10, b"two")])  # the latest is enough
        assert line.pongs == 1


def test_a_slow_frame_never_blocks_a_turn() -> None:
    go = threading.Semaphore(0)

    def script(conn: socket.socket) -> None:
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in frame(b"slow" * 50):
            conn.sendall(bytes([byte]))
            go.acquire(timeout=WAIT_S)
        conn.recv(1)

    with line_to(script) as line:
        message, turns, longest, taken = None, 0, 0, 0
        while message is None and turns < 1_000:
            readable(line)
            before, began = line.received_bytes, clock()
            message = line.receive()
            longest = max(longest, clock() - began)
            assert line.received_bytes - before <= 1
            turns += 1
            for _ in range(line.received_bytes - taken):
                go.release()
            taken = line.received_bytes
        assert message == b"slow" * 50
        assert turns >= 200
        assert longest < 100


def test_messages_that_came_together_are_given_one_by_one() -> None:
    def script(conn: socket.socket) -> None:
        conn.sendall(b"".join(frame(b"%d" % i) for i in range(100)))
        conn.recv(1)

    with line_to(script) as line:
        got = [until(line) for _ in range(100)]
        assert got == [b"%d" % i for i in range(100)]
        assert line.receive() is None
        assert not line.pending()


def test_a_firehose_does_not_keep_a_turn() -> None:
    def script(conn: socket.socket) -> None:
        conn.sendall(frame(b"x" * 4_000_000))
        conn.recv(1)

    with line_to(script) as line:
        turns = 0
        while (message := line.receive()) is None:
            turns += 1
            readable(line)
        assert message == b"x" * 4_000_000
        assert turns >= 3  # 16 reads of 64 KiB each


def test_a_frame_of_five_megabytes_ends_the_line_with_1009() -> None:
    heard: list[tuple[int, bytes]] = []

    def script(conn: socket.socket) -> None:
        conn.sendall(frame(b"x" * 5_000_000)[:100])
        heard.append(read_frame(conn))

    with line_to(script) as line:
        lost = until(line)
        assert isinstance(lost, Lost)
        assert (lost.loss, lost.status) == (Loss.OVERSIZED, 1009)
        assert line.receive() == lost  # and stays so
        assert line.send_text(b"more", clock()) == lost
        readable(line)
    assert heard == [(8, b"\x03\xf1")]


def test_a_reset_in_mid_frame() -> None:
    def script(conn: socket.socket) -> None:
        conn.sendall(frame(b"x" * 1_000)[:500])
        reset(conn)

    with line_to(script) as line:
        lost = until(line)
        assert isinstance(lost, Lost)
        assert lost.loss is Loss.RESET


def test_an_end_without_a_close_frame() -> None:
    with line_to(lambda conn: None) as line:
        assert until(line) == Lost(Loss.RESET, 0, "ended without a close frame")


def test_a_close_frame_is_answered_and_told() -> None:
    heard: list[tuple[int, bytes]] = []

    def script(conn: socket.socket) -> None:
        conn.sendall(frame(b"last") + frame(b"\x03\xefRequests rate limit exceeded, sk-key", 8))
        heard.append(read_frame(conn))

    with line_to(script) as line:
        assert until(line) == b"last"
        assert until(line) == Lost(Loss.CLOSED, 1007, "Requests rate limit exceeded, …")
        line.close()
    assert heard[0][0] == 8


def test_a_good_bye_is_said_once() -> None:
    heard: list[tuple[int, bytes]] = []
    rest: list[bytes] = []

    def script(conn: socket.socket) -> None:
        heard.append(read_frame(conn))
        conn.sendall(frame(b"\x03\xe8", 8))
        rest.append(conn.recv(100))

    with line_to(script) as line:
        line.close(1000, "done")
        assert line.receive() == Lost(Loss.CLOSED, 1000, "")
    assert heard == [(8, b"\x03\xe8done")]
    assert rest == [b""]


def test_a_binary_message_is_nonsense_and_the_line_goes_on() -> None:
    def script(conn: socket.socket) -> None:
        conn.sendall(frame(b"abc", 2) + frame(b"text"))
        conn.recv(1)

    with line_to(script) as line:
        with pytest.raises(NonsenseError, match="3 bytes"):
            until(line)
        assert until(line) == b"text"


def test_a_broken_frame_ends_the_line() -> None:
    def script(conn: socket.socket) -> None:
        conn.sendall(b"\xff\x00")
        conn.recv(10)

    with line_to(script) as line:
        lost = until(line)
        assert isinstance(lost, Lost)
        assert (lost.loss, lost.status) == (Loss.NONSENSE, 1002)


def test_a_frame_that_is_not_taken_ends_the_line_after_its_limit() -> None:
    done = threading.Event()

    with line_to(lambda conn: done.wait(WAIT_S)) as line:
        assert deadline(line) is None
        assert line.send_text(b"x" * 30_000_000, 1_000) is None  # more than any buffer holds
        assert line.wants_write()
        assert not line.takes_text()
        now = 2_000
        while (lost := line.flush(now)) is None:
            assert deadline(line) == now + 1_000  # the kernel took some more: the limit runs from there
            now += 1_000
        assert lost.loss is Loss.SEND_STALLED
        done.set()


def test_on_a_full_link_no_message_is_begun() -> None:
    done = threading.Event()
    with line_to(lambda conn: done.wait(WAIT_S)) as line:
        while line.takes_text():
            assert line.send_text(b"x" * 1_800, 1_000) is None
        assert line.wants_write()
        assert deadline(line) is None
        assert line.flush(60_000) is None  # the keepalive decides about silence, not the message that waits
        written = line.written_bytes()
        assert line.ping(60_000) == written  # the ping waits too, and its mark is what stands before it
        done.set()


def test_a_ping_waits_behind_a_frame_that_is_half_way() -> None:
    go = threading.Event()
    heard: list[int] = []

    def script(conn: socket.socket) -> None:
        go.wait(WAIT_S)
        heard.extend(read_frame(conn)[0] for _ in range(2))
        conn.sendall(frame(b"", 10))
        conn.recv(1)

    with line_to(script) as line:
        line.send_text(b"x" * 8_000_000, clock())
        assert line.ping(clock()) > 0
        go.set()
        waiter = select.poll()
        waiter.register(line.fileno(), select.POLLOUT)
        while line.wants_write():
            assert waiter.poll(5_000)
            assert line.flush(clock()) is None
        until(line, lambda: line.pongs == 1)
    assert heard == [1, 9]


def test_closing_on_a_dead_peer_is_bounded() -> None:
    done = threading.Event()
    with line_to(lambda conn: done.wait(WAIT_S)) as line:
        began = clock()
        line.close(1000, "", limit_ms=100)
        assert clock() - began < 1_000
        assert line.fileno() == -1
        assert line.receive() == Lost(Loss.HUNG_UP)
        assert (line.acked_bytes(), line.written_bytes()) == (0, 0)
        line.shutdown()  # twice is fine
        done.set()


def test_a_refused_upgrade_shuts_the_socket() -> None:
    with peer(lambda conn: conn.sendall(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")) as port:
        raw = socket.create_connection(("127.0.0.1", port))
        raw.setblocking(False)
        line = LineSocket(raw, Endpoint.parse(f"ws://127.0.0.1:{port}", "m"), "sk-key", clock)
        assert line.upgrade() == Lost(Loss.HTTP, 401, "")
        assert line.fileno() == -1
        assert "sk-key" not in repr(line)
