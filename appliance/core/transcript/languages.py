"""Which language the other one speaks: the favourites, the menu of all, and choosing one.

Responsible for: what is offered and in what order, the menu's life, and what is said when one was chosen.
Must not: know which languages exist (``Setup.names`` says), dial (``reconcile.py`` does, when the choice has stood), or
touch contacts (``keys.py``).
"""

from appliance.core.model.events import Key
from appliance.core.model.fast_replace import replace
from appliance.core.model.limits import Limits
from appliance.core.model.state import About, Line, Menu, Remark, Setup, State

SCROLLS = {Key.LOUDER: 1, Key.QUIETER: -1}
TAKEN_FOR_GRANTED = "en"
PICKS = frozenset({Key.MUTE, Key.LANGUAGE})


def own_name(setup: Setup, code: str) -> str:
    """A language as its own speakers call it; its code where we do not know."""
    return dict(setup.names).get(code, code.upper())


def present(state: State) -> str:
    """What the other one speaks: in a kiosk the guest."""
    return state.theirs or state.setup.theirs


def favourites(setup: Setup) -> tuple[str, ...]:
    """The favourites without my own language."""
    return tuple(code for code in setup.favourites if code != setup.mine)


def offered(setup: Setup) -> tuple[str, ...]:
    """All that can be chosen: favourites first, the rest in order of their own names."""
    first = favourites(setup)
    return first + tuple(code for code, _ in setup.names if code not in first and code != setup.mine)


def next_favourite(state: State, now: int, limits: Limits) -> State:
    """The favourite behind the present language."""
    codes = favourites(state.setup)
    if not codes:
        return state
    place = codes.index(present(state)) if present(state) in codes else -1
    return chosen(state, codes[(place + 1) % len(codes)], now, limits)


def chosen(state: State, code: str, now: int, limits: Limits) -> State:
    """The other one speaks this. Its name is shown and said (``playback.py``); it is dialled when the choice stands."""
    remark = Remark(About.LANGUAGE, code, now, now + limits.language_shown_ms)
    return replace(state, theirs=code, direction_since=now, menu=None, remark=remark)


# What the service heard.


def heard(state: State, line: Line, language: str, now: int, limits: Limits, *, final: bool) -> State:
    """A transcript says in which language was spoken; it may not be the one that was taken for granted.

    Without a source the service detects one, say its later pages; earlier ones say that it takes English for granted.
    In a kiosk the guest's own language is offered, once a sentence, where the model has it.
    """
    setup, source = state.setup, line.direction.source
    if setup.kiosk:
        news = final and line.direction.target == setup.mine and language not in (source, present(state), setup.mine)
        if news and language in dict(setup.names):
            return replace(state, remark=Remark(About.FOUND, language, now, now + limits.found_shown_ms))
    elif language and not source and language != (state.detected or TAKEN_FOR_GRANTED):
        return replace(state, remark=Remark(About.HEARD, language, now, now + limits.language_shown_ms))
    return state


def found(state: State, now: int) -> str:
    """The language that one press of LANGUAGE would accept now; empty where none is offered."""
    remark = state.remark
    return remark.language if remark is not None and remark.about is About.FOUND and now < remark.until else ""


def kept_in_reach(state: State, now: int, limits: Limits) -> State:
    """LANGUAGE went down while a language was offered: its release may come a moment too late, and counts."""
    if state.remark is None or not found(state, now):
        return state
    until = max(state.remark.until, now + limits.menu_hold_ms)
    return replace(state, remark=replace(state.remark, until=until))


def pressed(state: State, now: int, limits: Limits) -> State:
    """LANGUAGE, short: the language that was found, else the next favourite."""
    code = found(state, now)
    return chosen(state, code, now, limits) if code else next_favourite(state, now, limits)


def unheard(state: State, now: int, limits: Limits) -> State:
    """The conversation cannot be turned round yet; say so."""
    return replace(state, remark=Remark(About.UNHEARD, state.detected, now, now + limits.language_shown_ms))


# The menu.


def opened(state: State, now: int, limits: Limits) -> State:
    """The menu, at the present language; nothing where there is nothing to choose."""
    codes = offered(state.setup)
    if not codes:
        return state
    at = codes.index(present(state)) if present(state) in codes else 0
    return replace(state, menu=Menu(at, now + limits.menu_open_ms), remark=None)


def menu_key(state: State, menu: Menu, key: Key, now: int, limits: Limits) -> State | None:
    """A key while the menu is open; None where the key is not the menu's: it closes, and the key does its own work."""
    codes = offered(state.setup)
    if key in SCROLLS:
        at = max(0, min(len(codes) - 1, menu.chosen + SCROLLS[key]))
        return replace(state, menu=Menu(at, now + limits.menu_open_ms))
    return chosen(state, codes[menu.chosen], now, limits) if key in PICKS else None


def lapsed(state: State, now: int) -> State:
    """Without the menu that nobody touches any more."""
    return replace(state, menu=None) if state.menu is not None and now >= state.menu.until else state
