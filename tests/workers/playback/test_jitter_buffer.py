import math
from array import array

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.core.model.events import Event, PlaybackEnded, PlaybackStarted
from appliance.core.model.modes import Valve
from appliance.workers.playback.jitter_buffer import (
    ENDED_REMEMBERED,
    MOST_DELAY_MS,
    MOST_QUEUED_MS,
    MOST_VALVES,
    STALLED_MS,
    START_DELAY_MS,
    JitterBuffer,
)
from appliance.workers.playback.time_stretch import Stretch

PERIOD = 960  # 20 ms
MS = 48  # bytes


def voice(ms: int) -> bytes:
    """200 Hz, as loud as speech: something whose pitch can be counted."""
    count = ms * 24
    return array("h", [round(6_000 * math.sin(2 * math.pi * 200 * n / 24_000)) for n in range(count)]).tobytes()


def pitch_hz(pcm: bytes) -> float:
    """By its upward zero crossings."""
    samples = array("h", pcm)
    rises = [n for n in range(1, len(samples)) if samples[n - 1] < 0 <= samples[n]]
    return (len(rises) - 1) * 24_000 / (rises[-1] - rises[0])


class Desk:
    """A jitter buffer, its clock, and all that came out of it."""

    def __init__(self, most_speed: float = 1.0) -> None:
        self.events: list[Event] = []
        self.buffer = JitterBuffer(self.events.append, Stretch, most_speed)
        self.at = 0
        self.heard = b""

    def push(self, line: int, turn: int, ms: int = 320, *, replay: bool = False, mark: bytes = b"") -> None:
        pcm = (mark or bytes([line * 16 + turn])) * (ms * MS)
        self.buffer.push(line, turn, pcm, replay=replay, output="left", at=self.at)

    def say(self, turn: int, ms: int, *, line: int = 1) -> None:
        """A turn of a voice-like tone, whole."""
        self.buffer.push(line, turn, voice(ms), replay=False, output="left", at=self.at)
        self.buffer.close(line, turn)

    def listen(self, most_ms: int = 60_000) -> bytes:
        """All that sounds until nothing does."""
        heard = b""
        for _ in range(most_ms // 20):
            period = self.buffer.take(PERIOD, self.at)
            heard += b"" if period is None else period.pcm
            self.at += 20
            if self.buffer.empty:
                break
        return heard

    def whole(self, line: int, turn: int, ms: int = 320, *, replay: bool = False) -> None:
        self.push(line, turn, ms, replay=replay)
        self.buffer.close(line, turn)

    def play(self, periods: int = 1) -> str:
        """What sounds in the next periods: one character each, "." for silence."""
        told = ""
        for _ in range(periods):
            period = self.buffer.take(PERIOD, self.at)
            told += "." if period is None else f"{period.pcm[0]:x}"[-1]
            self.heard += b"" if period is None else period.pcm
            self.at += 20
        return told


def test_a_turn_begins_after_a_short_delay() -> None:
    desk = Desk()
    desk.push(1, 1, 100)
    assert desk.play(5) == "....1"
    assert desk.events == [PlaybackStarted(1, 1, START_DELAY_MS)]


def test_a_turn_that_is_complete_need_not_wait() -> None:
    desk = Desk()
    desk.whole(1, 1, 20)
    assert desk.play(2) == "1."
    assert desk.events == [PlaybackStarted(1, 1, 0), PlaybackEnded(1, 1, 20, 0)]
    assert desk.buffer.empty


def test_turns_sound_by_line_then_turn_however_they_come() -> None:
    desk = Desk()
    for line, turn in ((2, 1), (1, 2), (1, 1), (2, 2)):
        desk.push(line, turn, 20, mark=bytes([line * 2 + turn]))
        desk.buffer.close(line, turn)
    assert desk.play(5) == "3" + "4" + "5" + "6" + "."


def test_what_sounds_is_not_cut_in_two_by_an_earlier_turn_that_comes_late() -> None:
    desk = Desk()
    desk.whole(1, 2, 60)
    assert desk.play() == "2"
    desk.whole(1, 1, 20)
    assert desk.play(4) == "221."
    ended = [e.turn for e in desk.events if isinstance(e, PlaybackEnded)]
    assert ended == [2, 1]


def test_an_underrun_is_counted_once_and_grows_the_delay() -> None:
    desk = Desk()
    desk.push(1, 1, 20)
    assert desk.play(6) == "....1."
    assert (desk.buffer.underruns, desk.buffer.delay_ms) == (1, 140)
    desk.push(1, 1, 100)
    assert desk.play(2) == "..", "less than the new delay waits"
    desk.push(1, 1, 40)
    assert desk.play(1) == "1"
    desk.push(1, 1, 20)
    desk.buffer.close(1, 1)
    desk.play(8)
    assert desk.buffer.underruns == 1
    assert desk.events[-1] == PlaybackEnded(1, 1, 180, 60)


def test_the_delay_has_a_ceiling_and_calm_turns_bring_it_down() -> None:
    desk = Desk()
    for _ in range(20):
        desk.push(1, 1, 600)
        desk.play(60)
    assert desk.buffer.delay_ms == MOST_DELAY_MS
    desk.buffer.close(1, 1)
    for turn in range(2, 40):
        desk.whole(1, turn, 20)
        desk.play(2)
    assert desk.buffer.delay_ms == START_DELAY_MS


def test_queued_sound_of_the_cut_response_is_dropped_when_its_replay_first_sounds() -> None:
    desk = Desk()
    desk.whole(1, 1, 40)
    desk.push(1, 2, 2_000)
    desk.play(4)
    desk.buffer.cut(1)
    assert desk.play(3) == "222", "until then it plays on"
    desk.push(2, 3, 320, replay=True)
    assert desk.play(5) == "22223", "once its own delay is over, the replay sounds"
    assert desk.buffer.queued_ms == 300
    assert [e.turn for e in desk.events if isinstance(e, PlaybackStarted | PlaybackEnded)] == [1, 1, 2, 2, 3], (
        "begun, ended, begun, ended, begun"
    )
    assert desk.buffer.dropped_ms > 1_500


def test_a_complete_turn_before_the_cut_one_is_not_dropped() -> None:
    desk = Desk()
    desk.whole(1, 1, 100)
    desk.push(1, 2, 100)
    desk.buffer.cut(1)
    desk.whole(2, 3, 40, replay=True)
    assert desk.play(8) == "1111133."


def test_new_speech_that_is_no_replay_waits_behind_the_cut_response() -> None:
    desk = Desk()
    desk.push(1, 1, 60)
    desk.buffer.cut(1)
    desk.whole(2, 2, 20)
    assert desk.play(5) == "1112."


def test_a_replay_that_is_cut_itself_drops_nothing() -> None:
    desk = Desk()
    desk.push(1, 1, 60)
    desk.buffer.cut(1)
    desk.push(2, 2, 20, replay=True)
    desk.buffer.cut(2)
    assert desk.play(4) == "1112"


def test_a_shut_valve_drops_what_waits_and_what_comes_of_its_line_alone() -> None:
    desk = Desk()
    desk.push(1, 1, 320)
    desk.push(2, 2, 320)
    desk.play(5)
    desk.buffer.set_valve(1, Valve.SHUT)
    desk.push(1, 1, 100)
    assert desk.play() == "2"
    assert PlaybackEnded(1, 1, 20, 0) in desk.events
    assert desk.buffer.dropped_ms == 400


def test_a_turn_that_was_dropped_does_not_begin_again_in_mid_word() -> None:
    desk = Desk()
    desk.push(1, 1, 320)
    desk.play(5)
    desk.buffer.wipe()
    assert desk.play() == "."
    assert desk.buffer.empty
    desk.push(1, 1, 320)
    assert desk.play(10) == ".........."
    assert desk.events == [PlaybackStarted(1, 1, 80), PlaybackEnded(1, 1, 20, 0)]


def test_a_turn_that_never_ends_does_not_keep_the_rest_waiting_for_ever() -> None:
    desk = Desk()
    desk.push(1, 1, 100)
    desk.play(20)
    desk.whole(1, 2, 20)
    assert "2" not in desk.play(STALLED_MS // 20 - 21)
    assert "2" in desk.play(2)
    assert [type(e) for e in desk.events] == [PlaybackStarted, PlaybackEnded, PlaybackStarted]


def test_a_crumb_below_the_delay_is_played_in_the_end() -> None:
    desk = Desk()
    desk.push(1, 1, 20)
    desk.play(10)
    desk.push(1, 1, 20)
    desk.whole(1, 2, 20)
    assert desk.play(STALLED_MS // 20).strip(".") == ""
    assert desk.play(3) == "12."


def test_closing_or_cutting_what_is_unknown_changes_nothing() -> None:
    desk = Desk()
    desk.buffer.close(1, 1)
    desk.buffer.cut(1)
    assert desk.buffer.empty
    assert desk.play() == "."


def test_two_minutes_are_the_most_and_the_oldest_is_dropped() -> None:
    desk = Desk()
    for turn in range(1, 5):
        desk.push(1, turn, MOST_QUEUED_MS // 3)
    assert desk.buffer.queued_ms == MOST_QUEUED_MS
    assert desk.buffer.dropped_ms == MOST_QUEUED_MS // 3
    desk.buffer.close(1, 1)
    desk.play(4)
    assert desk.play() == "2"


def test_tables_are_bounded() -> None:
    desk = Desk()
    for line in range(1, 200):
        desk.buffer.set_valve(line, Valve.OPEN)
        desk.buffer.push(line, 1, b"12" * 480, replay=False, output="both", at=0)
        desk.buffer.close(line, 1)
        desk.play(2)
    assert len(desk.buffer._valves) == MOST_VALVES
    assert len(desk.buffer._ended) == ENDED_REMEMBERED


step = st.tuples(
    st.sampled_from(["push", "push", "push", "close", "cut", "wipe", "shut", "open", "play", "play"]),
    st.integers(1, 3),
    st.integers(1, 4),
    st.integers(1, 40),
    st.booleans(),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(step, max_size=60))
def test_each_turn_that_sounded_is_told_once_and_ended_once(steps: list[tuple[str, int, int, int, bool]]) -> None:
    desk = Desk()
    for what, line, turn, size, replay in steps:
        match what:
            case "push":
                desk.push(line, turn, 20 * size, replay=replay)
            case "close":
                desk.buffer.close(line, turn)
            case "cut":
                desk.buffer.cut(line)
            case "wipe":
                desk.buffer.wipe()
            case "shut" | "open":
                desk.buffer.set_valve(line, Valve(what))
            case _:
                desk.play(size)
        assert desk.buffer.queued_ms <= MOST_QUEUED_MS
    for line in (1, 2, 3):
        for turn in (1, 2, 3, 4):
            desk.buffer.close(line, turn)
    while not desk.buffer.empty:
        desk.play(10)
    sounded = [(e.line, e.turn) for e in desk.events if isinstance(e, PlaybackStarted)]
    ended = [(e.line, e.turn) for e in desk.events if isinstance(e, PlaybackEnded)]
    assert len(sounded) == len(set(sounded))
    assert sounded == ended, "each ends before the next begins"
    told_ms = sum(e.ms for e in desk.events if isinstance(e, PlaybackEnded))
    assert told_ms * MS == len(desk.heard)
