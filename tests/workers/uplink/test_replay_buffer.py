import threading

from appliance.core.model.direction import Direction
from appliance.core.model.events import ReplayReported
from appliance.core.model.modes import Valve
from appliance.protocol.marks import ResponseDone, ResponseOpened, SpeechStarted, SpeechStopped
from appliance.workers.uplink.replay_buffer import LINES_REMEMBERED, ReplayBuffer, ReplayBuffers
from tests.workers.desk import FRAME, Desk, holes

HERE, BACK = Direction("en", "es"), Direction("es", "en")


def test_on_loss_the_cursor_goes_back_to_the_release_point_and_the_backlog_goes_before_live_audio() -> None:
    desk = Desk()
    desk.dial(1)
    desk.hear(2_000)
    desk.mark(SpeechStarted(1, 0), SpeechStopped(1, 1_000), ResponseDone(1, True, False))
    desk.lose()
    assert desk.cursor_ms == desk.release_ms == 1_000
    desk.hear(400)
    desk.dial(2)
    desk.hear(400)
    assert desk.sent[2] == list(range(50, 140))


def test_what_a_line_was_sent_has_no_holes() -> None:
    desk = Desk()
    desk.quiet(3_000)
    desk.dial(1)
    desk.hear(2_000)
    desk.quiet(5_000)
    desk.finished()
    desk.quiet(3_000)
    assert holes(desk.sent[1]) == []


def test_what_was_sent_last_is_in_speech_until_so_much_silence_follows() -> None:
    desk = Desk()
    desk.dial(1)
    told = []
    for speaks, ms in ((True, 1_000), (False, 160), (False, 40), (True, 40), (False, 3_000), (True, 40)):
        desk.hear(ms) if speaks else desk.quiet(ms)
        told.append(desk.replay_buffer.in_speech(1))
    assert told == [True, True, False, True, False, True]
    desk.lose()
    assert not desk.replay_buffer.in_speech(1)
    assert not desk.replay_buffer.in_speech(9)


def test_a_closing_silence_that_is_sent_at_once_is_no_speech() -> None:
    desk = Desk()
    desk.dial(1)
    desk.hear(1_000)
    desk.replay_buffer.seal(desk.at)
    while desk.replay_buffer.take(1, desk.at):
        continue
    assert not desk.replay_buffer.in_speech(1)


def test_a_seal_closes_the_last_turn() -> None:
    desk = Desk()
    desk.dial(1)
    desk.hear(1_000)
    desk.replay_buffer.seal(desk.at)
    assert desk.end_ms == 2_000
    desk.send(flush=True)
    assert desk.cursor_ms == 2_000


def test_a_message_is_40_ms_and_the_last_one_may_be_shorter() -> None:
    desk = Desk()
    desk.dial(1)
    desk.hear(60, send=False)
    assert desk.replay_buffer.take(1, 0) == [0, 1]
    assert desk.replay_buffer.take(1, 0) == []
    assert desk.replay_buffer.take(1, 0, flush=True) == [2]


def test_an_order_to_attach_that_comes_behind_the_lines_end_takes_nothing_from_the_next() -> None:
    desk = Desk()
    desk.hear(1_000)
    desk.replay_buffer.lose(1, desk.at)
    desk.replay_buffer.attach(1, speaks=True, at=desk.at)
    assert desk.replay_buffer.take(1, desk.at) == []
    desk.dial(2)
    assert desk.sent[2] == list(range(50))
    for line in range(3, 200):
        desk.replay_buffer.lose(line, desk.at)
    assert len(desk.replay_buffer._gone) == LINES_REMEMBERED


def test_attaching_twice_keeps_the_first_sample_and_the_open_turns() -> None:
    desk = Desk()
    desk.dial(1)
    desk.hear(1_000)
    desk.mark(SpeechStarted(1, 0))
    desk.dial(1)
    desk.mark(SpeechStopped(1, 1_000), ResponseDone(1, True, False))
    assert desk.unanswered == 0


def test_a_newer_line_that_dies_beside_a_finishing_one_is_replayed_from_where_it_began() -> None:
    desk = Desk()
    desk.dial(1)
    desk.hear(1_000)
    desk.quiet(1_000)
    desk.dial(2)
    desk.hear(1_000)
    desk.lose(2)
    assert desk.cursor_ms == 2_000
    desk.dial(3)
    assert desk.sent[3] == list(range(100, 150))


def test_90_s_are_the_most_and_positions_hold_behind_the_jump() -> None:
    desk = Desk()
    desk.dial(1)
    desk.hear(1_000)
    desk.mark(SpeechStarted(1, 0), SpeechStopped(1, 1_000), ResponseDone(1, True, False))
    desk.quiet(100_000, send=False)
    assert 90_000 <= desk.replay_buffer.kept_ms() <= 90_020
    assert desk.replay_buffer.sent_ms == 1_000
    desk.send()
    began = desk.hear(1_000)
    base = began - 1_000 - 90_000  # it was sent 1 s before the jump and 90 s behind it
    desk.mark(SpeechStarted(2, began - base), SpeechStopped(2, began - base + 1_000), ResponseDone(2, True, False))
    assert (desk.release_ms, desk.unanswered) == (began + 1_000, 0)


def test_wiped_is_forgotten_and_new_speech_is_no_replay() -> None:
    desk = Desk()
    desk.dial(1)
    desk.hear(2_000)
    desk.mark(SpeechStarted(1, 0))
    desk.lose()
    desk.replay_buffer.wipe()
    assert (desk.unanswered, desk.replay_buffer.kept_ms()) == (0, 0)
    desk.dial(2)
    desk.hear(1_000)
    desk.mark(SpeechStarted(1, 0))
    assert not desk.replay_buffer.facts(2, 1, desk.at).replay
    assert desk.sent[2] == list(range(100, 150))
    assert desk.replay_buffer.sent_ms == 3_000
    desk.replay_buffer.wipe()
    assert desk.unanswered == 0


def test_facts_of_a_turn() -> None:
    desk = Desk()
    desk.dial(1)
    desk.quiet(500)
    desk.hear(1_000)
    desk.mark(SpeechStarted(1, 400))
    facts = desk.replay_buffer.facts(1, 1, desk.at)
    assert (facts.start_at, facts.end_at, facts.replay, facts.late, facts.dropped) == (500, 1_500, False, False, False)
    desk.quiet(1_000)
    assert not desk.replay_buffer.facts(1, 1, 11_500).late
    assert desk.replay_buffer.facts(1, 1, 11_501).late
    assert desk.replay_buffer.facts(1, 9, 0).start_at is None
    assert desk.replay_buffer.facts(9, 1, 0).start_at is None
    desk.lose()
    desk.dial(2)
    desk.mark(SpeechStarted(1, 400))
    assert desk.replay_buffer.facts(2, 1, desk.at).replay
    desk.mark(SpeechStarted(2, 60_000))
    assert desk.replay_buffer.facts(2, 2, desk.at).start_at is None


def test_facts_are_of_the_utterance_that_begins_and_not_of_the_one_before() -> None:
    desk = Desk()
    desk.dial(1)
    desk.hear(1_000)
    desk.quiet(900)
    desk.hear(200)
    desk.mark(SpeechStarted(1, 1_700))  # the service's ear begins a little earlier than ours
    assert desk.replay_buffer.facts(1, 1, desk.at).start_at == 1_900


def test_a_change_of_language_moves_the_open_utterance_and_drops_what_the_old_line_answers() -> None:
    old, new = Desk(), Desk()
    old.dial(1)
    old.hear(1_000)
    old.quiet(1_000)
    old.mark(SpeechStarted(1, 0), SpeechStopped(1, 1_000))
    old.hear(1_000)
    old.mark(SpeechStarted(2, 1_900))
    old.replay_buffer.move_open_utterance(new.replay_buffer, old.at)
    assert old.unanswered == 1_000
    assert old.replay_buffer.facts(1, 2, old.at).dropped
    assert not old.replay_buffer.facts(1, 1, old.at).dropped
    assert new.unanswered == 1_000
    new.dial(2)
    assert new.sent[2] == list(range(90, 150)), "with 200 ms of lead"
    old.mark(ResponseDone(1, True, False), ResponseDone(2, False, False), line=1)
    assert old.reported_lost == 0, "it is not lost: it was said elsewhere"
    assert old.replay_buffer.facts(1, 2, old.at).dropped
    old.mark(SpeechStarted(3, 1_800), line=1)
    assert old.replay_buffer.facts(1, 3, old.at).dropped, "what it hears of it later is dropped too"


def test_turns_without_positions_about_a_moved_utterance_are_dropped() -> None:
    for marks_first in (True, False):
        old, new = Desk(), Desk()
        old.dial(1)
        old.hear(1_000)
        if marks_first:
            old.mark(ResponseOpened(1))
        old.replay_buffer.move_open_utterance(new.replay_buffer, old.at)
        old.mark(ResponseOpened(1))
        assert old.replay_buffer.facts(1, 1, old.at).dropped


def test_an_utterance_longer_than_memory_moves_in_what_is_left_of_it() -> None:
    old, new = Desk(), Desk()
    new.hear(500)
    new.quiet(1_000)
    old.hear(100_000)
    old.replay_buffer.move_open_utterance(new.replay_buffer, old.at)
    first, moved = new.replay_buffer._ack_tracker.utterances
    assert moved.start >= first.end
    assert new.unanswered == 500 + 90_000


def test_speech_that_is_over_does_not_move() -> None:
    old, new = Desk(), Desk()
    old.hear(1_000)
    old.quiet(1_000)
    old.replay_buffer.move_open_utterance(new.replay_buffer, old.at)
    assert (old.unanswered, new.unanswered) == (1_000, 0)


def test_an_utterance_of_which_nothing_is_left_does_not_move() -> None:
    old, new = Desk(), Desk()
    old.replay_buffer.move_open_utterance(new.replay_buffer, 0)
    assert new.end_ms == 0
    assert old.end_ms == 1_000


def test_a_report_is_told_once_and_small_changes_wait() -> None:
    desk = Desk()
    told: list[ReplayReported] = []
    desk.replay_buffer.tell(told.append, desk.at)
    assert told == []
    desk.hear(1_000)
    desk.replay_buffer.tell(told.append, desk.at)
    desk.hear(100)
    desk.replay_buffer.tell(told.append, desk.at)
    assert [r.unanswered_ms for r in told] == [1_000]
    desk.hear(400)
    desk.replay_buffer.tell(told.append, desk.at)
    desk.replay_buffer.tell(told.append, desk.at)
    assert [r.unanswered_ms for r in told] == [1_000, 1_500]


def test_replay_buffers_wake_the_line_when_a_message_is_ready() -> None:
    replay_buffer: ReplayBuffer[int] = ReplayBuffer(HERE, 800, lambda _: -1)
    woken: list[int] = []
    replay_buffer.wake = lambda: woken.append(replay_buffer.kept_ms())
    for n in range(3):
        replay_buffer.append(n, FRAME, speech=True, at=n * 20)
    assert woken == [40, 60]


def box() -> tuple[ReplayBuffers[int], ReplayBuffer[int], ReplayBuffer[int]]:
    replay_buffers: ReplayBuffers[int] = ReplayBuffers(lambda direction: ReplayBuffer(direction, 800, lambda _: -1))
    return replay_buffers, replay_buffers.of(HERE), replay_buffers.of(BACK)


def test_valve_muting_and_privacy_act_before_the_replay_buffer() -> None:
    replay_buffers, here, _ = box()
    replay_buffers.append(0, FRAME, speech=True, at=20)
    replay_buffers.seal(20)
    replay_buffers.select(HERE, Valve.SHUT, 0, move=True)
    replay_buffers.append(1, FRAME, speech=True, at=40)
    assert here.kept_ms() == 0
    replay_buffers.select(HERE, Valve.OPEN, 0, move=True)
    replay_buffers.append(2, FRAME, speech=True, at=60)
    assert here.kept_ms() == 20
    replay_buffers.seal(60)
    assert here.kept_ms() == 1_020
    replay_buffers.wipe()
    assert [replay_buffer.kept_ms() for replay_buffer in replay_buffers.all()] == [0, 0]
    assert replay_buffers.of(HERE) is here


def test_what_a_card_still_reads_behind_a_wipe_is_not_kept() -> None:
    replay_buffers, here, _ = box()
    replay_buffers.select(HERE, Valve.OPEN, 0, move=False)
    replay_buffers.wipe()
    replay_buffers.append(1, FRAME, speech=True, at=20)
    assert here.kept_ms() == 0
    replay_buffers.select(HERE, Valve.OPEN, 40, move=False)
    replay_buffers.append(2, FRAME, speech=True, at=60)
    assert here.kept_ms() == 20


def test_while_muted_time_passes_and_nothing_is_heard() -> None:
    replay_buffers, here, _ = box()
    for valve in (Valve.OPEN, Valve.MUTED, Valve.OPEN):
        replay_buffers.select(HERE, valve, 0, move=False)
        replay_buffers.append(7, FRAME, speech=valve is Valve.MUTED, at=20)
        replay_buffers.append(8, FRAME, speech=False, at=40)
    here.attach(1, speaks=True, at=60)
    assert [payload for _ in range(3) for payload in here.take(1, 60)] == [7, 8, -1, -1, 7, 8]
    report = here.report(60)
    assert report is None or report.unanswered_ms == 0, "what is muted is owed to nobody"


def test_what_the_speaker_took_back_is_not_sent_again() -> None:
    desk = Desk()
    desk.dial(1)
    desk.hear(1_000)
    desk.quiet(1_000)
    desk.mark(SpeechStarted(1, 0), SpeechStopped(1, 1_000), ResponseOpened(1))
    assert desk.unanswered
    desk.replay_buffer.withdraw(1, 1, desk.at)
    assert not desk.unanswered
    desk.lose()
    desk.dial(2)
    assert not any(n in desk.sent[2] for n in range(50)), "nothing of it goes out again"
    desk.replay_buffer.withdraw(9, 1, desk.at)
    assert not desk.unanswered


def test_replay_buffers_move_the_open_utterance_only_where_told() -> None:
    replay_buffers, here, back = box()
    replay_buffers.select(HERE, Valve.OPEN, 0, move=False)
    replay_buffers.append(0, FRAME, speech=True, at=20)
    replay_buffers.select(BACK, Valve.OPEN, 20, move=False)
    assert (here.kept_ms(), back.kept_ms()) == (1_020, 0), "its last turn is closed"
    replay_buffers, here, back = box()
    replay_buffers.select(HERE, Valve.OPEN, 20, move=False)
    replay_buffers.append(1, FRAME, speech=True, at=40)
    replay_buffers.select(BACK, Valve.OPEN, 40, move=True)
    assert back.kept_ms() == 20


def test_live_sound_never_overtakes_the_utterance_that_moves() -> None:
    replay_buffers, _, back = box()
    replay_buffers.select(HERE, Valve.OPEN, 0, move=False)
    for n in range(10):
        replay_buffers.append(n, FRAME, speech=True, at=n * 20)
    adopt, started = back.adopt, threading.Event()

    def speak() -> None:
        started.set()
        replay_buffers.append(99, FRAME, speech=True, at=300)

    def slowly(*args: object) -> None:
        live = threading.Thread(target=speak)
        live.start()
        assert started.wait(5)
        live.join(0.05)
        adopt(*args)  # type: ignore[arg-type]
        threads.append(live)

    threads: list[threading.Thread] = []
    back.adopt = slowly  # type: ignore[method-assign, assignment]
    replay_buffers.select(BACK, Valve.OPEN, 200, move=True)
    threads[0].join(5)
    back.attach(1, speaks=True, at=300)
    taken = [n for _ in range(10) for n in back.take(1, 300, flush=True)]
    assert taken == [*range(10), 99]


def test_a_shut_valve_closes_the_last_turn_once_and_keeps_nothing() -> None:
    replay_buffers, here, _ = box()
    replay_buffers.select(here.direction, Valve.OPEN, 0, move=False)
    replay_buffers.append(1, 320, speech=True, at=20)
    replay_buffers.select(here.direction, Valve.SHUT, 20, move=False)
    kept = here.kept_ms()
    assert kept == 20 + 1_000
    replay_buffers.append(1, 320, speech=True, at=40)
    replay_buffers.select(here.direction, Valve.SHUT, 40, move=False)
    assert here.kept_ms() == kept
    replay_buffers.select(here.direction, Valve.OPEN, 60, move=False)
    replay_buffers.append(1, 320, speech=True, at=80)
    assert here.kept_ms() == kept + 20
