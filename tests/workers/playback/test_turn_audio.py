"""``workers/playback/turn_audio.py``: one turn's pieces in, periods out. Must not: know other turns."""

from array import array

import pytest

from appliance.workers.playback.time_stretch import Stretch
from appliance.workers.playback.turn_audio import Segment

MS = 48


def segment() -> Segment:
    made = Segment(1, 1, False, False, "both")
    made.push(array("h", [3_000, -3_000] * 12_000).tobytes(), 5)
    return made


def test_pieces_are_cut_into_periods_and_told_as_they_came() -> None:
    made, told = segment(), bytearray()
    made.heard = told.extend
    made.push(b"\1\1", 9)
    taken = b"".join(made.take(961) for _ in range(60))
    assert taken == bytes(told)
    assert len(taken) == 1_000 * MS + 2 == made.taken == made.played
    assert (made.waits, made.news_at, made.queued_ms) == (False, 9, 0)


@pytest.mark.parametrize("speed", [0.8, 1.25])
def test_another_speed_is_another_length_and_the_end_is_not_lost(speed: float) -> None:
    made = segment()
    made.set_speed(Stretch(speed))
    sizes = []
    while made.waits:
        sizes.append(len(made.take(960)))
    assert set(sizes[:-1]) == {960}
    assert made.played == sum(sizes) == pytest.approx(1_000 * MS / speed, rel=0.05)
    assert (made.taken, made.stretch) == (1_000 * MS, None)


def test_back_to_its_own_speed_in_the_middle() -> None:
    made = segment()
    made.set_speed(Stretch(1.25))
    made.take(9_600)
    made.set_speed(None)
    while made.waits:
        made.take(960)
    assert made.played == pytest.approx(9_600 + 1_000 * MS - 12_000, rel=0.05)


def test_how_far_behind() -> None:
    made = segment()
    assert made.behind_ms(400) == 400
    made.take(200 * MS)
    assert made.behind_ms(400) == 200
    assert made.behind_ms(60_000) == 800, "never more than is left"


def test_dropped_it_is_closed_and_empty() -> None:
    made = segment()
    made.set_speed(Stretch(1.25))
    made.take(960)
    made.drop()
    assert (made.waits, made.closed, made.stretch, made.take(960)) == (False, True, None, b"")
