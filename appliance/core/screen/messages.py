"""What the screen says to the people around the box: a language by its own name, the menu, what was noticed.

Responsible for: the views of what people choose and of what the box has to say to them, in words of their own.
Must not: change the state, or decide whether another view matters more (``screen.py``).
"""

from collections.abc import Iterator
from typing import assert_never

from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode
from appliance.core.model.state import About, Menu, Remark, Setup, State
from appliance.core.model.views import (
    CountdownView,
    IdleView,
    MenuRow,
    MenuView,
    Sentence,
    Sign,
    SignView,
    Status,
    SubtitlesView,
)
from appliance.core.model.words import words_for
from appliance.core.transcript.captions import letters
from appliance.core.transcript.languages import favourites, offered, own_name, present
from appliance.phrases import has_words, say

GUEST_KEY = "green_key"
"""The colour of GUEST, as a phrase: the parts list and the enclosure have it so."""


def menu(setup: Setup, open_menu: Menu) -> MenuView:
    """All languages by their own names; the chosen one in the middle says whether it is only read."""
    language = words_for(setup.mine)
    reads = say("reads", language)
    rows = tuple(
        MenuRow(code, own_name(setup, code), code not in setup.text_only, reads if code in setup.text_only else "")
        for code in offered(setup)
    )
    return MenuView(rows, open_menu.chosen, language)


def remark(state: State, said: Remark, status: Status) -> SignView:
    """What is said for some seconds."""
    code = said.language
    match said.about:
        case About.LANGUAGE:
            language = words_for(code, state.setup.mine)
            words = say("reads", language) if code in state.setup.text_only else ""
            return SignView(status, Sign.LANGUAGE, own_name(state.setup, code), words, code, words_language=language)
        case About.FOUND:
            language, name = words_for(code, state.setup.mine), own_name(state.setup, code)
            return SignView(status, Sign.LANGUAGE, name, say("accept", language), code, words_language=language)
        case About.HEARD:
            language, name = words_for(code, state.setup.mine), own_name(state.setup, code)
            return SignView(status, Sign.LANGUAGE, name, say("heard", language), code, words_language=language)
        case About.UNHEARD:
            language = words_for(state.setup.mine)
            return SignView(status, Sign.LANGUAGE, say("unheard", language), "", language)
        case About.KEPT:
            language = words_for(code, state.setup.mine)
            return SignView(status, Sign.NOTHING, say("kept", language), say("online", language), language)
        case _:  # pragma: no cover - the type checker proves it
            assert_never(said.about)


# A kiosk that waits for its next guest.


def idle(state: State, now: int, limits: Limits) -> IdleView:
    """What to do, in the guest's language; while nobody is here in each favourite, one after the other.

    That speech goes to an online service stands below each: everybody reads their own language only.
    """
    codes = _idle_languages(state)
    code = codes[(now - state.guest_session.since) // limits.idle_each_ms % len(codes)]
    if not has_words(code):
        return IdleView(code, own_name(state.setup, code))
    return IdleView(code, say("press", code), say(GUEST_KEY, code), say("consent", code))


def idle_deadlines(state: State, now: int, limits: Limits) -> Iterator[int]:
    """When the next language takes its turn."""
    if state.setup.kiosk and state.mode is Mode.STANDBY and not state.shown and len(_idle_languages(state)) > 1:
        yield now + limits.idle_each_ms - (now - state.guest_session.since) % limits.idle_each_ms


def _idle_languages(state: State) -> tuple[str, ...]:
    if state.guest_session.touched_at is not None:
        return (present(state),)
    own = present(state)
    return (own, *(code for code in favourites(state.setup) if code != own))


def countdown(state: State, seconds: int, status: Status) -> CountdownView:
    """The visit ends by itself, unless somebody is here still."""
    language = words_for(present(state), state.setup.mine)
    return CountdownView(status, seconds, say("stay", language), language)


# Captions.


def captions(state: State, status: Status) -> SubtitlesView:
    """The speaker's own words, those of the language that was spoken last."""
    said, language = state.captions.said, state.captions.said[-1].language
    rows = tuple(Sentence(one.text, one.tail, one.final) for one in said if one.language == language)
    return SubtitlesView(status, language, rows, letters=letters(state), back=state.captions.back)
