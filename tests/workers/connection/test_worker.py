import contextlib
import json
import queue
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.core.model.direction import Direction
from appliance.core.model.events import (
    Event,
    LineConfigured,
    LineCreated,
    LineFinished,
    LineLost,
    LineOpened,
    LineReached,
    LineTroubled,
    Loss,
    ReplayReported,
)
from appliance.core.model.modes import Valve
from appliance.protocol.codec import AppendTemplate
from appliance.protocol.settings import plan
from appliance.protocol.voices import resolve_model
from appliance.workers.connection import tls
from appliance.workers.connection.endpoint import Endpoint
from appliance.workers.connection.resolver import Resolver
from appliance.workers.connection.session_io import Conversation
from appliance.workers.connection.worker import MOST_NONSENSE, Access, LineWorker
from appliance.workers.host.heartbeats import Heartbeats
from appliance.workers.playback.jitter_buffer import JitterBuffer
from appliance.workers.uplink.replay_buffer import ReplayBuffer
from tests.workers.peers import WAIT_S, Authority, Script, clock, frame, peer, read_frame, read_request, switch


def text(kind: str, **fields: object) -> bytes:
    return frame(json.dumps({"type": kind, **fields}).encode())


def heard(conn: socket.socket) -> str:
    """The type of the client's next message; pings are passed over, "close" for its good-bye."""
    while True:
        opcode, payload = read_frame(conn)
        if opcode == 8:
            return "close"
        if opcode == 1:
            return str(json.loads(payload)["type"])


class Desk:
    def __init__(
        self, port: int, ca_file: Path | None = None, key: str = "sk-canary", *, dials_at_once: bool = True
    ) -> None:
        model = resolve_model("qwen3.5-livetranslate-flash-realtime")
        assert model is not None
        self.events: queue.Queue[Event] = queue.Queue()
        self.replay_buffer: ReplayBuffer[bytes] = ReplayBuffer(
            Direction("en", "es"), 800, lambda samples: bytes(2 * samples)
        )
        fill = AppendTemplate().fill
        conversation = Conversation(
            1,
            plan(model, "en", "es"),
            self.replay_buffer,
            JitterBuffer(self.events.put),
            self.events.put,
            lambda parts: fill(b"".join(parts)),
        )
        scheme = "wss" if ca_file else "ws"
        target = Endpoint.parse(f"{scheme}://127.0.0.1:{port}/x", "m")
        self.access = Access(target, tls.context(str(ca_file or "")), Resolver(), key)
        self._dials_at_once = dials_at_once
        self.worker = LineWorker(conversation, self.access, self._take, clock, Heartbeats(clock))
        self.replay_buffer.wake = self.worker.wake

    def _take(self, event: Event) -> None:
        """An event loop who books each dial at once."""
        self.events.put(event)
        if isinstance(event, LineReached) and self._dials_at_once:
            self.worker.upgrade()

    def until(self, kind: type[Event]) -> list[Event]:
        seen: list[Event] = []
        while not seen or not isinstance(seen[-1], kind):
            seen.append(self.events.get(timeout=WAIT_S))
        return [event for event in seen if not isinstance(event, ReplayReported)]


@contextlib.contextmanager
def line(
    port: int, ca_file: Path | None = None, key: str = "sk-canary", *, dials_at_once: bool = True
) -> Iterator[Desk]:
    desk = Desk(port, ca_file, key, dials_at_once=dials_at_once)
    desk.worker.start()
    try:
        yield desk
    finally:
        desk.worker.hang_up()
        began = clock()
        assert desk.worker.join(5_000)
        assert clock() - began <= 1_000, "hanging up takes at most a second"
        assert not desk.worker.alive
        desk.worker.wake()  # and whoever still calls does no harm


def service(conn: socket.socket) -> None:
    """A service that answers the handshake and the finish."""
    switch(conn)
    conn.sendall(text("session.created", session={"id": "s"}))
    while (kind := heard(conn)) != "close":
        if kind == "session.update":
            conn.sendall(text("session.updated", session={"id": "s"}))
        elif kind == "session.finish":
            conn.sendall(text("session.finished"))


def test_a_line_that_is_hung_up_before_it_is_reached_says_no_more() -> None:
    with line(1) as desk:
        desk.until(LineTroubled)
        desk.worker.hang_up()
        assert desk.worker.join(5_000)
        assert desk.events.empty()


@pytest.mark.parametrize("ordered", [True, False])
def test_nothing_is_written_before_it_is_ordered(ordered: bool) -> None:
    asked: queue.Queue[bytes] = queue.Queue()

    def note(conn: socket.socket) -> None:
        with contextlib.suppress(OSError):
            asked.put(conn.recv(1))

    with peer(note) as port, line(port, dials_at_once=False) as desk:
        desk.until(LineReached)
        with pytest.raises(queue.Empty):
            asked.get(timeout=0.2)
        if ordered:
            desk.worker.upgrade()
        else:
            desk.worker.hang_up()
        assert asked.get(timeout=WAIT_S) == (b"G" if ordered else b"")


def test_no_key() -> None:
    with line(1, key="") as desk:
        assert desk.until(LineLost) == [LineLost(1, Loss.NO_KEY)]


def test_the_key_is_in_no_repr() -> None:
    assert "sk-canary" not in repr(Desk(1).access)


def test_a_refused_key() -> None:
    def refuse(conn: socket.socket) -> None:
        read_request(conn)
        conn.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")

    with peer(refuse) as port, line(port) as desk:
        dialled, lost = desk.until(LineLost)
        assert dialled == LineReached(1)
        assert isinstance(lost, LineLost)
        assert (lost.loss, lost.status) == (Loss.HTTP, 401)
        assert "sk-canary" not in lost.detail


def test_handshake_sound_and_finish_over_tls(tmp_path: Path) -> None:
    authority, kinds = Authority(tmp_path), []

    def listening(conn: socket.socket) -> None:
        switch(conn)
        conn.sendall(text("session.created", session={"id": "s"}))
        while (kind := heard(conn)) != "close":
            kinds.append(kind)
            if kind == "session.update":
                conn.sendall(text("session.updated", session={"id": "s"}))
            elif kind == "session.finish":
                conn.sendall(text("session.finished"))

    with peer(listening, authority.server("127.0.0.1")) as port, line(port, authority.ca_file) as desk:
        assert desk.until(LineCreated) == [LineReached(1), LineOpened(1), LineCreated(1)]
        for n in range(5):
            desk.replay_buffer.append(b"\1" * 640, 320, speech=True, at=n)
        desk.worker.configure()
        desk.until(LineConfigured)
        desk.worker.set_uplink(Valve.OPEN)
        desk.worker.finish()
        desk.until(LineFinished)
    assert kinds == ["session.update", *["input_audio_buffer.append"] * 3, "session.finish"]
    assert desk.events.empty() or not isinstance(desk.events.queue[-1], LineLost), "we hung up ourselves"


def test_trouble_is_told_only_when_it_changes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with line(port) as desk:
        event = desk.events.get(timeout=WAIT_S)
        assert isinstance(event, LineTroubled)
        assert event.loss is Loss.REFUSED
        with pytest.raises(queue.Empty):
            desk.events.get(timeout=1.0)  # two more attempts fail meanwhile


def test_a_message_of_nonsense_is_passed_over() -> None:
    def rude(conn: socket.socket) -> None:
        switch(conn)
        conn.sendall(frame(b"{") + frame(b"\1", opcode=2) + text("no.such.event") + text("session.created", session={}))
        heard(conn)

    with peer(rude) as port, line(port) as desk:
        assert desk.until(LineCreated) == [LineReached(1), LineOpened(1), LineCreated(1)]


def test_much_nonsense_ends_the_line() -> None:
    told = threading.Event()

    def ruder(conn: socket.socket) -> None:
        switch(conn)
        conn.sendall(frame(b"canary") * (MOST_NONSENSE - 1) + text("session.created", session={}))
        told.wait(WAIT_S)
        conn.sendall(frame(b"canary"))
        heard(conn)

    with peer(ruder) as port, line(port) as desk:
        desk.until(LineCreated)
        told.set()
        lost = desk.until(LineLost)[-1]
        assert isinstance(lost, LineLost)
        assert lost.loss is Loss.NONSENSE
        assert "canary" not in lost.detail


def test_a_close_with_its_code() -> None:
    def closing(conn: socket.socket) -> None:
        switch(conn)
        conn.sendall(frame((1011).to_bytes(2, "big") + b"overload", opcode=8))
        heard(conn)

    with peer(closing) as port, line(port) as desk:
        assert desk.until(LineLost)[-1] == LineLost(1, Loss.CLOSED, 1011, "overload")


def silent_upgrade(conn: socket.socket) -> None:
    read_request(conn)
    conn.recv(1)


def created_only(conn: socket.socket) -> None:
    switch(conn)
    conn.sendall(text("session.created", session={}))
    while heard(conn) != "close":
        continue


@pytest.mark.parametrize(
    ("script", "phase"), [(silent_upgrade, LineReached), (created_only, LineCreated), (service, LineOpened)]
)
def test_hanging_up_in_each_phase_ends_the_thread_within_a_second(script: Script, phase: type[Event]) -> None:
    with peer(script) as port, line(port) as desk:
        desk.until(phase)


def test_hanging_up_while_tls_hangs(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    reached = threading.Event()

    def hang(conn: socket.socket) -> None:
        reached.set()
        conn.recv(1_000)
        conn.recv(1_000)

    with peer(hang) as port, line(port, authority.ca_file) as desk:
        assert reached.wait(WAIT_S)
        assert desk.worker.alive
