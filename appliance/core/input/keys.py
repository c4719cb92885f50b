"""Keys: debounce, taps and holds, and what each key asks for.

Responsible for: contacts → presses → intent (``wanted``, direction, privacy, stop).
Must not: dial, open devices or change the mode; ``reconcile.py`` follows the intent.

Debounce takes the first edge at once and looks again 20 ms later, so a press is answered without delay and no
release is ever swallowed (gpiozero #550, #378: its ``bounce_time`` loses releases).
"""

from appliance.core.devices import camera
from appliance.core.devices.playback import CUE_LINE, TALK_KEYS, forgotten, interrupted, repeated, volume_changed
from appliance.core.model.effects import DropSpeech, Effect, Note, PowerOff, WipeSound
from appliance.core.model.events import Key
from appliance.core.model.fast_replace import replace
from appliance.core.model.faults import LINE_FAULTS, cleared, raised
from appliance.core.model.limits import Limits
from appliance.core.model.state import Contact, Ending, State, Wanted
from appliance.core.model.step_result import StepResult
from appliance.core.process.device_health import silenced
from appliance.core.process.shutdown import hurried
from appliance.core.session import code_setup, guest_session, selftest
from appliance.core.session.usage_caps import mark_activity
from appliance.core.transcript import captions, languages
from appliance.errors import FaultCode

CHORD = (Key.LANGUAGE, Key.REPEAT)
"""Held together they are neither a change of language nor the menu."""
_NEVER_SPENT = frozenset({Key.PRIVACY, Key.POWER})
"""Whatever else a press may answer, these do their own work."""


def edge(state: State, key: Key, down: bool, at: int, now: int, limits: Limits) -> StepResult:
    """A contact moved. A detent of the knob is a down of its own, without an up and without bouncing."""
    if key in (Key.LOUDER, Key.QUIETER):
        if not down:
            return state, ()
        if code_setup.shows(state):
            state, effects, _ = code_setup.pressed(state, key, now, limits)
            return state, (Note("key", (("key", str(key)), ("down", True))), *effects)
        only_stays = guest_session.stays(state, key, now, limits)
        asked = state.cost.asked_at is not None
        state = guest_session.mark_activity(mark_activity(replace(state, idle=False), now), now)
        state, leaves = selftest.pressed(state, key)
        state, effects = (state, ()) if only_stays or asked or leaves else _pressed(state, key, now, limits)
        return state, (Note("key", (("key", str(key)), ("down", True))), *effects)
    contact = next((c for c in state.contacts if c.key is key), Contact(key))
    contact = replace(contact, raw=down)
    if down == contact.down or at - contact.changed_at < limits.debounce_ms:
        return _with_contact(state, contact), ()
    return _accepted(state, contact, at, now, limits)


def slide_read(state: State, private: bool) -> State:
    """The privacy slide as it stands at the start. Its contact must know, or the first move to private is no edge."""
    return _with_contact(replace(state, private=private), Contact(Key.PRIVACY, raw=not private, down=not private))


def ticked(state: State, now: int, limits: Limits) -> StepResult:
    """Look again at contacts that moved within the debounce time, and at keys that are held."""
    effects: tuple[Effect, ...] = ()
    for contact in state.contacts:
        due = contact_deadline(contact, state, limits)
        if due is None or now < due:
            continue
        if contact.raw != contact.down:
            state, more = _accepted(state, contact, due, now, limits)
        else:
            state, more = _held(state, contact, now, limits)
        effects = (*effects, *more)
    return captions.lapsed(languages.lapsed(state, now), now), effects


def contact_deadline(contact: Contact, state: State, limits: Limits) -> int | None:
    """When this contact wants looking at again."""
    if contact.raw != contact.down:
        return contact.changed_at + limits.debounce_ms
    talks = contact.key in TALK_KEYS
    if not contact.down or (contact.spent and not talks):
        return None
    if contact.key is Key.POWER and not state.stopping:
        return contact.pressed_at + limits.power_hold_ms
    if contact.key is Key.LANGUAGE:
        return contact.pressed_at + limits.menu_hold_ms
    if contact.key is Key.MUTE and state.setup.kiosk:
        return contact.pressed_at + limits.visit_hold_ms
    if contact.key is Key.REPEAT:
        return contact.pressed_at + limits.repeat_waits_ms
    if not contact.stuck and _may_stick(contact.key, state):
        return contact.pressed_at + (limits.talk_stuck_ms if contact.warned else limits.talk_warned_ms)
    return None


def _held(state: State, contact: Contact, now: int, limits: Limits) -> StepResult:
    """A key has been down for as long as it takes to mean something else than a press."""
    if contact.key is Key.POWER:
        return stopped(state, "power key", now, limits), (PowerOff(),)
    if contact.key is Key.LANGUAGE:
        return languages.opened(_spent(state, Key.LANGUAGE), now, limits), ()
    if contact.key is Key.MUTE:
        return guest_session.ended(_spent(state, Key.MUTE), "key", now, limits)
    if contact.key is Key.REPEAT:
        return repeated(_spent(state, Key.REPEAT), now, limits)
    if not contact.warned:  # the screen and a tone say it; ten seconds are left to let go
        return _with_contact(state, replace(contact, warned=True)), ()
    return _stuck(state, contact, now, limits)


def _may_stick(key: Key, state: State) -> bool:
    """Whether a key that stays down would leave something open."""
    return not state.setup.talk_taps if key in TALK_KEYS else key is Key.CAMERA and state.setup.camera == "hold"


def _stuck(state: State, contact: Contact, now: int, limits: Limits) -> StepResult:
    """Nobody holds a key for two minutes: let go of it as if it were up, and say which. Its real release ends that."""
    state = _with_contact(state, replace(contact, stuck=True))
    state, effects = _released(state, contact.key, now - contact.pressed_at, now, limits)
    state, more = raised(state, FaultCode.K2, now, f"free the {contact.key} key")
    return state, (*effects, *more)


def stopped(state: State, why: str, now: int, limits: Limits) -> State:
    """End the run: finish the sentence, play it, leave."""
    return state if state.stopping else hurried(replace(state, stopping=True, why=why), now, limits)


def _accepted(state: State, contact: Contact, at: int, now: int, limits: Limits) -> StepResult:
    down = contact.raw
    held_ms = at - contact.pressed_at
    was_stuck, was_spent = contact.stuck, contact.spent
    since = at if down else contact.pressed_at
    contact = replace(contact, down=down, changed_at=at, pressed_at=since, warned=False, stuck=False, spent=False)
    state = _with_contact(state, contact)
    if was_stuck:
        state, more = cleared(state, frozenset({FaultCode.K2}))
        return state, (Note("key", (("key", str(contact.key)), ("down", down))), *more)
    note = Note("key", (("key", str(contact.key)), ("down", down)))
    answers = state.cost.asked_at is not None and contact.key not in _NEVER_SPENT
    answers = answers or guest_session.stays(state, contact.key, now, limits)
    state = guest_session.mark_activity(mark_activity(replace(state, idle=False), now), now)  # somebody is here
    ended: tuple[Effect, ...] = ()
    effects: tuple[Effect, ...] = ()
    if contact.key is Key.CAMERA:
        state = code_setup.held(state, now, limits, down=down)
    if down and code_setup.shows(state):
        state, ended, is_all = code_setup.pressed(state, contact.key, now, limits)
        if is_all:
            return _spent(state, contact.key), (note, *ended)
    if contact.key in CHORD:
        both = _are_down(state, CHORD)
        state = selftest.held(state, both=both, now=now, limits=limits)
        if both:  # together they mean neither another language nor the last words
            state = _spent(_spent(state, Key.LANGUAGE), Key.REPEAT)
            answers = answers or state.menu is None
    if down:
        state, leaves = selftest.pressed(state, contact.key)
        answers = answers or leaves
    if down and answers:
        state = _spent(state, contact.key)  # it says "yes, I am here", and no more
    elif down:
        state, effects = _pressed(state, contact.key, now, limits)
    elif not was_spent:
        state, effects = _released(state, contact.key, held_ms, now, limits)
    return state, (note, *ended, *effects)


def _pressed(state: State, key: Key, now: int, limits: Limits) -> StepResult:
    if state.menu is not None:
        picked = languages.menu_key(state, state.menu, key, now, limits)
        if picked is not None:
            return _spent(picked, key), ()
        state = replace(state, menu=None)
    if key is Key.LANGUAGE:
        return languages.kept_in_reach(state, now, limits), ()
    state = replace(state, remark=None)  # it has been seen, or something else matters more
    match key:
        case Key.TALK | Key.GUEST if state.setup.kiosk:
            state, dropped = _cut_in(guest_session.talked(state), key, now, limits)
            state, effects = _kiosk_talk(state, key is Key.GUEST, cut=_cut_short(dropped))
            return state, (*dropped, *effects)
        case Key.TALK:
            state, dropped = _cut_in(state, key, now, limits)
            # After a fatal refusal the press tries again, whatever was wanted.
            started = state.wanted is not Wanted.INTERPRETING or state.refusal is not None
            state, effects = _talking(state) if started else (state, ())
            cut = _cut_short(dropped) and not started
            return replace(state, talk_started=started, talk_cut=cut), (*dropped, *effects)
        case Key.GUEST:
            return _swapped(state, now, limits), ()
        case Key.PRIVACY:
            return replace(state, private=False), ()
        case Key.LOUDER | Key.QUIETER if state.setup.captions:
            return captions.scrolled(state, key, now, limits), ()
        case Key.CAMERA:
            return camera.pressed(state, now)
        case Key.LOUDER | Key.QUIETER:
            return volume_changed(state, key, now, limits)
        case _:
            return state, ()


def _released(state: State, key: Key, held_ms: int, now: int, limits: Limits) -> StepResult:
    """A key is up again. What a hold turns into something else acts now; the press itself was answered by a tick."""
    match key:
        case Key.LANGUAGE:
            return languages.pressed(state, now, limits), ()
        case Key.MUTE:
            return volume_changed(state, key, now, limits)
        case Key.TALK | Key.GUEST if state.setup.kiosk:
            # The other key was pressed later: it is the one that talks now, and its own release ends it.
            superseded = state.reversed != (key is Key.GUEST)
            over = state.ending is not Ending.NONE or state.wanted is not Wanted.INTERPRETING
            if state.setup.talk_taps or superseded or over:
                return state, ()
            other = Key.TALK if key is Key.GUEST else Key.GUEST
            if any(c.down and not c.stuck for c in state.contacts if c.key is other):  # whoever held on is heard again
                return replace(state, reversed=other is Key.GUEST, direction_since=None), ()
            return replace(state, wanted=Wanted.PAUSE), ()
        case Key.TALK if state.ending is not Ending.NONE:
            return state, ()  # the end has its own intent, and no key turns it
        case Key.TALK if state.talk_cut:
            return replace(state, talk_cut=False), ()  # the press was spent on the voice; the talk goes on
        case Key.TALK:
            if state.talk_started and held_ms < limits.tap_ms:
                return state, ()  # a tap: it goes on until the next one
            return replace(state, wanted=Wanted.PAUSE if state.talk_started else Wanted.NOTHING), ()
        case Key.REPEAT:
            return repeated(state, now, limits)
        case Key.PRIVACY:
            # The switch is a state, not a stop: the intent stays, the condition forbids.
            # With the sound it forgets, the replay buffer forgets where to put it: the input is selected anew.
            state, effects = silenced(forgotten(replace(state, private=True, input=None)))
            return state, (*effects, WipeSound())
        case _:
            return state, ()


def _cut_in(state: State, key: Key, now: int, limits: Limits) -> StepResult:
    """A talk key always wins (appliance/core/README.md#keys): it stops the voice and takes back what was being said.

    So does a press that opens the microphone, and one by which somebody who listens cuts in. A press that ends a
    sentence does not, though the box may already speak that very sentence's translation: the speaker has just been
    heard, and nobody can have heard enough to take it back. At the end of the run there is no more talk to begin.
    """
    if state.ending is not Ending.NONE or _ends_sentence(state, key, now, limits):
        return state, ()
    return interrupted(state)


def _cut_short(dropped: tuple[Effect, ...]) -> bool:
    """Whether the press was spent on a voice. The words of a cue take no press for themselves."""
    return any(isinstance(effect, DropSpeech) and effect.line != CUE_LINE for effect in dropped)


def _ends_sentence(state: State, key: Key, now: int, limits: Limits) -> bool:
    """Whether the talk is on, the key is its speaker's, and the speaker was heard until just now (while muted: not)."""
    if state.wanted is not Wanted.INTERPRETING or state.refusal is not None:
        return False
    if state.setup.kiosk and (not state.setup.talk_taps or state.reversed != (key is Key.GUEST)):
        return False
    if state.speech and not state.input_muted:
        return True
    return state.spoke_at is not None and now - state.spoke_at < limits.sentence_ends_ms


def _kiosk_talk(state: State, guest: bool, *, cut: bool) -> StepResult:
    if state.setup.talk_taps and state.wanted is Wanted.INTERPRETING and state.reversed == guest and not cut:
        return replace(state, wanted=Wanted.PAUSE), ()
    if state.reversed != guest:
        # The other direction is wanted now: it need not stand a second to be dialled.
        state = replace(state, reversed=guest, direction_since=None)
    return _talking(state)


def _talking(state: State) -> StepResult:
    """Interpreting is wanted. A person's press is also the answer to a fatal refusal: try again."""
    if state.ending is not Ending.NONE:
        return state, ()
    state = replace(state, wanted=Wanted.INTERPRETING)
    if not state.budget.limited:
        state = replace(state, retry_at=None)  # a person need not wait out a back-off, only a rate limit
    if state.refusal is None:
        return state, ()
    return cleared(replace(state, refusal=None, lost_at=None), LINE_FAULTS)


def _swapped(state: State, now: int, limits: Limits) -> State:
    """Turn the conversation round. An unset source becomes the language last heard; before there is one it says so."""
    if not state.setup.mine:
        if state.detected in ("", languages.present(state)):
            return languages.unheard(state, now, limits)
        state = replace(state, setup=replace(state.setup, mine=state.detected))
    return replace(state, reversed=not state.reversed, direction_since=now)


def _spent(state: State, key: Key) -> State:
    """The press that is down has done its work: neither its hold nor its release asks for more."""
    contacts = tuple(replace(c, spent=c.down) if c.key is key else c for c in state.contacts)
    return replace(state, contacts=contacts)


def _are_down(state: State, keys: tuple[Key, ...]) -> bool:
    return all(any(contact.down for contact in state.contacts if contact.key is key) for key in keys)


def _with_contact(state: State, contact: Contact) -> State:
    return replace(state, contacts=(*(c for c in state.contacts if c.key is not contact.key), contact))
