"""The socket of one line, from the upgrade to the end.

Responsible for: sending and receiving WebSocket messages without ever blocking, pongs, pings, the close, and turning
every end into one ``Lost``. Must not: know what the messages say, decide when to ping, or connect.

All methods are for the one thread that owns the line: two threads on one TLS socket give false disconnects (measured;
CPython #77271, #137583). Each turn of its thread: ``receive`` until it gives None, then at most one ``send_text``.
"""

import contextlib
import select
import socket
import ssl
from collections.abc import Callable

from appliance.core.model.events import Loss
from appliance.errors import NonsenseError
from appliance.workers.connection import tcp
from appliance.workers.connection.disconnect import Lost, classify, plain
from appliance.workers.connection.endpoint import Endpoint
from appliance.workers.connection.frames import (
    Binary,
    Closed,
    FrameReader,
    Incoming,
    OversizedError,
    Ping,
    Pong,
    Text,
    close_frame,
    ping_frame,
    pong_frame,
    text_frame,
)
from appliance.workers.connection.handshake import UPGRADE_LIMIT_MS, Accepted, upgrade

SEND_LIMIT_MS = 1_000  # a frame of which no byte was taken for so long ends the line
CLOSE_LIMIT_MS = 500
READ_BYTES = 65_536
READS_A_TURN = 16  # a firehose must not keep the event loop from sending
SEND_BYTES = 8_192  # about a TLS record: what a slow link can show progress by

_NORMAL = 1000
_PROTOCOL_ERROR = 1002
_TOO_BIG = 1009
_WANTS = (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError)


class LineSocket:
    """A connected, non-blocking socket (TLS done) and the WebSocket on it. Clock in ms."""

    def __init__(self, raw: socket.socket, endpoint: Endpoint, key: str, clock: Callable[[], int]) -> None:
        self._raw = raw
        self._endpoint = endpoint
        self._key = key
        self._clock = clock
        self._frames = FrameReader()
        self._waiting: dict[str, bytes] = {}  # whole frames in order: at most one of "pong", "ping", "text", "close"
        self._left = memoryview(b"")  # of the frame that is being sent
        self._progress_at = 0
        self._pollout = select.poll()
        self._pollout.register(raw, select.POLLOUT)
        self._unread = False
        self._parting = False  # our close frame is said or waits: RFC 6455 allows one
        self._lost: Lost | None = None
        self.received_bytes = 0  # payload and frames, counting up; any growth is life
        self.pongs = 0  # counting up

    def upgrade(self, limit_ms: int = UPGRADE_LIMIT_MS, give_up: Callable[[], bool] = lambda: False) -> Accepted | Lost:
        """Dial: blocks for at most ``limit_ms``. On ``Lost`` the socket is shut."""
        outcome = upgrade(self._raw, self._endpoint, self._key, self._clock, limit_ms=limit_ms, give_up=give_up)
        if isinstance(outcome, Lost):
            self._lost = outcome
            self.shutdown()
        else:
            self._frames.feed(outcome.leftover)
            self.received_bytes += len(outcome.leftover)
            self._unread = True
        return outcome

    def fileno(self) -> int:
        """For ``poll``; −1 after ``shutdown``."""
        return self._raw.fileno()

    def pending(self) -> bool:
        """Whether to call ``receive`` before the next ``poll``: TLS or our buffer may hold what poll cannot see."""
        return self._unread or self._lost is not None

    def wants_write(self) -> bool:
        """Whether ``flush`` is to be called on POLLOUT."""
        return bool(self._left or self._waiting)

    def takes_text(self) -> bool:
        """Whether ``send_text`` may be called: no frame is half-way and no text waits; a pong that waits goes first."""
        return not self._left and "text" not in self._waiting

    @property
    def send_deadline(self) -> int | None:
        """When to call ``flush`` even without POLLOUT; None while no frame is half-way."""
        return self._progress_at + SEND_LIMIT_MS if self._left else None

    def receive(self) -> bytes | Lost | None:
        """The next complete text message (undecoded), or None until the socket is readable again; never blocks.

        Raises ``NonsenseError`` for a binary message; the line can go on after it. A ``Lost`` is final and is returned
        again by every later call. None with ``pending()`` still true means: enough for one turn.
        """
        reads = 0
        while self._lost is None:
            try:
                incoming = self._frames.next()
            except OversizedError as error:
                return self._end(Lost(Loss.OVERSIZED, _TOO_BIG, str(error)), _TOO_BIG)
            except NonsenseError as error:
                return self._end(Lost(Loss.NONSENSE, _PROTOCOL_ERROR, str(error)), _PROTOCOL_ERROR)
            if incoming is not None:
                self._unread = True
                if isinstance(incoming, Text):
                    return incoming.payload
                self._obey(incoming)
            elif reads == READS_A_TURN:
                self._unread = True
                return None
            elif self._fill():
                reads += 1
            elif self._lost is None:
                self._unread = False
                return None
        return self._lost

    def _fill(self) -> bool:
        """Read once without waiting; False when there was nothing, or the end."""
        try:
            data = self._raw.recv(READ_BYTES)
        except _WANTS:
            return False
        except OSError as error:
            self._lost = classify(error, established=True)
            return False
        if not data:
            self._lost = Lost(Loss.RESET, 0, "ended without a close frame")
            return False
        self.received_bytes += len(data)
        self._frames.feed(data)
        return True

    def _obey(self, incoming: Incoming) -> None:
        match incoming:
            case Pong():
                self.pongs += 1
            case Ping(payload):
                self._waiting["pong"] = pong_frame(payload)  # the latest is enough: RFC 6455, 5.5.3
            case Closed(code, reason):
                self._end(Lost(Loss.CLOSED, code, plain(reason, self._key)), _NORMAL)
            case Binary(size_bytes):
                raise NonsenseError(f"a binary message of {size_bytes} bytes")

    def send_text(self, frame: bytes | str, now: int) -> Lost | None:
        """Send one message (JSON, UTF-8); call it only while ``takes_text()``.

        What the socket does not take at once is kept and goes out by ``flush`` on POLLOUT.
        """
        assert self.takes_text(), "a frame is half-way: flush first"
        self._waiting["text"] = text_frame(frame)
        return self.flush(now)

    def flush(self, now: int) -> Lost | None:
        """Go on sending. ``Loss.SEND_STALLED`` when a frame is half-way and no byte of it was taken for 1 s."""
        try:
            while self._lost is None and (self._left or self._waiting):
                if not self._left:
                    # Begun only when it has a chance: a frame that is half-way is under the limit, and with a link
                    # that pauses for two seconds no audio message is. (The keepalive decides about those.)
                    if not self._pollout.poll(0):
                        return None
                    self._left = memoryview(self._waiting.pop(next(iter(self._waiting))))
                    self._progress_at = now
                self._left = self._left[self._raw.send(self._left[:SEND_BYTES]) :]
                self._progress_at = now
        except _WANTS:
            # TLS insists on the same bytes next time, and gets them. Nothing else may be sent before.
            if now - self._progress_at >= SEND_LIMIT_MS:
                self._lost = Lost(Loss.SEND_STALLED, 0, f"{len(self._left)} bytes of a frame were not taken")
        except OSError as error:
            self._lost = classify(error, established=True)
        return self._lost

    def ping(self, now: int) -> int:
        """Send a ping as soon as the socket takes it. Returns the bytes handed to TCP so far, for
        ``Keepalive.pinged``."""
        self._waiting["ping"] = ping_frame()
        self.flush(now)
        return self.written_bytes()

    def acked_bytes(self) -> int:
        """Bytes that the peer's TCP has acknowledged, for ``Keepalive.acked``; 0 after the end."""
        return 0 if self.fileno() < 0 else tcp.acked_bytes(self._raw)

    def written_bytes(self) -> int:
        """Bytes handed to TCP so far, on the same scale; 0 after the end."""
        return 0 if self.fileno() < 0 else tcp.written_bytes(self._raw)

    def close(self, code: int = _NORMAL, reason: str = "", limit_ms: int = CLOSE_LIMIT_MS) -> None:
        """Say good-bye, wait at most ``limit_ms`` for the peer's, and shut down. What still comes is thrown away."""
        deadline = self._clock() + limit_ms
        self._part(code, reason)
        while self._lost is None and (left_ms := deadline - self._clock()) > 0:
            waiter = select.poll()
            waiter.register(self._raw, select.POLLIN | (select.POLLOUT if self.wants_write() else 0))
            if not self.pending():
                waiter.poll(left_ms)
            with contextlib.suppress(NonsenseError):
                self.receive()
            self.flush(self._clock())
        self.shutdown()

    def shutdown(self) -> None:
        """Be gone at once; may be called twice. ``shutdown`` frees what ``close`` alone was measured to hang in."""
        if self._lost is None:
            self._lost = Lost(Loss.HUNG_UP)
        if self._raw.fileno() >= 0:
            with contextlib.suppress(OSError):
                self._raw.shutdown(socket.SHUT_RDWR)
            self._raw.close()

    def _end(self, lost: Lost, code: int) -> Lost:
        """Send a close frame if it goes at once, and remember why."""
        self._part(code)
        self.flush(self._progress_at)
        self._lost = lost
        return lost

    def _part(self, code: int, reason: str = "") -> None:
        if not self._parting:
            self._parting = True
            self._waiting["close"] = close_frame(code, reason)
