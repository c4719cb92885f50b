"""The event loop of the main thread: take an event, step the core, obey its effects.

Responsible for: due deadlines before queued events, the invariants after every step, the recorder, one log line a mode.
Must not: block, do I/O, touch sound, or decide. Whatever blocks is a worker behind ``EffectHandler``.
"""

import logging
from collections.abc import Callable
from typing import Protocol, assert_never

from appliance.core.machine.deadlines import next_deadline
from appliance.core.machine.invariants import check
from appliance.core.machine.step import cause, step
from appliance.core.model.direction import Direction
from appliance.core.model.effects import (
    ApplyCode,
    BeginCheck,
    CloseCamera,
    CloseMicrophone,
    Configure,
    Cue,
    CueName,
    Dial,
    DrainSound,
    DropSpeech,
    Effect,
    EndCheck,
    Exit,
    Field,
    Finish,
    HangUp,
    LookForCodes,
    Note,
    OpenCamera,
    OpenMicrophone,
    PowerOff,
    Reboot,
    ReopenMicrophone,
    Repeat,
    RestartWorker,
    Say,
    SelectInput,
    SetBrightness,
    SetDownlink,
    SetUplink,
    SetVolume,
    StopLooking,
    TakePicture,
    Upgrade,
    WipeSound,
)
from appliance.core.model.events import Device, Event, KeyEdge, Tick
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Valve
from appliance.core.model.state import State
from appliance.core.model.views import View
from appliance.core.screen.guest_screen import guest_view
from appliance.core.screen.screen import view
from appliance.errors import ADVICE
from appliance.recorder import Recorder
from appliance.workers.storage.runtime_store import Kept
from appliance.workers.storage.usage_store import Count

LONGEST_WAIT_MS = 1_000  # the event loop shows that it lives at least so often

log = logging.getLogger(__name__)


class EffectHandler(Protocol):
    """Those who do the work. Each method gives an order and returns at once."""

    def open_microphone(self) -> None:
        """Listen."""

    def close_microphone(self) -> None:
        """Stop listening; answered by ``MicrophoneClosed``."""

    def select_input(self, direction: Direction, valve: Valve, *, move: bool) -> None:
        """Where live sound goes."""

    def open_camera(self) -> None:
        """Pictures at the usual pace."""

    def close_camera(self) -> None:
        """No more of them."""

    def take_picture(self) -> None:
        """One sharp picture."""

    def wipe_sound(self) -> None:
        """Forget all sound and all pictures."""

    def dial(self, line: int, direction: Direction) -> None:
        """Make a line worker and let it reach the service."""

    def upgrade(self, line: int) -> None:
        """Dial, once all that was to be kept is written down."""

    def configure(self, line: int) -> None:
        """Send the settings."""

    def set_uplink(self, line: int, valve: Valve) -> None:
        """Let sound up."""

    def set_downlink(self, line: int, valve: Valve) -> None:
        """Let speech down."""

    def finish(self, line: int) -> None:
        """Send the rest and ``session.finish``."""

    def hang_up(self, line: int) -> None:
        """Close the line."""

    def restart_worker(self, device: Device) -> None:
        """Abandon a thread that hangs."""

    def keep(self, kept: Kept) -> None:
        """Write down what must outlive the process."""

    def keep_count(self, count: Count) -> None:
        """Write down what today cost."""

    def cue(self, name: CueName) -> None:
        """A tone."""

    def drop_speech(self, line: int, turn: int) -> None:
        """Be silent at once."""

    def repeat(self, line: int, turn: int, *, slower: bool) -> None:
        """Say a turn again from memory."""

    def say(self, order: Say) -> None:
        """Let the synthetic voice read."""

    def set_volume(self, percent: int, *, muted: bool) -> None:
        """How loud."""

    def set_brightness(self, level: int) -> None:
        """How bright the panels are."""

    def reopen_microphone(self) -> None:
        """Open the card anew, by name."""

    def reboot(self) -> None:
        """Start the machine anew."""

    def power_off(self) -> None:
        """Ask for the machine to be powered off."""

    def begin_check(self, *, private: bool) -> None:
        """Run the self-test."""

    def end_check(self) -> None:
        """End it."""

    def look_for_codes(self) -> None:
        """Open the camera for set-up."""

    def stop_looking(self) -> None:
        """Close it."""

    def apply_code(self, number: int, country: str) -> None:
        """Ask root for what a code says."""

    def drain_sound(self) -> None:
        """Answered by ``SoundDrained``."""

    def note(self, what: str, fields: dict[str, Field]) -> None:
        """A row of the journal."""

    def show(self, picture: View) -> None:
        """The panel."""

    def show_guest(self, picture: View) -> None:
        """The second panel."""


class Events(Protocol):
    """What waits for the event loop: ``EventQueue``."""

    def next(self, wait_ms: int) -> Event | None:
        """The oldest event, or None after so long."""

    def next_edge(self, before: int | None) -> KeyEdge | None:
        """The oldest edge of a contact that waits, if its own time is not behind ``before``. Does not wait."""


class EventLoop:
    """Owns the state."""

    def __init__(
        self,
        state: State,
        limits: Limits,
        clock: Callable[[], int],
        events: Events,
        handler: EffectHandler,
        recorder: Recorder,
    ) -> None:
        """``clock``: monotonic ms."""
        self.state = state
        self._limits = limits
        self._clock = clock
        self._events = events
        self._handler = handler
        self._recorder = recorder
        self._view: View | None = None
        self._guest_view: View | None = None
        self._exit: int | None = None
        self._stepped_at = clock()

    def run(self, each_turn: Callable[[], None] = lambda: None) -> int:
        """Turn until the core says exit; returns the exit code. A broken invariant is dumped and raised."""
        while self._exit is None:
            self.turn()
            each_turn()
        return self._exit

    def turn(self) -> None:
        """At most one event."""
        now = self._clock()
        # As of the last step, not of now: what became due since is still to be acted on, and a deadline that passed
        # while nobody looked would else never be seen.
        due = next_deadline(self.state, self._stepped_at, self._limits)
        # An edge that came before a deadline about its contact is judged before it, and by its own time: a tap whose
        # release waits here is no hold, however late this loop is.
        edge = self._events.next_edge(due)
        if edge is not None:
            self._take_edge(edge, now)
            return
        if due is not None and due <= now:
            # At its own time: at a later one it would judge a contact whose edge waits behind this deadline.
            self.take(Tick(), max(due, self._stepped_at, now - LONGEST_WAIT_MS))
            return
        event = self._events.next(min(LONGEST_WAIT_MS, LONGEST_WAIT_MS if due is None else due - now))
        if isinstance(event, KeyEdge):
            self._take_edge(event, self._clock())
        elif event is not None:
            self.take(event, self._clock())

    def _take_edge(self, edge: KeyEdge, now: int) -> None:
        self.take(edge, max(self._stepped_at, min(edge.at, now)))

    def take(self, event: Event, now: int) -> None:
        """Step, check, obey, show."""
        self._recorder.note(now, event)
        old = self.state
        try:
            new, effects = step(old, event, now, self._limits)
            check(old, new, self._limits)
        except Exception:
            self._recorder.dump("a bug")
            raise
        self.state = new
        self._stepped_at = now
        if new.mode is not old.mode:
            log.info("%s → %s: %s", old.mode, new.mode, cause(event))
        for fault in new.faults:
            if all(fault.code is not other.code for other in old.faults):
                advice = ADVICE[fault.code]
                log.warning("%s: %s; %s (%s)", fault.code, advice.says, advice.do, fault.detail)
                self._recorder.dump(f"fault {fault.code}")
        if new.reported_lost != old.reported_lost:
            log.warning("please repeat: %d in this run could not be kept", sum(count for _, count in new.reported_lost))
        if kept(new) != kept(old):  # first: a dial is written down before it is made
            self._handler.keep(kept(new))
        for effect in effects:
            self._obey(effect)
        self._recorder.keep(new)
        if count(new) != count(old):
            self._handler.keep_count(count(new))
        self._show(new, now)

    def _show(self, state: State, now: int) -> None:
        picture = view(state, now, self._limits)
        if picture != self._view:
            self._view = picture
            self._handler.show(picture)
        if not state.setup.guest_panel:
            return
        picture = guest_view(state, now, self._limits)
        if picture != self._guest_view:
            self._guest_view = picture
            self._handler.show_guest(picture)

    def _obey(self, effect: Effect) -> None:
        handler = self._handler
        match effect:
            case OpenMicrophone():
                handler.open_microphone()
            case CloseMicrophone():
                handler.close_microphone()
            case RestartWorker(device):
                handler.restart_worker(device)
            case SelectInput(direction, valve, move):
                handler.select_input(direction, valve, move=move)
            case OpenCamera():
                handler.open_camera()
            case CloseCamera():
                handler.close_camera()
            case TakePicture():
                handler.take_picture()
            case WipeSound():
                handler.wipe_sound()
            case Dial() | Upgrade() | Configure() | SetUplink() | SetDownlink() | Finish() | HangUp():
                self._obey_for_line(effect)
            case Cue(name):
                handler.cue(name)
            case DropSpeech(line, turn):
                handler.drop_speech(line, turn)
            case Repeat(line, turn, slower):
                handler.repeat(line, turn, slower=slower)
            case Say():
                handler.say(effect)
            case SetVolume(percent, muted):
                handler.set_volume(percent, muted=muted)
            case SetBrightness(level):
                handler.set_brightness(level)
            case ReopenMicrophone():
                handler.reopen_microphone()
            case Reboot():
                handler.reboot()
            case PowerOff():
                handler.power_off()
            case BeginCheck(private):
                handler.begin_check(private=private)
            case EndCheck():
                handler.end_check()
            case LookForCodes():
                handler.look_for_codes()
            case StopLooking():
                handler.stop_looking()
            case ApplyCode(number, country):
                handler.apply_code(number, country)
            case DrainSound():
                handler.drain_sound()
            case Note(what, fields):
                handler.note(what, dict(fields))
            case Exit(code):
                self._exit = code
            case _:
                assert_never(effect)

    def _obey_for_line(self, effect: Dial | Upgrade | Configure | SetUplink | SetDownlink | Finish | HangUp) -> None:
        handler = self._handler
        match effect:
            case Dial(line, direction):
                handler.dial(line, direction)
            case Upgrade(line):
                handler.upgrade(line)
            case Configure(line):
                handler.configure(line)
            case SetUplink(valve, line):
                handler.set_uplink(line, valve)
            case SetDownlink(valve, line):
                handler.set_downlink(line, valve)
            case Finish(line):
                handler.finish(line)
            case HangUp(line):
                handler.hang_up(line)
            case _:
                assert_never(effect)


def count(state: State) -> Count:
    """What must outlive the boot."""
    return Count(state.cost.day, state.cost.sent_ms, state.cost.tokens)


def kept(state: State) -> Kept:
    """What of the state must outlive the process."""
    return Kept(state.budget.dials, state.budget.tokens_spent, bool(state.owed), state.microphone_health.restarted_at)
