"""``workers/playback/jitter_buffer.py``: what a key drops, what is said again and caught up. The order of turns:
``test_jitter_buffer.py``."""

import pytest

from appliance.core.model.events import PlaybackEnded, PlaybackStarted
from appliance.workers.playback.jitter_buffer import STALLED_MS, JitterBuffer, Period
from tests.workers.playback.test_jitter_buffer import MS, PERIOD, Desk, pitch_hz, voice

# Barge-in.


def test_a_drop_is_silence_at_once_for_what_came_and_what_still_comes() -> None:
    desk = Desk()
    desk.push(1, 1, 1_000)
    desk.whole(1, 2)
    desk.play(10)
    desk.buffer.drop()
    desk.push(1, 1, 500)
    assert desk.play(5) == "....."
    assert desk.events[-1] == PlaybackEnded(1, 1, 120, 0), "as much as was heard"
    desk.push(1, 1, 500)
    desk.whole(1, 3)
    assert desk.play(10).strip(".") == "3" * 10, "what comes later is said"
    assert desk.buffer.dropped_ms == 1_000 - 120 + 320 + 500 + 500


def test_speaking_is_a_turn_that_has_begun() -> None:
    desk = Desk()
    told: list[bool] = []
    desk.push(1, 1, 100)
    told.append(desk.buffer.speaking)
    desk.play(12)
    told.append(desk.buffer.speaking)  # dry, and not over
    desk.buffer.close(1, 1)
    desk.play(1)
    told.append(desk.buffer.speaking)
    assert told == [False, True, False]


def test_a_turn_that_hangs_for_long_is_over_even_when_nothing_waits_for_it() -> None:
    desk = Desk()
    desk.push(1, 1, 200)
    desk.play(16)
    desk.at += STALLED_MS
    desk.play(1)
    assert isinstance(desk.events[-1], PlaybackEnded)


# Repeat.


def test_what_was_said_is_said_again_from_memory() -> None:
    desk = Desk()
    woken: list[int] = []
    desk.buffer.wake = lambda: woken.append(desk.at)
    desk.whole(1, 1, 200)
    desk.play(30)
    desk.buffer.repeat(1, 1, slower=False)
    assert len(woken) == 2
    assert not desk.buffer.empty
    period = desk.buffer.take(PERIOD, desk.at)
    assert period == Period(bytes([17]) * PERIOD, "left")
    assert desk.play(20) == "1" * 9 + "." * 11
    assert [e for e in desk.events if isinstance(e, PlaybackStarted | PlaybackEnded)][2:] == [
        PlaybackStarted(0, 1, desk.at - 20 * 20),
        PlaybackEnded(0, 1, 200, 0),
    ]


def test_a_repeat_waits_for_the_turn_that_sounds_and_knows_all_of_it() -> None:
    desk = Desk()
    desk.push(1, 1, 200)
    desk.play(8)
    desk.buffer.repeat(1, 1, slower=False)
    desk.push(1, 1, 100)
    desk.buffer.close(1, 1)
    desk.whole(1, 2, 100)
    assert len(desk.play(60).replace("2", "").replace(".", "")) == 15 + 15 - 4
    assert [e.line for e in desk.events if isinstance(e, PlaybackEnded)] == [1, 0, 1]


def test_a_second_repeat_takes_the_place_of_the_first_slower_and_louder() -> None:
    desk = Desk()
    desk.say(1, 2_000)
    once = desk.listen()
    assert len(once) == 2_000 * MS
    desk.buffer.repeat(1, 1, slower=False)
    desk.play(20)
    desk.buffer.repeat(1, 1, slower=True)
    period = desk.buffer.take(PERIOD, desk.at)
    assert period is not None
    assert period.louder
    slow = period.pcm + desk.listen()
    assert len(slow) == pytest.approx(2_500 * MS, rel=0.03)
    assert pitch_hz(slow) == pytest.approx(200, rel=0.01)
    assert [e.ms for e in desk.events if isinstance(e, PlaybackEnded)] == [2_000, 400, pytest.approx(2_500, rel=0.03)]


def test_what_nobody_remembers_is_not_said() -> None:
    desk = Desk()
    desk.buffer.repeat(1, 1, slower=True)
    assert desk.play(3) == "..."
    assert desk.buffer.empty
    desk.say(1, 200)
    desk.listen()
    desk.buffer.wipe()
    desk.buffer.repeat(1, 1, slower=False)
    assert desk.play(3) == "..."


# Catching up.


def test_more_than_two_seconds_behind_is_caught_up_at_the_same_pitch_and_nothing_is_dropped() -> None:
    desk = Desk(1.25)
    desk.say(1, 10_000)
    desk.say(2, 1_000)
    heard = desk.listen()
    # Hurried until half a second is left before the second turn begins, then as it came.
    assert len(heard) == pytest.approx((9_500 / 1.25 + 500 + 1_000) * MS, rel=0.02)
    assert pitch_hz(heard[: 6_000 * MS]) == pytest.approx(200, rel=0.01)
    assert desk.buffer.dropped_ms == 0


def test_what_comes_faster_than_it_is_spoken_is_not_late_for_that() -> None:
    desk = Desk(1.25)
    desk.say(1, 10_000)
    assert desk.listen() == voice(10_000)


def test_a_stall_of_the_network_is_caught_up_within_the_turn() -> None:
    desk = Desk(1.25)
    desk.push(1, 1, 400)
    desk.play(20)
    desk.at += 3_000
    desk.buffer.push(1, 1, voice(10_000), replay=False, output="left", at=desk.at)
    desk.buffer.close(1, 1)
    heard = desk.listen()
    assert 8_000 * MS < len(heard) < 9_500 * MS


def test_without_the_library_speech_is_late_and_whole() -> None:
    desk = Desk()
    desk.buffer = JitterBuffer(desk.events.append, lambda _: None, 1.25)
    desk.say(1, 5_000)
    desk.say(2, 1_000)
    assert len(desk.listen()) == 6_000 * MS


def test_what_is_dropped_while_it_hurries_leaves_nothing_behind() -> None:
    desk = Desk(1.25)
    desk.say(1, 10_000)
    desk.say(2, 1_000)
    desk.play(50)
    desk.buffer.drop()
    assert desk.play(5) == "....."
    assert desk.buffer.empty
