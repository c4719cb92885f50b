"""When the core wants to be woken.

Responsible for: the minimum of all deadlines in the state. There are no timer objects; the event loop waits until here.
Must not: act on a deadline (``step`` does, on ``Tick``).
"""

from collections.abc import Iterator

from appliance.core.devices import camera, playback
from appliance.core.input.keys import contact_deadline
from appliance.core.link.connection import line_deadline
from appliance.core.link.rotation import rotation_deadline
from appliance.core.machine.reconcile import dial_at
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode, Phase
from appliance.core.model.queries import live, needed
from appliance.core.model.state import State
from appliance.core.screen import brightness
from appliance.core.screen.messages import idle_deadlines
from appliance.core.screen.screen import notice_deadlines
from appliance.core.session import code_setup, cues, guest_session, selftest, usage_caps
from appliance.core.transcript import captions, reading_speed


def next_deadline(state: State, now: int, limits: Limits) -> int | None:
    """The next moment at which ``Tick`` may change something; None where only an event can."""
    return min(_deadlines(state, now, limits), default=None)


def _deadlines(state: State, now: int, limits: Limits) -> Iterator[int]:
    if state.mode is Mode.STARTING:
        return
    if state.mode is Mode.STANDBY and live(state) and not state.idle:
        yield now  # booted: what is wanted is not begun yet
    for line in state.lines:
        due = line_deadline(line, limits)
        if due is not None:
            yield due
        if line.phase is Phase.READY and now < line.used_at + limits.warm_ms:
            yield line.used_at + limits.warm_ms
        due = rotation_deadline(line, now, limits)
        if due is not None:
            yield due
    for direction in needed(state):
        at = dial_at(state, direction, now, limits)
        if at is not None:
            yield at
    for contact in state.contacts:
        due = contact_deadline(contact, state, limits)
        if due is not None:
            yield due
    if state.lost_at is not None and now < state.lost_at + limits.fault_after_ms:
        yield state.lost_at + limits.fault_after_ms
    if state.closing_at is not None:
        yield state.closing_at + limits.microphone_closes_within_ms
    if state.ending_by is not None:
        yield state.ending_by
    if state.menu is not None:
        yield state.menu.until
    if state.remark is not None and now < state.remark.until:
        yield state.remark.until
    yield from playback.deadlines(state, now, limits)
    yield from cues.deadlines(state, now, limits)
    yield from captions.deadlines(state)
    yield from guest_session.deadlines(state, now, limits)
    yield from idle_deadlines(state, now, limits)
    yield from camera.deadlines(state, now, limits)
    yield from notice_deadlines(state, now)
    yield from reading_speed.deadlines(state, now, limits)
    yield from brightness.deadlines(state, now, limits)
    yield from usage_caps.deadlines(state, now, limits)
    yield from selftest.deadlines(state, now, limits)
    yield from code_setup.deadlines(state)
