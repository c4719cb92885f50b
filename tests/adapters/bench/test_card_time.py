"""Where frames sound on the axis of a card with 80 ms of buffer."""

from appliance.adapters.bench.card_time import CardTime
from tests.adapters.virtual_clock import VirtualClock


def make() -> tuple[CardTime, VirtualClock]:
    clock = VirtualClock(1_000)
    card = CardTime(clock, 24_000)
    card.open()
    return card, clock


def test_four_periods_fit_and_the_fifth_waits() -> None:
    card, clock = make()
    assert [card.admit(480) for _ in range(4)] == [0, 480, 960, 1_440]
    assert (clock.now_ms(), card.delay_ms) == (1_000, 80)
    assert card.admit(480) == 1_920
    assert (clock.now_ms(), card.delay_ms) == (1_020, 80)


def test_a_late_write_is_an_underrun_and_sounds_now() -> None:
    card, clock = make()
    card.admit(480)
    clock.advance(20)
    assert card.admit(480) == 480  # in the very millisecond: none
    assert card.underruns == 0
    clock.advance(21)
    assert card.admit(480) == 41 * 24
    assert card.underruns == 1


def test_a_pause_after_open_drain_or_cut_is_no_underrun() -> None:
    card, clock = make()
    clock.advance(500)
    assert card.admit(480) == 500 * 24
    card.drain()
    assert clock.now_ms() == 1_520
    clock.advance(500)
    card.admit(480)
    assert card.cut() == 1_020 * 24
    clock.advance(500)
    card.admit(480)
    assert card.underruns == 0


def test_cut_leaves_what_has_sounded() -> None:
    card, clock = make()
    for _ in range(4):
        card.admit(480)
    clock.advance(30)
    assert card.cut() == 720
    assert card.delay_ms == 0
    clock.advance(10)
    assert card.cut() == 720


def test_opening_again_keeps_the_axis_and_the_count_of_underruns() -> None:
    card, clock = make()
    card.admit(480)
    clock.advance(100)
    card.admit(480)
    assert card.underruns == 1
    card.open()
    assert card.underruns == 1
    assert card.position == 2_400


def test_half_milliseconds_are_rounded_up() -> None:
    card, clock = make()
    card.admit(12)
    assert card.delay_ms == 1
    card.drain()
    assert clock.now_ms() == 1_001


def test_before_open_nothing_sounds() -> None:
    assert CardTime(VirtualClock(), 24_000).position == 0
