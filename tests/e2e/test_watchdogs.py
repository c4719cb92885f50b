"""The three watchdogs in the real process: a frozen event loop, a microphone that hangs, and a line that is deaf.

Systemd is played by a notify socket of the test's own: it kills and starts again what stops to say WATCHDOG=1.
"""

import contextlib
import json
import queue
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tests.e2e.hanging import Pipe
from tests.e2e.harness import Box, Emulator, wait_for
from tests.e2e.numbers import Account, account, recording, rehearsal
from tests.e2e.pulse import PulseCard, missing
from tests.workers.peers import peer, read_request

WATCHDOG_S = 4  # of the service's unit it is 20; the box feeds it four times in so long
SILENT_S = 3.0  # of a microphone at work: it is silent from then on
STARTS_S = 15.0
DEAF_S = 20.0


class Systemd:
    """A notify socket, and what was said on it and when."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self._path))
        self._socket.settimeout(0.1)
        self._said: list[tuple[float, str]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="systemd", daemon=True)

    def __enter__(self) -> "Systemd":
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._over.set()
        self._thread.join(5)
        self._socket.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                text = self._socket.recv(4_096).decode()
                self._said += [(time.monotonic(), each) for each in text.splitlines()]

    def environment(self, runtime: Path) -> dict[str, str]:
        """What the unit gives the process."""
        runtime.mkdir(exist_ok=True)
        return {
            "NOTIFY_SOCKET": str(self._path),
            "WATCHDOG_USEC": str(WATCHDOG_S * 1_000_000),
            "RUNTIME_DIRECTORY": str(runtime),
        }

    def said(self, line: str) -> list[float]:
        """When this line was said."""
        return [at for at, each in tuple(self._said) if re.fullmatch(line, each)]

    def wait(self, line: str, after: float = 0.0, limit_s: float = STARTS_S) -> float:
        """When it is said next."""
        return wait_for(
            lambda: next((at for at in self.said(line) if at >= after), None), limit_s, lambda: str(self._said[-20:])
        )


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(tmp_path_factory.mktemp("emulator"), turns=rehearsal(20)) as started:
        yield started


@dataclass(frozen=True, slots=True)
class Deaf:
    """What a deaf line led to. ``after_s``: from the last word of the service to the end of the line."""

    why: str
    after_s: float
    code: int
    account: Account
    dials: int
    told: str


def deafened(folder: Path) -> Deaf:
    """A box whose line goes deaf with the third utterance."""
    said = recording(range(1, 9))
    with Emulator(folder / "emulator", ("deaf:3",), rehearsal(8)) as service:
        with Box(folder, service, said.pcm) as box:
            lost = box.wait_for("line", lambda row: row["state"] == "lost", 60)
            last = max(row["at"] for row in box.rows("subtitle", "heard") if row["at"] < lost["at"])
            code = box.wait(60).code
        after_s = (lost["at"] - last) / 1000
        return Deaf(lost["why"], after_s, code, account(box, said.numbers), service.dials(), box.told())


@pytest.fixture(scope="module")
def deaf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Future[Deaf]]:
    """It takes longest, and runs beside the others."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(deafened, tmp_path_factory.mktemp("deaf"))


@pytest.mark.usefixtures("deaf")
def test_systemd_hears_that_it_is_ready_how_it_is_and_that_it_lives(emulator: Emulator, tmp_path: Path) -> None:
    with (
        Systemd(tmp_path) as systemd,
        Box(tmp_path, emulator, recording(range(1, 4)).pcm, environment=systemd.environment(tmp_path / "run")) as box,
    ):
        systemd.wait("READY=1")
        standby = box.wait_for("mode")
        assert standby["to"] == "standby", "ready means that it has begun to listen to its keys"
        systemd.wait("STATUS=on_air")
        done = box.wait(60)
        assert done.code == 0, box.told()
        systemd.wait("STOPPING=1")
        fed = systemd.said("WATCHDOG=1")
    assert len(fed) >= 8
    assert max(b - a for a, b in pairwise(fed)) < WATCHDOG_S / 2


def test_the_status_names_the_fault(tmp_path: Path) -> None:
    """Nobody answers at this address."""
    with (
        Systemd(tmp_path) as systemd,
        Box(
            tmp_path,
            None,
            recording((1,)).pcm,
            environment=systemd.environment(tmp_path / "run"),
            service__url="wss://127.0.0.1:9/api-ws/v1/realtime",
            run__until="forever",
        ),
    ):
        systemd.wait("STATUS=[a-z_]+ N3")
        systemd.wait("WATCHDOG=1", after=time.monotonic())


def test_a_frozen_owner_is_started_again_and_asks_to_repeat(emulator: Emulator, tmp_path: Path) -> None:
    runtime = tmp_path / "run"
    with Systemd(tmp_path) as systemd:
        environment = systemd.environment(runtime)
        with Box(tmp_path / "first", emulator, recording(range(1, 6)).pcm, environment=environment) as frozen:
            frozen.wait_for("subtitle", lambda row: row["turn"] == 2 and not row["final"])
            systemd.wait("WATCHDOG=1")
            frozen.signal(signal.SIGSTOP)
            stopped = time.monotonic()
            time.sleep(WATCHDOG_S)
            assert [at for at in systemd.said("WATCHDOG=1") if at > stopped + 0.5] == []
            frozen.signal(signal.SIGKILL)  # systemd sends SIGABRT; the process has no word in either
            frozen.signal(signal.SIGCONT)
            frozen.wait(5)
        kept = json.loads((runtime / "kept.json").read_text(encoding="utf-8"))
        assert len(kept["dials"]) == 1
        assert kept["owes"] is True
        said = recording(range(6, 9))
        restarted = time.monotonic()
        with Box(
            tmp_path / "second", emulator, said.pcm, environment=environment, screen__driver="png",
            screen__directory="screen",
        ) as box:  # fmt: skip
            systemd.wait("READY=1", after=restarted)
            done = box.wait(60)
        assert done.code == 0, box.told()
        assert account(box, said.numbers).lost == ()
        assert "please repeat" in done.errors
        kept = json.loads((runtime / "kept.json").read_text(encoding="utf-8"))
    assert len(kept["dials"]) == 2, "the dial before the restart still counts"
    assert kept["owes"] is False


def test_what_is_said_with_no_line_at_all_is_owed_when_the_process_is_killed(tmp_path: Path) -> None:
    """Nobody answers at this address; the words stay in memory, and the next process must ask for them."""
    runtime = tmp_path / "run"
    with Systemd(tmp_path) as systemd:
        with Box(
            tmp_path, None, recording(range(1, 4)).pcm, environment=systemd.environment(runtime),
            service__url="wss://127.0.0.1:9/api-ws/v1/realtime", run__until="forever",
        ) as box:  # fmt: skip
            systemd.wait("STATUS=[a-z_]+ N3")  # five seconds after the first word
            box.signal(signal.SIGKILL)
            box.wait(5)
        kept = json.loads((runtime / "kept.json").read_text(encoding="utf-8"))
    assert kept["owes"] is True


def test_a_dial_is_written_down_before_it_is_made(tmp_path: Path) -> None:
    """When the service reads the request, a process that is killed this very moment has left word of it."""
    runtime, kept = tmp_path / "run", queue.Queue[list[int]]()

    def service(conn: socket.socket) -> None:
        read_request(conn)
        kept.put(json.loads((runtime / "kept.json").read_text(encoding="utf-8"))["dials"])

    with (
        Systemd(tmp_path) as systemd,
        peer(service) as port,
        Box(
            tmp_path, None, recording((1,)).pcm, environment=systemd.environment(runtime),
            service__url=f"ws://127.0.0.1:{port}/api-ws/v1/realtime", run__until="forever",
        ) as box,
    ):  # fmt: skip
        assert len(kept.get(timeout=30)) == 1
        box.signal(signal.SIGKILL)
        box.wait(5)


def test_a_restart_loop_does_not_dial_more_than_the_budget(emulator: Emulator, tmp_path: Path) -> None:
    """Killed whenever it is on air: what the runtime folder keeps holds the sixth process back (four in 60 s)."""
    before = emulator.dials()
    with Systemd(tmp_path) as systemd:
        for n in range(6):
            folder = tmp_path / str(n)
            with Box(folder, emulator, recording((1,)).pcm, environment=systemd.environment(tmp_path / "run")) as box:
                if n < 4:
                    box.wait_for("line", lambda row: row["state"] == "ready")
                else:
                    box.wait_for("mode", lambda row: row["to"] == "waiting")
                    time.sleep(1)
                box.signal(signal.SIGKILL)
                box.wait(5)
    assert emulator.dials() - before == 4


def listening(emulator: Emulator, folder: Path, environment: dict[str, str]) -> Box:
    """A box with the microphone ``mic``."""
    return Box(
        folder,
        emulator,
        environment=environment,
        microphone__driver="alsa",
        microphone__device="mic",
        run__until="forever",
    )


HANGS: dict[str, Callable[[Path], Pipe | PulseCard]] = {"a card": Pipe, "a sound server": lambda _: PulseCard()}


@pytest.mark.skipif(bool(missing()), reason=missing() or "it is all there")
@pytest.mark.parametrize("what", HANGS)
def test_a_hanging_microphone_is_told_and_does_not_feed_the_watchdog(
    emulator: Emulator, tmp_path: Path, what: str
) -> None:
    """Its thread is left behind, a fresh one hangs as well: M3, and no word to systemd until there is sound.

    A card hangs where it is read, a server where it is opened, too; neither stops anything but the thread.
    """
    with Systemd(tmp_path) as systemd, HANGS[what](tmp_path) as sound:
        environment = systemd.environment(tmp_path / "runtime") | sound.environment
        with listening(emulator, tmp_path / "box", environment) as box:
            systemd.wait("STATUS=on_air")
            systemd.wait("WATCHDOG=1", after=time.monotonic())
            sound.freeze()
            froze = time.monotonic()
            fault = box.wait_for("fault", lambda row: row["code"] == "M3")
            assert fault["detail"] == "stalled"
            systemd.wait("STATUS=[a-z_]+ M3")
            time.sleep(WATCHDOG_S)
            assert [at for at in systemd.said("WATCHDOG=1") if at > froze + SILENT_S + 1.5] == []
            sound.thaw()
            thawed = time.monotonic()
            box.wait_for("fault", lambda row: row["code"] == "M3" and not row["on"])
            systemd.wait("WATCHDOG=1", after=thawed)
            systemd.wait("STATUS=on_air", after=thawed)
            box.signal(signal.SIGTERM)
            assert box.wait(20).code == 0, box.told()


@pytest.mark.skipif(bool(missing()), reason=missing() or "it is all there")
def test_without_a_loudspeaker_that_hangs_the_box_works_on(emulator: Emulator, tmp_path: Path) -> None:
    """P1 and subtitles, alive for systemd; then the server is killed and comes back, and so does the sound."""
    with Systemd(tmp_path) as systemd, PulseCard() as card:
        environment = systemd.environment(tmp_path / "runtime") | card.environment
        changes = {"loudspeaker__driver": "alsa", "loudspeaker__device": "speaker"}
        said = recording((9,), lead_ms=9_000)
        with Box(tmp_path / "box", emulator, said.pcm, environment=environment, **changes) as box:
            box.wait_for("line", lambda row: row["state"] == "ready")
            card.freeze()
            froze = time.monotonic()
            box.wait_for("fault", lambda row: row["code"] == "P1" and row["detail"] == "stalled")
            card.unplug()
            box.wait_for("subtitle", lambda row: row["final"])
            card.plug()
            box.wait_for("fault", lambda row: row["code"] == "P1" and not row["on"])
            assert box.wait(40).code == 0, box.told()
            fed = [at for at in systemd.said("WATCHDOG=1") if at > froze]
            assert max(b - a for a, b in pairwise([froze, *fed])) < WATCHDOG_S
            assert account(box, said.numbers).lost == (), box.told()
            last = [row for row in box.rows("fault") if row["code"] == "P1"][-1]
            assert not last["on"], "what the thread that was left behind says at last is nobody's fault"


def test_a_deaf_line_is_replaced_and_the_next_one_answers(deaf: Future[Deaf]) -> None:
    """It answers pings, and none of the speech: 20 s later another line is sent it again."""
    run = deaf.result()
    assert run.why == "deaf"
    assert DEAF_S - 0.5 <= run.after_s <= DEAF_S + 4
    assert run.code == 0, run.told
    assert (run.account.lost, run.account.strangers, run.account.in_order) == ((), (), True), run.told
    assert run.account.repeats <= 1
    assert run.dials == 2
