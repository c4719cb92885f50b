"""An event loop that is late judges a contact by the times of its edges, not by its own."""

from typing import cast

import pytest

from appliance.core.model import events as e
from appliance.core.model.effects import Effect
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode
from appliance.core.model.state import State, Wanted
from appliance.event_loop import EffectHandler, EventLoop
from appliance.recorder import Recorder
from appliance.workers.host.event_queue import EventQueue
from tests.core import states


class Nobody:
    """Obeys nothing, and remembers what it was asked."""

    def __init__(self) -> None:
        self.orders: list[str] = []

    def __getattr__(self, name: str) -> object:
        return lambda *args, **kwargs: self.orders.append(name)


class Desk:
    """An event loop over a real queue, at the times that are given."""

    def __init__(self, state: State, at: int) -> None:
        self.at = at
        self.queue = EventQueue()
        self.handler = Nobody()
        self.loop = EventLoop(
            state, Limits(), lambda: self.at, self.queue, cast(EffectHandler, self.handler), Recorder(None)
        )
        self.effects: list[Effect] = []

    def edge(self, key: e.Key, down: bool, at: int) -> None:
        self.queue.post(e.KeyEdge(key, down, at))

    def awake(self, at: int) -> None:
        """The loop comes to it now, and does all that waits and all that is due."""
        self.at = at
        for _ in range(50):
            self.queue.post(e.LevelMetered(at % 7))  # meters never end
            self.loop.turn()


def standby() -> tuple[State, int]:
    box = states.standby()
    return box.state, box.now


@pytest.mark.parametrize(("held_ms", "late_ms", "off"), [(1_980, 40, False), (1_999, 200, False), (2_050, 40, True)])
def test_power_let_go_before_its_time_does_not_switch_off(held_ms: int, late_ms: int, off: bool) -> None:
    state, now = standby()
    desk = Desk(state, now)
    desk.edge(e.Key.POWER, True, now + 10)
    desk.awake(now + 10)
    desk.awake(now + 1_000)
    desk.edge(e.Key.POWER, False, now + 10 + held_ms)
    desk.awake(now + 10 + held_ms + late_ms)
    assert (desk.loop.state.stopping or desk.loop.state.mode is Mode.STOPPING) is off


@pytest.mark.parametrize(("held_ms", "menu"), [(780, False), (830, True)])
def test_language_let_go_before_its_time_opens_no_menu(held_ms: int, menu: bool) -> None:
    state, now = standby()
    desk = Desk(state, now)
    desk.edge(e.Key.LANGUAGE, True, now + 10)
    desk.awake(now + 10)
    desk.edge(e.Key.LANGUAGE, False, now + 10 + held_ms)
    desk.awake(now + 10 + held_ms + 60)
    assert (desk.loop.state.menu is not None) is menu


@pytest.mark.parametrize("late_ms", [0, 26, 70])
def test_a_tap_that_bounces_is_one_tap(late_ms: int) -> None:
    state, now = standby()
    desk = Desk(state, now)
    edges = [(True, 0), (False, 6), (True, 12), (False, 90), (True, 96), (False, 101)]
    for clock in range(0, 500, 5 + late_ms):
        while edges and edges[0][1] <= clock:
            down, at = edges.pop(0)
            desk.edge(e.Key.TALK, down, now + at)
        desk.awake(now + clock)
    assert desk.loop.state.wanted is Wanted.INTERPRETING


def test_an_earlier_deadline_of_something_else_does_not_judge_a_contact_whose_edge_waits() -> None:
    """LANGUAGE's menu is due at 800 ms, POWER at 2,000; its release at 1,980 waits behind the first of the two."""
    state, now = standby()
    desk = Desk(state, now)
    desk.edge(e.Key.POWER, True, now)
    desk.awake(now)
    desk.edge(e.Key.LANGUAGE, True, now + 1_150)
    desk.awake(now + 1_150)
    desk.edge(e.Key.POWER, False, now + 1_980)
    desk.awake(now + 2_040)
    assert not desk.loop.state.stopping
    assert desk.loop.state.menu is not None


def test_a_release_that_bounces_ends_at_its_own_time() -> None:
    """Let go at 395 ms: a tap, though the loop settles its contact 60 ms later."""
    state, now = standby()
    desk = Desk(state, now)
    for down, at in ((True, 0), (False, 5), (True, 8), (False, 372), (True, 375), (False, 379)):
        desk.edge(e.Key.TALK, down, now + at)
    desk.awake(now + 450)
    desk.awake(now + 460)
    assert desk.loop.state.wanted is Wanted.INTERPRETING
