"""Known mistakes, each a patch of one place in the product, that the simulator must object to.

Responsible for: the list. ``test_planted_bugs.py`` plants one at a time.
Must not: stay planted (the caller's ``MonkeyPatch`` undoes it).
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from appliance import event_loop
from appliance.core.input import keys
from appliance.core.link import connection
from appliance.core.link.dial_budget import booked
from appliance.core.link.disconnect_diagnosis import diagnose
from appliance.core.machine import deadlines, reconcile, step
from appliance.core.model import queries
from appliance.core.model.effects import SetUplink, Upgrade
from appliance.core.model.events import TextArrived
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Phase, Valve
from appliance.core.model.state import Line, Purpose
from appliance.core.model.views import Link
from appliance.core.process import shutdown
from appliance.core.screen import screen
from appliance.core.session import guest_session
from appliance.core.transcript import turns
from appliance.protocol.codec import encode_finish
from appliance.workers.connection.keepalive import Keepalive, Verdict
from appliance.workers.connection.session_io import Conversation
from appliance.workers.uplink import ack_tracker
from appliance.workers.uplink.ack_records import LineEntry
from appliance.workers.uplink.ack_tracker import AckTracker
from appliance.workers.uplink.replay_buffer import ReplayBuffer, ReplayBuffers
from appliance.workers.uplink.sample_queue import SampleQueue
from tests.sim import world

Plant = Callable[[pytest.MonkeyPatch], None]


def cursor_not_rewound(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SampleQueue, "rewind", lambda self, to=0: None)


def released_at_a_mark(patch: pytest.MonkeyPatch) -> None:
    """That the service heard the end of a sentence is taken for its answer."""
    honest = LineEntry.complete
    patch.setattr(LineEntry, "complete", lambda self, turn: turn.stopped_at is not None or honest(self, turn))


def never_released(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(AckTracker, "_release_answered", lambda self, line: None)


def fence_removed(patch: pytest.MonkeyPatch) -> None:
    real: Any = step._line_news

    def open_gate(state: Any, event: Any, now: int, limits: Any) -> Any:
        if state.line(event.line) is None:
            ghost = Line(event.line, state.direction, Phase.READY, Purpose.WANTED, since=now)
            state = replace(state, lines=(*state.lines, ghost))
        return real(state, event, now, limits)

    patch.setattr(step, "_line_news", open_gate)


def stale_text_shown(patch: pytest.MonkeyPatch) -> None:
    real: Any = step._line_news

    def shows(state: Any, event: Any, now: int, limits: Any) -> Any:
        if state.line(event.line) is None and isinstance(event, TextArrived):
            ghost = Line(event.line, state.direction, Phase.READY, Purpose.WANTED, since=now)
            return turns.text_arrived(state, ghost, event, now, limits)
        return real(state, event, now, limits)

    patch.setattr(step, "_line_news", shows)


def budget_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reconcile, "earliest", lambda budget, pending, purpose, now, limits: now)


def budget_forgotten_at_restart(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(world, "remembered", lambda state, kept: state)


def finish_without_draining(patch: pytest.MonkeyPatch) -> None:
    real = Conversation.next_message

    def hasty(self: Any, at: int) -> bytes | None:
        if self._wants_finish and not self._finish_sent and not self._wants_update:
            self._finish_sent = True
            return encode_finish("event_hasty")
        return real(self, at)

    patch.setattr(Conversation, "next_message", hasty)


def poison_rule_off(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ack_tracker, "MOST_ATTEMPTS", 1_000_000)


def retries_after_fatal(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(connection, "diagnose", lambda *how: replace(diagnose(*how), fatal=False))


def uplink_before_configured(patch: pytest.MonkeyPatch) -> None:
    real: Any = connection.opened

    def eager(state: Any, source: Any, now: int) -> Any:
        state, effects = real(state, source, now)
        return state, (*effects, SetUplink(Valve.OPEN, source.number))

    patch.setattr(connection, "opened", eager)


def answered_without_sound(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LineEntry, "answered", lambda self, turn: turn.done or turn.dropped or turn.text_done)


def owed_forgotten_on_stop(patch: pytest.MonkeyPatch) -> None:
    real = queries.needed

    def forgetful(state: Any) -> Any:
        return real(state) if queries.live(state) else ()

    patch.setattr(reconcile, "needed", forgetful)
    patch.setattr(deadlines, "needed", forgetful)


def two_lines_attached(patch: pytest.MonkeyPatch) -> None:
    real = queries.line_for

    def impatient(state: Any, direction: Any) -> Any:
        found = real(state, direction)
        return None if found is not None and found.phase is Phase.CONFIGURING else found

    def both(state: Any, source: Any, now: int, limits: Any = None) -> Any:
        others = [each for each in state.lines if each.number != source.number and each.phase is Phase.READY]
        ready, effects = real_configured(replace(state, lines=(source,)), source, now)
        return replace(ready, lines=(*others, *ready.lines)), effects

    real_configured: Any = connection.configured
    patch.setattr(reconcile, "line_for", impatient)
    patch.setattr(connection, "configured", both)


def seal_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ReplayBuffer, "seal", lambda self, at: None)


def deaf_line_never_replaced(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(AckTracker, "deaf_ms", lambda self, at: 0)


def dead_peer_never_noticed(patch: pytest.MonkeyPatch) -> None:
    real = Keepalive.verdict

    def patient(self: Keepalive, now: int) -> Verdict | None:
        found = real(self, now)
        return Verdict.PING if found is Verdict.DEAD else found

    patch.setattr(Keepalive, "verdict", patient)


def back_off_never_ends(patch: pytest.MonkeyPatch) -> None:
    real: Any = turns.turn_answered

    def grudging(state: Any, event: Any) -> Any:
        after, effects = real(state, event)
        return replace(after, budget=state.budget), effects

    patch.setattr(turns, "turn_answered", grudging)


def back_off_never_grows(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(connection, "redial_delay_ms", lambda budget, serial, number, limits: 0)


def late_turn_released(patch: pytest.MonkeyPatch) -> None:
    def hasty(self: Any, entry: Any) -> None:
        for n in sorted(entry.turns):
            turn = entry.turns[n]
            if entry.answered(turn):
                self.release = max(self.release, self._answered_upto(entry, turn))
                self.utterances = [u for u in self.utterances if u.end > self.release]
                if turn.done:
                    del entry.turns[n]

    patch.setattr(AckTracker, "_release_answered", hasty)


def privacy_wipes_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ReplayBuffers, "wipe", lambda self: None)


def panel_says_on_air_too_early(patch: pytest.MonkeyPatch) -> None:
    real = screen.status_row

    def boastful(state: Any) -> Any:
        status = real(state)
        return replace(status, link=Link.ON_AIR) if status.link is Link.DIALING else status

    patch.setattr(screen, "status_row", boastful)


def loss_counted_as_answer(patch: pytest.MonkeyPatch) -> None:
    real = ReplayBuffer.lose

    def careless(self: Any, number: int, at: int) -> None:
        entry = self._ack_tracker.lines.get(number)
        if entry is not None:
            self._ack_tracker._release_upto(entry.sent, entry)
        real(self, number, at)

    patch.setattr(ReplayBuffer, "lose", careless)


def deadlines_slept_through(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(deadlines, "line_deadline", lambda line, limits: None)
    patch.setattr(event_loop, "next_deadline", lambda state, now, limits: None)


def debt_forgotten_at_restart(patch: pytest.MonkeyPatch) -> None:
    real = event_loop.kept
    patch.setattr(event_loop, "kept", lambda state: replace(real(state), owes=False))


def exit_code_lies(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shutdown, "EXIT_UNANSWERED", 0)


def exit_code_cries_wolf(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shutdown, "EXIT_DONE", 69)


def silent_until_a_line_reports(patch: pytest.MonkeyPatch) -> None:
    """What is owed is told by lines and at the end of the capture alone."""
    real = ReplayBuffers.tell
    patch.setattr(
        ReplayBuffers, "tell", lambda self, post, at, last=False: real(self, post, at, last=last) if last else None
    )


def given_up_turn_hides_a_hanging_service(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LineEntry, "hangs_unwanted", lambda self: False)


def every_press_takes_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(keys, "_ends_sentence", lambda state, key, now, limits: False)


def dial_booked_with_its_answer(patch: pytest.MonkeyPatch) -> None:
    """Where the process dies between the two, and where there is none, nobody knows of the dial."""

    def hasty(state: Any, source: Any, now: int, limits: Any) -> Any:
        dialled = replace(source, dialled=True, since=now)
        return connection.changed(state, dialled), (Upgrade(source.number),)

    def late(state: Any, source: Any, now: int) -> Any:
        budget = booked(state.budget, source.purpose, now, Limits())
        return real(replace(state, budget=budget), source, now)

    real: Any = connection.opened
    patch.setattr(connection, "reached", hasty)
    patch.setattr(connection, "opened", late)


def orphaned_speech_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ReplayBuffer, "_splice", lambda self: self._orphaned.clear())


def reset_owns_up_to_nothing(patch: pytest.MonkeyPatch) -> None:
    real: Any = guest_session._forgotten

    def silent(state: Any, now: int, limits: Any) -> Any:
        after, effects = real(state, now, limits)
        return replace(after, reported_lost_at=state.reported_lost_at), effects

    patch.setattr(guest_session, "_forgotten", silent)


def reset_takes_the_next_guest_along(patch: pytest.MonkeyPatch) -> None:
    """Who begins to talk while the box still forgets the one before is forgotten with him."""
    patch.setattr(guest_session, "talked", lambda state: state)


def card_reads_on_behind_a_wipe(patch: pytest.MonkeyPatch) -> None:
    def leaky(self: Any) -> None:
        valve = self._valve
        real(self)
        self._valve = valve

    real = ReplayBuffers.wipe
    patch.setattr(ReplayBuffers, "wipe", leaky)


ALL: tuple[tuple[Plant, tuple[str, ...]], ...] = (
    (cursor_not_rewound, ()),
    (released_at_a_mark, ()),
    (never_released, ()),
    (fence_removed, ("ghost",)),
    (stale_text_shown, ("ghost",)),
    (budget_ignored, ()),
    (budget_forgotten_at_restart, ("crash_loop",)),
    (finish_without_draining, ()),
    (poison_rule_off, ("poison",)),
    (retries_after_fatal, ("refusal",)),
    (uplink_before_configured, ()),
    (answered_without_sound, ("snap",)),
    (owed_forgotten_on_stop, ()),
    (two_lines_attached, ()),
    (seal_forgotten, ()),
    (deaf_line_never_replaced, ("blow",)),
    (dead_peer_never_noticed, ("connection_dies",)),
    (back_off_never_ends, ("poison",)),
    (back_off_never_grows, ("poison",)),
    (late_turn_released, ("snap", "interrupt:no-done", "starving:p0.9")),
    (privacy_wipes_nothing, ("privacy", "cannot_connect")),
    (panel_says_on_air_too_early, ()),
    (loss_counted_as_answer, ()),
    (deadlines_slept_through, ()),
    (debt_forgotten_at_restart, ("restart", "cannot_connect")),
    (exit_code_lies, ("quota", "recording")),
    (exit_code_cries_wolf, ()),
    (silent_until_a_line_reports, ("dies_unreached",)),
    (given_up_turn_hides_a_hanging_service, ("interrupts", "desk", "twice", "stall:p0.5", "prompt:p0.9")),
    (every_press_takes_back, ()),
    (dial_booked_with_its_answer, ("crash_loop", "slow")),
    (reset_owns_up_to_nothing, ("desk", "leaves", "cannot_connect")),
    (reset_takes_the_next_guest_along, ("desk", "leaves", "cannot_connect")),
    (card_reads_on_behind_a_wipe, ("privacy",)),
    (orphaned_speech_forgotten, ("rotates", "connection_dies")),
)
"""Each with the faults and manners among which it shows soonest; none: whatever a seed brings."""
