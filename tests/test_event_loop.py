import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from appliance.core.machine.invariants import BrokenInvariantError
from appliance.core.model import effects as f
from appliance.core.model import events as e
from appliance.core.model.direction import Direction
from appliance.core.model.events import Event, KeyEdge
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode, Valve
from appliance.core.model.state import State
from appliance.event_loop import LONGEST_WAIT_MS, EffectHandler, EventLoop
from appliance.recorder import Recorder, read
from tests.core import states
from tests.core.box import Box

HERE = Direction("en", "es")


class Notebook:
    """A handler that writes every order down."""

    def __init__(self) -> None:
        self.orders: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args, **kwargs: self.orders.append((name, *args, *kwargs.values()))


class Desk:
    def __init__(self, state: State | None = None, path: Path | None = None) -> None:
        self.at = 0
        self.waits: list[int] = []
        self.coming: list[Event] = []
        self.handler = Notebook()
        recorder = Recorder(path)
        first = state or State(setup=states.SETUP)
        recorder.begin(first)
        self.event_loop = EventLoop(first, Limits(), lambda: self.at, self, cast(EffectHandler, self.handler), recorder)

    def next_edge(self, before: int | None) -> KeyEdge | None:
        edge = next((event for event in self.coming if isinstance(event, KeyEdge)), None)
        if edge is None or (before is not None and edge.at > before):
            return None
        self.coming.remove(edge)
        return edge

    def next(self, wait_ms: int) -> Event | None:
        self.waits.append(wait_ms)
        if self.coming:
            return self.coming.pop(0)
        self.at += wait_ms
        return None

    def names(self) -> list[str]:
        return [order[0] for order in self.handler.orders]


def test_it_steps_obeys_and_shows_each_new_view_once(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    with caplog.at_level(logging.INFO):
        desk.event_loop.take(e.Booted(False), 0)
        desk.event_loop.take(e.Tick(), 10)
    assert desk.event_loop.state.mode is Mode.STANDBY
    assert desk.names().count("show") == 1
    assert caplog.text.count("starting → standby") == 1


def test_a_second_panel_is_shown_each_new_view_of_its_own_once() -> None:
    desk = Desk(State(setup=replace(states.SETUP, guest_panel=True)))
    desk.event_loop.take(e.Booted(False), 0)
    desk.event_loop.take(e.Tick(), 10)
    desk.event_loop.take(e.KeyEdge(e.Key.TALK, True, 20), 20)
    assert desk.names().count("show_guest") == 2
    alone = Desk()
    alone.event_loop.take(e.Booted(False), 0)
    assert "show_guest" not in alone.names()


def test_due_deadlines_go_before_queued_events() -> None:
    desk = Desk(states.configuring().state)
    desk.coming = [e.LineCreated(1)]
    desk.at = 10_000_000
    desk.event_loop.turn()
    assert desk.coming, "the deadline went first"


def test_without_a_deadline_it_waits_a_second_at_most() -> None:
    desk = Desk()
    desk.event_loop.turn()
    assert desk.waits == [LONGEST_WAIT_MS]


def test_it_runs_to_the_exit_code() -> None:
    desk = Desk()
    desk.coming = [e.Booted(False), e.StopRequested("SIGTERM")]
    turns: list[int] = []
    assert desk.event_loop.run(lambda: turns.append(1)) == 0
    assert len(turns) >= 2
    assert desk.event_loop.state.mode is Mode.STOPPING


def test_a_dial_is_handed_over_to_be_written_down_before_it_is_ordered() -> None:
    box = Box(dials_at_once=False).boot()
    box.press(e.Key.TALK)
    desk = Desk(box.state)
    desk.event_loop.take(e.LineReached(1), 5_000)
    names = [name for name in desk.names() if name in ("keep", "upgrade")]
    assert names == ["keep", "upgrade"]


def test_a_fault_is_dumped_once(tmp_path: Path) -> None:
    desk = Desk(states.dialing().state, tmp_path / "dump")
    desk.event_loop.take(e.LineLost(1, e.Loss.HTTP, 401), 5_000)
    assert desk.event_loop.state.mode is Mode.FAULT
    _, rows = read(tmp_path / "dump")
    assert [type(event) for _, event in rows] == [e.LineLost]


def test_a_broken_invariant_is_dumped_and_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise BrokenInvariantError("planted")

    monkeypatch.setattr("appliance.event_loop.check", broken)
    desk = Desk(path=tmp_path / "dump")
    with pytest.raises(BrokenInvariantError, match="planted"):
        desk.event_loop.take(e.Booted(True), 7)
    assert read(tmp_path / "dump")[1] == [(7, e.Booted(True))]


@pytest.mark.parametrize(
    ("effect", "order"),
    [
        (f.OpenMicrophone(), ("open_microphone",)),
        (f.CloseMicrophone(), ("close_microphone",)),
        (f.SelectInput(HERE, Valve.OPEN, True), ("select_input", HERE, Valve.OPEN, True)),
        (f.WipeSound(), ("wipe_sound",)),
        (f.RestartWorker(e.Device.SCREEN), ("restart_worker", e.Device.SCREEN)),
        (f.Dial(3, HERE), ("dial", 3, HERE)),
        (f.Upgrade(3), ("upgrade", 3)),
        (f.Configure(3), ("configure", 3)),
        (f.SetUplink(Valve.OPEN, 3), ("set_uplink", 3, Valve.OPEN)),
        (f.SetDownlink(Valve.SHUT, 3), ("set_downlink", 3, Valve.SHUT)),
        (f.Finish(3), ("finish", 3)),
        (f.HangUp(3, "why"), ("hang_up", 3)),
        (f.DrainSound(), ("drain_sound",)),
        (f.Cue(f.CueName.TICK), ("cue", f.CueName.TICK)),
        (f.DropSpeech(3, 2), ("drop_speech", 3, 2)),
        (f.Repeat(3, 2, slower=True), ("repeat", 3, 2, True)),
        (f.Say(3, 2, "sw", "habari"), ("say", f.Say(3, 2, "sw", "habari"))),
        (f.SetVolume(40, True), ("set_volume", 40, True)),
        (f.SetBrightness(16), ("set_brightness", 16)),
        (f.ReopenMicrophone(), ("reopen_microphone",)),
        (f.Reboot(), ("reboot",)),
        (f.PowerOff(), ("power_off",)),
        (f.Note("key", (("down", True),)), ("note", "key", {"down": True})),
    ],
)
def test_every_effect_is_one_order(effect: f.Effect, order: tuple[object, ...]) -> None:
    desk = Desk()
    desk.event_loop._obey(effect)
    assert desk.handler.orders == [order]
