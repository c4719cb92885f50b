"""From the state to what the panel shows.

Responsible for: choosing the one idea that matters now, in plain words.
Must not: change the state, or know pixels.
"""

from collections.abc import Iterator

from appliance.core.devices.playback import recalled
from appliance.core.model.events import Device
from appliance.core.model.fast_replace import replace
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode
from appliance.core.model.state import Ending, Fault, Shown, State
from appliance.core.model.views import (
    FaultView,
    Link,
    Sentence,
    Sign,
    SignView,
    Status,
    SubtitlesView,
    View,
    VolumeView,
)
from appliance.core.model.words import words_for
from appliance.core.screen import messages
from appliance.core.session import code_setup, cues, guest_session, selftest, usage_caps
from appliance.core.transcript.languages import own_name, present
from appliance.core.transcript.reading_speed import reread, unread
from appliance.errors import FaultCode
from appliance.phrases import all_keys, has_words, say

_LIMITS = Limits()
_REPEAT_NOTICE_MS = 4_000
_DEGRADED_NOTICE_MS = 4_000
_RESTARTED_NOTICE_MS = 2_000  # of the process's clock
_DEGRADED = frozenset({FaultCode.P1, FaultCode.P2, FaultCode.C1, FaultCode.D1})
"""Faults with which the box works on: told once, then they leave the screen to the subtitles."""


_NAMED = frozenset({FaultCode.X1, FaultCode.K2})
"""Faults whose detail is the thing to do: the file, line and reason; the key that is stuck."""


def view(state: State, now: int, limits: Limits = _LIMITS) -> View:
    """What the panel should show at ``now``."""
    status, sound = replace(status_row(state), speak=cues.is_your_turn(state, now, limits)), state.sound
    set_up = code_setup.view(state, status)
    if set_up is not None and state.mode is not Mode.STARTING and state.ending is Ending.NONE:
        return set_up
    if state.menu is not None and state.mode is not Mode.STARTING and state.ending is not Ending.OVER:
        return messages.menu(state.setup, state.menu)
    volume_shown = sound.volume_until is not None and now < sound.volume_until
    if volume_shown and state.mode is not Mode.STARTING and state.ending is not Ending.OVER:
        status = replace(status, volume=sound.volume)
        words = say("muted" if sound.muted else "volume", _own_language(state))
        return VolumeView(status, sound.volume, sound.muted, words, _own_language(state))
    check = selftest.view(state, now, limits, status, _own_language(state))
    if check is not None:
        return check
    sign = usage_caps.sign(state, now, limits) or _urgent(state, now)
    if sign is not None:
        return _sign(state, status, *sign)
    seconds = guest_session.seconds_left(state, now, limits)
    if seconds is not None:
        return messages.countdown(state, seconds, status)
    if state.remark is not None and now < state.remark.until:
        return messages.remark(state, state.remark, status)
    recalled_now = recalled(state, now, limits)
    if recalled_now is not None and _is_here(recalled_now, state):
        return _turned(state, again(state, status, recalled_now, now, limits))
    faults = pressing(state, now)
    if faults:
        return _fault(state, status, faults[-1])
    if state.captions.said:
        return messages.captions(state, status)
    shown = tuple(s for s in state.shown if _is_here(s, state))
    if shown:
        return _subtitles(state, status, shown, now, limits)
    if invites(state):
        return messages.idle(state, now, limits)
    return _sign(state, status, *_idle(state))


def pressing(state: State, now: int) -> list[Fault]:
    """The faults that take the screen, the newest last."""
    return [fault for fault in state.faults if not _stands_back(fault, state, now)]


def has_guest_panel(state: State) -> bool:
    """Whether the person opposite has a panel that works; else this one serves both."""
    return state.setup.guest_panel and Device.GUEST_SCREEN not in state.broken


def _is_here(shown: Shown, state: State) -> bool:
    """Whether a sentence belongs on the first panel: with two, each shows what its own reader reads."""
    return has_ink(shown) and (not has_guest_panel(state) or shown.language != present(state))


def has_ink(shown: Shown) -> bool:
    """Whether there is anything to read of a sentence: provisional words may all be doubted yet."""
    return bool(shown.text or shown.tail)


def invites(state: State) -> bool:
    """Whether the box waits for its next guest."""
    return (
        state.setup.kiosk
        and state.mode is Mode.STANDBY
        and not state.private
        and state.guest_session.leaving_by is None
    )


def repeat_notice_until(state: State) -> int | None:
    """Until when "please repeat" stands."""
    return None if state.reported_lost_at is None else state.reported_lost_at + _REPEAT_NOTICE_MS


def notice_deadlines(state: State, now: int) -> Iterator[int]:
    """When a notice that stands for a while goes."""
    ends = [_told_until(fault, state) for fault in state.faults if fault.code in _DEGRADED]
    until = repeat_notice_until(state)
    began = (_RESTARTED_NOTICE_MS,) if state.setup.restarted else ()
    yield from (at for at in (*began, *ends, *(() if until is None else (until,))) if now < at)


def _told_until(fault: Fault, state: State) -> int:
    """A key that asks for what is lost is answered by the fault, once more."""
    asked = state.camera.asked_at if fault.code is FaultCode.C1 else None
    return max(fault.since, fault.since if asked is None else asked) + _DEGRADED_NOTICE_MS


def _stands_back(fault: Fault, state: State, now: int) -> bool:
    """Whether a fault leaves the screen to the subtitles: the box works on with it."""
    if fault.code in _DEGRADED:
        return now >= _told_until(fault, state)
    if fault.code is FaultCode.B1:
        return state.cost.closed and bool(state.lines)  # the last answers come
    return fault.code in (FaultCode.X1, FaultCode.W1, FaultCode.V1) and bool(state.shown)


def _fault(state: State, status: Status, fault: Fault) -> FaultView | SignView:
    language = _own_language(state)
    if fault.code is FaultCode.B1 and state.setup.kiosk and not has_guest_panel(state):  # a guest cannot ask the owner
        theirs = state.theirs or state.setup.theirs
        language = theirs if has_words(theirs) else language
        return SignView(status, Sign.NOTHING, say("unavailable", language), str(fault.code), language)
    key = str(fault.code).lower()
    named = fault.code in _NAMED and fault.detail
    do = fault.detail if named else say(f"do_{key}", language)
    return FaultView(status, str(fault.code), say(f"fault_{key}", language), do, language)


def _own_language(state: State) -> str:
    """In which the box speaks for itself: that of whoever holds it, where it has words in it."""
    return state.setup.mine if has_words(state.setup.mine) else "en"


def _sign(state: State, status: Status, sign: Sign, title: str, words: str = "") -> SignView:
    """``title`` and ``words`` are keys of the phrases, or stand for themselves where no phrase has that key.

    What is asked of the person opposite is in words of their own, and upside down for whoever holds the box.
    """
    alone = not has_guest_panel(state)
    if alone and state.setup.flip and _asks_them(state, sign):
        return replace(sign_in(present(state), state, status, sign, title, words), flip=True)
    guest_speaks = alone and state.setup.kiosk and state.reversed and not state.private
    language = words_for(present(state), state.setup.mine) if guest_speaks else _own_language(state)
    keys = all_keys()
    title, words = (say(text, language) if text in keys else text for text in (title, words))
    return SignView(status, sign, title, words, language)


def sign_in(language: str, state: State, status: Status, sign: Sign, title: str, words: str = "") -> SignView:
    """A sign in exactly this language; beside its own name where the box has no words in it."""
    if not has_words(language):
        return SignView(status, sign, own_name(state.setup, language), "", language)
    return SignView(status, sign, say(title, language), say(words, language) if words else "", language)


def _asks_them(state: State, sign: Sign) -> bool:
    """Whether it is the person opposite who is to speak, or to say something once more."""
    if sign is Sign.REPEAT:
        return state.reported_lost_in is not None and state.reported_lost_in.target == state.setup.mine
    return sign is Sign.SPEAK and state.reversed


def _urgent(state: State, now: int) -> tuple[Sign, str, str] | None:
    if state.setup.restarted and now < _RESTARTED_NOTICE_MS:
        return Sign.WAIT, "restarting", ""
    if state.mode is Mode.STARTING:
        return Sign.WAIT, "starting", ""
    if state.ending is Ending.OVER:  # what a panel shows when the process is gone
        return (Sign.WAIT, "restarting", "") if state.microphone_health.restarting else (Sign.UNPLUG, "unplug", "")
    held = next((contact.key for contact in state.contacts if contact.warned and not contact.stuck), None)
    if held is not None and state.ending is Ending.NONE:
        return Sign.PRESS, "fault_k2", f"free the {held} key"
    return (Sign.REPEAT, "repeat", "lost") if asks_to_repeat(state, now) else None


def asks_to_repeat(state: State, now: int) -> bool:
    """Whether "please repeat" stands."""
    until = repeat_notice_until(state)
    return until is not None and now < until


def _idle(state: State) -> tuple[Sign, str, str]:
    if state.mode is Mode.STOPPING or state.guest_session.leaving_by is not None:
        return Sign.WAIT, "ending", ""
    if state.private:
        return Sign.MICROPHONE_OFF, "private", ""
    match state.mode:
        case Mode.ON_AIR | Mode.FINISHING:
            return Sign.SPEAK, "ready", "speak_now"
        case Mode.DIALING | Mode.CONFIGURING | Mode.WAITING:
            return Sign.NETWORK, "connecting", "nothing_lost"
        case _:
            return Sign.PRESS, str(state.direction).upper().replace(">", " → "), "press"


def _subtitles(state: State, status: Status, shown: tuple[Shown, ...], now: int, limits: Limits) -> SubtitlesView:
    language = shown[-1].language
    seen = _turned(state, subtitles(state, status, language, now, limits))
    if not state.setup.show_source:
        return seen
    return replace(seen, source=state.source_text, source_language=state.source_language or state.direction.source)


def _turned(state: State, seen: SubtitlesView) -> SubtitlesView:
    """Upside down where it is meant for the person opposite, who has no panel."""
    opposite = seen.language != state.setup.mine and not has_guest_panel(state)
    return replace(seen, flip=state.setup.flip and opposite)


def subtitles(state: State, status: Status, language: str, now: int, limits: Limits) -> SubtitlesView:
    """What is shown in one language, at the pace of whoever reads it."""
    return SubtitlesView(
        status,
        language,
        tuple(_sentence(s) for s in state.shown if s.language == language),
        letters=state.setup.letters,
        unread=unread(state, language, now, limits),
    )


def again(state: State, status: Status, sentence: Shown, now: int, limits: Limits) -> SubtitlesView:
    """One sentence once more, from its beginning."""
    return SubtitlesView(
        status,
        sentence.language,
        (_sentence(sentence),),
        letters=state.setup.letters,
        unread=reread(state, sentence, now, limits),
    )


def _sentence(shown: Shown) -> Sentence:
    return Sentence(shown.text, shown.tail, shown.final, shown.late, (shown.line, shown.turn))


def status_row(state: State) -> Status:
    """The status row, as whoever holds the box reads it."""
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
    source = (direction.source or state.detected).upper() or "?"
    return Status(
        direction=source if state.setup.captions else f"{source}→{direction.target.upper()}",
        link=link,
        level=state.level,
        listening=state.capture,
        wait=state.input_muted and state.capture,
        camera=state.camera.on,
        private=state.private,
        muted=state.sound.muted,
    )
