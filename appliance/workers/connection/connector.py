"""Reaching the service: attempts at TCP and TLS, side by side, until one is through.

Responsible for: pacing attempts, running at most four at once, and telling how the latest ones failed.
Must not: write an HTTP request (a dial is counted, an attempt is not), start a thread, or decide to stop.
"""

import contextlib
import select
import socket
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from appliance.core.model.events import Loss
from appliance.workers.connection import tcp
from appliance.workers.connection.disconnect import VERIFICATION_LOSSES, Lost, classify
from appliance.workers.connection.endpoint import Endpoint
from appliance.workers.connection.resolver import Address, Resolver, literal

MOST_ATTEMPTS = 4
KEPT_AFTER_MS = 400  # how long a look-up may take before the last good address is used
LOOK_UP_SLOW_MS = 2_000  # without any address: when a look-up that hangs counts as a failure
LOOK_UP_AGAIN_MS = 10_000
_NAME_TURN_MS = 20  # how often an answer of the look-up is looked for while there is no address

# What tells most about the network: the failure that came furthest.
_FURTHEST = (Loss.NO_NAME, Loss.NO_ROUTE, Loss.NO_ANSWER, Loss.REFUSED, Loss.RESET, Loss.TLS, *VERIFICATION_LOSSES)


def pace_ms(elapsed_ms: int) -> int:
    """How long until the next attempt, ``elapsed_ms`` after the line was lost."""
    if elapsed_ms < 120_000:
        return 400
    return 2_000 if elapsed_ms < 600_000 else 10_000


@dataclass(frozen=True, slots=True)
class Reached:
    """A non-blocking socket, through TLS where the endpoint asks for it. It is the caller's now."""

    socket: socket.socket
    address: Address


class _Attempt:
    """One non-blocking connect and, behind it, one non-blocking TLS handshake."""

    def __init__(self, address: Address, endpoint: Endpoint, tls_context: ssl.SSLContext | None) -> None:
        self.address = address
        self._host = endpoint.host
        self._tls_context = tls_context
        self._connected = False
        self.socket = socket.socket(address.family, socket.SOCK_STREAM)
        self.mask = select.POLLOUT
        try:
            tcp.prepare(self.socket)
            with contextlib.suppress(BlockingIOError):
                self.socket.connect(address.sockaddr)
        except OSError:
            self.socket.close()
            raise

    def advance(self) -> bool:
        """Go on after poll said so; True when through. Raises ``OSError`` (``ssl.SSLError`` is one)."""
        if not self._connected:
            if error := self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise OSError(error, "connect")
            self._connected = True
            if self._tls_context is None:
                return True
            self.socket = self._tls_context.wrap_socket(
                self.socket, server_hostname=self._host, do_handshake_on_connect=False
            )
        assert isinstance(self.socket, ssl.SSLSocket)
        try:
            self.socket.do_handshake()
        except ssl.SSLWantReadError:
            self.mask = select.POLLIN
            return False
        except ssl.SSLWantWriteError:
            self.mask = select.POLLOUT
            return False
        return True

    @property
    def unanswered(self) -> Lost:
        """What it is when nothing more comes."""
        return Lost(Loss.NO_ANSWER, 0, "no answer to TLS" if self._connected else "no answer to TCP")

    def close(self) -> None:
        """Give up."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Connector:
    """Keeps trying, as long as it is polled. ``tls_context`` is not used for a endpoint without TLS.

    ``clock`` in ms; ``wakeup_fd``: readable ends a ``poll`` at once (it is not read here); ``lost_at``: since when the
    line is wanted, for the pace (now, if not given). All methods are for one thread.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        tls_context: ssl.SSLContext,
        resolver: Resolver,
        clock: Callable[[], int],
        wakeup_fd: int,
        lost_at: int | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._tls_context = tls_context if endpoint.tls else None
        self._resolver = resolver
        self._clock = clock
        self._wakeup_fd = wakeup_fd
        self._began = clock()
        self._lost_at = self._began if lost_at is None else lost_at
        self._next_start = self._began
        self._attempts: deque[_Attempt] = deque()
        self._failures: deque[Lost] = deque(maxlen=MOST_ATTEMPTS)
        own = literal(endpoint.host, endpoint.port)
        self._fixed = own is not None
        self._addresses: tuple[Address, ...] = (own,) if own else ()
        self._turn = 0
        self._look_up = 0  # number of the look-up whose answer is awaited, 0 = none
        self._asked_at = self._began
        if not own:
            self._look_up = resolver.ask(endpoint.host, endpoint.port)

    @property
    def last_failure(self) -> Lost | None:
        """Of the latest four failures the one that came furthest; None as long as nothing failed."""
        return max(reversed(self._failures), key=lambda lost: _FURTHEST.index(lost.loss), default=None)

    @property
    def pending(self) -> int:
        """How many attempts are under way."""
        return len(self._attempts)

    def poll(self, timeout_ms: int) -> Reached | Lost | None:
        """Work for at most ``timeout_ms``.

        ``Reached`` once one attempt is through; the others are closed then. ``Lost`` when TLS would not verify the
        peer: unknown issuer, wrong name, not yet valid, expired. Polled again, it goes on. Other failures only show in
        ``last_failure``. None: nothing yet, or woken.
        """
        deadline = self._clock() + timeout_ms
        while True:
            now = self._clock()
            self._take_addresses(now)
            if now >= self._next_start and self._addresses:
                self._start(now)
            wait_ms = max(0, min(deadline, self._next_due(now)) - now)
            ready = self._wait(wait_ms)
            if self._wakeup_fd in ready:
                return None
            for attempt in [a for a in self._attempts if a.socket.fileno() in ready]:
                if (outcome := self._advance(attempt)) is not None:
                    return outcome
            if self._clock() >= deadline:
                return None

    def close(self) -> None:
        """Close every attempt; may be called twice."""
        while self._attempts:
            self._attempts.popleft().close()

    def _next_due(self, now: int) -> int:
        return self._next_start if self._addresses else now + _NAME_TURN_MS

    def _wait(self, wait_ms: int) -> set[int]:
        waiter = select.poll()
        waiter.register(self._wakeup_fd, select.POLLIN)
        for attempt in self._attempts:
            waiter.register(attempt.socket, attempt.mask)
        return {fd for fd, _ in waiter.poll(wait_ms)}

    def _advance(self, attempt: _Attempt) -> Reached | Lost | None:
        try:
            if not attempt.advance():
                return None
        except OSError as error:
            self._attempts.remove(attempt)
            attempt.close()
            return self._failed(error)
        self._attempts.remove(attempt)
        self.close()
        self._resolver.keep(self._endpoint.host, self._endpoint.port, attempt.address)
        return Reached(attempt.socket, attempt.address)

    def _failed(self, error: OSError) -> Lost | None:
        lost = classify(error)
        if lost.loss is Loss.RESET:
            lost = Lost(Loss.REFUSED, 0, lost.detail)  # before the upgrade a reset is a refusal
        self._failures.append(lost)
        return lost if lost.loss in VERIFICATION_LOSSES else None

    def _start(self, now: int) -> None:
        """Begin one attempt; an address that fails on the spot does not cost its turn."""
        self._next_start = now + pace_ms(now - self._lost_at)
        for _ in self._addresses:
            address = self._addresses[self._turn % len(self._addresses)]
            self._turn += 1
            try:
                attempt = _Attempt(address, self._endpoint, self._tls_context)
            except OSError as error:
                self._failed(error)
                continue
            if len(self._attempts) == MOST_ATTEMPTS:
                oldest = self._attempts.popleft()
                self._failures.append(oldest.unanswered)
                oldest.close()
            self._attempts.append(attempt)
            return

    def _take_addresses(self, now: int) -> None:
        """Fetch the look-up's answer, ask again in good time, and fall back to the address that worked last."""
        if self._fixed:
            return
        host, port = self._endpoint.host, self._endpoint.port
        if self._look_up:
            answer = self._resolver.answer(self._look_up)
            if isinstance(answer, Lost):
                self._failures.append(answer)
                self._look_up = 0
            elif answer is not None:
                kept = self._resolver.kept(
                    host, port
                )  # first, where it is still one of them: a broken family costs 400 ms
                self._addresses = tuple(sorted(answer, key=lambda address: address != kept))
                self._turn = 0
                self._look_up = 0
        again_ms = LOOK_UP_AGAIN_MS if self._addresses else pace_ms(now - self._lost_at)
        if not self._look_up and now - self._asked_at >= again_ms:
            self._asked_at = now
            self._look_up = self._resolver.ask(host, port)
        if self._addresses or now - self._began < KEPT_AFTER_MS:
            return
        if kept := self._resolver.kept(host, port):
            self._addresses = (kept,)
        elif not self._failures and now - self._began >= LOOK_UP_SLOW_MS:
            self._failures.append(Lost(Loss.NO_NAME, 0, "the look-up does not answer"))
