"""What today costs, and what follows: the daily caps, the warning before them, and the question to whoever went away.

Responsible for: the count, its day, and when interpreting ends because of them.
Must not: read a clock or a calendar (the date is an event), know prices (``protocol/prices.py``), or close anything:
it takes the intent away, and ``reconcile.py`` follows.

The rule of days. A board without a battery wakes with a date of the past, and learns the true one minutes later or
never. So a date is *sure* or it is not, and:

1. A later date begins a new count, sure or not: a clock that runs behind cannot be ahead.
2. An earlier date that is not sure changes nothing: the count goes on as if it were the same day.
3. An earlier date that is sure puts the count under itself, and the count goes on: else a day that was written in
   the future would never end.
4. What this process counted while the date was not sure belongs to the day that becomes sure.
"""

from collections.abc import Iterator

from appliance.core.devices.playback import talk_held
from appliance.core.link.connection import changed
from appliance.core.model.effects import Effect
from appliance.core.model.fast_replace import replace
from appliance.core.model.faults import cleared, raised
from appliance.core.model.limits import Limits
from appliance.core.model.state import Cost, Ending, Line, Setup, State, Wanted
from appliance.core.model.step_result import StepResult
from appliance.core.model.views import Sign
from appliance.core.process.shutdown import hurried
from appliance.errors import FaultCode

_B1 = frozenset({FaultCode.B1})
_LOW_PERCENT = 90

# The count.


def sent(state: State, ms: int) -> State:
    """So much sound was sent by this process so far, replays not counted."""
    more = max(0, ms - state.cost.process_ms)
    return _spent(replace(state, cost=replace(state.cost, process_ms=state.cost.process_ms + more)), more, 0)


def metered(state: State, line: Line, tokens: int) -> State:
    """What the line cost since the service last counted, by the published rates."""
    return changed(_spent(state, 0, tokens - line.estimate), replace(line, estimate=tokens))


def counted(state: State, line: Line, tokens: int) -> State:
    """The service's own count takes the place of every estimate.

    It is cumulative over the session, and may jump backwards (appliance/protocol/README.md#9-usage-arithmetic): never
    count below.
    """
    more = max(0, tokens - line.tokens)
    state = _spent(replace(state, tokens=state.tokens + more), 0, more - line.estimate)
    return changed(state, replace(line, tokens=line.tokens + more, estimate=0))


def _spent(state: State, ms: int, tokens: int) -> State:
    cost = state.cost
    cost = replace(cost, sent_ms=cost.sent_ms + ms, tokens=max(0, cost.tokens + tokens))
    if not cost.sure:
        cost = replace(cost, unsure_ms=cost.unsure_ms + ms, unsure_tokens=max(0, cost.unsure_tokens + tokens))
    return replace(state, cost=cost)


# The day.


def dated(state: State, day: str, *, sure: bool) -> StepResult:
    """The calendar says this date (ISO). See the rule of days."""
    cost = state.cost
    if day > cost.day:
        carries = sure and not cost.sure and bool(cost.day)
        if not cost.day:  # nothing was kept, or the count began before there was a date
            cost = replace(cost, day=day)
        else:
            cost = replace(
                cost,
                day=day,
                sent_ms=cost.unsure_ms if carries else 0,
                tokens=cost.unsure_tokens if carries else 0,
                closed=False,
                reached_at=None,
                quiet_at=None,
                low_at=None,
            )
        cost = replace(cost, unsure_ms=0, unsure_tokens=0)
    elif sure:
        cost = replace(cost, day=day, unsure_ms=0, unsure_tokens=0)
    state = replace(state, cost=replace(cost, sure=sure))
    return (state, ()) if cost.closed else cleared(state, _B1)


# What follows.


def mark_activity(state: State, now: int) -> State:
    """Somebody pressed a key: somebody is there."""
    return replace(state, cost=replace(state.cost, touched_at=now, asked_at=None))


def enforce_caps(state: State, now: int, limits: Limits) -> StepResult:
    """End what may not go on: today's allowance is used up, or nobody is there."""
    if state.ending is not Ending.NONE:
        return state, ()
    state, effects = _capped(state, now, limits)
    return _attended(state, now, limits), effects


def _capped(state: State, now: int, limits: Limits) -> StepResult:
    cost = state.cost
    effects: tuple[Effect, ...] = ()
    if not cost.closed and _used(state.setup, cost, 100):
        reached = now if cost.reached_at is None else cost.reached_at
        quiet = None if _speaks(state) else now if cost.quiet_at is None else cost.quiet_at
        paused = quiet is not None and (now >= quiet + limits.cap_pause_ms or not state.capture)
        closed = paused or now >= reached + limits.cap_by_force_ms
        state = replace(state, cost=replace(cost, reached_at=reached, quiet_at=quiet, closed=closed))
        state, effects = raised(state, FaultCode.B1, now) if closed else (state, ())
    elif not cost.closed and cost.reached_at is not None:
        state = replace(state, cost=replace(cost, reached_at=None, quiet_at=None))  # the estimate was above the count
    elif _low(state):
        state = replace(state, cost=replace(cost, low_at=now))
    if state.cost.closed and state.wanted is not Wanted.NOTHING and not state.setup.at_once:
        # At midnight it must not begin to listen by itself; a box that always does goes on with its work.
        state = replace(state, wanted=Wanted.NOTHING)
    return state, effects


def _reached(state: State) -> bool:
    """Whether a cap is reached, and nothing was done about it yet."""
    cost = state.cost
    return not cost.closed and cost.reached_at is None and _used(state.setup, cost, 100)


def _low(state: State) -> bool:
    """Whether little is left, and nothing was said about it yet."""
    cost = state.cost
    said = cost.low_at is not None or cost.reached_at is not None
    return not said and not _speaks(state) and _used(state.setup, cost, _LOW_PERCENT)


def _speaks(state: State) -> bool:
    """Whether somebody speaks to the box; voices in the room are none of its business."""
    return state.speech and state.wanted is Wanted.INTERPRETING


def _used(setup: Setup, cost: Cost, percent: int) -> bool:
    """Whether so much of an allowance is gone."""
    allowances = ((setup.cap_ms, cost.sent_ms), (setup.cap_tokens, cost.tokens))
    return any(cap and 100 * used >= percent * cap for cap, used in allowances)


def _attended(state: State, now: int, limits: Limits) -> State:
    cost = state.cost
    due = attention_due(state, limits)
    if due is None:
        return _unasked(state)
    if now < due:
        return state
    if cost.asked_at is None:
        return replace(state, cost=replace(cost, asked_at=now))
    state = _unasked(state)
    if state.setup.ends_with_microphone:  # it would wait for ever for the rest of the recording
        return hurried(replace(state, stopping=True, why="unattended"), now, limits)
    return replace(state, wanted=Wanted.NOTHING)


def _unasked(state: State) -> State:
    return state if state.cost.asked_at is None else replace(state, cost=replace(state.cost, asked_at=None))


def attention_due(state: State, limits: Limits) -> int | None:
    """When to ask whether somebody is there, or to take silence for the answer; None while that is no question."""
    interprets = state.wanted is Wanted.INTERPRETING and not state.private and not state.cost.closed
    if not state.setup.unattended_ms or not interprets or talk_held(state):
        return None
    asked = state.cost.asked_at
    return state.cost.touched_at + state.setup.unattended_ms if asked is None else asked + limits.still_there_ms


def deadlines(state: State, now: int, limits: Limits) -> Iterator[int]:
    """When something here is due, or over."""
    if state.ending is not Ending.NONE:
        return
    due = attention_due(state, limits)
    if due is not None:
        yield due
    cost = state.cost
    if _reached(state) or _low(state):
        yield now  # booted with what an earlier process of the day left
    if cost.reached_at is not None and not cost.closed:
        yield cost.reached_at + limits.cap_by_force_ms
        if cost.quiet_at is not None:  # a microphone that was closed since is a pause already
            yield cost.quiet_at + (limits.cap_pause_ms if state.capture else 0)
    if cost.low_at is not None and now < cost.low_at + limits.low_shown_ms:
        yield cost.low_at + limits.low_shown_ms


def sign(state: State, now: int, limits: Limits) -> tuple[Sign, str, str] | None:
    """What the panel says about it, over everything else: a pictogram and two keys of the phrases."""
    cost = state.cost
    if state.ending is not Ending.NONE:
        return None
    if cost.asked_at is not None:
        return Sign.PRESS, "still_there", ""
    if cost.low_at is not None and now < cost.low_at + limits.low_shown_ms and not cost.closed:
        return Sign.WAIT, "low", ""
    return None
