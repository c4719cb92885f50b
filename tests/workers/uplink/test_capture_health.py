"""When a card is deaf, when it is muted, and when it only stumbled."""

import pytest

from appliance.core.model.events import CaptureHealth
from appliance.workers.uplink.capture_health import Hearing

PERIOD = b"\x01\x00\x02\x00" * 160


def listen(hearing: Hearing, arrivals: list[int], pcm: bytes = PERIOD) -> list[tuple[int, CaptureHealth]]:
    """Periods at these times; the verdicts where they change."""
    changes: list[tuple[int, CaptureHealth]] = []
    for at in arrivals:
        hearing.heard(pcm, at)
        verdict = hearing.verdict(at)
        if not changes or changes[-1][1] is not verdict:
            changes.append((at, verdict))
    return changes


def paced(percent: float, seconds: int, start: int = 0) -> list[int]:
    return [start + int((number + 1) * 2_000 / percent) for number in range(int(seconds * percent / 2))]


def opened() -> Hearing:
    hearing = Hearing()
    hearing.opened(0)
    return hearing


@pytest.mark.parametrize("percent", [96, 99.5, 100, 100.5, 104])
def test_within_the_band_it_hears(percent: float) -> None:
    hearing = opened()
    assert [verdict for _, verdict in listen(hearing, paced(percent, 60))] == [CaptureHealth.RATE_OK]
    assert hearing.percent == pytest.approx(percent, abs=2.1)


@pytest.mark.parametrize("percent", [10, 47, 90, 94, 107, 120, 275.6])
def test_outside_it_is_deaf_after_three_seconds(percent: float) -> None:
    (_, verdict), (at, later) = listen(opened(), paced(percent, 20))[:2]
    assert (verdict, later) == (CaptureHealth.RATE_OK, CaptureHealth.WRONG_RATE)
    assert 3_000 <= at <= 5_000


def test_nothing_at_all_is_deaf_after_three_seconds() -> None:
    hearing = opened()
    assert hearing.verdict(2_999) is CaptureHealth.RATE_OK
    assert hearing.verdict(3_000) is CaptureHealth.WRONG_RATE
    assert hearing.verdict(1_000_000_000) is CaptureHealth.WRONG_RATE


def test_a_card_that_stops_in_the_middle() -> None:
    hearing = opened()
    listen(hearing, paced(100, 30))
    assert hearing.verdict(32_900) is CaptureHealth.RATE_OK
    assert hearing.verdict(34_000) is CaptureHealth.WRONG_RATE


@pytest.mark.parametrize("stall_ms", [300, 700, 1_500, 2_500])
def test_a_stall_that_is_caught_up_is_no_deafness(stall_ms: int) -> None:
    arrivals = [at if not 10_000 <= at < 10_000 + stall_ms else 10_000 + stall_ms for at in paced(100, 30)]
    assert listen(opened(), arrivals) == [(20, CaptureHealth.RATE_OK)]


@pytest.mark.parametrize("gap_ms", [300, 700, 1_500])
def test_one_gap_is_no_deafness(gap_ms: int) -> None:
    arrivals = [at for at in paced(100, 30) if not 10_000 <= at < 10_000 + gap_ms]
    assert listen(opened(), arrivals) == [(20, CaptureHealth.RATE_OK)]


def test_it_hears_again() -> None:
    hearing = opened()
    listen(hearing, paced(47, 10))
    assert hearing.verdict(10_000) is CaptureHealth.WRONG_RATE
    assert listen(hearing, paced(100, 10, 10_000))[-1][1] is CaptureHealth.RATE_OK


@pytest.mark.parametrize(
    ("percent", "proved"), [(47, False), (94, False), (96, True), (100, True), (104, True), (107, False)]
)
def test_a_second_of_sound_at_its_right_rate_is_proof(percent: float, proved: bool) -> None:
    hearing = opened()
    listen(hearing, paced(percent, 2))
    assert hearing.proved is proved


def test_the_second_is_made_of_short_openings_and_the_time_between_them_does_not_count() -> None:
    hearing = Hearing()
    for sentence in range(3):
        assert not hearing.proved
        hearing.opened(60_000 * sentence)
        listen(hearing, [60_000 * sentence + at for at in range(90, 500, 20)])
        hearing.closed()
    assert hearing.proved


def test_a_card_that_was_proved_and_found_deaf_has_to_prove_itself_again() -> None:
    hearing, proved = opened(), []
    listen(hearing, paced(100, 2))
    proved.append(hearing.proved)
    hearing.doubt()
    proved.append(hearing.proved)
    listen(hearing, paced(100, 2, 2_000))
    assert [*proved, hearing.proved] == [True, False, True]


def test_opening_anew_and_closing_forget() -> None:
    hearing = opened()
    assert hearing.verdict(5_000) is CaptureHealth.WRONG_RATE
    hearing.opened(5_000)
    assert (hearing.verdict(7_900), hearing.percent) == (CaptureHealth.RATE_OK, 0)
    assert hearing.verdict(8_000) is CaptureHealth.WRONG_RATE
    hearing.closed()
    assert (hearing.verdict(60_000), hearing.percent) == (CaptureHealth.RATE_OK, None)


@pytest.mark.parametrize("sample", [b"\x00\x00", b"\xff\x7f", b"\x05\x00"])
def test_flat_samples_for_ten_seconds_are_perhaps_muted(sample: bytes) -> None:
    changes = listen(opened(), paced(100, 20), sample * 320)
    assert changes == [(20, CaptureHealth.RATE_OK), (10_020, CaptureHealth.FLATLINE)]


def test_the_least_noise_is_not_flat() -> None:
    hearing = opened()
    listen(hearing, paced(100, 9), bytes(640))
    hearing.heard(bytes(638) + b"\x01\x00", 9_020)
    assert listen(hearing, paced(100, 9, 9_020), bytes(640)) == [(9_040, CaptureHealth.RATE_OK)]


def test_a_flat_line_at_another_height_begins_anew() -> None:
    hearing = opened()
    listen(hearing, paced(100, 9), bytes(640))
    assert listen(hearing, paced(100, 9, 9_000), b"\x01\x00" * 320) == [(9_020, CaptureHealth.RATE_OK)]


def test_a_deaf_card_that_is_flat_too_is_deaf() -> None:
    assert listen(opened(), paced(47, 30), bytes(640))[-1][1] is CaptureHealth.WRONG_RATE


def test_closed_it_is_never_muted() -> None:
    hearing = opened()
    listen(hearing, paced(100, 11), bytes(640))
    hearing.closed()
    assert hearing.verdict(30_000) is CaptureHealth.RATE_OK
