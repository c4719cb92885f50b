"""A link with weather: two namespaces joined by packets that this process carries, late and not always.

Responsible for: delay, jitter, spikes and loss below a real TCP, in the place of netem, which not every kernel has.
Must not: know TCP, or carry anything but what the two ends give it.
"""

import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import threading
import time
from dataclasses import dataclass

from tests.e2e.far import BOX_IP, FAR_IP, Cable

_TUNSETIFF = 0x400454CA  # linux/if_tun.h
_TUN_WITHOUT_HEADER = 0x1001
_PACKET_BYTES = 2_048
_QUEUE_AT_MOST = 5_000  # packets; more are lost, as on a real link


@dataclass(frozen=True, slots=True)
class Weather:
    """Of each way. Jitter is exponential with this mean; a spike holds up all that comes behind it."""

    delay_ms: float
    jitter_ms: float = 0.0
    spike_chance: float = 0.0
    spike_ms: float = 0.0
    loss: float = 0.0


class Air(Cable):
    """A link between two namespaces through this process. A context manager."""

    def __init__(self, name: str, weather: Weather, seed: int = 0) -> None:
        super().__init__(name)
        self._weather = weather
        self._chance = random.Random(seed)
        self._over = threading.Event()
        self._files: tuple[int, ...] = ()
        self._thread = threading.Thread(target=self._carry, name=f"air {name}", daemon=True)

    def __enter__(self) -> "Air":
        self._files = tuple(_tun(end) for end in self._ends)
        rows = zip((self._box, self._far), self._ends, (BOX_IP, FAR_IP), strict=True)
        for space, end, address in rows:
            _ip("netns", "add", space)
            _ip("link", "set", end, "netns", space)
            _ip("-n", space, "address", "add", f"{address}/24", "dev", end)
            _ip("-n", space, "link", "set", "lo", "up")
            _ip("-n", space, "link", "set", end, "up")
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._over.set()
        self._thread.join(5)
        for file in self._files:
            os.close(file)
        super().__exit__()

    def _carry(self) -> None:
        queue: list[tuple[float, int, int, bytes]] = []
        last, count = [0.0, 0.0], 0
        poll = select.poll()
        for file in self._files:
            poll.register(file, select.POLLIN)
        while not self._over.is_set():
            now = time.monotonic()
            wait_ms = min(50.0, max(0.0, (queue[0][0] - now) * 1_000)) if queue else 50.0
            ready = {file for file, _ in poll.poll(wait_ms)}
            for way, file in enumerate(self._files):
                packet = os.read(file, _PACKET_BYTES) if file in ready else b""
                if packet and len(queue) < _QUEUE_AT_MOST and self._chance.random() >= self._weather.loss:
                    last[way] = max(last[way], time.monotonic() + self._late_s())
                    count += 1
                    heapq.heappush(queue, (last[way], count, self._files[1 - way], packet))
            while queue and queue[0][0] <= time.monotonic():
                _, _, to, packet = heapq.heappop(queue)
                os.write(to, packet)

    def _late_s(self) -> float:
        weather = self._weather
        late_ms = weather.delay_ms
        if weather.jitter_ms:
            late_ms += self._chance.expovariate(1 / weather.jitter_ms)
        if self._chance.random() < weather.spike_chance:
            late_ms += weather.spike_ms
        return late_ms / 1_000


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def _tun(name: str) -> int:
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    fcntl.ioctl(file, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _TUN_WITHOUT_HEADER))
    return file
