"""``core/process/microphone_health.py``: a box that knows when it is deaf.

Responsible for: the three steps and the hint. Must not: count samples.
"""

from dataclasses import replace

import pytest

from appliance.core.model.effects import Effect, Exit, Reboot, ReopenMicrophone
from appliance.core.model.events import (
    CaptureHealth,
    Device,
    DeviceReady,
    Key,
    LineFinished,
    MicrophoneClosed,
    MicrophoneJudged,
)
from appliance.core.model.modes import Mode
from appliance.core.model.state import MicrophoneHealth
from tests.core.box import Box
from tests.core.states import on_air, private, stopping

DEAF, FLAT, WELL = (
    MicrophoneJudged(sense, 47) for sense in (CaptureHealth.WRONG_RATE, CaptureHealth.FLATLINE, CaptureHealth.RATE_OK)
)
STEPS = (ReopenMicrophone, Reboot, Exit)
FIVE_MINUTES_MS = 5 * 60_000


def codes(box: Box) -> list[str]:
    return [str(fault.code) for fault in box.state.faults]


def steps(effects: tuple[Effect, ...]) -> list[Effect]:
    return [effect for effect in effects if isinstance(effect, STEPS)]


def with_microphone_health(microphone_health: MicrophoneHealth) -> Box:
    box = on_air()
    box.state = replace(box.state, microphone_health=microphone_health)
    return box


def test_first_the_card_is_opened_anew_by_its_name() -> None:
    box = on_air()
    assert steps(box.send(DEAF)) == [ReopenMicrophone()]
    assert codes(box) == ["M3"]
    assert box.state.faults[0].detail == "47 % of its rate"
    box.send(DeviceReady(Device.MICROPHONE))
    assert codes(box) == ["M3"], "that it opened does not mean that it hears"
    box.send(WELL)
    assert codes(box) == []


def test_deaf_again_long_after_is_a_first_time() -> None:
    box = on_air()
    box.send(DEAF, WELL)
    box.pass_time(FIVE_MINUTES_MS)
    assert steps(box.send(DEAF)) == [ReopenMicrophone()]
    assert not box.state.stopping


def test_deaf_again_within_five_minutes_ends_the_process_in_good_order() -> None:
    box = on_air()
    box.send(DEAF)
    box.pass_time(FIVE_MINUTES_MS - 1)
    assert steps(box.send(DEAF)) == []
    assert box.mode() is Mode.STOPPING
    assert box.state.why == "deaf: restart"
    assert box.state.microphone_health.restarted_at == box.now, "the next process must know"
    box.send(MicrophoneClosed())
    if box.state.lines:
        box.send(LineFinished(1))
    assert steps(box.pass_time(20_000)) == [Exit(70)]


def test_after_a_restart_that_did_not_help_the_machine_is_rebooted_once() -> None:
    box = with_microphone_health(MicrophoneHealth(restarted_at=-5_000, reboot_from=0))
    assert steps(box.send(DEAF)) == [ReopenMicrophone()], "the fresh process tries first"
    assert steps(box.send(DEAF)) == [Reboot()]
    assert steps(box.send(DEAF)) == [ReopenMicrophone()]
    assert not box.state.stopping


@pytest.mark.parametrize("reboot_from", [None, 6 * 3_600_000])
def test_a_reboot_that_may_not_be_leaves_the_fault_and_the_tries(reboot_from: int | None) -> None:
    box = with_microphone_health(MicrophoneHealth(restarted_at=-5_000, reboot_from=reboot_from))
    for _ in range(5):
        assert steps(box.send(DEAF)) == [ReopenMicrophone()]
    assert codes(box) == ["M3"]
    assert not box.state.stopping


def test_a_restart_long_ago_counts_no_more() -> None:
    box = with_microphone_health(MicrophoneHealth(restarted_at=-31 * 60_000, reboot_from=0))
    box.send(DEAF)
    assert steps(box.send(DEAF)) == []
    assert box.state.stopping


def test_a_run_that_ends_is_not_restarted() -> None:
    box = stopping()
    assert steps(box.send(DEAF, DEAF)) == [ReopenMicrophone(), ReopenMicrophone()]


def test_muted_is_a_hint_that_sound_takes_back() -> None:
    box = on_air()
    assert steps(box.send(FLAT, FLAT)) == []
    assert codes(box) == ["M4"]
    box.send(WELL)
    assert codes(box) == []


def test_in_private_nothing_is_wrong_with_a_silent_microphone() -> None:
    box = private()
    assert box.send(DEAF, FLAT, WELL) == ()
    assert codes(box) == []
    box = on_air()
    box.key(Key.PRIVACY, down=True)
    box.send(DEAF)
    box.pass_time(50)
    box.key(Key.PRIVACY, down=False)
    assert codes(box) == []
    assert not box.state.microphone_health.deaf
