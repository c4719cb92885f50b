"""Care of the panels: their pixels wear out with every hour that they are lit.

Responsible for: when the panels dim and sleep, and what wakes them.
Must not: choose what is shown (``screen.py``), or move the picture by a pixel (``adapters/oled``: the panel's own
care).

A key, speech, words and whatever must be seen make the panels bright at once; the key counts as well, for it has
already done its work when this room hears of it. They only ever sleep in standby.
"""

from collections.abc import Iterator

from appliance.core.model.effects import Effect, Note, SetBrightness
from appliance.core.model.fast_replace import replace
from appliance.core.model.faults import Outcome
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode
from appliance.core.model.state import Care, Glow, State
from appliance.core.screen.screen import pressing


def watched(old: State, new: State, effects: tuple[Effect, ...], now: int, limits: Limits) -> Outcome:
    """``new`` with the panels as bright as they ought to be after a step, and the order for it."""
    if new.mode is Mode.STARTING:
        return new, ()
    since = now if _is_alive(old, new, effects, now) else new.care.since
    glow = _glow(new, since, now, limits)
    orders = () if glow is new.care.glow else (SetBrightness(_level(glow, limits)),)
    care = Care(since, glow)
    return new if care == new.care else replace(new, care=care), orders


def deadlines(state: State, now: int, limits: Limits) -> Iterator[int]:
    """When the panels dim or sleep, if nothing happens until then."""
    if _is_busy(state):
        return
    dim_ms, sleep_ms = _patience(state, limits)
    ends = (state.care.since + dim_ms, *((state.care.since + sleep_ms,) if _may_sleep(state, now) else ()))
    yield from (at for at in ends if now < at)


def _glow(state: State, since: int, now: int, limits: Limits) -> Glow:
    dim_ms, sleep_ms = _patience(state, limits)
    if _is_busy(state) or now < since + dim_ms:
        return Glow.BRIGHT
    return Glow.ASLEEP if now >= since + sleep_ms and _may_sleep(state, now) else Glow.DIM


def _patience(state: State, limits: Limits) -> tuple[int, int]:
    if state.setup.kiosk:
        return limits.kiosk_dim_ms, limits.kiosk_sleep_ms
    return limits.dim_ms, limits.sleep_ms


def _level(glow: Glow, limits: Limits) -> int:
    return {Glow.BRIGHT: limits.bright_level, Glow.DIM: limits.dim_level, Glow.ASLEEP: 0}[glow]


def _is_alive(old: State, new: State, effects: tuple[Effect, ...], now: int) -> bool:
    """Whether a step was a sign of life, or brought something that must be seen."""
    if any(isinstance(effect, Note) and effect.what == "key" for effect in effects):
        return True
    return (
        _is_busy(new) is not _is_busy(old)
        or new.shown != old.shown
        or new.source_text != old.source_text
        or new.owned_up_at != old.owned_up_at
        or (new.cost.asked_at, new.cost.low_at) != (old.cost.asked_at, old.cost.low_at)
        or (new.code.offer, new.code.told) != (old.code.offer, old.code.told)
        or (new.stopping, new.ending) != (old.stopping, old.ending)
        or (new.faults != old.faults and pressing(new, now) != pressing(old, now))
    )


def _is_busy(state: State) -> bool:
    """Somebody speaks, or the box does."""
    return state.speech or state.sound.speaking is not None


def _may_sleep(state: State, now: int) -> bool:
    return state.mode is Mode.STANDBY and not state.stopping and not pressing(state, now)
