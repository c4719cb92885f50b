"""The on-air light over time."""

import pytest

from appliance.adapters.bench.light import BenchLight
from appliance.adapters.on_air import BLINK_MS, LightState, OnAir, light_state
from appliance.errors import DeviceError, Kind


class LooseLight:
    """A light that fails while it is told to."""

    def __init__(self) -> None:
        self.is_loose = True
        self.tries = 0
        self.on = False

    def set(self, on: bool) -> None:
        self.tries += 1
        if self.is_loose:
            raise DeviceError("light", Kind.BROKEN, "GPIO 12 (light): Input/output error")
        self.on = on

    def close(self) -> None:
        self.set(False)


@pytest.mark.parametrize(
    ("listening", "looking", "sending", "says"),
    [
        (False, False, False, LightState.DARK),
        (False, False, True, LightState.DARK),  # the rest of what was said, or silence: nothing new comes in
        (True, False, False, LightState.BLINKING),
        (False, True, False, LightState.BLINKING),  # the camera counts like the microphone
        (True, False, True, LightState.STEADY),
        (False, True, True, LightState.STEADY),
        (True, True, True, LightState.STEADY),
    ],
)
def test_what_it_says(listening: bool, looking: bool, sending: bool, says: LightState) -> None:
    assert light_state(listening, looking, sending) is says


def test_dark_and_steady_need_no_further_call() -> None:
    light = BenchLight()
    on_air = OnAir(light)
    assert on_air.show(LightState.DARK, 5_000) is None
    assert light.is_on is False
    assert on_air.show(LightState.STEADY, 6_000) is None
    assert on_air.show(LightState.STEADY, 999_999) is None
    assert (light.is_on, list(light.changes)) == (True, [True])


def test_a_blink_begins_lit_and_says_when_to_come_back() -> None:
    light = BenchLight()
    on_air = OnAir(light)
    now_ms, seen = 70_123, []
    for _ in range(6):
        due_ms = on_air.show(LightState.BLINKING, now_ms)
        seen.append((now_ms - 70_123, light.is_on))
        assert due_ms is not None
        now_ms = due_ms
    assert seen == [(n * BLINK_MS, n % 2 == 0) for n in range(6)]


def test_calls_at_any_time_and_late_ones_change_nothing_of_the_rhythm() -> None:
    light = BenchLight()
    on_air = OnAir(light)
    for after_ms in range(0, 10_000, 37):
        due_ms = on_air.show(LightState.BLINKING, after_ms)
        assert light.is_on is (after_ms // BLINK_MS % 2 == 0)
        assert due_ms == (after_ms // BLINK_MS + 1) * BLINK_MS


def test_sending_interrupts_a_blink_at_once() -> None:
    light = BenchLight()
    on_air = OnAir(light)
    on_air.show(LightState.BLINKING, 0)
    on_air.show(LightState.BLINKING, BLINK_MS)
    assert list(light.changes) == [True, False]
    on_air.show(LightState.STEADY, BLINK_MS + 1)
    assert list(light.changes) == [True, False, True]
    on_air.show(LightState.DARK, BLINK_MS + 2)
    assert list(light.changes) == [True, False, True, False]


def test_a_wink_turns_it_over_and_a_dark_light_stays_dark() -> None:
    light = BenchLight()
    on_air = OnAir(light)
    for glow_now, at_ms, lit in (
        (LightState.STEADY, 0, True),
        (LightState.BLINKING, 100, True),
        (LightState.BLINKING, 100 + BLINK_MS, False),
        (LightState.DARK, 5_000, False),
    ):
        on_air.show(glow_now, at_ms)
        assert light.is_on is lit
        on_air.show(glow_now, at_ms, winks=True)
        assert light.is_on is (not lit and glow_now is not LightState.DARK), "nothing is open: nothing is said"
        on_air.show(glow_now, at_ms)
        assert light.is_on is lit


def test_a_light_that_fails_is_tried_every_five_seconds(caplog: pytest.LogCaptureFixture) -> None:
    light = LooseLight()
    on_air = OnAir(light)
    assert on_air.show(LightState.STEADY, 1_000) == 6_000
    assert on_air.show(LightState.STEADY, 5_999) == 6_000
    assert light.tries == 1
    light.is_loose = False
    assert on_air.show(LightState.STEADY, 6_000) is None
    assert light.on is True
    light.is_loose = True
    on_air.close()
    assert caplog.text.count("GPIO 12 (light)") == 2


def test_closing_is_dark() -> None:
    light = BenchLight()
    on_air = OnAir(light)
    on_air.show(LightState.STEADY, 0)
    on_air.close()
    assert light.is_on is False
