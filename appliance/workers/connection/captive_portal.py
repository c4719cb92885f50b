"""Whether a log-in page answers in the service's place: one plain question, for the words of a fault alone.

Responsible for: one GET of ``http://<service host>/`` on a thread of its own, at most 2 s, no redirect followed.
Must not: send the key, change what the box does, or run twice at once (a look-up may hang for ever).
"""

import socket
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

LIMIT_S = 2.0
ANSWER_LIMIT_BYTES = 4_096
_NETWORK_AUTHENTICATION_REQUIRED = 511  # RFC 6585, 6


def is_log_in_page(answer: bytes, host: str) -> bool:
    """Whether ``answer``, HTTP from port 80 in the name of ``host``, is a portal's.

    A portal says 511, or sends us to another host, or shows a page of HTML. The service itself sends us to TLS on the
    same host, or refuses.
    """
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    parts = head[0].split(None, 2)
    if len(parts) < 2 or not parts[0].startswith("HTTP/") or not parts[1].isdigit():
        return False
    status = int(parts[1])
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    if 300 <= status < 400:
        try:
            elsewhere = urlsplit(fields.get("location", "")).hostname
        except ValueError:
            return True  # no service of ours would write such an address
        return elsewhere is not None and elsewhere != host.lower()
    html = fields.get("content-type", "").lower().startswith("text/html")
    return status == _NETWORK_AUTHENTICATION_REQUIRED or (status == 200 and html)


class PortalProbe:
    """Asks, at most one question at a time."""

    def __init__(self, port: int = 80) -> None:
        self._port = port
        self._busy = threading.Lock()

    def ask(self, host: str, on_answer: Callable[[bool], None]) -> bool:
        """Ask about ``host`` and call ``on_answer`` from another thread; False if a question is still open."""
        if not self._busy.acquire(blocking=False):
            return False
        threading.Thread(target=self._run, args=(host, on_answer), name="portal", daemon=True).start()
        return True

    def _run(self, host: str, on_answer: Callable[[bool], None]) -> None:
        try:
            page = is_log_in_page(self._fetch(host), host)
        except (OSError, UnicodeError):
            page = False
        finally:
            self._busy.release()
        on_answer(page)

    def _fetch(self, host: str) -> bytes:
        deadline = time.monotonic() + LIMIT_S
        name = f"[{host}]" if ":" in host else host
        answer = bytearray()
        with socket.create_connection((host, self._port), LIMIT_S) as sock:
            sock.settimeout(max(0.001, deadline - time.monotonic()))
            sock.sendall(f"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\nAccept: */*\r\n\r\n".encode("ascii"))
            while b"\r\n\r\n" not in answer and len(answer) < ANSWER_LIMIT_BYTES:
                sock.settimeout(max(0.001, deadline - time.monotonic()))
                piece = sock.recv(1_024)
                if not piece:
                    break
                answer += piece
        return bytes(answer)
