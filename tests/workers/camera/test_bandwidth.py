from hypothesis import given
from hypothesis import strategies as st

from appliance.workers.camera.bandwidth import (
    FIRST_BYTES_PER_S,
    LEAST_BYTES_PER_S,
    MOST_BYTES_PER_S,
    STUCK_MS,
    TRUSTED_MS,
    UplinkRate,
)


class Way:
    """A link of a given rate and delay: one message after the other, acknowledged when its last byte has arrived."""

    def __init__(self, bytes_per_s: int, delay_ms: int) -> None:
        self.rate = UplinkRate()
        self._bytes_per_s = bytes_per_s
        self._delay_ms = delay_ms
        self._upto = 0
        self._free_at = 0

    def send(self, at: int, size: int) -> int:
        """Returns when it was acknowledged."""
        self._upto += size
        self._free_at = max(self._free_at, at) + size * 1_000 // self._bytes_per_s
        done = self._free_at + self._delay_ms
        self.rate.sent(at, self._upto, size)
        self.rate.acked(done, self._upto)
        return done


def test_at_first_the_way_is_taken_for_a_slow_one() -> None:
    assert UplinkRate().bytes_in(150, 0) == 18_750
    assert not UplinkRate().stuck(10_000)


def test_sound_alone_measures_nothing() -> None:
    way = Way(10_000_000, 40)
    for at in range(0, 4_000, 40):
        way.send(at, 1_800)
    assert way.rate.bytes_per_s(4_000) == FIRST_BYTES_PER_S


def test_pictures_measure_the_way_and_the_delay_does_not_count() -> None:
    for bytes_per_s in (60_000, 125_000, 1_000_000):
        way = Way(bytes_per_s, 200)
        at = 0
        for _ in range(12):
            for _ in range(25):
                at += 40
                way.send(at, 1_800)
            room = way.rate.bytes_in(150, at)
            at = way.send(at, room)
        found = way.rate.bytes_per_s(at)
        assert 0.7 * bytes_per_s <= found <= 1.3 * bytes_per_s, (bytes_per_s, found)


def test_a_measurement_raises_it_twofold_at_most_and_lowers_it_at_once() -> None:
    rate = UplinkRate()
    rate.sent(0, 18_000, 18_000)
    rate.acked(1, 18_000)
    assert rate.bytes_per_s(1) == 2 * FIRST_BYTES_PER_S
    rate.sent(1_000, 36_000, 18_000)
    rate.acked(3_000, 36_000)
    assert rate.bytes_per_s(3_000) == 9_000


def test_a_way_that_was_slow_is_tried_again() -> None:
    rate = UplinkRate()
    rate.sent(0, 18_000, 18_000)
    rate.acked(1_800, 18_000)
    found = [rate.bytes_per_s(1_800 + n * TRUSTED_MS) for n in (0, 1, 2, 9)]
    assert found == [10_000, 20_000, 40_000, FIRST_BYTES_PER_S]


def test_what_waits_too_long_says_that_the_way_is_full() -> None:
    rate = UplinkRate()
    rate.sent(0, 1_800, 1_800)
    rate.acked(60, 1_800)
    rate.sent(100, 3_600, 1_800)
    assert not rate.stuck(100 + 60 + STUCK_MS)
    assert rate.stuck(100 + 61 + STUCK_MS)
    rate.renewed()
    assert not rate.stuck(10_000)


@given(
    st.lists(
        st.tuples(st.integers(0, 5_000), st.integers(0, 2_000_000), st.integers(0, 2_000_000), st.booleans()),
        max_size=400,
    )
)
def test_whatever_is_told_the_estimate_stays_within_bounds(told: list[tuple[int, int, int, bool]]) -> None:
    rate, at = UplinkRate(), 0
    for wait_ms, upto, size, acked in told:
        at += wait_ms
        if acked:
            rate.acked(at, upto)
        else:
            rate.sent(at, upto, size)
        assert LEAST_BYTES_PER_S <= rate.bytes_per_s(at) <= MOST_BYTES_PER_S
        assert len(rate._waiting) <= 256
