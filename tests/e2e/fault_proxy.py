"""A TCP proxy that does harm on command: the network between the box and the emulator.

Responsible for: passing bytes between loopback sockets, and the faults named by its methods. One thread, loopback only.
Must not: understand what it passes.

It ends TCP on both sides: in a black hole the kernel beside it still acknowledges what its buffers hold, as a relay in
a real network does.
"""

import contextlib
import random
import select
import socket
import struct
import threading
import time
from collections import deque
from dataclasses import dataclass, field

BUFFER_BYTES = 65_536  # of each direction of a connection, besides the kernels'
TURN_S = 0.05
CONNECT_LIMIT_S = 2.0


@dataclass(slots=True)
class _Weather:
    """What is done to all connections now."""

    black_hole: bool = False
    bytes_per_s: int = 0  # 0 = as fast as it goes
    one_byte: bool = False
    delay_s: float = 0.0
    jitter_s: float = 0.0


@dataclass(slots=True)
class _Pipe:
    """One direction of a connection."""

    source: socket.socket
    sink: socket.socket
    chunks: deque[tuple[float, bytes]] = field(default_factory=deque)  # (due, bytes)
    held_bytes: int = 0
    ended: bool = False  # the source has nothing more
    shut: bool = False  # and the sink knows
    allowance: float = 0.0  # bytes that the rate allows now
    counted_at: float = 0.0


class FaultProxy:
    """Use as a context manager; every method may be called from any thread and takes effect at once."""

    def __init__(self, upstream: tuple[str, int], seed: int = 0) -> None:
        self._upstream = upstream
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._weather = _Weather()
        self._pairs: list[tuple[_Pipe, _Pipe]] = []
        self._listener: socket.socket | None = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.accepted = 0  # connections so far
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fault proxy", daemon=True)

    def __enter__(self) -> "FaultProxy":
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stopping.set()
        self._thread.join(10)
        with self._lock:
            self._close_all()
            self._close_listener()

    # Faults.

    def forward(self) -> None:
        """Fair weather: pass everything as it comes, what a black hole held back included, and listen."""
        with self._lock:
            self._weather = _Weather()
            self._open_listener()

    def reset(self) -> None:
        """Break every connection with a TCP reset on both sides; new ones are welcome."""
        with self._lock:
            for pair in self._pairs:
                for pipe in pair:
                    pipe.source.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._close_all()

    def black_hole(self) -> None:
        """Neither read nor write nor accept, and break nothing, until ``forward``."""
        with self._lock:
            self._weather.black_hole = True

    def half_close(self) -> None:
        """End every connection towards the client (FIN); the other direction goes on."""
        with self._lock:
            for _, down in self._pairs:
                down.ended = down.shut = True
                down.chunks.clear()
                down.held_bytes = 0
                with contextlib.suppress(OSError):
                    down.sink.shutdown(socket.SHUT_WR)

    def slow(self, bytes_per_s: int) -> None:
        """Pass at most so many bytes a second in each direction of a connection."""
        with self._lock:
            self._weather.bytes_per_s = bytes_per_s

    def dribble(self) -> None:
        """Pass every byte in a packet of its own."""
        with self._lock:
            self._weather.one_byte = True

    def delay(self, delay_ms: int, jitter_ms: int = 0) -> None:
        """Hold what comes for ``delay_ms`` and up to ``jitter_ms`` more, in order."""
        with self._lock:
            self._weather.delay_s = delay_ms / 1000
            self._weather.jitter_s = jitter_ms / 1000

    def refuse(self) -> None:
        """Close the listening port until ``forward``; open connections live on."""
        with self._lock:
            self._close_listener()

    @property
    def connections(self) -> int:
        """How many are open now."""
        with self._lock:
            return len(self._pairs)

    # The thread.

    def _run(self) -> None:
        while not self._stopping.is_set():
            with self._lock:
                poll, waiting = self._prepare()
            poll.poll(waiting * 1000)
            with self._lock:
                if not self._weather.black_hole:
                    self._accept()
                    self._turn()

    def _prepare(self) -> tuple[select.poll, float]:
        """What to wait for, and how long at most."""
        poll, now, wait_s = select.poll(), time.monotonic(), TURN_S
        if self._weather.black_hole:
            return poll, wait_s
        masks: dict[int, int] = {}
        for pair in self._pairs:
            for pipe in pair:
                if not pipe.ended and pipe.held_bytes < BUFFER_BYTES:
                    masks[pipe.source.fileno()] = masks.get(pipe.source.fileno(), 0) | select.POLLIN
                if pipe.chunks:
                    wait_s = min(wait_s, self._ready_in(pipe, now))
                    if self._ready_in(pipe, now) == 0:
                        masks[pipe.sink.fileno()] = masks.get(pipe.sink.fileno(), 0) | select.POLLOUT
        if self._listener:
            masks[self._listener.fileno()] = select.POLLIN
        for number, mask in masks.items():
            poll.register(number, mask)
        return poll, wait_s if any(m & select.POLLOUT for m in masks.values()) is False else TURN_S

    def _ready_in(self, pipe: _Pipe, now: float) -> float:
        wait_s = max(0.0, pipe.chunks[0][0] - now)
        if rate := self._weather.bytes_per_s:
            allowance = pipe.allowance + (now - pipe.counted_at) * rate
            wait_s = max(wait_s, (1 - allowance) / rate)
        return wait_s

    def _accept(self) -> None:
        if not self._listener:
            return
        self._listener.setblocking(False)
        try:
            near, _ = self._listener.accept()
        except OSError:
            return
        try:
            far = socket.create_connection(self._upstream, CONNECT_LIMIT_S)
        except OSError:
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            near.close()
            return
        for sock in (near, far):
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        now = time.monotonic()
        self._pairs.append((_Pipe(near, far, counted_at=now), _Pipe(far, near, counted_at=now)))
        self.accepted += 1

    def _turn(self) -> None:
        for pair in list(self._pairs):
            try:
                for pipe in pair:
                    self._read(pipe)
                    self._write(pipe)
            except OSError:
                self._close(pair)
                continue
            if pair[0].shut and pair[1].shut:
                self._close(pair)

    def _read(self, pipe: _Pipe) -> None:
        if pipe.ended or pipe.held_bytes >= BUFFER_BYTES:
            return
        try:
            data = pipe.source.recv(BUFFER_BYTES - pipe.held_bytes)
        except BlockingIOError:
            return
        if not data:
            pipe.ended = True
            return
        due = time.monotonic() + self._weather.delay_s + self._weather.jitter_s * self._chance.random()
        if pipe.chunks:
            due = max(due, pipe.chunks[-1][0])
        pipe.chunks.append((due, data))
        pipe.held_bytes += len(data)

    def _write(self, pipe: _Pipe) -> None:
        now, rate = time.monotonic(), self._weather.bytes_per_s
        pipe.allowance = min(pipe.allowance + (now - pipe.counted_at) * rate, max(rate * TURN_S, 1.0)) if rate else 0.0
        pipe.counted_at = now
        while pipe.chunks and pipe.chunks[0][0] <= now and (not rate or pipe.allowance >= 1):
            due, data = pipe.chunks[0]
            size = 1 if self._weather.one_byte else len(data)
            try:
                sent = pipe.sink.send(data[: min(size, int(pipe.allowance)) if rate else size])
            except BlockingIOError:
                return
            pipe.held_bytes -= sent
            pipe.allowance -= sent
            if sent == len(data):
                pipe.chunks.popleft()
            else:
                pipe.chunks[0] = (due, data[sent:])
        if pipe.ended and not pipe.chunks and not pipe.shut:
            pipe.shut = True
            pipe.sink.shutdown(socket.SHUT_WR)

    def _close(self, pair: tuple[_Pipe, _Pipe]) -> None:
        self._pairs.remove(pair)
        for pipe in pair:
            pipe.source.close()

    def _close_all(self) -> None:
        for pair in list(self._pairs):
            self._close(pair)

    def _close_listener(self) -> None:
        if self._listener:
            self._listener.shutdown(socket.SHUT_RDWR)  # else the poll in the other thread keeps it listening
            self._listener.close()
            self._listener = None

    def _open_listener(self) -> None:
        if not self._listener:
            self._listener = socket.create_server(("127.0.0.1", self.port))
