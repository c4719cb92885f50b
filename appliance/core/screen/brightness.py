"""Brightness of the screens: when they dim and sleep, for their pixels wear out with every hour that they are lit.

Responsible for: when the panels dim and sleep, and what wakes them.
Must not: choose what is shown (``screen.py``), or move the picture by a pixel (``adapters/oled``: the panel's own
care).

A key, speech, words and whatever must be seen make the panels bright at once; the key counts as well, for it has
already done its work when this room hears of it. They only ever sleep in standby.
"""

from collections.abc import Iterator

from appliance.core.model.effects import Effect, Note, SetBrightness
from appliance.core.model.fast_replace import replace
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode
from appliance.core.model.state import Brightness, ScreenPower, State
from appliance.core.model.step_result import StepResult
from appliance.core.screen.screen import pressing


def update_brightness(old: State, new: State, effects: tuple[Effect, ...], now: int, limits: Limits) -> StepResult:
    """``new`` with the panels as bright as they ought to be after a step, and the order for it."""
    if new.mode is Mode.STARTING:
        return new, ()
    since = now if _is_alive(old, new, effects, now) else new.screen_power.since
    brightness = _brightness_for(new, since, now, limits)
    orders = () if brightness is new.screen_power.brightness else (SetBrightness(_level(brightness, limits)),)
    screen_power = ScreenPower(since, brightness)
    return new if screen_power == new.screen_power else replace(new, screen_power=screen_power), orders


def deadlines(state: State, now: int, limits: Limits) -> Iterator[int]:
    """When the panels dim or sleep, if nothing happens until then."""
    if _is_busy(state):
        return
    dim_ms, sleep_ms = _patience(state, limits)
    ends = (
        state.screen_power.since + dim_ms,
        *((state.screen_power.since + sleep_ms,) if _may_sleep(state, now) else ()),
    )
    yield from (at for at in ends if now < at)


def _brightness_for(state: State, since: int, now: int, limits: Limits) -> Brightness:
    dim_ms, sleep_ms = _patience(state, limits)
    if _is_busy(state) or now < since + dim_ms:
        return Brightness.BRIGHT
    return Brightness.ASLEEP if now >= since + sleep_ms and _may_sleep(state, now) else Brightness.DIM


def _patience(state: State, limits: Limits) -> tuple[int, int]:
    if state.setup.kiosk:
        return limits.kiosk_dim_ms, limits.kiosk_sleep_ms
    return limits.dim_ms, limits.sleep_ms


def _level(brightness: Brightness, limits: Limits) -> int:
    return {Brightness.BRIGHT: limits.bright_level, Brightness.DIM: limits.dim_level, Brightness.ASLEEP: 0}[brightness]


def _is_alive(old: State, new: State, effects: tuple[Effect, ...], now: int) -> bool:
    """Whether a step was a sign of life, or brought something that must be seen."""
    if any(isinstance(effect, Note) and effect.what == "key" for effect in effects):
        return True
    return (
        _is_busy(new) is not _is_busy(old)
        or new.shown != old.shown
        or new.source_text != old.source_text
        or new.reported_lost_at != old.reported_lost_at
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
