"""The dial itself: one HTTP upgrade over a socket that is connected already.

Responsible for: running websocket-client's handshake within one bound of time and size, and reading why it was refused.
Must not: connect, redial, follow a redirect, or let the key out in any text.

websocket-client bounds each ``recv`` and not the whole, reads a refusal's body of any length, and ignores how much its
one ``send`` took. It is handed an object that looks like a socket and keeps our bounds instead.
"""

import select
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

import websocket

from appliance.core.model.events import Loss
from appliance.workers.connection.disconnect import DETAIL_CHARACTERS, Lost, classify, plain
from appliance.workers.connection.endpoint import Endpoint

UPGRADE_LIMIT_MS = 10_000
REFUSAL_LIMIT_MS = 1_000  # how long the body of a refusal may take once its head is there
ANSWER_LIMIT_BYTES = 65_536
_TURN_MS = 100  # how often ``give_up`` is asked
_SWITCHING_PROTOCOLS = 101


@dataclass(frozen=True, slots=True)
class Accepted:
    """The service switched protocols; ``leftover`` came behind its answer and belongs to the first frame."""

    leftover: bytes


class _GaveUpError(Exception):
    """The event loop no longer wants this dial."""


class _TooLongError(Exception):
    """An answer of more than 64 KiB."""


class _BoundedSocket:
    """What websocket-client's handshake needs of a socket, with one deadline over all of it."""

    def __init__(
        self, raw: socket.socket, clock: Callable[[], int], limit_ms: int, give_up: Callable[[], bool]
    ) -> None:
        self._raw = raw
        self._clock = clock
        self._deadline_ms = clock() + limit_ms
        self._give_up = give_up
        self._served = 0
        self.seen = bytearray()  # all that came

    @property
    def leftover(self) -> bytes:
        """What came and was not asked for."""
        return bytes(self.seen[self._served :])

    def status(self) -> int:
        """The HTTP status of the answer, 0 as long as there is none."""
        head, found, _ = self.seen.partition(b"\r\n")
        parts = head.split(None, 2)
        if not found or len(parts) < 2 or not parts[0].startswith(b"HTTP/") or not parts[1].isdigit():
            return 0
        return int(parts[1][:3])

    def body(self) -> bytes:
        """What came behind the head."""
        return bytes(self.seen.partition(b"\r\n\r\n")[2])

    def fill(self) -> bool:
        """Wait for more; False at the end of the stream."""
        while True:
            try:
                data = self._raw.recv(4096)
            except (ssl.SSLWantReadError, BlockingIOError):
                self._wait(select.POLLIN)
            except ssl.SSLWantWriteError:
                self._wait(select.POLLOUT)
            else:
                break
        self.seen += data
        if len(self.seen) > ANSWER_LIMIT_BYTES:
            raise _TooLongError
        if b"\r\n\r\n" in self.seen and self.status() != _SWITCHING_PROTOCOLS:
            self._deadline_ms = min(self._deadline_ms, self._clock() + REFUSAL_LIMIT_MS)
        return bool(data)

    def _wait(self, mask: int) -> None:
        waiter = select.poll()
        waiter.register(self._raw, mask)
        while True:
            left_ms = self._deadline_ms - self._clock()
            if left_ms <= 0:
                raise TimeoutError
            if self._give_up():
                raise _GaveUpError
            if waiter.poll(min(left_ms, _TURN_MS)):
                return

    # From here on: the names that websocket-client calls.

    def recv(self, size: int) -> bytes:
        """At most ``size`` bytes; waits for one."""
        if self._served == len(self.seen) and not self.fill():
            return b""
        piece = bytes(self.seen[self._served : self._served + size])
        self._served += len(piece)
        return piece

    def send(self, data: bytes) -> int:
        """All of ``data``, or an exception."""
        left = memoryview(data)
        while left:
            try:
                left = left[self._raw.send(left) :]
            except (ssl.SSLWantWriteError, BlockingIOError):
                self._wait(select.POLLOUT)
            except ssl.SSLWantReadError:
                self._wait(select.POLLIN)
        return len(data)

    def gettimeout(self) -> float:
        """0: websocket-client then waits for nothing itself."""
        return 0.0

    def settimeout(self, _timeout: float | None) -> None:
        """Ignored: the deadline is ours."""

    def fileno(self) -> int:
        """The real one."""
        return self._raw.fileno()

    def close(self) -> None:
        """Ignored: after a refusal the rest of the answer is still to be read."""


def upgrade(
    raw: socket.socket,
    endpoint: Endpoint,
    key: str,
    clock: Callable[[], int],
    *,
    limit_ms: int = UPGRADE_LIMIT_MS,
    give_up: Callable[[], bool] = lambda: False,
) -> Accepted | Lost:
    """Ask for the WebSocket on ``raw`` (non-blocking, through TLS where the endpoint says so).

    Blocks for at most ``limit_ms``; ``give_up`` is asked every 100 ms. A refusal is ``Loss.HTTP`` with its status and
    at most 1 KB of its body in ``detail``. Without a usable key nothing is written: ``Loss.NO_KEY``. ``raw``
    stays open.
    """
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        return Lost(Loss.NO_KEY, 0, "no key" if not key else "the key holds a character that no key has")
    bounded = _BoundedSocket(raw, clock, limit_ms, give_up)
    headers = [f"Authorization: Bearer {key}", *(f"{name}: {value}" for name, value in endpoint.headers)]
    try:
        websocket.create_connection(
            endpoint.url,
            socket=bounded,
            header=headers,
            redirect_limit=0,
            suppress_origin=True,
            enable_multithread=False,
        )
    except _GaveUpError:
        return Lost(Loss.HUNG_UP)
    except (websocket.WebSocketException, OSError, ValueError, _TooLongError) as error:
        return _refusal(bounded, error, key)
    return Accepted(bounded.leftover)


def _refusal(bounded: _BoundedSocket, error: Exception, key: str) -> Lost:
    """Why not. The status is read from the answer itself: the exception may come from half-way through its body."""
    status = bounded.status()
    if status == _SWITCHING_PROTOCOLS:
        return Lost(Loss.NONSENSE, status, "the answer to the upgrade is not a WebSocket's")
    if status:
        _read_on(bounded)
        return Lost(Loss.HTTP, status, plain(bounded.body().decode(errors="replace"), key))
    if isinstance(error, (_TooLongError, ValueError)):
        return Lost(Loss.NONSENSE, 0, "the answer to the upgrade is not HTTP")
    lost = classify(error)
    # The library's words may quote what it was sent: the kind of trouble is enough.
    return Lost(lost.loss, 0, "the upgrade was not answered") if lost.loss is Loss.NO_ANSWER else lost


def _read_on(bounded: _BoundedSocket) -> None:
    """Fetch what a detail can hold; a body without a length is left unread by websocket-client."""
    try:
        while len(bounded.body()) < DETAIL_CHARACTERS and not _complete(bounded) and bounded.fill():
            continue
    except (OSError, _TooLongError, _GaveUpError):
        return  # what came until now is the detail


def _complete(bounded: _BoundedSocket) -> bool:
    head = bytes(bounded.seen).partition(b"\r\n\r\n")[0].lower()
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length" and value.strip().isdigit():
            return len(bounded.body()) >= int(value)
    return False
