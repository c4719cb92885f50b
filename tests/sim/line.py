"""One line without its socket and its thread: what ``appliance.workers.connection.worker`` does, on the virtual clock.

Responsible for: reaching the service, the upgrade, carrying frames both ways, the real keepalive, and how it ended.
Must not: decide, or know what is said; the real ``Conversation`` above and the real ``ServiceSession`` below do.
"""

import json
from collections import deque
from collections.abc import Callable
from random import Random

from appliance.core.model.direction import Direction
from appliance.core.model.events import Event, LineLost, LineOpened, LineReached, LineTroubled, Loss
from appliance.core.model.modes import Valve
from appliance.emulator.server.service import Service
from appliance.emulator.session.interfaces import (
    Close,
    Drop,
    Message,
    Mute,
    Output,
    Refusal,
    Send,
    SendRaw,
    Sound,
    Timed,
)
from appliance.emulator.session.session import ServiceSession
from appliance.errors import NonsenseError
from appliance.workers.connection.keepalive import PING_AFTER_MS, Keepalive, Verdict
from appliance.workers.connection.session_io import Conversation
from appliance.workers.connection.worker import REPORT_EVERY_MS
from appliance.workers.uplink.replay_buffer import ReplayBuffer
from tests.sim import overheard
from tests.sim.books import Books
from tests.sim.checkers.watcher import Watchdog
from tests.sim.network import SERVICE_PATH, Network
from tests.sim.sound import Frame, Span
from tests.sim.trace import Trace

IN_FLIGHT = 64  # frames; a dark link takes no more than half a second of sound (TCP_NOTSENT_LOWAT)
IN_FLIGHT_DARK = 12
BACKSTOP_MS = 8_000  # TCP_USER_TIMEOUT, where the keepalive is not armed yet
FRAME_LIMIT_BYTES = 4 * 1024 * 1024
PEER_NOTICES_MS = 30_000
PING_BYTES = 40
ANSWERED = ("response.text.done", "response.audio.done", "response.done")

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def owes(replay_buffer: "ReplayBuffer[Sound]") -> bool:
    """Whether time alone may change what the replay buffer reports. The product reports on; idle time is skipped."""
    tracker = replay_buffer._ack_tracker
    reported = replay_buffer._reported.unanswered_ms
    return bool(tracker.utterances or reported or any(line.turns for line in tracker.lines.values()))


class SimLine:
    """From the first attempt to the end."""

    def __init__(
        self,
        number: int,
        direction: Direction,
        conversation: Conversation[Sound],
        network: Network,
        service: Service,
        post: Callable[[Event], None],
        chance: Random,
        watch: Watchdog,
        trace: Trace,
        heard: Callable[[], None],
        books: Books,
    ) -> None:
        self.number, self.direction, self.conversation = number, direction, conversation
        self._network, self._service, self._post = network, service, post
        self._agenda = network.agenda
        self._chance, self._watch, self._trace, self._heard = chance, watch, trace, heard
        self._books = books
        self.over = False
        self.opened_at: int | None = None
        self.session: ServiceSession | None = None
        self.uplink = Valve.SHUT
        self.dead = False  # this connection alone is dead: what is sent is lost
        self._hung_up = False
        self._told: Loss | None = None
        self._up_at = self._down_at = 0
        self._in_flight = 0
        self._wake_at: int | None = None
        self._reporting = False
        self._keepalive: Keepalive | None = None
        self._acknowledged = False
        self._sent_bytes = 0
        self._deafened = False
        self._empty: set[Span] = set()
        self._orders: deque[Callable[[], None]] = deque()

    # The handler's orders; each is obeyed when the line's thread comes to it.

    def start(self) -> None:
        """Begin to reach the service."""
        self._network.lines.append(self)
        self._agenda.after(1, self._attempt)

    def configure(self) -> None:
        """Send the settings."""
        self._order(self.conversation.configure)

    def set_uplink(self, valve: Valve) -> None:
        """Take sound from the replay buffer, or stop."""

        def obey() -> None:
            self.uplink = valve
            self.conversation.set_uplink(valve, self._agenda.now)

        self._order(obey)

    def finish(self) -> None:
        """Send the rest, then ``session.finish``."""
        self._order(self.conversation.finish)

    def hang_up(self) -> None:
        """Close the line; its thread notices a moment later."""
        self._hung_up = True
        self._agenda.after(self._chance.choice((0, 1, 2, 30)), lambda: self.end(Loss.HUNG_UP))

    def _order(self, order: Callable[[], None]) -> None:
        self._orders.append(order)
        self._agenda.after(self._chance.randrange(3), self._obey)

    def _obey(self) -> None:
        """All orders that wait, in their order; the thread wakes for the first."""
        while self._orders and not self.over and not self._hung_up:
            self._orders.popleft()()
        self.pump()

    # Reaching.

    def _attempt(self) -> None:
        if self.over or self._hung_up:
            return
        network = self._network
        trouble = network.trouble or (Loss.NO_ANSWER if network.dark else None)
        if trouble is None:
            self._agenda.after(3 * network.delay(), self._reached)
            return
        if trouble is not self._told:
            self._told = trouble
            self._trace.say(self._agenda.now, "line %d cannot be made: %s", self.number, trouble)
            self._post(LineTroubled(self.number, trouble))
        network.wait(self._attempt)

    def _reached(self) -> None:
        if self.over or self._hung_up:
            return
        if self._network.dark or self._network.trouble is not None:
            self._attempt()
            return
        self._post(LineReached(self.number))

    def upgrade(self) -> None:
        """The dial is booked, and made when the thread comes to it."""

        def write() -> None:
            self._watch.dialled(self.number)
            self._up(self._upgrade)

        self._order(write)

    def _upgrade(self) -> None:
        now = self._agenda.now
        answer = self._service.connect(SERVICE_PATH, {"Authorization": "Bearer sim"}, now)
        if isinstance(answer, Refusal):
            body = answer.body.decode()
            self._down(lambda: self.end(Loss.HTTP, answer.status, body))
            return
        self.session = answer
        self._down(self._opened)
        self._take(answer.open(now))

    def _opened(self) -> None:
        self.opened_at = self._agenda.now
        self._post(LineOpened(self.number))
        self._report_soon()
        if self.dead or self._network.dark:
            self.fall_silent(acknowledged=False)

    # Up.

    def pump(self) -> None:
        """Send what there is, as long as the link takes it."""
        if self.over or self._hung_up or self.opened_at is None:
            return
        if self.uplink is Valve.SHUT:
            self._report_soon()
        limit = IN_FLIGHT_DARK if self._network.dark or self.dead else IN_FLIGHT
        while self._in_flight < limit:
            raw = self.conversation.next_message(self._agenda.now)
            if raw is None:
                return
            self._send(raw)

    def _send(self, raw: bytes) -> None:
        self._in_flight += 1
        size = 100 + (raw.audio.samples * 3 if isinstance(raw, Frame) else len(raw))
        self._sent_bytes = upto = self._sent_bytes + size
        if (picture_source := self.conversation.picture_source) is not None:
            picture_source.handed(self.number, self._agenda.now, upto, size)
        self._watch.sent(self.number, raw)
        self._report_soon()

        def arrive() -> None:
            self._in_flight -= 1
            if picture_source is not None and not self.over:
                picture_source.acked(self.number, self._agenda.now, upto)
            if self.session is not None:
                if isinstance(raw, Frame) and self._books.poisoned(raw.audio):
                    self._choke()
                    return
                if self._deafened and isinstance(raw, Frame):
                    self._books.unheard(raw.audio.spans)
                message: Message | str = raw.decode()
                if isinstance(raw, Frame) and not raw:
                    message = {"type": "input_audio_buffer.append", "audio": raw.audio}
                outputs = self.session.feed(message, self._agenda.now)
                self._empty = overheard.of_empty_turn(self.session, self._empty)
                self._take(outputs)
            if self._in_flight == IN_FLIGHT - 1:
                self.pump()

        self._up(arrive)

    def _up(self, action: Callable[[], None]) -> None:
        network = self._network
        self._up_at = max(self._up_at + network.send_ms, self._agenda.now + network.delay())
        self._agenda.at(self._up_at, lambda: None if self.dead else network.arrive(action))

    # Down.

    def _take(self, outputs: list[Timed]) -> None:
        for _, output in outputs:
            self._put(output)
        assert self.session is not None
        due = self.session.next_wake()
        if due is not None and (self._wake_at is None or due < self._wake_at):
            self._wake_at = due
            self._agenda.at(due, lambda: self._advance(due))

    def _advance(self, due: int) -> None:
        if self._wake_at == due and self.session is not None:
            self._wake_at = None
            self._take(self.session.advance(self._agenda.now))

    def _put(self, output: Output) -> None:
        match output:
            case Send(message):
                empty = self._empty if message.get("type") in ANSWERED else set()
                self._down(lambda: self._receive(message, empty))
            case SendRaw(text):
                self._down(lambda: self._read(text.encode()))
            case Close(code, reason):
                self._down(lambda: self.end(Loss.CLOSED, code, reason))
            case Drop():
                self._down(lambda: self.end(Loss.RESET))
            case Mute(pongs):
                unopened = overheard.of_unopened_turn(self.session)
                self._books.unheard(unopened or ())
                self._deafened = unopened is not None
                if not pongs:
                    self._down(lambda: self.fall_silent(acknowledged=True))

    def _choke(self) -> None:
        """There are sentences that the service cannot hear to the end, however often they are sent."""
        session, self.session = self.session, None
        self._books.choked_at = self._agenda.now
        if session is not None:
            session.closed(self._agenda.now)
            self._down(lambda: self.end(Loss.CLOSED, 1011, "the simulator's service chokes"))

    def taken_back(self) -> set[int]:
        """A talk key cut the latest turn off: the utterances it is about."""
        return {span.utterance for span in overheard.of_latest_turn(self.session)}

    def _down(self, action: Callable[[], None]) -> None:
        network = self._network
        self._down_at = max(self._down_at, self._agenda.now + network.delay())
        self._agenda.at(self._down_at, lambda: None if self.dead else network.arrive(action))

    def _receive(self, message: Message, empty: set[Span]) -> None:
        """``empty``: what the service says it understood nothing of."""
        if self.over:
            return
        self._books.understood_nothing(empty)
        network = self._network
        if network.garbage:
            network.garbage -= 1
            self._read(b'{"type": "response.text.text", "text": ')
        raw = _encode(message).encode()
        if network.snaps_at and message.get("type") == network.snaps_at:
            network.snaps_at = ""
            self._agenda.after(self._chance.choice((0, 5, 100, 400)), lambda: self.end(Loss.RESET))
        self._watch.heard(self.number, message)
        self._read(raw)
        if network.duplicates:
            network.duplicates -= 1
            self._read(raw)

    def _read(self, raw: bytes) -> None:
        if self.over:  # after a hang-up the thread still reads what lies before it
            return
        if len(raw) > FRAME_LIMIT_BYTES:
            self.end(Loss.OVERSIZED, 1009)
            return
        try:
            self.conversation.received(raw, self._agenda.now)
        except NonsenseError:
            self.end(Loss.NONSENSE)
            return
        self._heard()
        self._report_soon()

    # Time.

    def _report_soon(self) -> None:
        if not self._reporting:
            self._reporting = True
            self._agenda.after(REPORT_EVERY_MS, self._report)

    def _report(self) -> None:
        self._reporting = False
        if self.over or self._hung_up:
            return
        self.conversation.report(self._agenda.now)
        self.pump()
        if owes(self.conversation._replay_buffer):
            self._report_soon()

    def fall_silent(self, *, acknowledged: bool) -> None:
        """Nothing comes any more; the keepalive begins to matter."""
        if self.over or self._keepalive is not None or self.opened_at is None:
            return
        now = self._agenda.now
        keepalive = self._keepalive = Keepalive(now)
        self._acknowledged = acknowledged
        if now - self.opened_at > 4 * self._network.latency_ms:
            answered = max(self.opened_at, now - self._chance.randrange(PING_AFTER_MS))
            keepalive = self._keepalive = Keepalive(answered)
            keepalive.pinged(answered, self._sent_bytes)
            keepalive.ponged(answered)
        else:
            self._agenda.after(BACKSTOP_MS, lambda: self._beat_stopped(keepalive))
        self._beat(keepalive)

    def _beat_stopped(self, keepalive: Keepalive) -> None:
        if self._keepalive is keepalive:
            self.end(Loss.DEAD)

    def _beat(self, keepalive: Keepalive) -> None:
        if self.over or self._keepalive is not keepalive:
            return
        now = self._agenda.now
        keepalive.acked(now, self._sent_bytes if self._acknowledged else 0)
        verdict = keepalive.verdict(now)
        if verdict is Verdict.DEAD:
            self.end(Loss.DEAD)
            return
        if verdict is Verdict.PING:
            self._sent_bytes += PING_BYTES
            keepalive.pinged(now, self._sent_bytes)
        self._agenda.at(max(now + 1, keepalive.next_deadline), lambda: self._beat(keepalive))

    def sound_again(self) -> None:
        """The network is back."""
        if not self._acknowledged and not self.dead:
            self._keepalive = None
        self.pump()

    # The end.

    def vanish(self) -> None:
        """The process dies: no thread, no farewell; the service sees a reset."""
        self._hung_up = self.over = True
        if self in self._network.lines:
            self._network.lines.remove(self)
        self._leave()

    def end(self, loss: Loss, status: int = 0, detail: str = "") -> None:
        """The thread ends, as ``LineWorker._run`` does."""
        if self.over:
            return
        self.over = True
        now = self._agenda.now
        if self in self._network.lines:
            self._network.lines.remove(self)
        self._trace.say(now, "line %d ended: %s %s %s", self.number, loss, status or "", detail)
        self._watch.ended(self.number, loss, status, detail)
        self.conversation.lost(now, detail)
        if not self._hung_up:
            self._post(LineLost(self.number, loss, status, detail))
        self._leave()

    def _leave(self) -> None:
        session = self.session
        if session is not None:
            gone = self.dead or self._network.dark
            self._agenda.after(PEER_NOTICES_MS if gone else self._network.delay(), lambda: self._part(session))

    def _part(self, session: ServiceSession) -> None:
        session.closed(self._agenda.now)
        self._watch.parted(self.number, session.faults)
        self.session = None
