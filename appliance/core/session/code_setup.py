"""Set-up by a code before the camera: CAMERA held for three seconds, or at the start of a box that has no key.

Responsible for: when the camera looks for codes, what is shown of one, and that nothing of it counts before a key.
Must not: know a code's text or its secrets: those stay with the worker, under a number.

A code can be printed by anybody. So each thing that it asks for has a page of its own, TALK goes from page to page and
applies it on the last, REPEAT refuses it, and a page counts as read no sooner than it can have been seen. A Wi-Fi code
carries no country: then there is one page more, and the knob or LANGUAGE chooses.
"""

from collections.abc import Iterator

from appliance.core.model.codes import CodeApplied, CodePage, CodeRead, CodeSetup, Offer
from appliance.core.model.effects import ApplyCode, Effect, LookForCodes, Note, StopLooking
from appliance.core.model.events import Key
from appliance.core.model.fast_replace import replace
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode
from appliance.core.model.queries import live
from appliance.core.model.state import Ending, State, Wanted
from appliance.core.model.step_result import StepResult
from appliance.core.model.views import Sign, SignView, Status

_OWN_WORK = (Key.PRIVACY, Key.POWER)
"""Whatever is shown, these do what they always do."""
_TALK = (Key.TALK, Key.GUEST)
_WORDS = {
    "network": "Wi-Fi network?",
    "open": "Wi-Fi without a password?",
    "country": "the country?",
    "key": "for the service?",
    "mine": "my language, or the staff's?",
    "theirs": "the other language?",
    "favourites": "favourite languages?",
    "mode": "the mode?",
    "profile": "the profile?",
    "hostname": "the machine's name?",
    "timezone": "the time zone?",
    "locale": "the machine's locale?",
}


_NO_ANSWER = CodeApplied(ok=False, words="nothing answered")


def shows(state: State) -> bool:
    """Whether set-up has the screen and the keys."""
    code = state.code
    return code.looks or code.offer is not None or code.applying or code.told_until is not None


def held(state: State, now: int, limits: Limits, *, down: bool) -> State:
    """CAMERA went down or up."""
    due = now + limits.code_hold_ms if down and state.setup.code_reader and not shows(state) else None
    return replace(state, code=replace(state.code, due_at=due))


def booted(state: State, now: int) -> State:
    """A box without a key looks by itself, once: nobody can know how to ask it."""
    wants = state.setup.looks_at_start and state.setup.code_reader
    return replace(state, code=replace(state.code, due_at=now, by_itself=True)) if wants else state


def ticked(state: State, now: int, limits: Limits) -> StepResult:
    """What is due: it begins, it ends by itself, a sentence has been read."""
    code = state.code
    if code.due_at is not None and now >= code.due_at:
        return _begun(state, now, limits)
    if code.told_until is not None and now >= code.told_until:
        return replace(state, code=replace(code, told="", told_until=None)), ()
    if code.until is not None and now >= code.until:
        return (answered(state, _NO_ANSWER, now, limits), ()) if code.applying else _ended(state)
    return state, ()


def end_when_unwanted(state: State) -> StepResult:
    """End it where the box has something else to do, or may not look."""
    code = state.code
    if not (code.looks or code.offer is not None) or _may(state):
        return state, ()
    return _ended(state)


def pressed(state: State, key: Key, now: int, limits: Limits) -> tuple[State, tuple[Effect, ...], bool]:
    """A key while set-up is shown; the last: whether that is all that the press does."""
    code = state.code
    if code.applying:
        return state, (), key not in _OWN_WORK  # it cannot be taken back
    if code.offer is None or key in _OWN_WORK:
        state, effects = _ended(state)
        return state, effects, key not in (*_OWN_WORK, *_TALK)
    if key is Key.REPEAT:
        return *_looking(replace(state, code=replace(code, offer=None)), now, limits), True
    on_country = code.page == len(code.offer.pages)
    if on_country and key in (Key.LOUDER, Key.LANGUAGE, Key.QUIETER):
        turn = -1 if key is Key.QUIETER else 1
        chosen = (max(code.country, 0 if turn < 0 else -1) + turn) % len(state.setup.countries)
        return _page(state, code.page, chosen, now, limits), (), True
    if key is not Key.TALK or now - code.page_since < limits.code_seen_ms or (on_country and code.country < 0):
        return state, (), True
    if code.page + 1 < _pages(code.offer):
        return _page(state, code.page + 1, code.country, now, limits), (), True
    return *_applied(state, code.offer, now, limits), True


def read(state: State, event: CodeRead, now: int, limits: Limits) -> StepResult:
    """The camera saw a code that can be used. It looks no further until a key was pressed."""
    if not state.code.looks:
        return state, ()
    offer = Offer(event.number, event.pages, event.needs_country)
    country = 0 if state.setup.country_guessed else -1
    state = replace(state, code=replace(state.code, looks=False, offer=offer, told="", told_until=None))
    note = Note("code", (("number", event.number), ("pages", _pages(offer))))
    return _page(state, 0, country, now, limits), (StopLooking(), note)


def refused(state: State, why: str, now: int, limits: Limits) -> State:
    """A code that cannot be used, or a camera that cannot be: said for some seconds, while it goes on looking."""
    if not state.code.looks:
        return state
    return replace(state, code=replace(state.code, told=why, told_until=now + limits.code_told_ms))


def answered(state: State, event: CodeApplied, now: int, limits: Limits) -> State:
    """It was done, or could not be."""
    if not state.code.applying:
        return state
    until = now + limits.code_told_ms
    return replace(state, code=CodeSetup(told=event.words or "done", well=event.ok, told_until=until))


def deadlines(state: State) -> Iterator[int]:
    """When something here is due."""
    code = state.code
    yield from (at for at in (code.due_at, code.told_until, code.until) if at is not None)


def _may(state: State) -> bool:
    """Whether the camera may look: nothing else is at work, and the slide does not forbid it."""
    goes_on = state.ending is Ending.NONE and not state.stopping and not state.private
    return goes_on and not live(state) and not state.selftest.running and state.selftest.since is None


def _interrupts(state: State) -> bool:
    """Whether nobody is in the middle of anything: it rests, or what it wanted to do does not go."""
    troubled = state.mode in (Mode.WAITING, Mode.FAULT) or state.lost_at is not None
    return state.mode is Mode.STANDBY or troubled


def _begun(state: State, now: int, limits: Limits) -> StepResult:
    code = replace(state.code, due_at=None)
    by_itself, state = code.by_itself, replace(state, code=replace(code, by_itself=False))
    resting = replace(state, wanted=Wanted.NOTHING)
    if _interrupts(state) and _may(resting) and state.menu is None:
        contacts = tuple(replace(c, spent=True) if c.key is Key.CAMERA and c.down else c for c in state.contacts)
        return _looking(replace(resting, contacts=contacts), now, limits)
    if by_itself:
        return state, ()
    why = "the privacy switch is on" if state.private else "stop first"
    told = replace(state.code, told=why, told_until=now + limits.code_told_ms)
    return replace(state, code=told), ()


def _looking(state: State, now: int, limits: Limits) -> StepResult:
    code = CodeSetup(looks=True, until=now + limits.code_look_ms)
    return replace(state, code=code), (LookForCodes(),)


def _ended(state: State) -> StepResult:
    looked = state.code.looks or state.code.offer is not None
    return replace(state, code=CodeSetup()), (StopLooking(),) if looked else ()


def _page(state: State, page: int, country: int, now: int, limits: Limits) -> State:
    until = now + limits.code_offer_ms
    return replace(state, code=replace(state.code, page=page, page_since=now, country=country, until=until))


def _pages(offer: Offer) -> int:
    return len(offer.pages) + (1 if offer.needs_country else 0)


def _applied(state: State, offer: Offer, now: int, limits: Limits) -> StepResult:
    country = state.setup.countries[state.code.country][0] if offer.needs_country else ""
    code = CodeSetup(applying=True, until=now + limits.code_applied_within_ms)
    return replace(state, code=code), (ApplyCode(offer.number, country),)


# The screen. Set-up is for the desk's technician, in English as a fault's code is.


def view(state: State, status: Status) -> SignView | None:
    """What the panel shows of it, where it shows something."""
    code = state.code
    if code.told:
        title = "Set-up" if code.looks else "Done" if code.well else "Not done"
        return SignView(
            status, Sign.NETWORK if code.well else Sign.WAIT, title, "" if code.told == "done" else code.told
        )
    if code.applying:
        return SignView(status, Sign.WAIT, "One moment", "leave it plugged in")
    if code.offer is not None:
        return _offer_view(state, code.offer, status)
    if code.looks:
        return SignView(status, Sign.PRESS, "Set-up", "hold a code before the camera; any key ends it")
    return None


def _offer_view(state: State, offer: Offer, status: Status) -> SignView:
    code = state.code
    keys = "TALK: use it" if code.page + 1 == _pages(offer) else "TALK: next"
    if code.page < len(offer.pages):
        page: CodePage = offer.pages[code.page]
        return SignView(status, Sign.NETWORK, f"“{page.text}”", f"{_WORDS[page.what]} {keys}, REPEAT: no")
    if code.country < 0:
        return SignView(status, Sign.NETWORK, "Which country?", "turn the knob, or press LANGUAGE; REPEAT: no")
    letters, name = state.setup.countries[code.country]
    return SignView(status, Sign.NETWORK, f"{name} ({letters})", f"Knob: another, {keys}, REPEAT: no")
