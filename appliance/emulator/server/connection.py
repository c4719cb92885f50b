"""One connection of the emulated service: a session, its client, and the instants in between.

Responsible for: feeding a session, sending each of its outputs at its instant, and being rude on the wire when told.
Must not: know the protocol, or listen.
"""

import asyncio
import heapq
import json
import socket
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from appliance.emulator.server.wirelog import WireLog
from appliance.emulator.session.injected_faults import fits_into_reason
from appliance.emulator.session.interfaces import Close, Drop, Mute, Output, Send, SendRaw, Timed

if TYPE_CHECKING:
    from appliance.emulator.session.session import ServiceSession

CLOSE_LIMIT_S = 4
SEND_LIMIT_S = 30  # a client that reads nothing for so long is reset
PENDING_LIMIT = 20_000


class Connection(ServerConnection):
    """A connection that can go silent: then what comes in is swallowed unread, and no ping is answered."""

    silent = False
    _session: "ServiceSession | None" = None
    _now_ms: Callable[[], int] | None = None

    def accept(self, session: "ServiceSession", now_ms: Callable[[], int]) -> None:
        """The service took the upgrade: its session waits for the handshake to end."""
        self._session, self._now_ms = session, now_ms

    def taken(self) -> "ServiceSession":
        """The session, for whoever drives it from now on."""
        session, self._session = self._session, None
        assert session is not None
        return session

    def connection_lost(self, exc: Exception | None) -> None:
        """As the library's own; a session that nobody took is closed."""
        super().connection_lost(exc)
        if self._session is not None and self._now_ms is not None:
            self.taken().closed(self._now_ms())

    def data_received(self, data: bytes) -> None:
        """As the library's own, unless silent."""
        if not self.silent:
            super().data_received(data)

    def reset(self) -> None:
        """End the TCP connection with a reset and no close frame."""
        sock = self.transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


class Conversation:
    """Drives one ``ServiceSession``. Everything runs on the server's event loop."""

    def __init__(
        self, connection: Connection, session: "ServiceSession", now_ms: Callable[[], int], log: WireLog
    ) -> None:
        self._connection = connection
        self._session = session
        self._now_ms = now_ms
        self._log = log
        self._number = log.opened()
        self._pending: list[tuple[int, int, Output]] = []
        self._count = 0
        self._changed = asyncio.Event()
        self._muted = False
        self._faults = 0  # of the client, written down so far

    def open(self) -> None:
        """The upgrade is done."""
        self._take(self._session.open(self._now_ms()))

    def hear(self, message: dict[str, Any] | str) -> None:
        """A message of the client."""
        self._log.received(self._number, message)
        self._take(self._session.feed(message, self._now_ms()))

    def end(self) -> None:
        """The connection is gone."""
        self._session.closed(self._now_ms())
        self._note_faults()
        self._log.closed(self._number, self._connection.close_code)

    def abort(self) -> None:
        """Hang up at once."""
        self._connection.reset()

    async def send(self) -> None:
        """Send what is due until the connection ends. Never returns by itself before that."""
        try:
            while True:
                self._take(self._session.advance(self._now_ms()))
                while self._pending and self._pending[0][0] <= self._now_ms():
                    await self._put(heapq.heappop(self._pending)[2])
                await self._wait()
        except ConnectionClosed:
            return
        except TimeoutError:
            self._connection.reset()

    def _note_faults(self) -> None:
        """What the client did wrong since the last look (appliance/protocol/README.md#22-emulator-behaviour)."""
        for sentence in self._session.faults[self._faults :]:
            self._log.fault(self._number, sentence)
        self._faults = len(self._session.faults)

    def _take(self, outputs: list[Timed]) -> None:
        self._note_faults()
        for at, output in outputs:
            self._count += 1
            heapq.heappush(self._pending, (at, self._count, output))
        if len(self._pending) > PENDING_LIMIT:
            self._connection.reset()
        self._changed.set()

    async def _wait(self) -> None:
        """Until the next instant, or until something was heard."""
        due = [each for each in (self._session.next_wake(), self._pending[0][0] if self._pending else None)
               if each is not None]  # fmt: skip
        self._changed.clear()
        if not due:
            await self._changed.wait()
            return
        wait_s = max(0, min(due) - self._now_ms()) / 1000
        if wait_s == 0:
            await asyncio.sleep(0)  # the reader gets its turn, whatever the session wants
            return
        try:
            async with asyncio.timeout(wait_s):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _put(self, output: Output) -> None:
        if self._muted:
            return
        self._log.sent(self._number, output)
        match output:
            case Send(message):
                await self._write(json.dumps(message, ensure_ascii=False, separators=(",", ":")))
            case SendRaw(text):
                await self._write(text)
            case Mute(pongs):
                self._muted = True
                self._connection.silent = not pongs
            case Drop():
                self._connection.reset()
            case Close(code, reason):
                await self._connection.close(code, fits_into_reason(reason))

    async def _write(self, text: str) -> None:
        async with asyncio.timeout(SEND_LIMIT_S):
            await self._connection.send(text)
