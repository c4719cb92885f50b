"""Cues: what the box tells people by itself, in three senses (appliance/core/README.md#what-is-heard).

Responsible for: which cue a step deserves, its tone, its words and who hears them, and its pattern on the light.
Must not: make sound, drive the light, or decide whether the light says "on air" (``adapters/on_air.py``, by the real
state of device and line: a pattern turns that over for a moment and stands for nothing by itself).

The tone comes at once. The words follow it as soon as nothing sounds and nobody speaks; where that takes too long they
are left out, for then they would not be true any more. An invitation is learned: its words are said once to a guest, or
once by the box of a traveller (``loudspeaker.spoken_cues``), for in a room the microphone waits while they sound.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from appliance.core.devices.playback import CUE_LINE, NAME_LINE, talk_held
from appliance.core.model.direction import Direction
from appliance.core.model.effects import Cue, CueName, Effect, Note, Say
from appliance.core.model.events import Key
from appliance.core.model.fast_replace import replace
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode
from appliance.core.model.queries import heard
from appliance.core.model.state import About, CueState, Ending, State
from appliance.core.model.step_result import StepResult
from appliance.core.model.words import words_for
from appliance.core.transcript.languages import own_name, present
from appliance.errors import FaultCode
from appliance.phrases import has_words, say

INVITATIONS = frozenset({CueName.READY, CueName.YOUR_TURN})
"""They ask somebody to speak. The others tell of a trouble, and are said each time."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a cue is, apart from its words. All in milliseconds."""

    tone_ms: int
    winks_ms: tuple[int, ...] = ()  # on the light: turned over, as it was, turned over, ...
    said_within_ms: int = 0


FORMS = {
    CueName.TICK: Form(15),
    CueName.READY: Form(140, (100, 150, 100), 2_000),
    CueName.YOUR_TURN: Form(90, (100,), 1_000),
    CueName.SORRY: Form(210, (100, 150, 100, 150, 100), 10_000),
    CueName.NO_NETWORK: Form(360, (100, 100, 100, 300, 100, 100, 100), 10_000),
    CueName.ATTENTION: Form(190, (100, 300, 100, 300, 100), 5_000),
    CueName.TEXT: Form(140),
}
"""How long each tone is (``workers/playback/earcons.py``): a detector of voices takes most of them for speech.

No wink is as long as a tenth of the blink that says "it listens", nor dark for long enough to hide that sound is sent.
"""
_UNMUTED = frozenset({CueName.TICK, CueName.YOUR_TURN})
"""The one is too short to be speech, the other is over before the echo of speech is."""
_NETWORK = "N"  # the first letter of the faults that say so
_REACHING = frozenset({Mode.DIALING, Mode.CONFIGURING, Mode.WAITING, Mode.FAULT})


@dataclass(frozen=True, slots=True)
class _Occasion:
    """A cue, its words as a key of the phrases, and the language of who must hear them; empty where it has none."""

    name: CueName
    words: str = ""
    language: str = ""


def choose_cue(old: State, new: State, effects: tuple[Effect, ...], now: int, limits: Limits) -> StepResult:
    """The cue for a step, at most one, and the synthetic voice's reading of what the service only writes."""
    read = [s for s in new.shown if s.final and s.text and s.language in new.setup.text_only]
    before = {(s.line, s.turn) for s in old.shown if s.final}
    written = [s for s in read if (s.line, s.turn) not in before]
    orders: tuple[Effect, ...] = ()
    occasion = next(_occasions(old, new, effects, written=bool(written)), None)
    if occasion is not None:
        new, orders = _given(new, occasion, now, limits)
    if new.cue_state.words:
        new, more = _spoken(new, now)
        orders += more
    if new.setup.cues:
        orders += _named(old, new)
    for sentence in written:
        new = replace(new, sound=replace(new.sound, last=(sentence.line, sentence.turn)))
        if new.setup.robot_voice:
            orders += (Say(sentence.line, sentence.turn, sentence.language, sentence.text, sentence.late),)
    return new, orders


def owed(state: State) -> State:
    """The process before this one ended with speech unanswered: words and light say it, when the box is up."""
    return replace(
        state, cue_state=_cue_state(state, _Occasion(CueName.SORRY, "repeat", words_for(state.setup.mine)), 0)
    )


def winks(state: State, now: int) -> bool:
    """Whether the light is turned over just now. Never in private: there it says one thing alone."""
    if state.cue_state.name is None or state.private:
        return False
    passed = sum(now >= edge for edge in _edges(state.cue_state, state.cue_state.name))
    return passed % 2 == 1


def is_your_turn(state: State, now: int, limits: Limits) -> bool:
    """Whether the screen says that the microphone, which waited, hears again."""
    cue = state.cue_state
    shown = cue.name is CueName.YOUR_TURN and now < cue.since + limits.your_turn_shown_ms
    return shown and state.capture and not (state.shut or state.input_muted)


def deadlines(state: State, now: int, limits: Limits) -> Iterator[int]:
    """When something here begins or is over."""
    cue = state.cue_state
    if cue.name is None:
        return
    yield from (edge for edge in _edges(cue, cue.name) if now < edge)
    if cue.words:
        yield _words_until(cue, cue.name)
        if not _is_busy(state):  # a fresh process has words of the last one, and nothing else that wakes it
            yield max(now, _words_from(cue, cue.name))
    if cue.name is CueName.YOUR_TURN and now < cue.since + limits.your_turn_shown_ms:
        yield cue.since + limits.your_turn_shown_ms


def _edges(cue: CueState, name: CueName) -> Iterator[int]:
    at = cue.since
    yield at
    for ms in FORMS[name].winks_ms:
        at += ms
        yield at


# Giving it.


def _given(state: State, occasion: _Occasion, now: int, limits: Limits) -> StepResult:
    """Where the microphone hears the tone, it is muted for so long; the tone is left out where somebody speaks.

    A recording has nobody who waits for a sign; what takes the place of a voice is heard there too.
    """
    name, form = occasion.name, FORMS[occasion.name]
    if state.setup.ends_with_microphone and name is not CueName.TEXT:
        return state, ()
    effects: tuple[Effect, ...] = ()
    if form.winks_ms:
        state, effects = (
            replace(state, cue_state=_cue_state(state, occasion, now)),
            (Note("cue", (("name", str(name)),)),),
        )
    if not state.setup.cues:
        return state, effects
    if state.setup.half_duplex and name not in _UNMUTED and state.capture and not state.shut:
        if state.speech or talk_held(state):
            return state, effects
        until = max(now + form.tone_ms + limits.cue_echo_ms, state.sound.echo_until or 0)
        state = replace(state, sound=replace(state.sound, echo_until=until))
    return state, (*effects, Cue(name))


def _cue_state(state: State, occasion: _Occasion, now: int) -> CueState:
    words = occasion.words if _has_voice(state, occasion) else ""
    return replace(state.cue_state, name=occasion.name, since=now, words=words, language=occasion.language)


def _has_voice(state: State, occasion: _Occasion) -> bool:
    """Whether the words of this cue are to be said. Captions are for people who hear badly, and have no voice."""
    setup = state.setup
    silent = not setup.cues or setup.captions or setup.ends_with_microphone or setup.spoken_cues == "never"
    if silent or not occasion.language:
        return False
    learned = occasion.name in INVITATIONS and (occasion.name, occasion.language) in state.cue_state.said
    return setup.spoken_cues == "always" or not learned


def _words_from(cue: CueState, name: CueName) -> int:
    return cue.since + FORMS[name].tone_ms


def _words_until(cue: CueState, name: CueName) -> int:
    return cue.since + FORMS[name].said_within_ms


def _spoken(state: State, now: int) -> StepResult:
    """The words, once the tone is over and nobody speaks."""
    cue, name = state.cue_state, state.cue_state.name
    assert name is not None, "words belong to a cue"
    over = state.private or state.ending is not Ending.NONE or now >= _words_until(cue, name)
    if over or not _holds(state, name):
        return replace(state, cue_state=replace(cue, words="")), ()
    if _is_busy(state) or now < _words_from(cue, name):
        return state, ()
    said = (*cue.said, (name, cue.language)) if name in INVITATIONS else cue.said
    own, code = state.setup.mine, cue.language
    toward = Direction(own, code) if code == present(state) else Direction(present(state), code)
    order = Say(CUE_LINE, now, code, say(cue.words, code), late=True, toward=toward)
    return replace(state, cue_state=replace(cue, words="", said=tuple(dict.fromkeys(said)))), (order,)


def _is_busy(state: State) -> bool:
    """Whether words would cut somebody short: a translation, or a person."""
    return state.sound.speaking is not None or heard(state) or (state.setup.half_duplex and talk_held(state))


def _holds(state: State, name: CueName) -> bool:
    """Whether what the words say is still so."""
    match name:
        case CueName.READY:
            return state.mode is Mode.ON_AIR
        case CueName.YOUR_TURN:
            return state.capture and not state.shut
        case CueName.NO_NETWORK:
            return any(fault.code.startswith(_NETWORK) for fault in state.faults)
        case CueName.ATTENTION if state.cue_state.words == "still_there":
            return state.cost.asked_at is not None
        case _:
            return True


# Which it is.


def _occasions(old: State, new: State, effects: tuple[Effect, ...], *, written: bool) -> Iterator[_Occasion]:
    """All that fit, the most telling first."""
    own = words_for(new.setup.mine)
    if new.reported_lost_at != old.reported_lost_at:
        lost = new.reported_lost_in
        yield _Occasion(CueName.SORRY, "repeat", own if lost is None else _language(new, lost.source))
    known = {fault.code for fault in old.faults}
    codes = [fault.code for fault in new.faults if fault.code not in known]
    network = [code for code in codes if code.startswith(_NETWORK)]
    if network:
        yield _Occasion(CueName.NO_NETWORK, f"fault_{network[-1].lower()}", own)
    if new.cost.asked_at is not None and new.cost.asked_at != old.cost.asked_at:
        yield _Occasion(CueName.ATTENTION, "still_there", _speaker(new) if new.setup.kiosk else own)
    if new.cost.low_at is not None and new.cost.low_at != old.cost.low_at:
        yield _Occasion(CueName.ATTENTION, "low", own)
    if _warned(new) and not _warned(old):
        yield _Occasion(CueName.ATTENTION, "fault_k2", own)
    if FaultCode.B1 in codes:
        guest = new.setup.kiosk and new.reversed
        yield _Occasion(CueName.ATTENTION, *(("unavailable", _speaker(new)) if guest else ("fault_b1", own)))
    if new.mode is Mode.ON_AIR and old.mode in _REACHING:
        yield _Occasion(CueName.READY, "ready", _speaker(new))
    if written or _newly_chosen(old, new) in new.setup.text_only:
        yield _Occasion(CueName.TEXT)
    # Within the echo, so that the tone is over when the microphone hears again.
    spoken = old.sound.speaking
    fell_silent = spoken is not None and spoken[0] != CUE_LINE and new.sound.echo_until != old.sound.echo_until
    waited = new.sound.echo_until is not None and new.capture and not new.shut
    if new.setup.half_duplex and fell_silent and waited:
        yield _Occasion(CueName.YOUR_TURN, "speak_now", _speaker(new))
    if any(isinstance(effect, Note) and effect.what == "key" and _acknowledged(effect) for effect in effects):
        yield _Occasion(CueName.TICK)


def _speaker(state: State) -> str:
    """The language of whoever is to speak."""
    return _language(state, state.direction.source)


def _language(state: State, code: str) -> str:
    """In which to speak to whoever speaks ``code``. A guest without words of the box hears none of ours."""
    if code in ("", state.setup.mine):
        return words_for(state.setup.mine)
    return code if has_words(code) else ""


def _warned(state: State) -> bool:
    return any(contact.warned for contact in state.contacts)


def _acknowledged(note: Note) -> bool:
    row = dict(note.fields)
    return bool(row["down"]) and row["key"] != Key.PRIVACY


# Names.


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
