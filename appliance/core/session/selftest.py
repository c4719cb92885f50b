"""The self-test at the box: LANGUAGE and REPEAT held together for three seconds, and pages until a key.

Responsible for: when it may run (the box rests), what ends it, and the pages of it, with what today cost.
Must not: check anything: the rows come as events, from a process of its own.
"""

from collections.abc import Iterator

from appliance.core.link.dial_budget import booked
from appliance.core.model.effects import BeginCheck, EndCheck
from appliance.core.model.events import CheckTold, Key
from appliance.core.model.fast_replace import replace
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode
from appliance.core.model.state import Ending, Purpose, Selftest, State, Wanted
from appliance.core.model.step_result import StepResult
from appliance.core.model.views import Mark, Sign, SignView, Status, TableRow, TableView
from appliance.phrases import say

ROUND_TRIP = "round trip"
"""The one row that is a dial."""
_ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("network", ("name",)),
    ("service", ("service", "key", ROUND_TRIP)),
    ("clock", ("clock",)),
    ("microphone", ("microphone",)),
    ("loudspeaker", ("loudspeaker",)),
)
"""What the panel says of it: a key of the phrases, and the rows of the self-test that it stands for."""
_OTHERS = ("settings", "storage")
"""CueState where they failed alone, by their code."""
_ROWS_A_PAGE = 3
_MOST_ROWS = 24
_GO_ON = (Key.PRIVACY, Key.POWER, Key.TALK, Key.GUEST)
"""These end the pages and do their own work: a talk key always wins."""


def held(state: State, *, both: bool, now: int, limits: Limits) -> State:
    """The two keys are down together now, or not any more."""
    due = now + limits.check_hold_ms if both and state.menu is None else None
    return replace(state, selftest=replace(state.selftest, due_at=due))


def pressed(state: State, key: Key) -> tuple[State, bool]:
    """A press takes the pages away; whether that is all it does."""
    if state.selftest.since is None:
        return state, False
    return replace(state, selftest=replace(state.selftest, since=None)), key not in _GO_ON


def ticked(state: State, now: int, limits: Limits) -> StepResult:
    """Held for so long: begin, or say why not."""
    due = state.selftest.due_at
    if due is None or now < due:
        return state, ()
    if not _rests(state) or state.selftest.running:
        told = replace(state.selftest, due_at=None, refused_until=now + limits.check_refused_ms)
        return replace(state, selftest=told), ()
    begun = Selftest(running=True, since=now, private=state.private)
    return replace(state, selftest=begun), (BeginCheck(private=state.private),)


def told(state: State, row: CheckTold, now: int, limits: Limits) -> State:
    """One row more. The dial of the round trip is one of ours: the service counts it."""
    if not state.selftest.running:
        return state
    if row.what == ROUND_TRIP and not row.told:
        state = replace(state, budget=booked(state.budget, Purpose.WANTED, now, limits))
    rows = (*state.selftest.rows, row)[-_MOST_ROWS:]
    return replace(state, selftest=replace(state.selftest, rows=rows))


def ended(state: State) -> State:
    """There are no more rows."""
    return replace(state, selftest=replace(state.selftest, running=False))


def sync_selftest(state: State) -> StepResult:
    """End it where somebody took the pages away, or the box does not rest any more, or the slide moved."""
    check = state.selftest
    if check.since is not None and not _rests(state):
        check = replace(check, since=None)
    if check.running and (check.since is None or check.private is not state.private):
        return replace(state, selftest=replace(check, running=False, since=None)), (EndCheck(),)
    return (state, ()) if check is state.selftest else (replace(state, selftest=check), ())


def _rests(state: State) -> bool:
    """Nothing is opened, and nothing is on its way: each device may be opened by somebody else."""
    idle = state.mode is Mode.STANDBY and not state.lines and not state.capture and state.closing_at is None
    goes_on = state.ending is Ending.NONE and not state.stopping
    return idle and goes_on and (state.wanted is not Wanted.INTERPRETING or state.private)


def deadlines(state: State, now: int, limits: Limits) -> Iterator[int]:
    """When something here is due, or the next page."""
    check = state.selftest
    if check.due_at is not None:
        yield check.due_at
    if check.refused_until is not None and now < check.refused_until:
        yield check.refused_until
    if check.since is not None:
        yield now + limits.check_page_ms - (now - check.since) % limits.check_page_ms


# The pages.


def view(
    state: State, now: int, limits: Limits, status: Status, language: str, *, costs: bool = True
) -> TableView | SignView | None:
    """What a panel shows of it, where it shows something. ``costs``: with what today cost."""
    check = state.selftest
    if check.since is not None:
        pages = _pages(state, language, costs=costs)
        title, rows = pages[(now - check.since) // limits.check_page_ms % len(pages)]
        return TableView(status, title, rows, language)
    if check.refused_until is not None and now < check.refused_until:
        return SignView(status, Sign.WAIT, say("check", language), say("stop_first", language), language)
    return None


def _pages(state: State, language: str, *, costs: bool) -> list[tuple[str, tuple[TableRow, ...]]]:
    check, title = state.selftest, say("check", language)
    rows = [_row(say(label, language), whats, check) for label, whats in _ROWS]
    rows += [TableRow(row.what, row.code, Mark.BAD) for row in check.rows if row.what in _OTHERS and row.code]
    pages = [(title, tuple(rows[at : at + _ROWS_A_PAGE])) for at in range(0, len(rows), _ROWS_A_PAGE)]
    return [*pages, (say("cost", language), _cost(state, language))] if costs else pages


def _row(label: str, whats: tuple[str, ...], check: Selftest) -> TableRow:
    """The first code counts; what only tells something is neither good nor bad."""
    found = [row for row in check.rows if row.what in whats]
    code = next((row.code for row in found if row.code), "")
    if code:
        return TableRow(label, code, Mark.BAD)
    if len(found) < len(whats):
        return TableRow(label, "", Mark.BUSY if check.running else Mark.NONE)
    return TableRow(label, "", Mark.NONE if any(row.told for row in found) else Mark.GOOD)


def _cost(state: State, language: str) -> tuple[TableRow, ...]:
    setup, cost = state.setup, state.cost
    counts = (("minutes", cost.sent_ms // 60_000, setup.cap_ms // 60_000), ("tokens", cost.tokens, setup.cap_tokens))
    return tuple(TableRow(say(key, language), f"{used} / {cap}" if cap else str(used)) for key, used, cap in counts)
