import queue
import socket
import threading

import pytest

from appliance.workers.connection.captive_portal import PortalProbe, is_log_in_page
from tests.workers.peers import WAIT_S, Script, peer, read_request

HOST = "service.example"


@pytest.mark.parametrize(
    ("answer", "page"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/login?u=x\r\n\r\n", True),
        (b"HTTP/1.0 307 Go\r\nlocation:https://hotel.example/\r\n\r\n", True),
        (b"HTTP/1.1 511 Network Authentication Required\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html>", True),
        (b"HTTP/1.1 302 Found\r\nLocation: http://[bad/\r\n\r\n", True),
        (b"HTTP/1.1 301 Moved\r\nLocation: https://service.example/\r\n\r\n", False),
        (b"HTTP/1.1 301 Moved\r\nLocation: /elsewhere\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}", False),
        (b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n", False),
        (b"SSH-2.0\r\n", False),
        (b"", False),
        (b"\xff\xfe\x00", False),
    ],
)
def test_what_a_log_in_page_is(answer: bytes, page: bool) -> None:
    assert is_log_in_page(answer, HOST) is page


def ask(script: Script) -> bool:
    answers: queue.Queue[bool] = queue.Queue()
    with peer(script) as port:
        assert PortalProbe(port).ask("127.0.0.1", answers.put)
        return answers.get(timeout=WAIT_S)


def test_one_plain_question() -> None:
    heard: list[bytes] = []

    def script(conn: socket.socket) -> None:
        heard.append(read_request(conn))
        conn.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\n\r\n")

    assert ask(script) is True
    assert heard[0].startswith(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    assert b"authorization" not in heard[0].lower()


def test_nobody_there_is_no_page() -> None:
    answers: queue.Queue[bool] = queue.Queue()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert PortalProbe(port).ask("127.0.0.1", answers.put)
    assert answers.get(timeout=WAIT_S) is False


def test_one_question_at_a_time() -> None:
    go = threading.Event()
    answers: queue.Queue[bool] = queue.Queue()
    with peer(lambda conn: go.wait(WAIT_S)) as port:
        probe = PortalProbe(port)
        assert probe.ask("127.0.0.1", answers.put)
        assert not probe.ask("127.0.0.1", answers.put)
        go.set()
        assert answers.get(timeout=WAIT_S) is False
    assert answers.empty()
