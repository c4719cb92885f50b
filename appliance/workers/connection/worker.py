"""The line worker: one thread that owns one socket, both directions.

Responsible for: reaching the service, the upgrade, reading first and sending at most one message a turn, the
keepalive, and saying how it ended.
Must not: decide to dial or to hang up (the event loop orders it), know what messages say (``session_io.py``), or
share its
socket with any other thread (two threads on one TLS socket give false disconnects: CPython #77271, #137583).
"""

import logging
import os
import select
import ssl
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from appliance.core.model.events import Event, LineLost, LineOpened, LineReached, LineTroubled, Loss
from appliance.core.model.modes import Valve
from appliance.errors import NonsenseError
from appliance.workers.connection import tls
from appliance.workers.connection.connector import Connector, Reached
from appliance.workers.connection.disconnect import Lost
from appliance.workers.connection.endpoint import Endpoint
from appliance.workers.connection.keepalive import Keepalive, Patience, Verdict
from appliance.workers.connection.resolver import Resolver
from appliance.workers.connection.session_io import Conversation
from appliance.workers.connection.websocket import LineSocket
from appliance.workers.host.heartbeats import Heartbeats

TURN_MS = 100  # a turn of the loop waits at most so long, whatever happens
REPORT_EVERY_MS = 500
MOST_ORDERS = 64
MOST_NONSENSE = 20  # messages that are not the protocol; a line that sends so many is not the service
MOST_MESSAGES_A_TURN = 64  # a firehose must not keep the line from sending

log = logging.getLogger(__name__)

Order = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach the service: everything that is the same for all lines."""

    endpoint: Endpoint
    tls_context: ssl.SSLContext
    resolver: Resolver
    key: str
    patience: Patience = field(default_factory=Patience)  # with a peer that only does not answer pings
    crowded: Callable[[], bool] = lambda: False  # the event loop is behind: read nothing more just now

    def __repr__(self) -> str:
        return f"Access({self.endpoint.host})"


def access_of(url: str, model: str, ca_file: str, key: str, crowded: Callable[[], bool]) -> Access:
    """Raises ``SettingsError`` where the endpoint cannot be dialled or ``ca_file`` not be read."""
    return Access(Endpoint.parse(url, model, ca_file), tls.context(ca_file), Resolver(), key, crowded=crowded)


class LineWorker:
    """One line from the first attempt to the last byte. Orders may come from any thread."""

    def __init__(
        self,
        conversation: Conversation[bytes],
        access: Access,
        post: Callable[[Event], None],
        clock: Callable[[], int],
        heartbeats: Heartbeats,
    ) -> None:
        self._heartbeats = heartbeats
        self._name = f"line {conversation.line}"
        self.number = conversation.line
        self._conversation = conversation
        self._picture_source = conversation.picture_source
        self._access = access
        self._post = post
        self._clock = clock
        self._wake_fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._fd_lock = threading.Lock()
        self._orders: deque[Order] = deque(maxlen=MOST_ORDERS)
        self._hung_up = False
        self._may_dial = False  # the event loop has booked it
        self._nonsense = 0
        self._thread = threading.Thread(target=self._run, name=f"line {self.number}", daemon=True)

    # Any thread.

    def start(self) -> None:
        """Begin to reach the service."""
        self._thread.start()

    def upgrade(self) -> None:
        """Write the upgrade request: it is booked."""
        self._may_dial = True
        self.wake()

    def configure(self) -> None:
        """Send the settings."""
        self._order(self._conversation.configure)

    def set_uplink(self, valve: Valve) -> None:
        """Take sound from the replay buffer, or stop."""
        self._order(lambda: self._conversation.set_uplink(valve, self._clock()))

    def finish(self) -> None:
        """Send the rest, then ``session.finish``."""
        self._order(self._conversation.finish)

    def hang_up(self) -> None:
        """Close the socket and end the thread."""
        self._hung_up = True
        self.wake()

    def wake(self) -> None:
        """There may be something to send."""
        with self._fd_lock:
            if self._wake_fd >= 0:
                os.eventfd_write(self._wake_fd, 1)

    @property
    def sending(self) -> bool:
        """Whether this line carries the microphone's sound just now."""
        return self.alive and self._conversation.sending

    @property
    def alive(self) -> bool:
        """Whether the thread has not ended yet."""
        return self._thread.is_alive()

    def join(self, limit_ms: int) -> bool:
        """Wait for the end; False when it did not come in time."""
        self._thread.join(limit_ms / 1000)
        return not self._thread.is_alive()

    def _order(self, order: Order) -> None:
        self._orders.append(order)
        self.wake()

    # The line's own thread.

    def _run(self) -> None:
        lost = self._live()
        self._heartbeats.rest(self._name)
        self._conversation.lost(self._clock(), lost.detail)
        with self._fd_lock:
            os.close(self._wake_fd)
            self._wake_fd = -1
        log.info("line %d ended: %s %s", self.number, lost.loss, lost.status or "")
        if not self._hung_up:
            self._post(LineLost(self.number, lost.loss, lost.status, lost.detail))

    def _live(self) -> Lost:
        if not self._access.key:
            return Lost(Loss.NO_KEY)
        socket = self._reach()
        if socket is None:
            return Lost(Loss.HUNG_UP)
        self._post(LineReached(self.number))
        if not self._booked():
            socket.shutdown()
            return Lost(Loss.HUNG_UP)
        outcome = socket.upgrade(give_up=lambda: self._hung_up)
        if isinstance(outcome, Lost):
            return outcome
        self._post(LineOpened(self.number))
        try:
            return self._talk(socket)
        finally:
            # A peer that still listens is told good-bye; a dead one is not waited for.
            socket.close() if self._hung_up else socket.shutdown()

    def _reach(self) -> LineSocket | None:
        access = self._access
        connector = Connector(access.endpoint, access.tls_context, access.resolver, self._clock, self._wake_fd)
        last: Loss | None = None
        try:
            while not self._hung_up:
                self._heartbeats.beat(self._name)
                outcome = connector.poll(TURN_MS)
                self._obey()
                if isinstance(outcome, Reached):
                    return LineSocket(outcome.socket, access.endpoint, access.key, self._clock)
                trouble = outcome or connector.last_failure
                if trouble is not None and trouble.loss is not last:
                    last = trouble.loss
                    self._post(LineTroubled(self.number, trouble.loss, trouble.detail))
        finally:
            connector.close()
        return None

    def _booked(self) -> bool:
        """Wait for the event loop to book the dial; False where it hangs up instead."""
        waiter = select.poll()
        waiter.register(self._wake_fd, select.POLLIN)
        while not self._may_dial and not self._hung_up:
            self._heartbeats.beat(self._name)
            waiter.poll(TURN_MS)
            self._obey()
        return not self._hung_up

    def _talk(self, socket: LineSocket) -> Lost:
        keepalive = Keepalive(self._clock(), self._access.patience)
        reported_at = self._clock()
        while not self._hung_up:
            self._wait(socket, keepalive)
            self._heartbeats.beat(self._name)
            self._obey()
            lost = self._read(socket, keepalive) or self._send(socket) or self._beat(socket, keepalive)
            if lost is not None:
                return lost
            if self._clock() - reported_at >= REPORT_EVERY_MS:
                reported_at = self._clock()
                self._conversation.report(reported_at)
        return Lost(Loss.HUNG_UP)

    def _wait(self, socket: LineSocket, keepalive: Keepalive) -> None:
        if socket.pending():
            return
        waiter = select.poll()
        waiter.register(socket.fileno(), select.POLLIN | (select.POLLOUT if socket.wants_write() else 0))
        waiter.register(self._wake_fd, select.POLLIN)
        now = self._clock()
        due = min(keepalive.next_deadline, socket.send_deadline or now + TURN_MS, now + TURN_MS)
        waiter.poll(max(0, due - now))

    def _obey(self) -> None:
        try:
            os.eventfd_read(self._wake_fd)
        except BlockingIOError:
            return  # nobody called
        while self._orders:
            self._orders.popleft()()

    def _read(self, socket: LineSocket, keepalive: Keepalive) -> Lost | None:
        """Everything that has come, before anything is sent: sending a whole queue first was measured to lock up."""
        before, pongs = socket.received_bytes, socket.pongs
        lost: Lost | None = None
        for _ in range(MOST_MESSAGES_A_TURN):
            if self._access.crowded():
                break  # the event loop first; meanwhile the far end waits in its own TCP
            try:
                heard = socket.receive()
                if heard is None or isinstance(heard, Lost):
                    lost = heard
                    break
                answers = self._conversation.answers
                self._conversation.received(heard, self._clock())
                if self._conversation.answers > answers:
                    self._access.patience.answered()
            except NonsenseError as error:
                lost = self._count_nonsense(error)
                if lost is not None:
                    break
        now = self._clock()
        if socket.pongs > pongs:
            keepalive.ponged(now)
        elif socket.received_bytes > before:
            keepalive.received(now)
        return lost

    def _count_nonsense(self, error: NonsenseError) -> Lost | None:
        """One message that is not the protocol is passed over; many end the line."""
        self._nonsense += 1
        log.warning("line %d: %s", self.number, error)
        return Lost(Loss.NONSENSE, 0, str(error)) if self._nonsense >= MOST_NONSENSE else None

    def _send(self, socket: LineSocket) -> Lost | None:
        now = self._clock()
        if not socket.takes_text():
            return socket.flush(now)
        message = self._conversation.next_message(now)
        if message is None:
            return None
        self.wake()  # there may be more: come back without waiting, after reading
        if self._picture_source is not None:
            self._picture_source.handed(self.number, now, socket.written_bytes() + len(message), len(message))
        return socket.send_text(message, now)

    def _beat(self, socket: LineSocket, keepalive: Keepalive) -> Lost | None:
        now = self._clock()
        acked = socket.acked_bytes()
        keepalive.acked(now, acked)
        if self._picture_source is not None:
            self._picture_source.acked(self.number, now, acked)
        match keepalive.verdict(now):
            case Verdict.DEAD:
                if keepalive.only_silent:
                    self._access.patience.lost()
                return Lost(Loss.DEAD)
            case Verdict.PING:
                keepalive.pinged(now, socket.ping(now))
            case None:
                return None
        return None
