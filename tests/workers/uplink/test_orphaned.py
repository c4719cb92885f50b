"""Two lines of one direction, and the older one dies: what it alone was sent goes out again on the newer one."""

from appliance.protocol.marks import ResponseDone, ResponseOpened, SpeechStarted, SpeechStopped
from appliance.workers.uplink.ack_tracker import KEPT_MS
from tests.workers.desk import Desk
from tests.workers.uplink.test_ack_tracker import talking


def said_again(desk: Desk, line: int, first: int, frames: int) -> bool:
    """Whether these frames went out on the line in one piece."""
    wanted = list(range(first, first + frames))
    sent = desk.sent[line]
    return any(sent[n : n + frames] == wanted for n in range(len(sent)))


def test_in_a_pause_it_is_said_again_at_once() -> None:
    desk = talking(1_000)
    desk.dial(2)
    desk.lose(1)
    assert (desk.reported_lost, desk.unanswered) == (0, 1_000)
    desk.send(flush=True)
    assert said_again(desk, 2, 0, 50)
    assert desk.sent[2][:25] == [-1] * 25, "behind a pause of its own"


def test_while_somebody_speaks_it_waits_for_the_pause_and_is_owed_all_the_time() -> None:
    desk = talking(1_000)
    desk.dial(2)
    desk.hear(500)
    desk.lose(1)
    desk.hear(500)
    assert not said_again(desk, 2, 0, 50)
    report = desk.replay_buffer.report(desk.at)
    assert report is not None
    assert (report.unanswered_ms, report.reported_lost) == (2_000, 0)
    desk.quiet(780)
    assert not said_again(desk, 2, 0, 50)
    desk.quiet(3_000)
    assert said_again(desk, 2, 0, 50)
    assert said_again(desk, 2, 100, 50), "and what was being said was not torn apart"


def test_its_answer_releases_it_and_it_is_a_replay() -> None:
    desk = talking(1_000)
    desk.dial(2)
    base = desk.replay_buffer._ack_tracker.lines[2].base // 16
    desk.lose(1)
    desk.send(flush=True)
    (again,) = desk.replay_buffer._ack_tracker.utterances
    start, stop = again.start // 16 - base, again.end // 16 - base
    desk.mark(SpeechStarted(1, start))
    facts = desk.replay_buffer.facts(2, 1, desk.at)
    assert (facts.replay, facts.start_at, facts.end_at) == (True, 0, 1_000)
    desk.mark(SpeechStopped(1, stop), ResponseOpened(1))
    desk.answer(1)
    assert (desk.unanswered, desk.reported_lost) == (0, 0)


def test_it_costs_nothing_of_the_days_allowance() -> None:
    desk = talking(1_000)
    desk.dial(2)
    desk.lose(1)
    before = desk.replay_buffer.sent_ms
    desk.send(flush=True)
    assert desk.replay_buffer.sent_ms - before == 2_000, "the pauses around it alone"


def test_of_a_sentence_that_was_handed_over_in_its_midst_the_first_half_is_said_again() -> None:
    desk = talking()
    desk.hear(1_000)
    desk.dial(2)
    desk.hear(1_000)
    desk.lose(1)
    assert desk.reported_lost == 0
    desk.quiet(3_000)
    assert said_again(desk, 2, 0, 50)
    assert sum(u.end - u.start for u in desk.replay_buffer._ack_tracker.utterances) == 2_000 * 16


def test_what_the_dead_line_had_answered_is_not_said_again() -> None:
    desk = talking(1_000, 1_000)
    desk.turn(1, 0, 1_000)
    desk.dial(2)
    desk.lose(1)
    desk.send(flush=True)
    assert not said_again(desk, 2, 0, 50)
    assert said_again(desk, 2, 100, 50)


def test_a_short_noise_is_let_go() -> None:
    desk = talking(200)
    desk.dial(2)
    desk.lose(1)
    desk.quiet(3_000)
    assert (desk.reported_lost, desk.unanswered) == (0, 0)
    assert not said_again(desk, 2, 0, 10)


def test_the_newer_line_dies_too_and_nothing_is_lost() -> None:
    desk = talking(1_000)
    desk.dial(2)
    desk.hear(1_000)
    desk.lose(1)
    desk.lose(2)
    desk.dial(3)
    desk.quiet(3_000)
    assert said_again(desk, 3, 0, 50)
    assert said_again(desk, 3, 100, 50)
    assert desk.reported_lost == 0


def test_poison_is_counted_on() -> None:
    desk = talking(1_000)
    for line in (2, 3, 4):
        desk.dial(line)
        desk.quiet(3_000)
        desk.lose(line - 1)
        desk.quiet(3_000)
    assert (desk.reported_lost, desk.unanswered) == (1, 0)


def test_whoever_speaks_on_for_30_s_outruns_it_and_it_is_reported_lost() -> None:
    desk = talking(1_000)
    desk.dial(2)
    desk.hear(500)
    desk.lose(1)
    desk.mark(SpeechStarted(1, 0))
    desk.hear(KEPT_MS + 1_000)
    report = desk.replay_buffer.report(desk.at)
    assert report is not None
    assert report.reported_lost == 1
    desk.quiet(3_000)
    assert not said_again(desk, 2, 0, 50)


def test_a_wipe_forgets_it() -> None:
    desk = talking(1_000)
    desk.dial(2)
    desk.hear(500)
    desk.lose(1)
    desk.replay_buffer.wipe()
    desk.quiet(3_000)
    assert (desk.unanswered, desk.reported_lost) == (0, 0)
    assert not said_again(desk, 2, 0, 50)


def test_an_older_line_is_sent_nothing_more_once_a_newer_one_was_attached() -> None:
    desk = talking(1_000)
    desk.hear(1_000, send=False)
    desk.dial(2)
    assert desk.replay_buffer.take(1, desk.at, flush=True) == []
    assert desk.sent[2][-1] == 149
    desk.mark(SpeechStarted(1, 0), ResponseDone(1, True, False))
    assert desk.replay_buffer._ack_tracker.lines[2].base == 2_000 * 16
