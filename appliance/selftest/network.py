"""Is the service there, and does it take us?

Responsible for: name, TCP and TLS, the key, and one dial with its whole round trip: created, updated, finished.
Must not: send sound, dial twice, or let the key into a row.
"""

import os
import select
from collections.abc import Callable

from appliance.adapters.bench.clock import Clock
from appliance.core.link.disconnect_diagnosis import diagnose, rejects_settings
from appliance.core.model.events import LineConfigured, LineCreated, LineFinished, Loss, ServiceComplained
from appliance.errors import FaultCode, NonsenseError
from appliance.protocol.codec import encode_finish, encode_update
from appliance.protocol.session import ClientSession
from appliance.protocol.settings import SessionSettings
from appliance.selftest.findings import Finding
from appliance.workers.connection.connector import Connector, Reached
from appliance.workers.connection.disconnect import Lost
from appliance.workers.connection.resolver import literal
from appliance.workers.connection.websocket import LineSocket
from appliance.workers.connection.worker import Access

NAME_WITHIN_MS = 4_000
REACHED_WITHIN_MS = 5_000
UPGRADED_WITHIN_MS = 3_500
CONFIGURED_WITHIN_MS = 2_500
FINISHED_WITHIN_MS = 2_000
_TURN_MS = 20
_LINE = 1


class Network:
    """The checks of one service, in the order of the methods: each needs what the one before it found."""

    def __init__(
        self,
        access: Access,
        settings: SessionSettings,
        key_words: str,
        clock: Clock,
        may_dial: Callable[[], str],
        is_log_in_page: Callable[[], bool] = lambda: False,
    ) -> None:
        """``key_words``: where the key was found, or why there is none. ``may_dial``: why not now, or empty; a dial
        is booked by asking. ``is_log_in_page``: asked where TLS finds a stranger; it changes the words alone.
        """
        self._access = access
        self._settings = settings
        self._key_words = key_words
        self._clock = clock
        self._may_dial = may_dial
        self._is_log_in_page = is_log_in_page
        self._reached: Reached | None = None

    def name(self) -> Finding:
        """N1."""
        endpoint, resolver = self._access.endpoint, self._access.resolver
        if literal(endpoint.host, endpoint.port) is not None:
            return Finding("name", f"{endpoint.host} is an address: nothing to look up")
        began = self._clock.now_ms()
        number = resolver.ask(endpoint.host, endpoint.port)
        while (answer := resolver.answer(number)) is None:
            if self._clock.now_ms() - began >= NAME_WITHIN_MS:
                return Finding("name", f"the look-up of {endpoint.host} does not answer", FaultCode.N1)
            self._clock.wait_until(self._clock.now_ms() + _TURN_MS)
        if isinstance(answer, Lost):
            return Finding("name", f"{endpoint.host}: {answer.detail}", FaultCode.N1)
        took_ms = self._clock.now_ms() - began
        return Finding("name", f"{endpoint.host} has {len(answer)} addresses, found in {took_ms} ms")

    def reach(self) -> Finding:
        """N1, N2, N3, N4 and S3: TCP and TLS. It is no dial."""
        access = self._access
        began = self._clock.now_ms()
        wakeup = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        connector = Connector(access.endpoint, access.tls_context, access.resolver, self._clock.now_ms, wakeup)
        try:
            while (left_ms := began + REACHED_WITHIN_MS - self._clock.now_ms()) > 0:
                outcome = connector.poll(min(left_ms, 100))
                if isinstance(outcome, Reached):
                    self._reached = outcome
                    took_ms = self._clock.now_ms() - began
                    layers = "TCP and TLS" if access.endpoint.tls else "TCP"
                    return Finding("service", f"{layers} in {took_ms} ms")
                if isinstance(outcome, Lost):
                    return self._unreached(outcome)
            return self._unreached(connector.last_failure or Lost(Loss.NO_ANSWER, 0, "no answer to TCP or TLS"))
        finally:
            connector.close()
            os.close(wakeup)

    def _unreached(self, lost: Lost) -> Finding:
        code = diagnose(lost.loss, lost.status, lost.detail, "").code
        words = f"{self._access.endpoint.host}: {lost.detail or lost.loss}"
        if code is FaultCode.N2 and self._is_log_in_page():
            words += "; a log-in page answers in its place"
        return Finding("service", words, code)

    def key(self) -> Finding:
        """S1 where there is none; the service is asked by the dial."""
        if self._access.key:
            return Finding("key", self._key_words)
        return Finding("key", self._key_words, FaultCode.S1, says="there is no key")

    def dial(self) -> Finding:
        """S1, S2, S3, S4: one dial."""
        assert self._reached is not None, "dialled before it was reached"
        why_not = self._may_dial()
        if why_not:
            self._reached.socket.close()
            return Finding("round trip", why_not, FaultCode.S2)
        line = LineSocket(self._reached.socket, self._access.endpoint, self._access.key, self._clock.now_ms)
        began = self._clock.now_ms()
        try:
            upgraded = line.upgrade(UPGRADED_WITHIN_MS)
            if isinstance(upgraded, Lost):
                return _refused(upgraded, "")
            return _RoundTrip(line, self._settings, self._clock, began).run()
        finally:
            line.close()


class _RoundTrip:
    """One session without a word: created, update, updated, finish, finished."""

    def __init__(self, line: LineSocket, settings: SessionSettings, clock: Clock, began: int) -> None:
        self._line = line
        self._session = ClientSession(_LINE, settings)
        self._clock = clock
        self._began = began
        self._came: dict[type, int] = {}
        self._complaint = ""

    def run(self) -> Finding:
        """Its row."""
        upgraded_ms = self._clock.now_ms() - self._began
        for due, limit_ms, message in (
            (LineCreated, CONFIGURED_WITHIN_MS, encode_update(self._session.settings, "event_selftest_update")),
            (LineConfigured, CONFIGURED_WITHIN_MS, encode_finish("event_selftest_finish")),
        ):
            lost = self._await(due, limit_ms)
            if lost is not None:
                return _refused(lost, self._complaint)
            self._line.send_text(message, self._clock.now_ms())
        lost = self._await(LineFinished, FINISHED_WITHIN_MS)
        # It was seen never to come; the box lives with that, and so does its test.
        ended = f"finished at {self._ms(LineFinished)} ms" if lost is None else "and it never said finished"
        created_ms, configured_ms = self._ms(LineCreated), self._ms(LineConfigured)
        words = f"upgraded at {upgraded_ms} ms, created at {created_ms} ms, updated at {configured_ms} ms, {ended}"
        return Finding("round trip", words)

    def _ms(self, event: type) -> int:
        return self._came[event] - self._began

    def _await(self, due: type, limit_ms: int) -> Lost | None:
        until = self._clock.now_ms() + limit_ms
        while due not in self._came:
            heard = self._line.receive()
            if isinstance(heard, Lost):
                return heard
            if heard is not None:
                self._take(heard)
                if self._complaint and rejects_settings(self._complaint):
                    return Lost(Loss.CLOSED, 0, self._complaint)
                continue
            left_ms = until - self._clock.now_ms()
            if left_ms <= 0:
                return Lost(Loss.NONSENSE, 0, f"{_NAMES[due]} did not come within {limit_ms} ms")
            self._wait(left_ms)
        return None

    def _take(self, raw: bytes) -> None:
        now = self._clock.now_ms()
        try:
            events = self._session.receive(raw, now).events
        except NonsenseError as error:
            self._complaint = str(error)
            return
        for event in events:
            self._came.setdefault(type(event), now)
            if isinstance(event, ServiceComplained):
                self._complaint = f"{event.code}: {event.message}"

    def _wait(self, left_ms: int) -> None:
        waiter = select.poll()
        waiter.register(self._line.fileno(), select.POLLIN | (select.POLLOUT if self._line.wants_write() else 0))
        if not self._line.pending():
            waiter.poll(left_ms)
        self._line.flush(self._clock.now_ms())


_NAMES: dict[type, str] = {
    LineCreated: "session.created",
    LineConfigured: "session.updated",
    LineFinished: "session.finished",
}


def _refused(lost: Lost, complaint: str) -> Finding:
    code = diagnose(lost.loss, lost.status, lost.detail, complaint).code
    said = ", ".join(part for part in (str(lost.status or ""), lost.detail, complaint) if part)
    return Finding("round trip", said or str(lost.loss), code)
