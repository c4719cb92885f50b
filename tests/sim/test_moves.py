"""The tables of moves hold exactly what can happen.

Responsible for: walking every short sequence of a small set of events, breadth first, and comparing the moves made
with ``MOVES``: a move that is missing would crash the box, and one that is never made is a lie in the diagram.
Must not: judge what an event should lead to (the golden files do).
"""

from collections import deque
from collections.abc import Iterator

import pytest

from appliance.core.machine import invariants
from appliance.core.machine.deadlines import next_deadline
from appliance.core.machine.step import step
from appliance.core.model.direction import Direction
from appliance.core.model.events import (
    Booted,
    Event,
    Key,
    KeyEdge,
    LineConfigured,
    LineCreated,
    LineFinished,
    LineLost,
    LineOpened,
    LineReached,
    Loss,
    ReplayReported,
    StopRequested,
    Tick,
    UsageCounted,
    VoiceActivityChanged,
)
from appliance.core.model.limits import Limits
from appliance.core.model.modes import MOVES, PHASES, WORKING, Mode, Phase
from appliance.core.model.state import Setup, State
from tests.core.box import Box

LIMITS = Limits()
STATES_AT_MOST = 3_000
LINES_AT_MOST = 2
"""Two directions suffice for every move; more lines only repeat them."""
LAPSES_MS = (1_000, 16_000, 130_000)
KINDS = tuple(Direction(*pair) for pair in (("en", "es"), ("es", "en")))
Node = tuple[State, int]


def explored(start: Node) -> tuple[set[tuple[Mode, Mode]], set[tuple[Phase, Phase]]]:
    """Every move of the box and of its lines within the bounds above. Each step is checked by the invariants."""
    moves: set[tuple[Mode, Mode]] = set()
    phases: set[tuple[Phase, Phase]] = set()
    seen, queue = {_gist(start[0])}, deque([start])
    while queue and len(seen) < STATES_AT_MOST:
        node = queue.popleft()
        for events, lapse_ms in _choices(node[0]):
            state, now = node[0], node[1] + lapse_ms + 30  # longer than a contact bounces
            for event in events:
                timed = KeyEdge(event.key, event.down, now) if isinstance(event, KeyEdge) else event
                state = _stepped(state, timed, now, moves, phases)
            gist = _gist(state)
            if gist not in seen and len(state.lines) <= LINES_AT_MOST:
                seen.add(gist)
                queue.append((state, now))
    return moves, phases


def _two_warm(setup: Setup) -> Node:
    """A ready line in each direction: deep in the walk, and where the conversation turns round."""
    box = Box(setup).boot()
    box.key(Key.TALK, down=True)
    box.connect(1)
    box.key(Key.GUEST, down=True)
    box.pass_time(1_000)
    box.connect(2)
    return box.state, box.now


def _spare(setup: Setup) -> Node:
    """A line that is to be replaced, and its successor, in mid-speech."""
    box = Box(setup).boot()
    box.key(Key.TALK, down=True)
    box.connect(1)
    box.send(UsageCounted(1, 40_000, 0), VoiceActivityChanged(active=True))
    box.connect(2)
    return box.state, box.now


def _stepped(
    old: State, event: Event, now: int, moves: set[tuple[Mode, Mode]], phases: set[tuple[Phase, Phase]]
) -> State:
    for _ in range(3):
        new, _ = step(old, event, now, LIMITS)
        invariants.check(old, new, LIMITS)
        if new.mode is not old.mode:
            moves.add((old.mode, new.mode))
        for line in new.lines:
            before = old.line(line.number)
            if before is not None and before.phase is not line.phase:
                phases.add((before.phase, line.phase))
        due = next_deadline(new, now, LIMITS)
        if due is None or due > now:
            return new
        old, event = new, Tick()
    raise AssertionError("a busy loop")


def _choices(state: State) -> Iterator[tuple[tuple[Event, ...], int]]:
    if state.mode is Mode.STARTING:
        yield (Booted(private=False),), 0
    for key in (Key.TALK, Key.GUEST, Key.PRIVACY):
        down = any(contact.key is key and contact.down for contact in state.contacts)
        yield (KeyEdge(key, not down, 0),), 0
    for line in state.lines:
        n = line.number
        match line.phase:
            case Phase.DIALING:
                yield (LineReached(n), LineOpened(n)), 0
                yield (LineLost(n, Loss.HTTP, 401),), 0
            case Phase.CONFIGURING:
                yield (LineCreated(n), LineConfigured(n)), 0
            case Phase.READY:
                yield (UsageCounted(n, 40_000, 0),), 0
                yield (LineLost(n, Loss.CLOSED, 1011, "Voice 'X' is not supported."),), 0
            case Phase.FINISHING:
                yield (LineFinished(n),), 0
                yield (LineLost(n, Loss.CLOSED, 1011, "Voice 'X' is not supported."),), 0
        yield (LineLost(n, Loss.RESET),), 0
    for direction in KINDS:
        yield (ReplayReported(direction, 0 if state.owed_ms(direction) else 1_500, 0, 0),), 0
    if state.speech:
        yield (VoiceActivityChanged(active=False),), 0
    for lapse_ms in LAPSES_MS:
        yield (Tick(),), lapse_ms
    yield (StopRequested("SIGTERM"),), 0


def _gist(state: State) -> tuple[object, ...]:
    """What decides the next move; times and counts are left out."""
    lines = tuple((line.direction, line.phase) for line in state.lines)
    down = tuple(sorted(contact.key for contact in state.contacts if contact.down))
    owed = tuple(sorted(str(direction) for direction, _ in state.owed))
    flags = (state.reversed, state.private, state.speech, state.idle, state.retry_at is not None)
    return state.mode, state.wanted, flags, state.refusal, state.ending, lines, down, owed


Walk = tuple[set[tuple[Mode, Mode]], set[tuple[Phase, Phase]]]


@pytest.fixture(scope="module")
def walk() -> Walk:
    setups = (Setup(), Setup(kiosk=True))
    starts = [start for setup in setups for start in ((State(setup=setup), 1_000), _two_warm(setup), _spare(setup))]
    walks = [explored(start) for start in starts]
    return set().union(*(moves for moves, _ in walks)), set().union(*(phases for _, phases in walks))


def test_no_move_is_missing_and_none_is_invented(walk: Walk) -> None:
    assert walk[0] == {(old, new) for old, news in MOVES.items() for new in news}


def test_no_phase_is_missing_and_none_is_invented(walk: Walk) -> None:
    assert walk[1] == {(old, new) for old, news in PHASES.items() for new in news}


def test_phases_only_go_forward() -> None:
    order = list(Phase)
    assert all(order.index(old) < order.index(new) for old, news in PHASES.items() for new in news)


def test_every_mode_has_a_row() -> None:
    assert set(MOVES) == set(Mode)
    assert set(PHASES) == set(Phase)
    assert set(Mode) - WORKING == {Mode.STARTING, Mode.FAULT, Mode.STOPPING}
