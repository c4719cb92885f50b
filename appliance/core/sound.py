"""What the box says, and when it must not hear itself.

Responsible for: who is being spoken, half duplex, barge-in, repeat, volume, and the cues that go with what happened.
Must not: make sound, or know what a line is (``turns.py`` keeps the figures of what was said).

There are no timers here: the end of an echo, of a repeat and of a turn of the knob are fields (``deadlines.py``).
"""

from collections.abc import Iterator

from appliance.core.changes import replace
from appliance.core.effects import Cue, CueName, DropSpeech, Effect, Note, Repeat, Say, SetVolume
from appliance.core.events import Key
from appliance.core.faults import Outcome
from appliance.core.languages import own_name
from appliance.core.limits import Limits
from appliance.core.modes import Mode
from appliance.core.state import About, Ending, Shown, State
from appliance.errors import FaultCode

REPEAT_LINE = 0
"""The line number of what is said again from memory: no line has it, so nothing is noted of it."""
NAME_LINE = -1
"""That of a language's name, which the box says by itself."""
TALK_KEYS = (Key.TALK, Key.GUEST)
CUE_MS = {
    CueName.TICK: 15,
    CueName.READY: 140,
    CueName.YOUR_TURN: 90,
    CueName.SORRY: 210,
    CueName.NO_NETWORK: 360,
    CueName.ATTENTION: 190,
    CueName.TEXT: 140,
}
"""How long each tone is (``workers/tones.py``): a detector of voices takes most of them for speech."""
_UNHUSHED = frozenset({CueName.TICK, CueName.YOUR_TURN})
"""The one is too short to be speech, the other is over before the echo of speech is."""
_NETWORK = "N"  # the first letter of the faults that say so
_REACHING = frozenset({Mode.DIALING, Mode.CONFIGURING, Mode.WAITING, Mode.FAULT})


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


def interrupted(state: State) -> Outcome:
    """A talk key: the voice stops at once, and the microphone hears."""
    spoken = state.sound.speaking
    state = replace(state, sound=replace(state.sound, speaking=None, echo_until=None))
    return state, () if spoken is None else (DropSpeech(*spoken),)


def hush(state: State, now: int) -> bool:
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


def repeated(state: State, now: int, limits: Limits) -> Outcome:
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


def turned(state: State, key: Key, now: int, limits: Limits) -> Outcome:
    """The knob or its keys; turning it ends a mute."""
    sound = state.sound
    if key is Key.MUTE:
        sound = replace(sound, muted=not sound.muted)
    else:
        change = limits.volume_step if key is Key.LOUDER else -limits.volume_step
        sound = replace(sound, volume=max(0, min(100, sound.volume + change)), muted=False)
    sound = replace(sound, volume_until=now + limits.volume_shown_ms)
    return replace(state, sound=sound), (SetVolume(sound.volume, sound.muted),)


# What goes with what happened.


def aloud(old: State, new: State, effects: tuple[Effect, ...], now: int, limits: Limits) -> Outcome:
    """The cue for a step, at most one, and the robot's reading of what the service only writes."""
    read = [s for s in new.shown if s.final and s.text and s.language in new.setup.text_only]
    before = {(s.line, s.turn) for s in old.shown if s.final}
    written = [s for s in read if (s.line, s.turn) not in before]
    orders: tuple[Effect, ...] = ()
    if new.setup.cues:
        new, orders = _cued(new, next(_cues(old, new, effects, written=bool(written)), None), now, limits)
        orders += _named(old, new)
    for sentence in written:
        new = replace(new, sound=replace(new.sound, last=(sentence.line, sentence.turn)))
        if new.setup.robot_voice:
            orders += (Say(sentence.line, sentence.turn, sentence.language, sentence.text, sentence.late),)
    return new, orders


def _newly_chosen(old: State, new: State) -> str:
    """The language that was chosen in this step, if one was."""
    chosen = new.remark is not None and new.remark != old.remark and new.remark.about is About.LANGUAGE
    return new.remark.language if new.remark is not None and chosen else ""


def _named(old: State, new: State) -> tuple[Effect, ...]:
    """A language that was chosen says its name, where the service has a voice for it. A recording asks for no name."""
    code = _newly_chosen(old, new)
    if (
        new.setup.captions
        or not code
        or new.remark is None
        or code in new.setup.text_only
        or new.setup.ends_with_microphone
    ):
        return ()
    return (Say(NAME_LINE, new.remark.since, code, own_name(new.setup, code)),)


def _cued(state: State, name: CueName | None, now: int, limits: Limits) -> Outcome:
    """In a room where the microphone hears the tone, it is hushed for so long, and left out where somebody speaks.

    A recording has nobody who waits for a sign; what takes the place of a voice is heard there too.
    """
    if name is None or (state.setup.ends_with_microphone and name is not CueName.TEXT):
        return state, ()
    if state.setup.half_duplex and name not in _UNHUSHED and state.capture and not state.shut:
        if state.speech or talk_held(state):
            return state, ()
        until = max(now + CUE_MS[name] + limits.cue_echo_ms, state.sound.echo_until or 0)
        state = replace(state, sound=replace(state.sound, echo_until=until))
    return state, (Cue(name),)


def _cues(old: State, new: State, effects: tuple[Effect, ...], *, written: bool) -> Iterator[CueName]:
    """All that fit, the most telling first."""
    if new.owned_up_at != old.owned_up_at:
        yield CueName.SORRY
    known = {fault.code for fault in old.faults}
    told = {fault.code for fault in new.faults} - known
    if any(code.startswith(_NETWORK) for code in told):
        yield CueName.NO_NETWORK
    asked = new.cost.asked_at is not None and new.cost.asked_at != old.cost.asked_at
    low = new.cost.low_at is not None and new.cost.low_at != old.cost.low_at
    held = _warned(new) and not _warned(old)
    if asked or low or held or FaultCode.B1 in told:
        yield CueName.ATTENTION
    if new.mode is Mode.ON_AIR and old.mode in _REACHING:
        yield CueName.READY
    if written or _newly_chosen(old, new) in new.setup.text_only:
        yield CueName.TEXT
    # Within the echo, so that the tone is over when the microphone hears again.
    fell_silent = old.sound.speaking is not None and new.sound.echo_until != old.sound.echo_until
    waited = new.sound.echo_until is not None and new.capture and not new.shut
    if new.setup.half_duplex and fell_silent and waited:
        yield CueName.YOUR_TURN
    if any(isinstance(effect, Note) and effect.what == "key" and _acknowledged(effect) for effect in effects):
        yield CueName.TICK


def _warned(state: State) -> bool:
    return any(contact.warned for contact in state.contacts)


def _acknowledged(note: Note) -> bool:
    row = dict(note.fields)
    return bool(row["down"]) and row["key"] != Key.PRIVACY


def deadlines(state: State, now: int, limits: Limits) -> Iterator[int]:
    """When something here is over."""
    sound = state.sound
    ends = (
        sound.echo_until if state.setup.half_duplex else None,
        sound.volume_until,
        None if sound.repeated_at is None else sound.repeated_at + limits.repeat_again_ms,
    )
    yield from (at for at in ends if at is not None and now < at)
