from appliance.workers.connection.keepalive import Keepalive, Patience, Verdict


def armed_pulse(at: int = 0) -> Keepalive:
    """A line whose first ping was answered; last news at ``at`` + 10."""
    keepalive = Keepalive(at)
    keepalive.pinged(at, 100)
    keepalive.acked(at + 5, 100)
    keepalive.ponged(at + 10)
    return keepalive


def test_the_first_ping_goes_out_at_once_and_the_first_pong_arms() -> None:
    keepalive = Keepalive(0)
    assert keepalive.verdict(0) is Verdict.PING
    keepalive.pinged(0, 100)
    assert keepalive.verdict(1) is None
    assert not keepalive.armed
    keepalive.ponged(10)
    assert keepalive.armed


def test_a_peer_that_never_pongs_is_never_dead() -> None:
    keepalive = Keepalive(0)
    keepalive.pinged(0, 100)
    for now in range(0, 60_000, 500):
        verdict = keepalive.verdict(now)
        assert verdict is not Verdict.DEAD
        if verdict is Verdict.PING:
            keepalive.pinged(now, 100)


def test_a_ping_is_due_when_nothing_came_for_a_second_and_a_half() -> None:
    keepalive = armed_pulse()
    keepalive.received(1_000)
    assert keepalive.next_deadline == 2_500
    assert keepalive.verdict(2_499) is None
    assert keepalive.verdict(2_500) is Verdict.PING
    keepalive.pinged(2_500, 200)
    assert keepalive.verdict(2_501) is None
    assert keepalive.verdict(4_000) is Verdict.PING  # and again


def test_a_quiet_room_is_not_a_dead_line() -> None:
    keepalive = armed_pulse()
    now, sent, pings = 10, 200, 0
    while now < 300_000:
        now = keepalive.next_deadline
        verdict = keepalive.verdict(now)
        assert verdict is not Verdict.DEAD
        if verdict is Verdict.PING:
            sent, pings = sent + 6, pings + 1
            keepalive.pinged(now, sent)
            keepalive.acked(now + 80, sent)
            keepalive.ponged(now + 80)
    assert 180 <= pings <= 200


def noticed(keepalive: Keepalive, last_news: int, acknowledged: int, sent: int, per_turn: int) -> int:
    """Turn every 40 ms on a link that has just died; audio goes on, ``per_turn`` bytes a turn. When is it noticed?"""
    for now in range(last_news, last_news + 20_000, 40):
        sent += per_turn
        keepalive.acked(now, acknowledged)
        verdict = keepalive.verdict(now)
        if verdict is Verdict.DEAD:
            return now - last_news
        if verdict is Verdict.PING:
            keepalive.pinged(now, sent)
    raise AssertionError("never noticed")


def test_a_black_hole_is_noticed_within_five_seconds() -> None:
    assert 4_000 <= noticed(armed_pulse(), 10, 100, 100, 1_800) <= 4_200
    assert 4_000 <= noticed(armed_pulse(), 10, 100, 100, 0) <= 4_200  # muted


def test_a_relay_that_goes_on_acknowledging_is_no_life() -> None:
    keepalive = armed_pulse()
    sent = 100
    for now in range(10, 6_000, 40):
        sent += 1_800
        keepalive.acked(now, sent)  # all of it, at once, for ever
        verdict = keepalive.verdict(now)
        if verdict is Verdict.DEAD:
            break
        if verdict is Verdict.PING:
            keepalive.pinged(now, sent)
    assert 4_000 <= now - 10 <= 4_200


def test_a_long_replay_over_a_thin_uplink_is_life() -> None:
    keepalive = armed_pulse()
    sent, acknowledged = 400_000, 100  # 8 s at 50 kB/s stand before the ping
    for now in range(10, 8_000, 40):
        acknowledged = min(sent, acknowledged + 2_000)
        keepalive.acked(now, acknowledged)
        verdict = keepalive.verdict(now)
        assert verdict is not Verdict.DEAD
        if verdict is Verdict.PING:
            keepalive.pinged(now, sent)
    keepalive.ponged(8_100)
    assert keepalive.verdict(8_101) is None


def test_progress_that_stops_kills_two_and_a_half_seconds_later() -> None:
    keepalive = armed_pulse()
    keepalive.pinged(1_510, 400_000)
    keepalive.acked(3_900, 50_000)
    assert keepalive.verdict(6_399) is not Verdict.DEAD
    keepalive.acked(6_399, 50_000)  # no more than before: no progress
    assert keepalive.verdict(6_400) is Verdict.DEAD


def test_a_part_of_a_frame_is_life() -> None:
    keepalive = armed_pulse()
    for now in range(100, 20_000, 3_900):
        keepalive.received(now)
        assert keepalive.verdict(now + 3_899) is not Verdict.DEAD
        keepalive.pinged(now + 1_500, 200)


def test_acknowledgements_are_sampled_while_a_ping_waits() -> None:
    keepalive = armed_pulse()
    keepalive.pinged(1_510, 200)
    assert keepalive.next_deadline == 1_760
    keepalive.acked(1_760, 150)
    assert keepalive.next_deadline == 2_010
    keepalive.acked(2_010, 200)
    assert keepalive.next_deadline == 3_010  # all of it is acknowledged: the next ping


def test_acknowledgement_from_before_the_ping_is_no_progress() -> None:
    keepalive = armed_pulse()
    keepalive.acked(1_000, 150)
    keepalive.pinged(1_510, 200)
    keepalive.acked(1_900, 150)
    assert keepalive.verdict(4_010) is Verdict.DEAD


def silent_for_ms(patience: Patience, *, acknowledged: bool) -> int:
    """How long a line bears a peer that answers no ping, and whose TCP acknowledges them, or not either."""
    keepalive = Keepalive(0, patience)
    keepalive.pinged(0, 100)
    keepalive.acked(5, 100)
    keepalive.ponged(10)
    now, sent = 10, 100
    while True:
        now += 50
        verdict = keepalive.verdict(now)
        if verdict is Verdict.DEAD:
            if keepalive.only_silent:
                patience.lost()
            return now - 10
        if verdict is Verdict.PING:
            sent += 6
            keepalive.pinged(now, sent)
        keepalive.acked(now, sent if acknowledged else 100)


def test_patience_with_a_peer_that_tcp_still_reaches_doubles_until_something_is_answered() -> None:
    patience = Patience()
    waits = [silent_for_ms(patience, acknowledged=True) for _ in range(5)]
    assert [round(each / 1_000) for each in waits] == [4, 8, 16, 30, 30]
    patience.answered()
    assert round(silent_for_ms(patience, acknowledged=True) / 1_000) == 4


def test_with_a_peer_that_tcp_does_not_reach_either_nobody_is_patient() -> None:
    patience = Patience()
    for _ in range(3):
        patience.lost()
    assert silent_for_ms(patience, acknowledged=False) < 5_000
    assert patience.silent_ms == 30_000, "and that says nothing of a busy one"
