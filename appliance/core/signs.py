"""What the screen says to the people around the box: a language by its own name, the menu, what was noticed.

Responsible for: the views of what people choose and of what the box has to say to them, in words of their own.
Must not: change the state, or decide whether another view matters more (``panel.py``).
"""

from typing import assert_never

from appliance.core.languages import offered, own_name
from appliance.core.state import About, Menu, Remark, Setup, State
from appliance.core.views import MenuRow, MenuView, Sign, SignView, Status
from appliance.phrases import SOURCE, has_words, say


def words_for(*codes: str) -> str:
    """The first of these languages in which the box has words of its own; else the one it was written in."""
    return next((code for code in codes if has_words(code)), SOURCE)


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
        case _:  # pragma: no cover - the type checker proves it
            assert_never(said.about)
