"""From the state to what the second panel shows, which faces the guest.

Responsible for: choosing the one idea that matters to the guest now, in the guest's own language.
Must not: change the state, say anything in the staff's words, or show what is wrong with the box: it helps a guest
only to know that it is not available now. A self-test that somebody asked for is shown, without what today cost.
"""

from functools import partial

from appliance.core.devices.playback import recalled
from appliance.core.model.fast_replace import replace
from appliance.core.model.faults import LINE_FAULTS
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode
from appliance.core.model.state import About, Ending, Remark, State
from appliance.core.model.views import CountdownView, MenuView, Sign, SignView, Status, View
from appliance.core.screen import messages
from appliance.core.screen.screen import (
    again,
    asks_to_repeat,
    has_ink,
    invites,
    pressing,
    sign_in,
    status_row,
    subtitles,
)
from appliance.core.session import cues, selftest
from appliance.core.session.guest_session import seconds_left
from appliance.core.transcript.languages import own_name, present
from appliance.errors import FaultCode
from appliance.phrases import has_words, say

_UNAVAILABLE = LINE_FAULTS | {FaultCode.M1, FaultCode.M2, FaultCode.M3, FaultCode.M4, FaultCode.B1}
"""Faults that a guest would wait for in vain."""


def guest_view(state: State, now: int, limits: Limits) -> View:
    """What the second panel should show at ``now``."""
    status, language = status_row(state), present(state)
    status = replace(status, wordless=True, speak=cues.is_your_turn(state, now, limits))
    sign = partial(sign_in, language, state, status)
    if state.mode is Mode.STARTING:
        return sign(Sign.WAIT, "starting")
    if state.ending is Ending.OVER:
        return sign(Sign.NOTHING, "unavailable")
    if state.menu is not None:
        return _names(messages.menu(state.setup, state.menu))
    if state.selftest.since is not None:
        return _check(state, now, limits, status) or sign(Sign.WAIT, "check")
    if state.cost.asked_at is not None:
        return sign(Sign.PRESS, "still_there")
    if asks_to_repeat(state, now) and (state.reported_lost_in is None or state.reported_lost_in.source == language):
        return sign(Sign.REPEAT, "repeat", "lost")
    seconds = seconds_left(state, now, limits)
    if seconds is not None:
        return CountdownView(status, seconds, say("stay", language) if has_words(language) else "", language)
    if state.remark is not None and state.remark.about is not About.UNHEARD and now < state.remark.until:
        return _remark(state, state.remark, status)
    once_more = recalled(state, now, limits)
    if once_more is not None and once_more.language == language:
        return again(state, status, once_more, now, limits)
    if any(fault.code in _UNAVAILABLE for fault in pressing(state, now)):
        return sign(Sign.NOTHING, "unavailable")
    if state.captions.said and state.captions.said[-1].language == language:
        return messages.captions(state, status)
    if any(s.language == language and has_ink(s) for s in state.shown):
        return subtitles(state, status, language, now, limits)
    if invites(state):
        return messages.idle(state, now, limits)
    return sign(*_idle(state))


def _check(state: State, now: int, limits: Limits, status: Status) -> View | None:
    """The pages of the self-test, where the box has words for the guest."""
    language = present(state)
    return selftest.view(state, now, limits, status, language, costs=False) if has_words(language) else None


def _names(seen: MenuView) -> MenuView:
    """The staff's menu, so that a guest can point at a name, without what is said to the staff about it."""
    return replace(seen, rows=tuple(replace(row, note="") for row in seen.rows))


def _remark(state: State, said: Remark, status: Status) -> SignView:
    """What was noticed, in the language that it is about."""
    code = said.language
    if said.about is About.KEPT:
        return sign_in(code, state, status, Sign.NOTHING, "kept", "online")
    words = say("accept", code) if said.about is About.FOUND and has_words(code) else ""
    return SignView(status, Sign.LANGUAGE, own_name(state.setup, code), words, code)


def _idle(state: State) -> tuple[Sign, str, str]:
    """Nothing to read yet: whether to wait or to speak."""
    if state.private and state.mode is not Mode.STOPPING:
        return Sign.MICROPHONE_OFF, "private", ""
    match state.mode:
        case Mode.STOPPING:
            return Sign.WAIT, "ending", ""
        case Mode.DIALING | Mode.CONFIGURING | Mode.WAITING:
            return Sign.NETWORK, "connecting", ""
        case Mode.ON_AIR | Mode.FINISHING if state.reversed:
            return Sign.SPEAK, "ready", "speak_now"
        case _:
            return Sign.WAIT, "wait", ""
