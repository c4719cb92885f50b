"""The virtual clock keeps the contract of ``Clock``."""

from appliance.adapters.bench.clock import Clock
from tests.adapters.virtual_clock import VirtualClock


def test_waiting_moves_the_clock_and_never_back() -> None:
    clock: Clock = VirtualClock(100)
    clock.wait_until(150)
    assert clock.now_ms() == 150
    clock.wait_until(120)
    assert clock.now_ms() == 150
