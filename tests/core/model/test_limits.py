"""``core/model/limits.py``: the figures of the contracts, as they are shipped.

Responsible for: naming the place of each; whoever changes one changes a promise. Must not: test behaviour.
"""

import pytest

from appliance.core.model.limits import Limits


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dial_window_ms", 60_000),  # appliance/workers/connection/README.md#dialling
        ("dials_in_window", 4),
        ("redial_tokens", 2),
        ("redial_token_every_ms", 30_000),
        ("redial_delays_ms", (0, 500, 1_000, 2_000, 4_000, 8_000, 15_000)),
        ("redial_jitter_percent", 20),
        ("limited_delays_ms", (60_000, 120_000, 300_000)),  # appliance/protocol/README.md#10-errors-and-close-codes
        ("error_counts_ms", 3_000),
        ("fault_after_ms", 5_000),
        ("warm_ms", 120_000),  # appliance/core/README.md#directions-and-lines
        ("settle_ms", 1_000),  # appliance/core/README.md#keys
        ("lines_at_most", 4),  # appliance/workers/connection/README.md
        ("answered_within_ms", 120_000),  # appliance/config/README.md#runs-that-have-an-end
        ("finished_within_ms", 15_000),
        ("drained_within_ms", 10_000),
        ("stop_finished_within_ms", 8_000),
        ("stop_drained_within_ms", 5_000),
        ("debounce_ms", 20),  # appliance/core/README.md#keys
        ("power_hold_ms", 2_000),
        ("talk_stuck_ms", 120_000),
        ("deaf_ms", 20_000),  # appliance/core/README.md#nothing-said-is-lost
        ("deaf_again_ms", 300_000),
        ("echo_ms", 400),  # appliance/core/README.md#what-is-heard
        ("repeat_again_ms", 10_000),
        ("volume_shown_ms", 2_000),
    ],
)
def test_a_figure_is_as_promised(name: str, value: object) -> None:
    assert getattr(Limits(), name) == value


def test_a_stop_fits_into_what_systemd_allows() -> None:
    limits = Limits()
    assert limits.stop_finished_within_ms + limits.stop_drained_within_ms < 20_000  # TimeoutStopSec
