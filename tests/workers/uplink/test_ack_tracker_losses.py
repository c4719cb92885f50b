"""The sentences of appliance/workers/uplink/README.md#the-release-rule on losses, poison and bounds; each stands in
the test's name or docstring."""

from appliance.protocol.marks import AudioDone, ResponseDone, ResponseOpened, SpeechStarted, SpeechStopped, TextDone
from appliance.workers.uplink.ack_tracker import MOST_TURNS
from tests.workers.desk import Desk
from tests.workers.uplink.test_ack_tracker import talking


def test_poison_counts_for_the_oldest_alone_and_drops_it_after_the_third_line() -> None:
    desk = Desk()
    desk.hear(1_000)
    desk.quiet(1_000)
    desk.hear(1_000)
    desk.quiet(1_000)
    for line in (1, 2):
        desk.dial(line)
        desk.lose()
        assert (desk.reported_lost, desk.unanswered) == (0, 2_000)
    desk.dial(3)
    desk.lose()
    assert (desk.reported_lost, desk.unanswered) == (1, 1_000)
    desk.dial(4)
    assert desk.sent[4][-1] == desk.frames - 1, "the rest is replayed"
    desk.lose()
    assert desk.reported_lost == 1, "and begins to count from one"


def test_poison_counts_only_lines_that_were_sent_the_utterance() -> None:
    desk = Desk()
    desk.hear(1_000, send=False)
    for line in range(1, 9):
        desk.replay_buffer.attach(line, speaks=True, at=desk.at)
        desk.lose(line)
    assert (desk.reported_lost, desk.unanswered) == (0, 1_000)


def test_poison_does_not_count_short_noises() -> None:
    desk = Desk()
    desk.hear(100)
    desk.quiet(1_000)
    desk.hear(1_000)
    for line in range(1, 4):
        desk.dial(line)
        desk.lose()
    assert desk.reported_lost == 1
    assert desk.unanswered == 0


def test_beyond_90_s_is_reported_lost_once() -> None:
    desk = Desk()
    desk.hear(1_000)
    desk.quiet(100_000)
    assert (desk.reported_lost, desk.unanswered) == (1, 0)
    desk.hear(105_000)
    assert desk.reported_lost == 2, "one utterance, however long"
    for line in (1, 2):
        desk.dial(line)
        desk.lose()
        desk.hear(1_000)
    assert desk.reported_lost == 2


def test_a_noise_beyond_90_s_is_not_owned_up_to() -> None:
    desk = Desk()
    desk.hear(200)
    desk.hear(200, speech=False)
    desk.quiet(100_000)
    assert desk.reported_lost == 0


def test_beyond_90_s_on_a_live_line_is_reported_lost_only_if_the_line_dies() -> None:
    desk = talking(1_000)
    desk.mark(SpeechStarted(1, 0))
    desk.quiet(100_000)
    assert (desk.reported_lost, desk.end_ms - desk.release_ms) == (0, 90_000)
    desk.lose()
    assert desk.reported_lost == 1


def test_beyond_90_s_on_a_live_line_that_answers_is_fine() -> None:
    desk = talking(1_000)
    desk.mark(SpeechStarted(1, 0))
    desk.quiet(100_000)
    desk.answer(1)
    desk.lose()
    assert desk.reported_lost == 0


def test_a_monologue_beyond_90_s_whose_line_dies_is_reported_lost_once() -> None:
    desk = talking()
    desk.hear(100_000)
    desk.mark(SpeechStarted(1, 0))
    desk.hear(2_000)
    assert desk.reported_lost == 0
    desk.lose()
    assert desk.reported_lost == 1
    desk.hear(5_000)
    desk.dial(2)
    desk.lose()
    assert desk.reported_lost == 1


def test_what_a_stalled_line_was_never_sent_is_reported_lost() -> None:
    desk = talking()
    desk.hear(95_000, send=False)
    assert desk.reported_lost == 1


def test_a_line_without_end_of_open_turns_is_bounded() -> None:
    desk = talking(1_000)
    for n in range(1, 200):
        desk.mark(SpeechStarted(n, 0))
    assert len(desk.replay_buffer._ack_tracker.lines[1].turns) == MOST_TURNS
    assert desk.reported_lost >= 1


def test_turns_that_are_never_done_in_whole_are_bounded() -> None:
    desk = talking(1_000)
    for n in range(1, 200):
        desk.mark(ResponseOpened(n), TextDone(n), AudioDone(n))
    assert len(desk.replay_buffer._ack_tracker.lines[1].turns) <= MOST_TURNS
    assert desk.reported_lost == 0


def test_what_an_older_line_still_answers_is_not_released_by_a_newer_one() -> None:
    desk = talking(1_000)
    desk.dial(2)
    began = desk.hear(1_000)
    desk.quiet(1_000)
    desk.turn(1, 0, 1_000)
    assert desk.release_ms == 0, "line 1 was sent the first sentence and is still finishing"
    desk.mark(SpeechStarted(1, 0), SpeechStopped(1, 1_000), ResponseOpened(1), ResponseDone(1, True, False), line=1)
    assert (desk.unanswered, desk.release_ms) == (0, began + 1_000)


def test_news_of_a_line_that_was_lost_changes_nothing() -> None:
    desk = talking(1_000)
    desk.lose()
    desk.mark(SpeechStarted(1, 0), ResponseDone(1, False, True), line=1)
    desk.replay_buffer.touch(1, 1, desk.at)
    assert (desk.unanswered, desk.reported_lost) == (1_000, 0)
