"""A service that hangs within a turn that nobody waits for any more: what is said next must not be lost to it."""

import pytest

from appliance.protocol.marks import AudioDone, ResponseDone, ResponseOpened, SpeechStarted, SpeechStopped, TextDone
from tests.workers.desk import Desk
from tests.workers.uplink.test_ack_tracker import talking


def given_up(how: str) -> Desk:
    """A line whose turn was opened, then withdrawn with a talk key or moved with a change of language."""
    desk = talking()
    desk.hear(1_000)
    desk.mark(SpeechStarted(1, 0), ResponseOpened(1))
    if how == "withdrawn":
        desk.quiet(1_000)
        desk.replay_buffer.withdraw(1, 1, desk.at)
    else:
        desk.replay_buffer.move_open_utterance(Desk().replay_buffer, desk.at)
        desk.send(flush=True)
        desk.quiet(1_000)
    assert desk.unanswered == 0
    return desk


@pytest.mark.parametrize("how", ["withdrawn", "moved"])
def test_what_is_said_next_is_kept_and_the_line_is_deaf(how: str) -> None:
    desk = given_up(how)
    first = desk.frames
    desk.hear(1_000)
    desk.quiet(1_000)
    desk.wait(17_900)
    assert desk.report.deaf_ms < 20_000
    desk.wait(1_000)
    assert desk.report.deaf_ms >= 20_000
    assert (desk.unanswered, desk.reported_lost) == (1_000, 0), "neither let go nor reported lost"
    desk.lose()
    desk.dial(2)
    assert [n for n in desk.sent[2] if first <= n < first + 50] == list(range(first, first + 50))


@pytest.mark.parametrize("how", ["withdrawn", "moved"])
def test_a_quiet_room_is_no_deaf_line(how: str) -> None:
    desk = given_up(how)
    desk.hear(280)
    desk.quiet(3_000)
    desk.wait(600_000)
    assert desk.report.deaf_ms == 0


@pytest.mark.parametrize("how", ["withdrawn", "moved"])
def test_a_turn_that_the_service_ends_all_the_same_hides_nothing(how: str) -> None:
    desk = given_up(how)
    desk.mark(SpeechStopped(1, 1_000), TextDone(1), AudioDone(1), ResponseDone(1, True, False))
    assert desk.replay_buffer._ack_tracker.lines[1].turns == {}
    desk.hear(1_000)
    desk.wait(21_000)
    assert (desk.report.deaf_ms, desk.unanswered) == (0, 0), "speech that only this ear hears is let go"


@pytest.mark.parametrize("how", ["withdrawn", "moved"])
def test_a_service_that_answers_a_later_turn_does_not_hang(how: str) -> None:
    desk = given_up(how)
    began = desk.hear(1_000)
    desk.quiet(1_000)
    desk.turn(2, began, began + 1_000)
    desk.hear(1_000)
    desk.wait(21_000)
    assert (desk.report.deaf_ms, desk.unanswered) == (0, 0)


def test_a_withdrawal_is_no_news_of_the_service() -> None:
    desk = talking(1_000)
    desk.mark(SpeechStarted(1, 0), ResponseOpened(1))
    desk.hear(1_000)
    desk.quiet(1_000)
    desk.wait(15_000)
    desk.replay_buffer.withdraw(1, 1, desk.at)
    desk.wait(3_000)
    assert desk.report.deaf_ms == 20_000 - 40, "since the second sentence began to be sent"


def test_what_was_said_before_the_last_news_and_is_not_answered_counts_too() -> None:
    desk = given_up("withdrawn")
    desk.hear(1_000)
    desk.replay_buffer.touch(1, 1, desk.at)
    desk.wait(20_000)
    assert (desk.report.deaf_ms, desk.unanswered) == (20_000, 1_000)


def test_a_long_sentence_without_a_turn_is_deaf_though_other_news_came_in_its_midst() -> None:
    desk = talking(1_000)
    desk.turn(1, 0, 1_000)
    desk.hear(3_000)
    desk.replay_buffer.touch(1, 1, desk.at)
    desk.hear(3_000)
    desk.wait(20_000)
    assert desk.report.deaf_ms >= 20_000
    assert desk.unanswered == 6_000


def test_speech_after_a_long_silence_is_given_its_20_s() -> None:
    desk = talking(1_000)
    desk.turn(1, 0, 1_000)
    desk.quiet(60_000)
    desk.hear(6_000)
    assert desk.report.deaf_ms < 6_000


def test_a_line_that_was_asked_to_finish_lets_nothing_go_by_time() -> None:
    """Its answer will say whether it heard; without one it is replaced, and what was said to it goes out again."""
    desk = talking(1_000)
    desk.replay_buffer.finishing(1)
    desk.wait(60_000)
    assert desk.unanswered == 1_000
    desk.lose()
    assert desk.unanswered == 1_000


def test_a_line_that_finished_has_heard_what_it_said_nothing_to() -> None:
    desk = talking(1_000)
    desk.replay_buffer.finishing(1)
    desk.finished()
    assert (desk.unanswered, desk.reported_lost) == (0, 0)


def test_a_line_that_is_gone_has_nothing_to_finish() -> None:
    desk = talking(1_000)
    desk.lose()
    desk.replay_buffer.finishing(1)
    assert desk.unanswered == 1_000
