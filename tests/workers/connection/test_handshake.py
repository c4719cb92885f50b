import socket

import pytest

from appliance.core.model.events import Loss
from appliance.workers.connection.disconnect import Lost
from appliance.workers.connection.endpoint import Endpoint
from appliance.workers.connection.handshake import Accepted, upgrade
from tests.workers.peers import Script, clock, frame, peer, read_request, switch

KEY = "sk-very-secret-1234"


def dial(script: Script, key: str = KEY, limit_ms: int = 5_000, give_up: bool = False) -> Accepted | Lost:
    with peer(script) as port:
        target = Endpoint.parse(f"ws://127.0.0.1:{port}/api-ws/v1/realtime", "m-1")
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.setblocking(False)
            return upgrade(raw, target, key, clock, limit_ms=limit_ms, give_up=lambda: give_up)


def answering(answer: bytes) -> Script:
    def script(conn: socket.socket) -> None:
        read_request(conn)
        conn.sendall(answer)

    return script


def silent(conn: socket.socket) -> None:
    read_request(conn)
    conn.recv(1)  # until the client goes


def refusing(status: int, body: bytes, head: bytes = b"") -> Script:
    return answering(f"HTTP/1.1 {status} No\r\nContent-Length: {len(body)}\r\n".encode() + head + b"\r\n" + body)


def test_what_is_asked_and_what_comes_behind_the_answer() -> None:
    requests: list[bytes] = []

    def script(conn: socket.socket) -> None:
        requests.append(switch(conn))
        conn.sendall(frame(b"early"))

    outcome = dial(script)
    assert isinstance(outcome, Accepted)
    assert frame(b"early").startswith(outcome.leftover)
    lines = requests[0].decode().split("\r\n")
    assert lines[0] == "GET /api-ws/v1/realtime?model=m-1 HTTP/1.1"
    assert f"Authorization: Bearer {KEY}" in lines
    assert any(line.startswith("User-Agent: dragoman/") for line in lines)
    assert not any(line.lower().startswith(("origin", "sec-websocket-extensions")) for line in lines)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_a_refusal_keeps_its_status_and_body(status: int) -> None:
    outcome = dial(refusing(status, b'{"code":"Throttling.AllocationQuota"}'))
    assert outcome == Lost(Loss.HTTP, status, '{"code":"Throttling.AllocationQuota"}')


def test_a_refusal_without_a_length_or_a_body() -> None:
    assert dial(answering(b"HTTP/1.1 403 Forbidden\r\n\r\nArrearage")) == Lost(Loss.HTTP, 403, "Arrearage")
    assert dial(refusing(401, b"")) == Lost(Loss.HTTP, 401, "")


def test_a_refusal_that_does_not_end_is_cut() -> None:
    def script(conn: socket.socket) -> None:
        read_request(conn)
        conn.sendall(b"HTTP/1.1 429 Too Many\r\nContent-Length: 50000000\r\n\r\ninsufficient_quota")
        for _ in range(100):
            conn.sendall(b"x" * 4096)

    outcome = dial(script)
    assert isinstance(outcome, Lost)
    assert (outcome.loss, outcome.status) == (Loss.HTTP, 429)
    assert outcome.detail.startswith("insufficient_quota")
    assert len(outcome.detail) <= 1024


def test_a_refusal_that_hangs_inside_its_body_waits_a_second_at_most() -> None:
    def script(conn: socket.socket) -> None:
        read_request(conn)
        conn.sendall(b"HTTP/1.1 401 No\r\nContent-Length: 10\r\n\r\nhalf")
        conn.recv(1)  # until the client goes

    began = clock()
    assert dial(script) == Lost(Loss.HTTP, 401, "half")
    assert clock() - began < 3_000


def test_a_redirect_is_not_followed() -> None:
    outcome = dial(refusing(302, b"", b"Location: ws://127.0.0.1:9/\r\n"))
    assert outcome == Lost(Loss.HTTP, 302, "")


def test_the_key_does_not_come_back_in_a_detail() -> None:
    outcome = dial(refusing(401, f"invalid key {KEY}!".encode()))
    assert outcome == Lost(Loss.HTTP, 401, "invalid key …!")


@pytest.mark.parametrize(
    ("answer", "loss", "status"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Loss.NONSENSE, 0),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", Loss.NONSENSE, 101),
        (b"\xff\xfe\xfd\r\n\r\n", Loss.NONSENSE, 0),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", Loss.HTTP, 200),
        (b"", Loss.RESET, 0),
        (b"x" * 100_000, Loss.NONSENSE, 0),
    ],
)
def test_an_answer_that_is_no_upgrade(answer: bytes, loss: Loss, status: int) -> None:
    outcome = dial(answering(answer))
    assert isinstance(outcome, Lost)
    assert (outcome.loss, outcome.status) == (loss, status)


def test_no_answer_within_the_limit() -> None:
    assert dial(silent, limit_ms=150) == Lost(Loss.NO_ANSWER, 0, "the upgrade was not answered")


def test_a_dribbled_answer_is_bounded_as_a_whole() -> None:
    def script(conn: socket.socket) -> None:
        read_request(conn)
        conn.settimeout(0.02)
        while True:
            conn.sendall(b"x")
            try:
                conn.recv(1)
                return
            except TimeoutError:
                continue

    began = clock()
    outcome = dial(script, limit_ms=300)
    assert isinstance(outcome, Lost)
    assert outcome.loss is Loss.NO_ANSWER
    assert clock() - began < 2_000


def test_the_owner_can_give_up() -> None:
    assert dial(silent, give_up=True) == Lost(Loss.HUNG_UP)


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "kéy"])
def test_without_a_usable_key_nothing_is_written(key: str) -> None:
    heard: list[bytes] = []
    outcome = dial(lambda conn: heard.append(conn.recv(1)), key=key)
    assert isinstance(outcome, Lost)
    assert outcome.loss is Loss.NO_KEY
    assert b"".join(heard) == b""
    assert key == "" or key not in outcome.detail
