"""From the state to what the panel shows.

Responsible for: choosing the one idea that matters now, in plain words.
Must not: change the state, or know pixels.
"""

from dataclasses import replace

from appliance.core.limits import Limits
from appliance.core.modes import Mode
from appliance.core.sound import recalled
from appliance.core.state import Ending, Shown, State
from appliance.core.views import FaultView, Link, NoticeView, Sentence, Status, SubtitlesView, View, VolumeView
from appliance.errors import ADVICE, FaultCode

_LIMITS = Limits()
_REPEAT_NOTICE_MS = 4_000
_DEGRADED = frozenset({FaultCode.P1, FaultCode.P2, FaultCode.C1, FaultCode.D1})
"""Faults with which the box works on: they do not take the screen from the subtitles."""


_NAMED = frozenset({FaultCode.X1, FaultCode.K2})
"""Faults whose detail is the thing to do: the file, line and reason; the key that is stuck."""


def view(state: State, now: int, limits: Limits = _LIMITS) -> View:
    """What the panel should show at ``now``."""
    status, sound = _status(state), state.sound
    turned = sound.volume_until is not None and now < sound.volume_until
    if turned and state.mode is not Mode.STARTING and state.ending is not Ending.OVER:
        status = replace(status, volume=sound.volume)
        return VolumeView(status, sound.volume, sound.muted, "muted" if sound.muted else "volume")
    notice = _notice(state, now)
    if notice is not None:
        return NoticeView(status, *notice, flip=False)
    again = recalled(state, now, limits)
    if again is not None:
        return _subtitles(state, status, (again,))
    pressing = [fault for fault in state.faults if fault.code not in _DEGRADED]
    if pressing:
        fault = pressing[-1]
        advice = ADVICE[fault.code]
        named = fault.code in _NAMED and fault.detail
        return FaultView(status, str(fault.code), advice.says, fault.detail if named else advice.do)
    if state.shown:
        return _subtitles(state, status, state.shown)
    return NoticeView(status, *_idle(state))


def repeat_notice_until(state: State) -> int | None:
    """Until when "please repeat" stands."""
    return None if state.owned_up_at is None else state.owned_up_at + _REPEAT_NOTICE_MS


def _notice(state: State, now: int) -> tuple[str, str] | None:
    if state.mode is Mode.STARTING:
        return "Dragoman", "is starting"
    if state.ending is Ending.OVER:
        return "Good-bye", "It is safe to unplug"
    until = repeat_notice_until(state)
    if until is not None and now < until:
        return "Please repeat", "something was lost on the way"
    return None


def _idle(state: State) -> tuple[str, str]:
    if state.mode is Mode.STOPPING:
        return "One moment", "the last sentence comes"
    if state.private:
        return "Private", "the microphone is off"
    match state.mode:
        case Mode.ON_AIR | Mode.FINISHING:
            return "Ready", "speak now"
        case Mode.DIALING | Mode.CONFIGURING | Mode.WAITING:
            return "Connecting", "speak: nothing is lost"
        case _:
            return str(state.direction).upper().replace(">", " → "), "press TALK to begin"


def _subtitles(state: State, status: Status, shown: tuple[Shown, ...]) -> SubtitlesView:
    language = shown[-1].language
    newest = [s for s in shown if s.language == language]
    return SubtitlesView(
        status,
        language,
        tuple(Sentence(s.text, s.tail, s.final, s.late) for s in newest),
        source=state.source_text if state.setup.show_source else "",
        source_language=state.source_language or state.direction.source,
        letters=state.setup.letters,
        flip=state.setup.flip and language != state.setup.mine,
    )


def _status(state: State) -> Status:
    match state.mode:
        case Mode.ON_AIR | Mode.FINISHING:
            link = Link.ON_AIR
        case Mode.DIALING | Mode.CONFIGURING:
            link = Link.DIALING
        case Mode.WAITING | Mode.FAULT:
            link = Link.LOST
        case _:
            link = Link.OFF
    if state.lost_at is not None and link is Link.DIALING:
        link = Link.LOST
    direction = state.direction
    return Status(
        direction=f"{direction.source.upper() or '?'}→{direction.target.upper()}",
        link=link,
        level=state.level,
        listening=state.capture,
        wait=state.hushed and state.capture,
        private=state.private,
        muted=state.sound.muted,
    )
