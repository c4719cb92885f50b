"""What the box says, and when it must not hear itself.

Responsible for: who is being spoken, half duplex, barge-in, repeat and volume.
Must not: make sound, know what a line is (``turns.py`` keeps the figures of what was said), or give cues (``cues.py``).

There are no timers here: the end of an echo, of a repeat and of a turn of the knob are fields (``deadlines.py``).
"""

from collections.abc import Iterator

from appliance.core.model.effects import DropSpeech, Repeat, SetVolume
from appliance.core.model.events import Key
from appliance.core.model.fast_replace import replace
from appliance.core.model.limits import Limits
from appliance.core.model.state import Ending, Shown, State
from appliance.core.model.step_result import StepResult

REPEAT_LINE = 0
"""The line number of what is said again from memory: no line has it, so nothing is noted of it."""
NAME_LINE = -1
"""That of a language's name, which the box says by itself."""
CUE_LINE = -2
"""That of a cue's words."""
TALK_KEYS = (Key.TALK, Key.GUEST)


# Who is being spoken.


def began(state: State, line: int, turn: int) -> State:
    """Speech sounds."""
    last = (line, turn) if line > REPEAT_LINE else state.sound.last
    return replace(state, sound=replace(state.sound, speaking=(line, turn), last=last))


def ended(state: State, line: int, turn: int, now: int, limits: Limits) -> State:
    """It has sounded; the room still rings with it. The end of what was dropped by a key is none."""
    if state.sound.speaking != (line, turn):
        return state
    return replace(state, sound=replace(state.sound, speaking=None, echo_until=now + limits.echo_ms))


def interrupted(state: State) -> StepResult:
    """A talk key: the voice stops at once, and the microphone hears."""
    spoken = state.sound.speaking
    state = replace(state, sound=replace(state.sound, speaking=None, echo_until=None))
    return state, () if spoken is None else (DropSpeech(*spoken),)


def mutes_input(state: State, now: int) -> bool:
    """Whether silence goes up in the place of the microphone's sound. A talk key that is held always gets through."""
    if not state.setup.half_duplex or talk_held(state):
        return False
    sound = state.sound
    return sound.speaking is not None or (sound.echo_until is not None and now < sound.echo_until)


def talk_held(state: State) -> bool:
    """Whether a talk key is down."""
    keys = TALK_KEYS if state.setup.kiosk else (Key.TALK,)
    return any(contact.down and not contact.stuck for contact in state.contacts if contact.key in keys)


# Repeat.


def repeated(state: State, now: int, limits: Limits) -> StepResult:
    """The last translation once more; again within ten seconds: slower and louder."""
    last = state.sound.last
    if last is None or state.ending not in (Ending.NONE, Ending.ANSWERS):
        return state, ()
    again = state.sound.repeated_at is not None and now < state.sound.repeated_at + limits.repeat_again_ms
    return replace(state, sound=replace(state.sound, repeated_at=now)), (Repeat(*last, slower=again),)


def recalled(state: State, now: int, limits: Limits) -> Shown | None:
    """The sentence that is shown again, while it is."""
    at = state.sound.repeated_at
    if at is None or now >= at + limits.repeat_again_ms:
        return None
    return next((s for s in state.shown if (s.line, s.turn) == state.sound.last and s.text), None)


def forgotten(state: State) -> State:
    """What was said is wiped from memory: there is nothing to say again."""
    return replace(state, sound=replace(state.sound, last=None, repeated_at=None))


# Volume.


def volume_changed(state: State, key: Key, now: int, limits: Limits) -> StepResult:
    """The knob or its keys; turning it ends a mute."""
    sound = state.sound
    if key is Key.MUTE:
        sound = replace(sound, muted=not sound.muted)
    else:
        change = limits.volume_step if key is Key.LOUDER else -limits.volume_step
        sound = replace(sound, volume=max(0, min(100, sound.volume + change)), muted=False)
    sound = replace(sound, volume_until=now + limits.volume_shown_ms)
    return replace(state, sound=sound), (SetVolume(sound.volume, sound.muted),)


def deadlines(state: State, now: int, limits: Limits) -> Iterator[int]:
    """When something here is over."""
    sound = state.sound
    ends = (
        sound.echo_until if state.setup.half_duplex else None,
        sound.volume_until,
        None if sound.repeated_at is None else sound.repeated_at + limits.repeat_again_ms,
    )
    yield from (at for at in ends if at is not None and now < at)
