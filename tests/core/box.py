"""A box to send events to, with checkers that remember what the core promised.

Responsible for: stepping the core under a clock that the test moves, waking it at its own deadlines, and checking
after every step what must hold across steps (``appliance/core/machine/invariants.py`` checks what must hold in one).
Must not: decide anything the core decides, or look into the state where an order or a journal row says the same.
"""

from dataclasses import dataclass, field

from appliance.core.machine import invariants
from appliance.core.machine.deadlines import next_deadline
from appliance.core.machine.reconcile import reconcile
from appliance.core.machine.step import step
from appliance.core.model.direction import Direction
from appliance.core.model.effects import (
    CloseCamera,
    CloseMicrophone,
    Dial,
    DrainSound,
    Effect,
    Exit,
    Note,
    OpenCamera,
    OpenMicrophone,
    TakePicture,
    Upgrade,
)
from appliance.core.model.events import (
    Booted,
    Event,
    Key,
    KeyEdge,
    LineConfigured,
    LineCreated,
    LineOpened,
    LineReached,
    MicrophoneEnded,
    ReplayReported,
    StopRequested,
    Tick,
)
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode
from appliance.core.model.state import Ending, Setup, State, Wanted

TICKS_AT_MOST = 3
"""A Tick at a deadline must move it on; more than this in a row at one instant is a busy loop."""
FATAL = frozenset({"S1", "S4"})


def fields(note: Note) -> dict[str, str | int | bool | None]:
    """A journal row as a mapping."""
    return dict(note.fields)


@dataclass
class Oracle:
    """What the orders and journal rows said so far, and what follows from them."""

    microphone: bool = False
    camera: bool = False
    lines: dict[int, str] = field(default_factory=dict)  # number → purpose, of lines noted and not ended
    dials: list[int] = field(default_factory=list)
    redials: list[int] = field(default_factory=list)
    lost: bool = False  # something was reported lost
    refused: bool = False  # a fatal refusal, and no talk key since
    owed: dict[Direction, int] = field(default_factory=dict)
    exit_code: int | None = None
    exits: list[int] = field(default_factory=list)
    moves: list[tuple[Mode, Mode]] = field(default_factory=list)


class Box:
    """The core, its clock, and the ack tracker. ``dials_at_once``: the event loop writes every upgrade without
    delay."""

    def __init__(self, setup: Setup | None = None, limits: Limits | None = None, *, dials_at_once: bool = True) -> None:
        self.state = State(setup=setup or Setup())
        self.limits = limits or Limits()
        self.now = 1_000
        self.effects: tuple[Effect, ...] = ()
        self.oracle = Oracle()
        self.stop_by: int | None = None
        self.broken = False
        self._dials_at_once = dials_at_once

    # What a test sends.

    def send(self, *events: Event) -> tuple[Effect, ...]:
        """Step through events at this instant, then let the core act on what is due. All effects, in order."""
        self.effects = ()
        for event in events:
            self._step(event)
            self._calm()
        return self.effects

    def pass_time(self, ms: int) -> tuple[Effect, ...]:
        """Let time go by as the event loop does: a Tick at every deadline on the way."""
        self.effects = ()
        end = self.now + ms
        for _ in range(10_000):
            due = next_deadline(self.state, self.now, self.limits)
            if due is None or due > end:
                break
            self.now = max(self.now, due)
            self._step(Tick())
            self._calm()
        else:
            raise AssertionError("deadlines without end")
        self.now = end
        self._nothing_between_deadlines()
        return self.effects

    def boot(self, *, private: bool = False) -> "Box":
        """The process is up."""
        self.send(Booted(private))
        return self

    def key(self, key: Key, *, down: bool) -> tuple[Effect, ...]:
        """An edge, at this instant."""
        return self.send(KeyEdge(key, down, self.now))

    def press(self, key: Key, held_ms: int = 100) -> tuple[Effect, ...]:
        """Down, and up again after a while."""
        first = self.key(key, down=True)
        between = self.pass_time(held_ms)
        return first + between + self.key(key, down=False)

    def connect(self, number: int) -> tuple[Effect, ...]:
        """Bring a line from dialling to ready, with a service that answers at once."""
        return self.send(LineOpened(number), LineCreated(number), LineConfigured(number))

    def owe(self, ms: int, direction: Direction | None = None, *, reported_lost: int = 0, deaf_ms: int = 0) -> None:
        """The replay buffer reports speech that the service has not answered."""
        self.send(ReplayReported(direction or self.state.direction, ms, reported_lost, deaf_ms))

    # What a test asks. Calls, so that a type checker does not take one answer for the next.

    def mode(self) -> Mode:
        """What the box is doing."""
        return self.state.mode

    def wanted(self) -> Wanted:
        """What the person asked for."""
        return self.state.wanted

    def ending(self) -> Ending:
        """How far the end has come."""
        return self.state.ending

    # What is checked on the way.

    def _step(self, event: Event) -> None:
        self.broken = True
        self._checked(event)
        self.broken = False

    def _checked(self, event: Event) -> None:
        before = self.state
        self._note_event(event)
        self.state, effects = step(before, event, self.now, self.limits)
        invariants.check(before, self.state, self.limits)
        self.effects += effects
        for effect in effects:
            self._note_effect(effect)
        assert set(self.oracle.lines) == {line.number for line in self.state.lines}, "a line went without a word"
        if self.state.stopping and self.stop_by is None:
            self.stop_by = self.now + self.limits.stop_finished_within_ms + self.limits.stop_drained_within_ms
        if self.stop_by is not None and self.now > self.stop_by:
            assert self.oracle.exits, "a stop took too long"
        for effect in effects:
            if isinstance(effect, Dial) and self._dials_at_once:
                self._step(LineReached(effect.line))

    def _calm(self) -> None:
        for _ in range(TICKS_AT_MOST):
            due = next_deadline(self.state, self.now, self.limits)
            if due is None or due > self.now:
                break
            self._step(Tick())
        due = next_deadline(self.state, self.now, self.limits)
        assert due is None or due > self.now, "a busy loop"
        if self.state.mode is not Mode.STARTING:
            settled = reconcile(self.state, self.now, self.limits, "again")
            assert settled == (self.state, ()), "an order is given twice"

    def _nothing_between_deadlines(self) -> None:
        due = next_deadline(self.state, self.now, self.limits)
        if due is None or due > self.now:
            ticked = step(self.state, Tick(), self.now, self.limits)
            assert ticked == (self.state, ()), "something was due, and no deadline said so"

    def _note_event(self, event: Event) -> None:
        match event:
            case MicrophoneEnded():
                self.oracle.microphone = False
            case ReplayReported(direction, unanswered_ms, reported_lost):
                self.oracle.owed[direction] = unanswered_ms
                self.oracle.lost = self.oracle.lost or reported_lost > 0
            case StopRequested() if self.stop_by is None:
                limits = self.limits
                self.stop_by = self.now + limits.stop_finished_within_ms + limits.stop_drained_within_ms

    def _note_dial(self, purpose: str) -> None:
        oracle, limits = self.oracle, self.limits
        oracle.dials.append(self.now)
        if purpose == "redial":
            oracle.redials.append(self.now)
        if not self._dials_at_once:
            return
        recent = [at for at in oracle.dials if self.now - at < limits.dial_window_ms]
        assert len(recent) <= limits.dials_in_window, "too many dials in the window"
        assert _bucket_holds(oracle.redials, limits), "a redial without a token"

    def _note_effect(self, effect: Effect) -> None:
        oracle = self.oracle
        match effect:
            case OpenMicrophone():
                assert not oracle.microphone, "the microphone is opened twice"
                oracle.microphone = True
            case CloseMicrophone():
                assert oracle.microphone, "a closed microphone is closed"
                oracle.microphone = False
            case OpenCamera():
                assert not oracle.camera, "the camera is opened twice"
                assert oracle.microphone, "the camera is opened and nobody is heard"
                oracle.camera = True
            case CloseCamera():
                assert oracle.camera, "a closed camera is closed"
                oracle.camera = False
            case TakePicture():
                assert not self.state.private, "a picture in private"
            case Dial(number):
                assert not oracle.refused, "a dial after a fatal refusal"
                assert number in oracle.lines, "a dial without a journal row"
            case Upgrade(number):
                assert number in oracle.lines, "a dial of a line that is gone"
                self._note_dial(oracle.lines[number])
            case DrainSound():
                ends = self.state.setup.ends_with_microphone
                unheard = any(fault.code in ("M1", "B1") for fault in self.state.faults)
                failed = ends and (any(oracle.owed.values()) or oracle.lost or oracle.refused or unheard)
                oracle.exit_code = 70 if self.state.microphone_health.restarting else 69 if failed else 0
            case Exit(code):
                assert code == oracle.exit_code, "the wrong exit code"
                assert not oracle.exits, "the process ends twice"
                oracle.exits.append(self.now)
            case Note():
                self._note_row(effect)

    def _note_row(self, note: Note) -> None:
        oracle, row = self.oracle, fields(note)
        match note.what:
            case "line":
                number = row["number"]
                assert isinstance(number, int)
                if row["state"] == "dialing":
                    assert number not in oracle.lines, "a line is dialled twice"
                    oracle.lines[number] = str(row["why"])
                elif row["state"] in ("lost", "closed"):
                    oracle.lines.pop(number)
            case "mode":
                assert not oracle.exits, "the mode moves after the end"
                oracle.moves.append((Mode(str(row["from"])), Mode(str(row["to"]))))
            case "fault":
                detail = str(row["detail"]).lower()
                tried_again = row["code"] == "S4" and any(f"http {status}" in detail for status in (403, 404))
                account = row["code"] == "S2" and any(word in detail for word in ("free tier", "freetier", "arrear"))
                if row["on"] and ((row["code"] in FATAL and not tried_again) or account):
                    oracle.refused = True
            case "key":
                talks = {"talk", "guest"} if self.state.setup.kiosk else {"talk"}
                if row["down"] and row["key"] in talks and self.state.ending is Ending.NONE:
                    oracle.refused = False


def _bucket_holds(redials: list[int], limits: Limits) -> bool:
    """Whether a bucket that fills by one token each period could have paid for all of these."""
    tokens, filled_at = limits.redial_tokens, 0
    for at in redials:
        if tokens == limits.redial_tokens:
            filled_at = at
        back = (at - filled_at) // limits.redial_token_every_ms
        tokens, filled_at = min(tokens + back, limits.redial_tokens), filled_at + back * limits.redial_token_every_ms
        if tokens == limits.redial_tokens:
            filled_at = at
        if tokens == 0:
            return False
        tokens -= 1
    return True
