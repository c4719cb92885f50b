"""A line's life: what its news changes.

Responsible for: phases, the budget's bookings, what a loss leads to.
Must not: decide that a line is wanted (``reconcile.py``) or handle what was said (``turns.py``).
"""

from typing import assert_never

from appliance.core.link.dial_budget import booked, redial_delay_ms
from appliance.core.link.disconnect_diagnosis import Diagnosis, diagnose, rejects_settings
from appliance.core.model.direction import Direction
from appliance.core.model.effects import Configure, Effect, HangUp, Note, SetDownlink, SetUplink, Upgrade
from appliance.core.model.events import Loss
from appliance.core.model.fast_replace import replace
from appliance.core.model.faults import LINE_FAULTS, cleared, raised
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Phase, Valve
from appliance.core.model.state import Line, State
from appliance.core.model.step_result import StepResult
from appliance.errors import FaultCode


def noted(line: Line, state: str, why: str) -> Note:
    """The journal's row for a change of a line."""
    return Note("line", (("number", line.number), ("direction", str(line.direction)), ("state", state), ("why", why)))


def changed(state: State, line: Line) -> State:
    """The state with this line in the place of its former self."""
    return replace(state, lines=tuple(line if old.number == line.number else old for old in state.lines))


def without(state: State, number: int) -> State:
    """The state without this line: from here on its news changes nothing."""
    return replace(state, lines=tuple(line for line in state.lines if line.number != number))


def troubled(state: State, line: Line, loss: Loss, detail: str, now: int, limits: Limits) -> StepResult:
    """An attempt to reach the service failed; the worker goes on trying. What a person must mend is told at once."""
    diagnosis = diagnose(loss, 0, "", "")
    if diagnosis.fatal:  # no further attempt can help
        return _lost(replace(state, last_loss=loss), line, diagnosis, str(loss), now, limits, hang_up=True)
    state = changed(state, replace(line, trouble=loss))
    state = replace(state, last_loss=loss, lost_at=now if state.lost_at is None else state.lost_at)
    if loss in (Loss.UNKNOWN_ISSUER, Loss.WRONG_NAME, Loss.NOT_YET_VALID):
        return raised(state, diagnosis.code, now, detail)
    return state, ()


def reached(state: State, line: Line, now: int, limits: Limits) -> StepResult:
    """The dial is booked, and then made: whoever dies between the two has lost a dial, never the account."""
    if line.dialled:
        return state, ()
    state = replace(state, budget=booked(state.budget, line.purpose, now, limits))
    return changed(state, replace(line, dialled=True, since=now)), (Upgrade(line.number),)


def opened(state: State, line: Line, now: int) -> StepResult:
    """Upgraded; ``session.created`` comes unasked."""
    if line.phase is not Phase.DIALING:
        return state, ()
    line = replace(line, phase=Phase.CONFIGURING, opened=True, since=now)
    return changed(state, line), (noted(line, "configuring", "upgraded"),)


def created(state: State, line: Line, now: int) -> StepResult:
    """The service waits for our settings."""
    if line.phase is not Phase.CONFIGURING or line.created:
        return state, ()
    return changed(state, replace(line, created=True, since=now)), (Configure(line.number),)


def configured(state: State, line: Line, now: int) -> StepResult:
    """The settings are accepted: the line may receive uplink."""
    if line.phase is not Phase.CONFIGURING:
        return state, ()  # a second session.updated
    taken = any(other.phase is Phase.READY and other.direction == line.direction for other in state.lines)
    if taken:  # it waits for the line that it is to replace: ``rotation.py``
        line = replace(line, phase=Phase.SPARE, since=now)
        return changed(state, line), ()
    line = replace(line, phase=Phase.READY, since=now, used_at=now)
    state = replace(changed(state, line), lost_at=None, last_loss=None, retry_at=None, served=True)
    state, effects = cleared(state, LINE_FAULTS)
    return state, (
        *effects,
        noted(line, "ready", "configured"),
        SetDownlink(Valve.OPEN, line.number),
        SetUplink(Valve.OPEN, line.number),
    )


def complained(
    state: State, line: Line, code: str, message: str, now: int, limits: Limits, *, of_transcript: bool = False
) -> StepResult:
    """An ``error`` event. The line goes on, unless our settings were refused: then no retry can help.

    ``of_transcript``: a transcript failed, which is no statement on our settings.
    """
    if of_transcript:
        return state, ()
    words = f"{code} {message}"
    line = replace(line, complaint=words, complained_at=now)
    if line.phase is Phase.CONFIGURING and rejects_settings(words):
        return _lost(changed(state, line), line, Diagnosis(FaultCode.S4, fatal=True), words, now, limits, hang_up=True)
    return changed(state, line), ()


def finished(state: State, line: Line, now: int, limits: Limits) -> StepResult:
    """``session.finished``: all that the line was sent is answered, and we close.

    One that nobody asked for answers nothing: the line is lost, and what it was sent goes to the next one.
    """
    if line.phase is not Phase.FINISHING:
        return _lost(state, line, Diagnosis(FaultCode.S3, refused=True), "finished unasked", now, limits, hang_up=True)
    if state.single:
        state = replace(state, retry_at=max(state.retry_at or now, now + limits.single_gap_ms))
    return without(state, line.number), (noted(line, "closed", "finished"), HangUp(line.number, "finished"))


def lost(state: State, line: Line, loss: Loss, status: int, detail: str, now: int, limits: Limits) -> StepResult:
    """The socket is gone."""
    recent = now - line.complained_at <= limits.error_counts_ms
    diagnosis = diagnose(loss, status, detail, line.complaint if recent else "")
    why = " ".join(part for part in (str(loss), str(status) if status else "", detail) if part)
    return _lost(replace(state, last_loss=loss), line, diagnosis, why, now, limits, hang_up=False)


def overdue(state: State, now: int, limits: Limits) -> StepResult:
    """Hang up the lines on which the service has been silent for too long in a phase that bounds it."""
    effects: tuple[Effect, ...] = ()
    for line in state.lines:
        due = line_deadline(line, limits)
        if due is None or now < due:
            continue
        if line.phase is Phase.FINISHING:
            state = without(state, line.number)
            more: tuple[Effect, ...] = (
                noted(line, "closed", "no session.finished"),
                HangUp(line.number, "no session.finished"),
            )
        else:
            diagnosis = Diagnosis(FaultCode.S3, refused=True)
            state, more = _lost(state, line, diagnosis, "no answer to the handshake", now, limits, hang_up=True)
        effects = (*effects, *more)
    return state, effects


def line_deadline(line: Line, limits: Limits) -> int | None:
    """When this line's present phase has lasted too long; None where it may last."""
    match line.phase:
        case Phase.DIALING:
            return line.since + limits.created_within_ms if line.dialled else None
        case Phase.CONFIGURING:
            return line.since + (limits.configured_within_ms if line.created else limits.created_within_ms)
        case Phase.READY | Phase.SPARE:
            return None
        case Phase.FINISHING:
            return line.since + limits.finished_within_ms
        case _:  # pragma: no cover - the type checker proves it
            assert_never(line.phase)


def _lost(
    state: State, line: Line, diagnosis: Diagnosis, why: str, now: int, limits: Limits, *, hang_up: bool
) -> StepResult:
    """Remove the line, and say what the loss means for the next one."""
    effects: tuple[Effect, ...] = (noted(line, "lost", why),)
    if hang_up:
        effects = (*effects, HangUp(line.number, why))
    state = without(state, line.number)
    state = replace(state, lost_at=now if state.lost_at is None else state.lost_at)
    budget = state.budget
    if diagnosis.slow and state.served:  # it worked before with this address and key
        diagnosis = Diagnosis(FaultCode.S3, refused=True)
    if diagnosis.fatal or (diagnosis.slow and state.setup.ends_with_microphone):
        state = replace(state, refusal=diagnosis.code, retry_at=None, budget=replace(budget, refusals=0))
        state, more = raised(state, diagnosis.code, now, why)
        return state, (*effects, *more)
    turned_away = diagnosis.limited or (diagnosis.refused and line.opened and not line.created)
    if turned_away and not state.single and any(other.phase is Phase.READY for other in state.lines):
        # It may be the second line that is refused, whatever the words
        # (appliance/protocol/README.md#21-what-nobody-knows-yet, U11): work with one, and see.
        return replace(state, single=True, retry_at=now), effects
    if diagnosis.limited or diagnosis.slow:
        waits = limits.slow_delays_ms if diagnosis.slow else limits.limited_delays_ms
        state = replace(
            state,
            budget=replace(budget, limited=budget.limited + 1),
            retry_at=now + waits[min(budget.limited, len(waits) - 1)],
        )
        state, more = raised(state, diagnosis.code, now, why)
        return state, (*effects, *more)
    delay = redial_delay_ms(budget, state.setup.serial, line.number, limits, busy=diagnosis.busy)
    grown = replace(budget, refusals=budget.refusals + 1) if diagnosis.refused else budget
    return replace(state, budget=grown, retry_at=now + delay), effects


def deaf(state: State, direction: Direction, now: int, limits: Limits) -> StepResult:
    """Replace a line that takes speech and answers nothing, however well it answers pings
    (appliance/core/README.md#nothing-said-is-lost).

    The line of the direction at rest too: what it owes would wait until the conversation turns round again.
    """
    line = next((line for line in state.lines if line.phase is Phase.READY and line.direction == direction), None)
    if line is None:
        return state, ()
    return _lost(state, line, Diagnosis(FaultCode.S3, refused=True), "deaf", now, limits, hang_up=True)
