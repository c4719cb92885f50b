"""A service that hears and never answers: marks of speech and transcripts are no answers."""

import pytest

from appliance.protocol.marks import (
    Mark,
    ResponseDone,
    ResponseOpened,
    SourceClosed,
    SpeechStarted,
    SpeechStopped,
    TextDone,
)
from tests.workers.desk import Desk


def hears(desk: Desk, n: int, *between: Mark, ms: int = 2_000, pause: int = 3_000) -> None:
    """An utterance of which the service says that it heard it, and nothing else."""
    start = desk.end_ms
    desk.hear(ms)
    desk.mark(SpeechStarted(n, start))
    desk.quiet(pause)
    desk.mark(*between, SpeechStopped(n, start + ms))


def dialled() -> Desk:
    desk = Desk()
    desk.dial(1)
    return desk


@pytest.mark.parametrize("order", ["failed before the stop", "failed behind the stop"])
def test_a_turn_that_was_heard_out_and_not_answered_for_20_s_is_reported_lost(order: str) -> None:
    desk = dialled()
    if order == "failed before the stop":
        hears(desk, 1, SourceClosed(1))
    else:
        hears(desk, 1)
        desk.mark(SourceClosed(1))
    desk.wait(19_900)
    assert (desk.reported_lost, desk.unanswered) == (0, 2_000)
    desk.wait(100)
    assert (desk.reported_lost, desk.unanswered) == (1, 0)
    assert desk.report.deaf_ms == 0, "one may happen to any service"


def test_a_transcript_of_a_turn_that_is_not_known_changes_nothing() -> None:
    desk = dialled()
    desk.mark(SourceClosed(7))
    assert (desk.reported_lost, desk.unanswered, desk.report.deaf_ms) == (0, 0, 0)


def test_the_second_in_a_row_replaces_the_line() -> None:
    desk = dialled()
    hears(desk, 1, SourceClosed(1))
    hears(desk, 2, SourceClosed(2))
    desk.wait(20_000)
    assert desk.reported_lost == 2
    assert desk.report.deaf_ms >= 20_000


def test_one_that_is_answered_between_them_begins_the_count_anew() -> None:
    desk = dialled()
    hears(desk, 1, SourceClosed(1))
    desk.wait(20_000)
    desk.turn(2, None, None)
    hears(desk, 3, SourceClosed(3))
    desk.wait(20_000)
    assert desk.reported_lost == 2
    assert desk.report.deaf_ms < 20_000


def test_newer_marks_do_not_hide_an_older_turn() -> None:
    """An utterance every seven seconds keeps a line alive for ever, were marks answers."""
    desk, first_sign_s = dialled(), 0
    for n in range(1, 6):
        hears(desk, n, SourceClosed(n), pause=5_000)
        if desk.reported_lost and not first_sign_s:
            first_sign_s = desk.at // 1_000
        if desk.report.deaf_ms >= 20_000:
            break
    assert 0 < first_sign_s <= 2 + 5 + 20 + 2
    assert desk.report.deaf_ms >= 20_000, "and the line is replaced"
    assert n <= 5


def test_20_s_of_speech_without_an_answer_replaces_the_line_though_no_turn_ever_stopped() -> None:
    desk = dialled()
    desk.hear(400)
    desk.mark(SpeechStarted(1, 0))
    for n in range(2, 24):
        desk.hear(1_000)
        desk.mark(SpeechStarted(n, desk.end_ms))
    assert desk.report.deaf_ms >= 20_000


def test_a_service_that_answers_while_somebody_speaks_on_is_not_replaced() -> None:
    desk = dialled()
    desk.hear(400)
    desk.mark(SpeechStarted(1, 0), ResponseOpened(1))
    for _ in range(40):
        desk.hear(1_000)
        desk.replay_buffer.touch(1, 1, desk.at)
    assert desk.report.deaf_ms < 20_000


def test_a_backlog_that_is_sent_at_once_is_given_its_20_s() -> None:
    desk = Desk()
    desk.hear(25_000, send=False)
    desk.dial(1)
    desk.hear(400)
    desk.mark(SpeechStarted(1, 0))
    assert desk.report.deaf_ms < 20_000


def test_noise_that_only_the_service_took_for_speech_is_no_loss() -> None:
    desk = dialled()
    desk.quiet(2_000)
    desk.mark(SpeechStarted(1, 0), SourceClosed(1), SpeechStopped(1, 900))
    desk.wait(20_000)
    assert (desk.reported_lost, desk.unanswered) == (0, 0)


def test_a_response_that_begins_and_says_nothing_is_no_answer_for_ever() -> None:
    desk = dialled()
    hears(desk, 1, ResponseOpened(1), SourceClosed(1))
    desk.wait(20_000)
    assert (desk.reported_lost, desk.unanswered) == (1, 0)


def test_an_answer_that_stops_half_way_is_said_again_by_the_next_line() -> None:
    desk = dialled()
    hears(desk, 1, ResponseOpened(1), SourceClosed(1))
    desk.replay_buffer.touch(1, 1, desk.at)
    desk.wait(20_000)
    assert (desk.reported_lost, desk.unanswered) == (0, 2_000)
    assert desk.report.deaf_ms >= 20_000


def test_a_short_sentence_to_a_line_that_has_never_said_anything_replaces_the_line() -> None:
    desk = dialled()
    desk.hear(1_200)
    desk.quiet(1_000)
    desk.wait(30_000)
    assert (desk.reported_lost, desk.unanswered) == (0, 1_200), "it is not let go"
    assert desk.report.deaf_ms >= 20_000
    desk.lose()
    desk.dial(2)
    desk.hear(40)
    assert desk.sent[2][:60] == list(range(60)), "and said again"


def test_half_an_answer_before_the_end_of_the_session_is_reported_lost() -> None:
    desk = dialled()
    hears(desk, 1, ResponseOpened(1))
    desk.finished()
    assert desk.reported_lost == 1


def test_a_text_that_is_whole_is_an_answer_though_its_sound_never_came() -> None:
    desk = dialled()
    hears(desk, 1, ResponseOpened(1), TextDone(1))
    desk.finished()
    assert desk.reported_lost == 0


@pytest.mark.parametrize("done_before", [False, True])
def test_a_response_that_is_given_up_is_reported_lost_also_behind_its_text(done_before: bool) -> None:
    desk = dialled()
    hears(desk, 1, ResponseOpened(1))
    if done_before:
        desk.mark(TextDone(1))
    desk.mark(ResponseDone(1, ok=False, empty=not done_before))
    assert (desk.reported_lost, desk.unanswered) == (1, 0)
