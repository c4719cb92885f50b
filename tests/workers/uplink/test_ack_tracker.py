"""Every sentence of appliance/workers/uplink/README.md#the-release-rule that the ack tracker decides by; it stands in
the test's name or docstring."""

import pytest

from appliance.protocol.marks import (
    AudioDone,
    Finished,
    ResponseDone,
    ResponseOpened,
    SpeechStarted,
    SpeechStopped,
    TextDone,
)
from tests.workers.desk import Desk


def talking(*utterances: int, pause: int = 1_000) -> Desk:
    """A desk on line 1, to which so many ms each were said and sent, with pauses."""
    desk = Desk()
    desk.dial(1)
    for ms in utterances:
        desk.hear(ms)
        desk.quiet(pause)
    return desk


def test_base_maps_positions_of_a_later_line() -> None:
    """Each line keeps ``base``, so ``audio_*_ms`` maps to base + 16·ms."""
    desk = talking(2_000)
    desk.turn(1, 0, 2_000)
    desk.lose()
    base = desk.release_ms
    assert base == 2_000
    desk.dial(2)
    began = desk.hear(2_000)
    desk.quiet(1_000)
    desk.turn(1, began - base, began + 2_000 - base)
    assert desk.release_ms == began + 2_000
    assert desk.unanswered == 0


def test_a_turn_opens_at_speech_started() -> None:
    desk = talking(100)
    assert desk.unanswered == 0
    desk.mark(SpeechStarted(1, 0))
    assert desk.unanswered >= 1


def test_a_turn_opens_at_response_created_where_no_speech_started_came() -> None:
    desk = talking(100)
    desk.mark(ResponseOpened(1))
    assert desk.unanswered >= 1
    desk.mark(ResponseDone(1, True, False))
    assert desk.unanswered == 0


@pytest.mark.parametrize("mark", [TextDone(7), AudioDone(7), ResponseDone(7, True, False), SpeechStopped(7, 10)])
def test_nothing_else_opens_a_turn(mark: TextDone | AudioDone | ResponseDone | SpeechStopped) -> None:
    desk = talking(100)
    desk.mark(mark)
    assert desk.unanswered == 0
    assert desk.reported_lost == 0


def test_answered_at_response_done() -> None:
    desk = talking(1_000)
    desk.mark(SpeechStarted(1, 0), SpeechStopped(1, 1_000), ResponseOpened(1), TextDone(1))
    assert desk.release_ms == 0
    desk.mark(ResponseDone(1, True, False))
    assert desk.release_ms == 1_000


def test_answered_at_the_texts_done_and_where_sound_was_asked_for_audio_done() -> None:
    desk = talking(1_000)
    desk.mark(SpeechStarted(1, 0), SpeechStopped(1, 1_000), TextDone(1))
    assert desk.unanswered == 1_000
    desk.mark(AudioDone(1))
    assert (desk.unanswered, desk.release_ms) == (0, 1_000)


def test_answered_at_the_texts_done_alone_where_no_sound_was_asked_for() -> None:
    desk = Desk()
    desk.dial(1, speaks=False)
    desk.hear(1_000)
    desk.quiet(1_000)
    desk.mark(SpeechStarted(1, 0), SpeechStopped(1, 1_000), TextDone(1))
    assert desk.unanswered == 0


def test_empty_turns_count() -> None:
    desk = talking(1_000)
    desk.mark(SpeechStarted(1, 0), SpeechStopped(1, 1_000), ResponseOpened(1), ResponseDone(1, True, True))
    assert (desk.unanswered, desk.reported_lost) == (0, 0)


def test_a_failed_response_is_reported_lost_and_counts_as_answered() -> None:
    desk = talking(1_000)
    desk.mark(SpeechStarted(1, 0), SpeechStopped(1, 1_000), ResponseOpened(1), ResponseDone(1, False, True))
    assert (desk.unanswered, desk.reported_lost, desk.release_ms) == (0, 1, 1_000)
    desk.mark(ResponseDone(1, False, True))
    assert desk.reported_lost == 1


def test_an_open_turn_without_news_for_10_s_while_a_later_one_was_answered_is_reported_lost() -> None:
    desk = talking(1_000, 1_000)
    desk.mark(SpeechStarted(1, 0), SpeechStopped(1, 1_000))
    desk.turn(2, 2_000, 3_000)
    desk.wait(9_980)
    assert (desk.reported_lost, desk.release_ms) == (0, 0)
    desk.wait(40)
    assert (desk.reported_lost, desk.unanswered) == (1, 0)
    assert desk.release_ms == 3_000


def test_news_of_a_turn_keeps_it_from_being_reported_lost() -> None:
    desk = talking(1_000, 1_000)
    desk.mark(SpeechStarted(1, 0), SpeechStopped(1, 1_000))
    desk.turn(2, 2_000, 3_000)
    for _ in range(4):
        desk.wait(6_000)
        desk.replay_buffer.touch(1, 1, desk.at)
    assert desk.reported_lost == 0


def test_an_open_turn_without_a_later_answer_waits() -> None:
    desk = talking(1_000, 1_000)
    desk.turn(1, 0, 1_000)
    desk.mark(SpeechStarted(2, 2_000))
    desk.wait(60_000)
    assert desk.reported_lost == 0
    assert desk.unanswered == 1_000


def test_session_finished_answers_all_that_its_line_was_sent() -> None:
    desk = talking(1_000, 1_000)
    desk.mark(SpeechStarted(1, 0), TextDone(1))
    desk.hear(2_000, send=False)
    desk.finished()
    assert desk.release_ms == desk.cursor_ms == 4_000
    assert desk.unanswered == 2_000
    assert desk.reported_lost == 0


@pytest.mark.parametrize(("ms", "owed"), [(280, 0), (300, 300), (2_000, 2_000)])
def test_unanswered_is_local_speech_of_300_ms_or_more_beyond_the_release_point(ms: int, owed: int) -> None:
    assert talking(ms).unanswered == owed


def test_session_finished_reports_every_turn_that_was_not_answered() -> None:
    """Now nothing more can come."""
    desk = talking(1_000, 1_000, 1_000)
    desk.mark(SpeechStarted(1, 0), SpeechStopped(1, 1_000), ResponseOpened(1))
    desk.turn(2, 2_000, 3_000)
    desk.mark(SpeechStarted(3, 4_000))
    desk.finished()
    assert (desk.reported_lost, desk.unanswered) == (2, 0), "the first and the last"


def test_a_session_finished_that_nobody_asked_for_answers_nothing() -> None:
    desk = talking(1_000, 1_000)
    desk.mark(SpeechStarted(1, 0), Finished())
    assert (desk.release_ms, desk.reported_lost, desk.unanswered) == (0, 0, 2_000)
    desk.lose()
    desk.dial(2)
    desk.hear(40)
    assert desk.sent[2][:100] == list(range(100)), "all is said again on the next line"


def test_release_waits_for_the_longest_prefix_of_turns() -> None:
    desk = talking(1_000, 1_000, 1_000)
    for n, start in ((1, 0), (2, 2_000), (3, 4_000)):
        desk.mark(SpeechStarted(n, start), SpeechStopped(n, start + 1_000), ResponseOpened(n))
    desk.answer(3)
    desk.answer(2)
    assert desk.release_ms == 0
    desk.answer(1)
    assert desk.release_ms == 5_000


def test_release_goes_up_to_audio_end_ms() -> None:
    desk = talking(1_000)
    desk.turn(1, 0, 640)
    assert desk.release_ms == 640


@pytest.mark.parametrize("stop", [None, 90_000])
def test_missing_or_beyond_what_was_sent_the_index_sent_when_speech_stopped_arrived(stop: int | None) -> None:
    desk = talking(1_000)
    desk.mark(SpeechStarted(1, 0), SpeechStopped(1, stop))
    desk.quiet(700)
    desk.answer(1)
    assert desk.release_ms == 2_000


def test_a_position_beyond_what_was_sent_stays_wrong_when_more_is_sent() -> None:
    desk = talking(1_000)
    desk.mark(SpeechStarted(1, 0), SpeechStopped(1, 4_500))
    desk.hear(2_000)
    desk.quiet(1_000)
    desk.answer(1)
    assert desk.unanswered == 2_000, "what was said later is not answered by it"


def test_neither_the_end_of_the_oldest_local_utterance_not_yet_released() -> None:
    desk = talking(1_000, 1_000)
    desk.mark(ResponseOpened(1), ResponseDone(1, True, False))
    assert desk.release_ms == 1_000
    assert desk.unanswered == 1_000
    desk.mark(ResponseOpened(2), ResponseDone(2, True, False))
    assert desk.release_ms >= 3_000


def test_a_turn_without_positions_releases_one_utterance_however_often_it_is_done() -> None:
    """Its text, its sound and its response are done one after another; the next utterance is not its own."""
    desk = talking(1_000, 1_000)
    desk.mark(ResponseOpened(1), TextDone(1), AudioDone(1))
    assert desk.unanswered == 1_000
    desk.mark(ResponseDone(1, True, False))
    assert desk.unanswered == 1_000
    assert desk.release_ms == 1_000


def test_two_open_turns_without_positions_are_about_two_utterances() -> None:
    desk = talking(1_000, 1_000)
    desk.mark(ResponseOpened(1), ResponseOpened(2))
    desk.mark(ResponseDone(2, False, True))
    desk.mark(ResponseDone(1, False, True))
    assert (desk.reported_lost, desk.unanswered) == (2, 0)


def test_a_turn_that_began_beside_all_speech_releases_no_more_than_the_oldest() -> None:
    desk = talking(1_000, 1_000)
    desk.mark(SpeechStarted(1, 3_900), ResponseOpened(1), ResponseDone(1, True, True))
    assert desk.release_ms == 1_000


def test_a_turn_of_which_the_ear_here_heard_nothing_releases_nothing_later() -> None:
    desk = Desk()
    desk.dial(1)
    desk.quiet(3_000)
    desk.mark(SpeechStarted(1, 0))
    desk.hear(1_000)
    desk.mark(SpeechStopped(1, None), ResponseDone(1, True, True))
    assert desk.unanswered == 1_000


def test_utterances_less_than_silence_ms_apart_count_as_one() -> None:
    desk = talking(400, 400, pause=780)
    desk.mark(ResponseOpened(1), ResponseDone(1, True, False))
    assert desk.release_ms >= 400 + 780 + 400


def test_never_past_the_start_of_the_first_local_utterance_that_begins_silence_ms_or_more_after() -> None:
    desk = talking(1_000)
    desk.hear(1_000)
    desk.mark(SpeechStarted(1, 0), SpeechStopped(1, None))
    desk.answer(1)
    assert desk.release_ms == 2_000
    assert desk.unanswered == 1_000


def test_an_answer_before_the_end_of_speech_and_a_late_stop() -> None:
    desk = talking()
    desk.hear(1_000)
    desk.mark(SpeechStarted(1, 0), ResponseOpened(1), TextDone(1), AudioDone(1))
    assert desk.release_ms == 1_000
    desk.hear(200)
    desk.quiet(800)
    desk.mark(SpeechStopped(1, 1_200))
    assert desk.release_ms == 1_200


def test_an_answer_never_releases_what_a_later_open_turn_is_about() -> None:
    desk = talking(4_000)
    desk.mark(SpeechStarted(1, 0), SpeechStopped(1, 2_500), SpeechStarted(2, 2_000))
    desk.answer(1)
    assert desk.release_ms == 2_000


def test_speech_without_a_turn_is_released_when_a_later_turn_is_answered() -> None:
    desk = talking(1_000, 1_000)
    desk.turn(1, 2_000, 3_000)
    assert (desk.release_ms, desk.unanswered, desk.reported_lost) == (3_000, 0, 0)


@pytest.mark.parametrize(("ms", "after_ms"), [(280, 3_000), (300, 20_000), (2_000, 20_000)])
def test_speech_without_a_turn_is_released_after_3_s_if_shorter_than_300_ms_after_20_s_if_longer(
    ms: int, after_ms: int
) -> None:
    desk = talking(400)
    desk.turn(1, 0, 400)
    desk.hear(ms)
    desk.quiet(100)
    assert len(desk.replay_buffer._ack_tracker.utterances) == 1
    desk.wait(after_ms - 200)
    assert len(desk.replay_buffer._ack_tracker.utterances) == 1
    desk.wait(200)
    assert desk.replay_buffer._ack_tracker.utterances == []
    assert desk.reported_lost == 0


def test_without_a_live_line_nothing_is_released_by_time() -> None:
    desk = Desk()
    desk.hear(200)
    desk.hear(2_000)
    desk.wait(600_000)
    assert desk.unanswered == 2_200


def test_5_s_of_speech_without_a_turn_are_not_released_but_reported_deaf() -> None:
    desk = talking(5_000)
    desk.wait(120_000)
    assert desk.unanswered == 5_000
    assert desk.report.deaf_ms == desk.at - 40, "since the first of it was sent"
    desk.mark(SpeechStarted(1, 0))
    assert desk.report.deaf_ms == 0


def test_silence_with_nothing_unanswered_before_it_keeps_the_last_second() -> None:
    desk = Desk()
    desk.quiet(5_000)
    assert desk.release_ms == 4_000
    desk.dial(1)
    desk.quiet(5_000)
    assert desk.release_ms == 9_000


def test_silence_that_a_live_line_was_not_sent_yet_stays() -> None:
    desk = Desk()
    desk.dial(1)
    desk.quiet(5_000, send=False)
    assert desk.release_ms == 0
    desk.send()
    desk.quiet(20)
    assert desk.release_ms == 4_020


def test_silence_between_unanswered_utterances_stays() -> None:
    desk = talking(1_000, 1_000, pause=5_000)
    assert desk.release_ms == 0


def test_silence_is_kept_while_the_service_answers_what_only_it_heard() -> None:
    desk = Desk()
    desk.dial(1)
    desk.quiet(1_000)
    desk.mark(ResponseOpened(1))
    desk.quiet(5_000)
    assert desk.release_ms == 0
    desk.mark(ResponseDone(1, True, True))
    desk.quiet(20)
    assert desk.release_ms == 5_020
