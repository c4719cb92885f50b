"""Watchdogs over the workers and the event loop, asked between two turns of the loop.

Responsible for: telling systemd that the box lives (only while every required worker does), and telling the core which
worker has gone silent.
Must not: restart anything (the core orders it), or block.

Three watchdogs stand behind each other: a line's keepalive redials, a worker's heartbeat restarts the worker, and the
event loop's ``WATCHDOG=1`` lets systemd restart the process.
"""

from collections.abc import Callable

from appliance.adapters.systemd import Notifier
from appliance.core.model.events import Device, Event, WorkerSilent
from appliance.core.model.modes import Mode
from appliance.core.model.state import State
from appliance.workers.host.heartbeats import Heartbeats

ASK_AGAIN_MS = 5_000
REQUIRED = ("microphone", "line")
"""Without these the box is deaf and does not know it; a lost screen or loudspeaker only degrades it."""

_DEVICES = {
    "microphone": Device.MICROPHONE,
    "speaker": Device.LOUDSPEAKER,
    "screen": Device.SCREEN,
    "guest_screen": Device.GUEST_SCREEN,
}


class Watchdog:
    """Called by the event loop after each turn, at least once a second."""

    def __init__(
        self, notifier: Notifier, heartbeats: Heartbeats, post: Callable[[Event], None], clock: Callable[[], int]
    ) -> None:
        self._notifier = notifier
        self._heartbeats = heartbeats
        self._post = post
        self._clock = clock
        self._ready = False
        self._status = ""
        self._fed_at: int | None = None
        self._told_at: dict[str, int] = {}

    def look(self, state: State) -> None:
        """Tell whoever has to know."""
        now = self._clock()
        silent = self._heartbeats.silent()
        for name in silent:
            self._tell(name, now)
        self._notify(state)
        self._feed(now, any(name.split()[0] in REQUIRED for name in silent) or _unproven(state))

    def _tell(self, name: str, now: int) -> None:
        device = _DEVICES.get(name)
        last = self._told_at.get(name)
        if device is not None and (last is None or now - last >= ASK_AGAIN_MS):
            self._told_at[name] = now
            self._post(WorkerSilent(device))

    def _notify(self, state: State) -> None:
        if not self._ready and state.mode is not Mode.STARTING:
            self._ready = True
            self._notifier.send(READY="1")
        codes = " ".join(str(fault.code) for fault in state.faults)
        status = f"{state.mode} {codes}".strip()
        if status != self._status:
            self._status = status
            fields = {"STATUS": status} | ({"STOPPING": "1"} if state.mode is Mode.STOPPING else {})
            self._notifier.send(**fields)

    def _feed(self, now: int, starving: bool) -> None:
        limit = self._notifier.watchdog_ms
        if limit is None or starving:
            return
        if self._fed_at is None or now - self._fed_at >= limit // 4:
            self._fed_at = now
            self._notifier.send(WATCHDOG="1")


def _unproven(state: State) -> bool:
    """A microphone that was started anew shows a heartbeat before it reads: until sound comes, that proves nothing.

    One that says what is wrong does not hang: a box without a microphone shows so, and need not be restarted.
    """
    device = Device.MICROPHONE
    return state.capture and device in state.restarted and device not in state.broken
