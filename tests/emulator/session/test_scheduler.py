"""Order of time in what happens and in what leaves."""

from random import Random

from appliance.emulator.faults.settings import Habits
from appliance.emulator.session.interfaces import Close, Drop, Mute, Send, SendRaw
from appliance.emulator.session.scheduler import QUEUE_LIMIT, Agenda, Outlet


def outlet(*habits: str) -> Outlet:
    return Outlet(Habits.parse(habits), Random(1))


def message(number: int) -> Send:
    return Send({"type": "x", "number": number})


def test_actions_happen_in_order_each_at_its_own_instant() -> None:
    agenda = Agenda()
    done: list[tuple[str, int]] = []

    def early(at: int) -> None:
        done.append(("early", at))
        agenda.plan(at + 5, lambda later: done.append(("next", later)))

    agenda.plan(30, lambda at: done.append(("late", at)))
    agenda.plan(10, early)
    assert agenda.next_due() == 10
    agenda.run(20)
    assert done == [("early", 10), ("next", 15)]
    agenda.run(30)
    assert done[-1] == ("late", 30)
    assert agenda.next_due() is None


def test_a_closed_agenda_takes_nothing() -> None:
    agenda = Agenda()
    done: list[int] = []
    agenda.plan(1, done.append)
    agenda.close()
    agenda.plan(2, done.append)
    agenda.run(10)
    assert done == []


def test_outputs_leave_when_due_and_never_out_of_order() -> None:
    way = outlet("latency:100", "jitter:80")
    for number in range(50):
        way.put(number, message(number))
    assert way.take(99) == []
    got = way.take(1_000)
    assert [out.message["number"] for _, out in got if isinstance(out, Send)] == list(range(50))
    assert [at for at, _ in got] == sorted(at for at, _ in got)


def test_nothing_follows_an_end() -> None:
    for end in (Close(1000), Drop(), Mute(pongs=True)):
        way = outlet()
        way.put(1, end)
        way.put(2, message(1))
        assert way.take(10) == [(1, end)]


def test_a_reset_loses_what_is_under_way_and_a_close_does_not() -> None:
    way = outlet("latency:100")
    way.put(0, message(1))
    way.put(10, Drop())
    assert way.take(500) == [(10, Drop())]
    way = outlet("latency:100")
    way.put(0, message(1))
    way.put(10, Close(1000))
    assert way.take(500) == [(100, message(1)), (110, Close(1000))]


def test_a_thin_line_delays_by_weight_and_its_queue_is_bounded() -> None:
    way = outlet("throttle:80")
    way.put(0, Send({"type": "x", "delta": "a" * 9_700}))
    assert way.next_due() == 1_000
    for number in range(QUEUE_LIMIT):
        way.put(0, message(number))
    assert way.take(10**9) == [(0, Drop())]


def test_raw_frames_weigh_what_they_hold_and_closes_nothing() -> None:
    way = outlet("throttle:8")
    way.put(0, SendRaw("x" * 500))
    way.put(0, Close(1000))
    assert way.take(10_000) == [(500, SendRaw("x" * 500)), (500, Close(1000))]
