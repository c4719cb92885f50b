"""One guest's visit to a kiosk: how it begins, how it ends, and that nothing of it is left.

Responsible for: the clock without a key or speech, the countdown, the end of visit, and what is forgotten by it.
Must not: be asked in a handheld (it has no guests), or choose a screen (``screen.py``).

A guest_session ends in two steps. First the box *leaves*: nothing more is wanted, and what is owed is answered and
heard, for so long at most. Then everything of this guest is wiped. Whatever words the box has are a guest's, however
they came (where a report of what is owed crosses the wipe, a line is dialled and no key is pressed): the clock runs
while there are any. A box without keys (``keys.driver = "none"``) is never reset by time: nobody could stop the
countdown, and nobody could begin again after it.
"""

from collections.abc import Iterator

from appliance.core.link.connection import noted
from appliance.core.model.effects import Effect, HangUp, Note, SetVolume, WipeSound
from appliance.core.model.events import Key
from appliance.core.model.fast_replace import replace
from appliance.core.model.limits import Limits
from appliance.core.model.state import About, Captions, Ending, GuestSession, Remark, Sound, State, Wanted
from appliance.core.model.step_result import StepResult
from appliance.core.transcript.languages import present
from appliance.core.transcript.turns import flushed

_ACT_ANYWAY = frozenset({Key.TALK, Key.GUEST, Key.PRIVACY, Key.POWER})
"""Keys that do their own work even where any key would have stopped the countdown."""


def mark_activity(state: State, now: int) -> State:
    """Somebody is here: a key, or speech."""
    return replace(state, guest_session=replace(state.guest_session, touched_at=now)) if state.setup.kiosk else state


def has_words(state: State) -> bool:
    """Whether anything is left of what somebody said."""
    return bool(state.shown or state.captions.said or state.source_text or state.detected)


def stays(state: State, key: Key, now: int, limits: Limits) -> bool:
    """Whether this press only stops the countdown."""
    return key not in _ACT_ANYWAY and seconds_left(state, now, limits) is not None


def talked(state: State) -> State:
    """A talk key while the box leaves: whoever was here is here still."""
    return replace(state, guest_session=replace(state.guest_session, leaving_by=None))


def seconds_left(state: State, now: int, limits: Limits) -> int | None:
    """What the countdown shows; None while there is none."""
    at = _quiet_at(state, limits)
    if at is None or now < at:
        return None
    return max(0, -((now - at - limits.visit_countdown_ms) // 1_000))


def ended(state: State, why: str, now: int, limits: Limits) -> StepResult:
    """The visit is over: leave, and then forget."""
    if not state.setup.kiosk or state.guest_session.leaving_by is not None or state.ending is not Ending.NONE:
        return state, ()
    leaving = replace(state.guest_session, leaving_by=now + limits.visit_leaves_within_ms)
    return replace(state, guest_session=leaving, menu=None, remark=None), (Note("visit", (("ended", why),)),)


def ticked(state: State, now: int, limits: Limits) -> StepResult:
    """The countdown is over."""
    return ended(state, "unattended", now, limits) if seconds_left(state, now, limits) == 0 else (state, ())


def settled(state: State, now: int, limits: Limits) -> StepResult:
    """Begin where there are words, and leave as far as the facts allow. Who is in mid-sentence is heard to its end."""
    if state.guest_session.touched_at is None and has_words(state):
        state = mark_activity(state, now)
    by = state.guest_session.leaving_by
    if by is None or state.ending is not Ending.NONE:
        return state, ()
    if state.wanted is not Wanted.NOTHING and (not _is_heard(state) or now >= by):
        state = replace(state, wanted=Wanted.NOTHING)
    if state.capture or state.closing_at is not None:
        return state, ()  # first it must hear no more
    return _forgotten(state, now, limits) if now >= by or _all_said(state) else (state, ())


def deadlines(state: State, now: int, limits: Limits) -> Iterator[int]:
    """When something here is due."""
    by = state.guest_session.leaving_by
    if by is not None and state.ending is Ending.NONE and now < by:
        yield by
    at = _quiet_at(state, limits)
    if at is not None:
        yield at if now < at else at + ((now - at) // 1_000 + 1) * 1_000


def _quiet_at(state: State, limits: Limits) -> int | None:
    """When the countdown begins; None where no time ends the visit."""
    guest_session = state.guest_session
    if state.setup.keyless or guest_session.touched_at is None or guest_session.leaving_by is not None:
        return None
    if state.ending is not Ending.NONE or _is_heard(state) or state.sound.speaking is not None:
        return None
    return guest_session.touched_at + limits.visit_quiet_ms


def _is_heard(state: State) -> bool:
    """Whether somebody speaks into the service just now. Voices in the room are no visit."""
    return state.speech and state.wanted is Wanted.INTERPRETING and state.capture


def _all_said(state: State) -> bool:
    answered = not state.owed or state.refusal is not None
    heard = state.sound.speaking is None and not any(turn.sounding for turn in state.turns)
    return not state.lines and answered and heard


def _forgotten(state: State, now: int, limits: Limits) -> StepResult:
    """As the first guest found it. What is still owed now could not be had in time, and is reported lost."""
    effects: tuple[Effect, ...] = ()
    for line in state.lines:
        effects += (noted(line, "closed", "the visit ends"), HangUp(line.number, "the visit ends"))
    owed = bool(state.owed) and state.refusal is None
    kept = Remark(About.KEPT, present(state), now, now + limits.kept_shown_ms)
    state, rows = flushed(state)
    before, sound = state.sound, Sound()
    effects += (*rows, WipeSound())
    if (before.volume, before.muted) != (sound.volume, sound.muted):
        effects += (SetVolume(sound.volume, sound.muted),)
    return replace(
        state,
        wanted=Wanted.INTERPRETING if state.setup.at_once else Wanted.NOTHING,
        idle=state.setup.at_once,  # the next word dials
        theirs="",
        reversed=False,
        direction_since=None,
        detected="",
        lines=(),
        owed=(),
        reported_lost_at=now if owed else state.reported_lost_at,
        reported_lost_in=None,
        lost_at=None,
        last_loss=None,
        input=None,
        input_muted=False,
        shut=False,
        sound=sound,
        cue_state=replace(state.cue_state, words="", said=()),
        menu=None,
        remark=kept,
        shown=(),
        readers=(),
        source_text="",
        source_language="",
        guest_session=GuestSession(since=now),
        captions=Captions(),
    ), effects
