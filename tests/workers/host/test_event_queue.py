import threading

import pytest

from appliance.core.model.direction import Direction
from appliance.core.model.events import (
    Booted,
    Key,
    KeyEdge,
    LevelMetered,
    LineMetered,
    ReplayReported,
    SoundSent,
    SourceArrived,
    TextArrived,
    Tick,
    UsageCounted,
    VoiceActivityChanged,
)
from appliance.workers.host.event_queue import CROWDED, MOST_EVENTS, EventQueue

HERE, BACK = Direction("en", "es"), Direction("es", "en")


def drained(queue: EventQueue) -> list[object]:
    return [queue.next(0) for _ in range(len(queue))]


def test_control_keeps_its_order() -> None:
    queue = EventQueue()
    for active in (True, False, True):
        queue.post(VoiceActivityChanged(active))
    assert drained(queue) == [VoiceActivityChanged(True), VoiceActivityChanged(False), VoiceActivityChanged(True)]
    assert queue.next(0) is None


def test_of_meters_the_latest_wins_in_the_place_of_the_first() -> None:
    queue = EventQueue()
    queue.post(LevelMetered(1))
    queue.post(Tick())
    queue.post(LevelMetered(5))
    assert drained(queue) == [LevelMetered(5), Tick()]


def test_reports_are_coalesced_for_each_direction() -> None:
    queue = EventQueue()
    queue.post(ReplayReported(HERE, 1, 0, 0))
    queue.post(ReplayReported(BACK, 2, 0, 0))
    queue.post(LevelMetered(3))
    queue.post(ReplayReported(HERE, 9, 0, 0))
    assert drained(queue) == [ReplayReported(HERE, 9, 0, 0), ReplayReported(BACK, 2, 0, 0), LevelMetered(3)]


def test_of_texts_of_a_turn_the_latest_wins_and_none_goes_before_a_final_one() -> None:
    queue = EventQueue()
    texts = [TextArrived(1, 1, str(n), "", n == 2, n) for n in range(4)]
    for text in (*texts, TextArrived(1, 2, "x", "", False, 9)):
        queue.post(text)
    queue.post(SourceArrived(1, 1, "a", "", "en", False))
    queue.post(SourceArrived(1, 1, "b", "", "en", True))
    assert drained(queue) == [
        texts[2], texts[3], TextArrived(1, 2, "x", "", False, 9), SourceArrived(1, 1, "b", "", "en", True)
    ]  # fmt: skip


def test_of_a_lines_counts_the_latest_wins() -> None:
    queue = EventQueue()
    for tokens in range(5_000):
        queue.post(UsageCounted(1, tokens, 0))
        queue.post(UsageCounted(2, tokens, 0))
    assert drained(queue) == [UsageCounted(1, 4_999, 0), UsageCounted(2, 4_999, 0)]


def test_edges_go_first_and_can_be_asked_for_by_their_time() -> None:
    queue = EventQueue()
    queue.post(Tick())
    first, second = KeyEdge(Key.TALK, True, 10), KeyEdge(Key.TALK, False, 50)
    queue.post(first)
    queue.post(second)
    assert queue.next_edge(9) is None
    assert queue.next_edge(10) == first
    assert queue.next_edge(10) is None
    assert drained(queue) == [second, Tick()]
    assert queue.next_edge(None) is None


def test_who_can_wait_waits_long_before_the_queue_is_full() -> None:
    queue = EventQueue()
    for _ in range(CROWDED):
        assert not queue.crowded()
        queue.post(Tick())
    assert queue.crowded()
    assert CROWDED < MOST_EVENTS // 2


def test_control_is_never_dropped_a_full_queue_raises() -> None:
    queue = EventQueue(most=2)
    queue.post(LevelMetered(1))
    queue.post(Tick())
    queue.post(LevelMetered(2))
    with pytest.raises(OverflowError, match="2 events"):
        queue.post(Tick())
    assert drained(queue) == [LevelMetered(2), Tick()]


def test_a_post_wakes_the_owner() -> None:
    queue = EventQueue()
    poster = threading.Thread(target=lambda: queue.post(Tick()))
    poster.start()
    assert queue.next(5_000) == Tick()
    poster.join()


def test_what_was_sent_and_what_each_line_cost_are_coalesced() -> None:
    queue = EventQueue()
    for event in (SoundSent(1), LineMetered(1, 7), LineMetered(2, 7), SoundSent(2), LineMetered(1, 14)):
        queue.post(event)
    assert drained(queue) == [SoundSent(2), LineMetered(1, 14), LineMetered(2, 7)]


def test_no_edge_overtakes_the_reading_of_the_slide() -> None:
    """Else a move to private just after the slide was read would be undone by the reading."""
    queue = EventQueue()
    edge = KeyEdge(Key.PRIVACY, False, 5)
    for event in (Tick(), Booted(False), edge):
        queue.post(event)
    assert queue.next_edge(None) is None
    assert [queue.next(0) for _ in range(3)] == [Tick(), Booted(False), edge]
