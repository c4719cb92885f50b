"""``core/link/connection.py``: a line's life, and what its end means for the next.

Responsible for: phases, bookings, losses, time limits of a line. Must not: judge what a loss means
(``test_disconnect_diagnosis.py``).
"""

import pytest

from appliance.core.machine.deadlines import next_deadline
from appliance.core.model.direction import Direction
from appliance.core.model.effects import Configure, Dial, Effect, HangUp, Note, SetDownlink, SetUplink, Upgrade
from appliance.core.model.events import (
    Key,
    LineConfigured,
    LineCreated,
    LineFinished,
    LineLost,
    LineOpened,
    LineReached,
    LineTroubled,
    Loss,
    ServiceComplained,
    TurnAnswered,
    UsageCounted,
)
from appliance.core.model.fast_replace import replace
from appliance.core.model.modes import Mode, Phase, Valve
from appliance.core.model.state import Purpose, Setup
from appliance.errors import FaultCode
from tests.core.box import Box, fields
from tests.core.states import configuring, dialing, finishing, on_air, standby

RATE = "Requests rate limit exceeded, please try again later."


def dials(effects: tuple[Effect, ...]) -> list[int]:
    return [effect.line for effect in effects if isinstance(effect, Dial)]


def rows(effects: tuple[Effect, ...], what: str) -> list[dict[str, str | int | bool | None]]:
    return [fields(effect) for effect in effects if isinstance(effect, Note) and effect.what == what]


def codes(box: Box) -> list[str]:
    return [str(fault.code) for fault in box.state.faults]


def until_dialled(box: Box) -> int:
    """Let time pass until the active direction has a line again; how long that took."""
    began = box.now
    for _ in range(10):
        if box.state.lines:
            return box.oracle.dials[-1] - began
        due = next_deadline(box.state, box.now, box.limits)
        assert due is not None
        box.pass_time(due - box.now)
    raise AssertionError("no line was dialled")


def test_a_line_goes_through_its_phases() -> None:
    box = dialing()
    assert rows(box.send(LineOpened(1)), "line") == [
        {"number": 1, "direction": "en>es", "state": "configuring", "why": "upgraded"}
    ]
    assert box.send(LineCreated(1)) == (Configure(1),)
    ready = box.send(LineConfigured(1))
    assert SetUplink(Valve.OPEN, 1) in ready
    assert ready.index(SetDownlink(Valve.OPEN, 1)) < ready.index(SetUplink(Valve.OPEN, 1))
    assert box.mode() is Mode.ON_AIR


@pytest.mark.parametrize("event", [LineOpened(1), LineCreated(1), LineConfigured(1)])
def test_news_that_comes_twice_changes_nothing(event: LineOpened | LineCreated | LineConfigured) -> None:
    box = on_air()
    before = box.state
    assert box.send(event) == ()
    assert box.state == before


def test_a_second_session_created_configures_nothing_again() -> None:
    box = configuring()
    box.send(LineCreated(1))
    assert box.send(LineCreated(1)) == ()


def test_a_line_that_cannot_reach_the_service_may_try_for_ever() -> None:
    box = Box(dials_at_once=False).boot()
    box.press(Key.TALK)
    box.pass_time(600_000)
    assert (box.mode(), box.oracle.dials) == (Mode.DIALING, [])


@pytest.mark.parametrize(
    ("events", "within_ms"),
    [((), 10_000), ((LineOpened(1),), 10_000), ((LineOpened(1), LineCreated(1)), 10_000)],
    ids=["upgrade", "created", "updated"],
)
def test_a_silent_handshake_is_hung_up(events: tuple[LineOpened | LineCreated, ...], within_ms: int) -> None:
    box = dialing()
    box.pass_time(500)
    box.send(*events)
    wait = within_ms if events else within_ms - 600
    assert box.pass_time(wait - 1) == ()
    assert HangUp(1, "no answer to the handshake") in box.pass_time(1)
    assert box.state.budget.refusals == 1


def test_a_line_that_never_says_finished_is_closed() -> None:
    box = finishing()
    assert HangUp(1, "no session.finished") not in box.pass_time(14_999)
    assert HangUp(1, "no session.finished") in box.pass_time(1)
    assert box.mode() is Mode.STANDBY


def test_a_finished_line_is_hung_up() -> None:
    assert HangUp(1, "finished") in finishing().send(LineFinished(1))


def test_a_line_that_is_lost_on_the_air_is_redialled_at_once() -> None:
    box = on_air()
    effects = box.send(LineLost(1, Loss.DEAD))
    assert dials(effects) == [2]
    assert box.state.lines[0].purpose is Purpose.REDIAL
    assert not any(isinstance(effect, HangUp) for effect in effects), "its socket is gone already"
    assert rows(effects, "line")[0] == {"number": 1, "direction": "en>es", "state": "lost", "why": "dead"}


def test_the_back_off_grows_with_refusals_and_ends_with_an_answer() -> None:
    box = on_air()
    waits = []
    for number in range(1, 5):
        box.pass_time(61_000)  # the bucket is full again
        box.send(LineLost(number, Loss.CLOSED, 1011))
        waits.append(until_dialled(box))
        box.connect(number + 1)
    assert waits[0] == 0
    assert 400 <= waits[1] <= 600
    assert 800 <= waits[2] <= 1_200
    assert 1_600 <= waits[3] <= 2_400
    assert box.state.budget.refusals == 4, "a line that is ready has answered nothing yet"
    box.send(TurnAnswered(5, 1, True, False, None, None, 0))
    assert box.state.budget.refusals == 0


def test_a_broken_link_does_not_make_the_back_off_grow() -> None:
    box = on_air()
    box.send(LineLost(1, Loss.RESET))
    assert (box.state.budget.refusals, box.state.retry_at) == (0, box.now)


def test_the_rate_limit_waits_one_two_and_five_minutes() -> None:
    box = Box(Setup(at_once=True)).boot()
    waits = []
    for number in range(1, 5):
        box.send(LineLost(number, Loss.CLOSED, 1007, RATE))
        assert codes(box) == ["S2"]
        waits.append(until_dialled(box))
    assert waits == [60_000, 120_000, 300_000, 300_000]


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (LineLost(1, Loss.HTTP, 401), "S1"),
        (LineLost(1, Loss.NO_KEY), "S1"),
        (LineTroubled(1, Loss.NO_KEY), "S1"),
        (LineLost(1, Loss.CLOSED, 1007, "Model not found."), "S4"),
        (LineLost(1, Loss.CLOSED, 1007, "Workspace access denied"), "S4"),
        (LineLost(1, Loss.HTTP, 429, "Arrearage"), "S2"),
        (ServiceComplained(1, "invalid_value", "Invalid modalities"), "S4"),
    ],
)
def test_a_fatal_refusal_is_told_at_once_and_never_redialled(
    event: LineLost | LineTroubled | ServiceComplained, code: str
) -> None:
    box = configuring()
    box.send(event)
    assert (codes(box), box.mode()) == ([code], Mode.FAULT)
    box.pass_time(3_600_000)
    assert (len(box.oracle.dials), box.state.lines) == (1, ())


def lines_of(box: Box) -> list[int]:
    return [line.number for line in box.state.lines]


OWN = '{"code":"AccessDenied","message":"Model access denied."}'


@pytest.mark.parametrize("status", [403, 404])
def test_what_is_probably_ours_to_mend_is_told_at_once_and_tried_again_after_1_5_and_15_minutes(status: int) -> None:
    """A box without keys cannot be asked to try again."""
    box = configuring()
    box.send(LineLost(1, Loss.HTTP, status, OWN))
    assert (codes(box), box.mode()) == (["S4"], Mode.WAITING)
    for number, wait_ms in ((2, 60_000), (3, 300_000), (4, 900_000), (5, 900_000)):
        box.pass_time(wait_ms - 100)
        assert box.state.lines == ()
        box.pass_time(100)
        assert lines_of(box) == [number]
        box.send(LineLost(number, Loss.HTTP, status, OWN))
    box.pass_time(900_000)
    box.connect(6)
    assert (codes(box), box.mode()) == ([], Mode.ON_AIR)


def test_on_a_box_that_worked_before_a_403_is_a_passing_trouble() -> None:
    box = on_air()
    box.send(LineLost(1, Loss.RESET), LineLost(2, Loss.HTTP, 403, OWN))
    box.pass_time(2_000)
    assert codes(box) == []
    assert [line.number for line in box.state.lines] == [3]


def test_a_run_with_an_end_does_not_wait_for_what_somebody_has_to_mend() -> None:
    box = configuring()
    box.state = replace(box.state, setup=replace(box.state.setup, ends_with_microphone=True))
    box.send(LineLost(1, Loss.HTTP, 403, OWN))
    assert codes(box) == ["S4"]
    assert box.state.refusal is FaultCode.S4


def test_a_failed_transcript_is_no_statement_on_our_settings() -> None:
    box = on_air()
    box.send(
        ServiceComplained(1, "InvalidParameter", "Language code ceb is not recognized", of_transcript=True),
        LineLost(1, Loss.CLOSED, 1011, ""),
    )
    assert codes(box) == []
    box.pass_time(1_000)
    assert [line.number for line in box.state.lines] == [2]


def test_a_service_that_has_too_much_to_do_is_given_longer_from_the_second_time_on() -> None:
    box = on_air()
    waits = []
    for number in (1, 2, 3):
        began = box.now
        box.send(LineLost(number, Loss.CLOSED, 1011, "thread pool exhausted max_workers 100"))
        while not box.state.lines:
            box.pass_time(100)
        waits.append(box.now - began)
        box.send(LineReached(number + 1), LineOpened(number + 1), LineCreated(number + 1), LineConfigured(number + 1))
    assert waits[0] <= 100
    assert waits[1] >= 3_000
    assert waits[2] >= 6_000


def test_a_session_finished_that_nobody_asked_for_is_a_loss() -> None:
    box = on_air()
    box.send(LineFinished(1))
    box.pass_time(1_000)
    assert [line.number for line in box.state.lines] == [2]
    assert box.mode() in (Mode.DIALING, Mode.CONFIGURING)


def test_an_error_that_leaves_the_socket_open_ends_nothing() -> None:
    box = on_air()
    box.send(ServiceComplained(1, "invalid_value", "Invalid modalities"))
    box.send(ServiceComplained(1, "", "Error append image before append audio."))
    assert box.mode() is Mode.ON_AIR
    box = configuring()
    box.send(ServiceComplained(1, "", "Error append image before append audio."))
    assert box.mode() is Mode.CONFIGURING


@pytest.mark.parametrize(("later_ms", "mode"), [(3_000, Mode.FAULT), (3_001, Mode.DIALING)])
def test_an_error_explains_a_close_for_three_seconds(later_ms: int, mode: Mode) -> None:
    box = on_air()
    box.send(ServiceComplained(1, "COMMON_ERROR", "InvalidParameter: Voice 'X' is not supported."))
    box.pass_time(later_ms)
    box.send(LineLost(1, Loss.CLOSED, 1011))
    assert box.mode() is mode


@pytest.mark.parametrize(
    ("loss", "code"), [(Loss.UNKNOWN_ISSUER, "N2"), (Loss.WRONG_NAME, "N2"), (Loss.NOT_YET_VALID, "N4")]
)
def test_what_a_person_must_mend_is_told_at_once_and_tried_on(loss: Loss, code: str) -> None:
    box = dialing()
    box.send(LineTroubled(1, loss, "CN=login"))
    assert (codes(box), box.mode()) == ([code], Mode.DIALING)
    box.connect(1)
    assert codes(box) == []


@pytest.mark.parametrize(
    ("loss", "code"),
    [(Loss.NO_ROUTE, "N1"), (Loss.NO_NAME, "N1"), (Loss.NO_ANSWER, "N3"), (Loss.REFUSED, "N3"), (Loss.EXPIRED, "S3")],
)
def test_the_rest_is_told_when_the_line_is_not_back_in_five_seconds(loss: Loss, code: str) -> None:
    box = dialing()
    box.send(LineTroubled(1, loss))
    box.pass_time(2_000)
    box.send(LineTroubled(1, loss))
    box.pass_time(2_999)
    assert codes(box) == []
    box.pass_time(1)
    assert codes(box) == [code]


@pytest.mark.parametrize(("deaf_ms", "replaced"), [(19_999, False), (20_000, True)])
def test_a_deaf_line_is_replaced(deaf_ms: int, replaced: bool) -> None:
    box = on_air()
    box.owe(5_000, deaf_ms=deaf_ms)
    assert (HangUp(1, "deaf") in box.effects) is replaced
    assert (box.state.line(2) is not None) is replaced


def test_a_deaf_direction_without_a_ready_line_loses_nothing() -> None:
    box = configuring()
    box.owe(5_000, deaf_ms=30_000)
    assert box.mode() is Mode.CONFIGURING
    box = on_air()
    box.owe(5_000, Direction("es", "en"), deaf_ms=30_000)
    assert box.state.line(1) is not None


def test_usage_is_cumulative_and_never_counted_below() -> None:
    box = on_air()
    for used in ((100, 20), (80, 20), (150, 30)):
        box.send(UsageCounted(1, *used))
    assert box.state.tokens == 180
    box.send(LineLost(1, Loss.RESET), UsageCounted(1, 500, 500), UsageCounted(2, 10, 5))
    assert box.state.tokens == 195


def test_a_rest_is_sent_and_the_line_finished_at_once() -> None:
    # TALK was tapped off while the line was lost: what was said before goes out on the next, which then ends.
    box = on_air()
    box.owe(1_500)
    box.send(LineLost(1, Loss.RESET))
    box.press(Key.TALK)
    box.connect(2)
    line = box.state.line(2)
    assert line is not None
    assert line.phase in (Phase.READY, Phase.FINISHING)
    box.pass_time(2_000)
    assert box.mode() is Mode.FINISHING


def test_the_loss_of_a_line_nobody_needs_is_no_fault() -> None:
    box = Box(Setup(kiosk=True)).boot()
    box.key(Key.TALK, down=True)
    box.connect(1)
    box.key(Key.GUEST, down=True)
    box.connect(2)
    box.send(LineLost(1, Loss.RESET))
    box.pass_time(60_000)
    assert (box.mode(), codes(box), len(box.oracle.dials)) == (Mode.ON_AIR, [], 2)


def test_lines_of_standby_are_none() -> None:
    assert standby().state.lines == ()


# A line that is dropped while it is being reached.


def spent(box: Box) -> int:
    return len(box.state.budget.dials)


def dialling_unheard() -> Box:
    """Line 1 is being reached."""
    box = Box(Setup(favourites=("fr", "sw")), dials_at_once=False).boot()
    box.press(Key.TALK)
    assert (box.mode(), spent(box)) == (Mode.DIALING, 0)
    return box


def test_a_dial_is_booked_before_it_is_ordered() -> None:
    box = dialling_unheard()
    box.pass_time(300)
    effects = box.send(LineReached(1))
    assert Upgrade(1) in effects
    assert box.state.budget.dials == (box.now,)


def test_a_dial_is_ordered_once() -> None:
    box = dialling_unheard()
    box.send(LineReached(1))
    assert box.send(LineReached(1)) == ()
    assert spent(box) == 1


def test_a_line_that_is_dropped_before_its_dial_was_ordered_made_none() -> None:
    box = dialling_unheard()
    box.pass_time(1_000)
    box.press(Key.TALK)
    assert HangUp(1, "not wanted") in box.effects
    assert box.send(LineReached(1)) == ()
    assert spent(box) == 0


def test_a_line_that_is_dropped_behind_its_order_may_have_dialled() -> None:
    box = dialling_unheard()
    box.send(LineReached(1))
    box.pass_time(1_000)
    box.press(Key.TALK)
    assert spent(box) == 1


def test_a_worker_that_ended_by_itself_before_it_dialled_made_no_dial() -> None:
    box = dialling_unheard()
    box.send(LineLost(1, Loss.NO_KEY))
    assert spent(box) == 0


def test_languages_turned_over_and_over_never_dial_more_than_the_window_allows() -> None:
    box = dialling_unheard()
    ordered: list[Effect] = []
    for _ in range(12):
        box.press(Key.LANGUAGE)
        box.pass_time(1_500)
        for line in box.state.lines:
            ordered += [effect for effect in box.send(LineReached(line.number)) if isinstance(effect, Upgrade)]
    assert box.now < 60_000
    assert len(ordered) == 4
