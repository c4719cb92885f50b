"""The watch: what systemd hears while the box lives, and what it does not hear while a part of it does not."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.adapters.systemd import Notifier
from appliance.core.model.events import Device, Event, WorkerSilent
from appliance.core.model.modes import Mode
from appliance.core.model.state import Fault, State
from appliance.errors import FaultCode
from appliance.watchdog import ASK_AGAIN_MS, Watchdog
from appliance.workers.host.heartbeats import LIMITS_MS, Heartbeats

WATCHDOG_MS = 20_000
STANDBY = State(mode=Mode.STANDBY)


class Desk:
    """A watch with a clock to set, an ear, and what it posted."""

    def __init__(self, ear: socket.socket) -> None:
        self.now = 0
        self.posted: list[Event] = []
        self.heartbeats = Heartbeats(lambda: self.now)
        self._ear = ear
        environment = {"NOTIFY_SOCKET": ear.getsockname(), "WATCHDOG_USEC": str(WATCHDOG_MS * 1000)}
        self.notifier = Notifier(environment)
        self.watch = Watchdog(self.notifier, self.heartbeats, self.posted.append, lambda: self.now)

    def told(self) -> list[str]:
        """The datagrams since the last question."""
        found = []
        while True:
            try:
                found.append(self._ear.recv(4_096).decode())
            except BlockingIOError:
                return found

    def fed(self, seconds: int, state: State = STANDBY) -> int:
        """How often the watchdog is fed in so long, looked at every second."""
        count = 0
        for _ in range(seconds):
            self.now += 1_000
            self.watch.look(state)
            count += self.told().count("WATCHDOG=1")
        return count


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.setblocking(False)
        made = Desk(ear)
        yield made
        assert made.notifier._socket is not None
        made.notifier._socket.close()


def test_ready_is_told_once_and_not_while_it_starts(desk: Desk) -> None:
    desk.watch.look(State(mode=Mode.STARTING))
    assert "READY=1" not in desk.told()
    desk.watch.look(STANDBY)
    desk.watch.look(replace(STANDBY, mode=Mode.ON_AIR))
    assert desk.told().count("READY=1") == 1


def test_the_status_is_the_mode_and_the_codes_when_they_change(desk: Desk) -> None:
    desk.watch.look(STANDBY)
    assert "STATUS=standby" in desk.told()
    desk.watch.look(STANDBY)
    assert desk.told() == []
    faulty = replace(STANDBY, faults=(Fault(FaultCode.N1, 0), Fault(FaultCode.M1, 0, "words")))
    desk.watch.look(faulty)
    assert desk.told() == ["STATUS=standby N1 M1"]
    desk.watch.look(replace(STANDBY, mode=Mode.STOPPING))
    assert desk.told() == ["STATUS=stopping\nSTOPPING=1"]


def test_it_is_fed_four_times_a_limit_while_all_live(desk: Desk) -> None:
    assert desk.fed(60) == 60_000 // (WATCHDOG_MS // 4)


@pytest.mark.parametrize("worker", ["microphone", "line 2"])
def test_it_is_not_fed_while_a_required_worker_is_silent(desk: Desk, worker: str) -> None:
    desk.heartbeats.beat(worker)
    desk.fed(LIMITS_MS[worker.split(maxsplit=1)[0]] // 1_000)
    assert desk.fed(60) == 0
    desk.heartbeats.beat(worker)
    assert desk.fed(1) == 1


@pytest.mark.parametrize("worker", ["screen", "speaker"])
def test_a_lost_screen_or_speaker_does_not_restart_the_box(desk: Desk, worker: str) -> None:
    desk.heartbeats.beat(worker)
    assert desk.fed(60) == 60_000 // (WATCHDOG_MS // 4)


def test_a_microphone_started_anew_proves_nothing_until_sound_comes(desk: Desk) -> None:
    hung = replace(STANDBY, mode=Mode.ON_AIR, capture=True, restarted=(Device.MICROPHONE,))
    desk.heartbeats.beat("microphone")
    assert desk.fed(3, hung) == 0
    desk.heartbeats.beat("microphone")
    assert desk.fed(1, replace(hung, restarted=())) == 1
    desk.heartbeats.rest("microphone")
    assert desk.fed(10, replace(hung, broken=(Device.MICROPHONE,))) == 2, "it says what is wrong: it does not hang"
    assert desk.fed(10, replace(hung, capture=False)) == 2, "nobody wants it"


def test_the_core_is_told_who_is_silent_and_again_after_a_while(desk: Desk) -> None:
    for worker in ("microphone", "speaker", "screen", "guest_screen", "line 1"):
        desk.heartbeats.beat(worker)
    desk.now = 100_000
    desk.watch.look(STANDBY)
    desk.watch.look(STANDBY)
    devices = (Device.MICROPHONE, Device.LOUDSPEAKER, Device.SCREEN, Device.GUEST_SCREEN)
    assert desk.posted == [WorkerSilent(device) for device in devices], "a line is nobody's device"
    desk.now += ASK_AGAIN_MS
    desk.heartbeats.beat("speaker")
    desk.watch.look(STANDBY)
    assert desk.posted[4:] == [WorkerSilent(device) for device in devices if device is not Device.LOUDSPEAKER]


def test_it_does_not_feed_where_there_is_no_watchdog() -> None:
    heartbeats = Heartbeats(lambda: 0)
    Watchdog(Notifier({}), heartbeats, lambda _: None, lambda: 0).look(STANDBY)
    assert heartbeats.silent() == []
