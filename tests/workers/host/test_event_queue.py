import threading

import pytest

from appliance.core.model.direction import Direction
from appliance.core.model.events import LevelMetered, LineMetered, ReplayReported, SoundSent, Tick, VoiceActivityChanged
from appliance.workers.host.event_queue import EventQueue

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
