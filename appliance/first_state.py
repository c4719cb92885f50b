"""The state in which a process begins: from the settings, and from what the last process of this boot left.

Responsible for: the core's view of the settings, and what is remembered.
Must not: read files, start anything, or decide what the core decides.
"""

import logging
import os
from dataclasses import replace
from unicodedata import normalize

from appliance.config.countries import countries
from appliance.config.settings import Settings
from appliance.core.model.state import Setup, State
from appliance.core.session import cues
from appliance.protocol.languages import LANGUAGES, Language
from appliance.protocol.voices import Model
from appliance.workers.storage.runtime_store import Kept
from appliance.workers.storage.usage_store import Count

_MINUTE_MS = 60_000
_NO_COUNT = Count()

log = logging.getLogger(__name__)


def setup(settings: Settings, model: Model, country: str = "", *, has_key: bool = True) -> Setup:
    """The core's view of the settings. ``country``: where the box seems to stand, or empty."""
    run, languages = settings.run, settings.languages
    voice = settings.service.voice
    return Setup(
        mine=languages.mine,
        theirs=languages.theirs,
        favourites=languages.favourites,
        kiosk=run.profile == "kiosk",
        talk_taps=settings.keys.talk == "tap",
        at_once=run.start == "at-once" or settings.keys.driver == "none",
        keyless=settings.keys.driver == "none",
        captions=languages.mode == "captions",
        ends_with_microphone=run.until == "microphone-ends",
        letters=settings.screen.letters,
        flip=settings.screen.flip,
        show_source=settings.screen.show_source,
        guest_panel=settings.screen.guest_driver != "none",
        camera=settings.camera.mode if settings.camera.driver != "none" else "off",
        text_only=frozenset(code for code in LANGUAGES if not model.speaks(code, voice)),
        half_duplex=settings.loudspeaker.mode == "loudspeaker" and settings.loudspeaker.driver != "none",
        cues=settings.loudspeaker.driver != "none",
        spoken_cues=settings.loudspeaker.spoken_cues,
        robot_voice=settings.loudspeaker.robot_voice and settings.loudspeaker.driver != "none",
        names=tuple((language.code, language.native_name) for language in _by_own_name(model)),
        cap_ms=settings.cost.daily_minutes * _MINUTE_MS,
        cap_tokens=settings.cost.daily_tokens,
        unattended_ms=0 if settings.keys.driver == "none" else settings.cost.unattended_minutes * _MINUTE_MS,
        code_reader=settings.camera.driver != "none" and settings.keys.driver != "none",
        looks_at_start=settings.keys.driver == "gpio" and not has_key,
        countries=tuple(sorted(countries().items(), key=lambda row: row[0] != country)),
        country_guessed=bool(country),
        serial=os.getpid(),
    )


def _by_own_name(model: Model) -> list[Language]:
    """What the model translates into, in the order in which a reader of the menu looks for it."""
    return sorted(
        (language for language in LANGUAGES.values() if language.code in model.targets),
        key=lambda language: normalize("NFD", language.native_name).casefold(),
    )


def remembered(state: State, kept: Kept, count: Count = _NO_COUNT) -> State:
    """The first state of a process, with what the last one of this boot left: its dials, and what it still owed.

    ``count``: what the day had cost by then, kept over boots.
    """
    if kept.owes:
        log.warning("please repeat: the process before this one ended with speech unanswered")
    budget = replace(state.budget, dials=kept.dials, tokens_spent=kept.tokens_spent)
    microphone_health = replace(state.microphone_health, restarted_at=kept.restarted_at)
    cost = replace(state.cost, day=count.day, sent_ms=count.sent_ms, tokens=count.tokens)
    state = replace(
        state, budget=budget, reported_lost_at=0 if kept.owes else None, microphone_health=microphone_health, cost=cost
    )
    return cues.owed(state) if kept.owes else state
