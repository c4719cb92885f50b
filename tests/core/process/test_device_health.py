"""``core/process/device_health.py``: devices that come and go, and the replay buffer's report.

Responsible for: which fault a device raises, and what is owed. Must not: open devices.
"""

import pytest

from appliance.core.model.direction import Direction
from appliance.core.model.effects import RestartWorker
from appliance.core.model.events import Device, DeviceFailed, DeviceReady, Key, TroubleReported, WorkerSilent
from appliance.core.model.modes import Mode
from appliance.errors import FaultCode, Kind
from tests.core.box import Box
from tests.core.states import on_air, standby

EN_ES, ES_EN = Direction("en", "es"), Direction("es", "en")


def codes(box: Box) -> list[str]:
    return [str(fault.code) for fault in box.state.faults]


@pytest.mark.parametrize(
    ("device", "code", "busy"),
    [
        (Device.MICROPHONE, "M1", "M2"),
        (Device.LOUDSPEAKER, "P1", "P2"),
        (Device.SCREEN, "D1", "D1"),
        (Device.CAMERA, "C1", "C1"),
    ],
)
def test_a_device_has_its_fault_and_its_return_clears_it(device: Device, code: str, busy: str) -> None:
    for kind in Kind:
        box = standby()
        box.send(DeviceFailed(device, kind, "hw:1"))
        assert codes(box) == [busy if kind is Kind.BUSY else code]
        assert box.state.broken == (device,)
        box.send(DeviceReady(device))
        assert codes(box) + list(box.state.broken) == []


def test_keys_that_fail_raise_no_code() -> None:
    box = standby()
    box.send(DeviceFailed(Device.KEYS, Kind.BROKEN, ""))
    assert (codes(box), box.state.broken) == ([], (Device.KEYS,))


def test_a_device_that_fails_twice_is_broken_once() -> None:
    box = standby()
    box.send(DeviceFailed(Device.SCREEN, Kind.GONE, ""), DeviceFailed(Device.SCREEN, Kind.GONE, ""))
    assert (codes(box), box.state.broken) == (["D1"], (Device.SCREEN,))


def test_privacy_silences_the_microphone_and_nothing_else() -> None:
    box = standby()
    box.key(Key.PRIVACY, down=False)
    box.send(DeviceFailed(Device.MICROPHONE, Kind.ABSENT, ""), DeviceFailed(Device.LOUDSPEAKER, Kind.ABSENT, ""))
    assert codes(box) == ["P1"]


@pytest.mark.parametrize("device", Device)
def test_the_box_works_on_without_a_device(device: Device) -> None:
    box = on_air()
    box.send(DeviceFailed(device, Kind.GONE, ""))
    assert box.mode() is Mode.ON_AIR


def test_the_report_of_one_direction_leaves_the_other() -> None:
    box = on_air()
    box.owe(500)
    box.owe(700, ES_EN)
    assert (box.state.owed_ms(EN_ES), box.state.owed_ms(ES_EN)) == (500, 700)
    box.owe(0)
    assert (box.state.owed_ms(EN_ES), box.state.owed_ms(ES_EN)) == (0, 700)


def test_please_repeat_is_said_for_each_utterance_dropped() -> None:
    box = standby()
    box.owe(0, reported_lost=1)
    said_at = box.now
    assert box.state.reported_lost_at == said_at
    box.pass_time(60_000)
    box.owe(0, reported_lost=1)
    assert box.state.reported_lost_at == said_at, "a report that says the same again is not a new loss"
    box.owe(0, ES_EN, reported_lost=1)
    assert box.state.reported_lost_at == box.now
    assert dict(box.state.reported_lost) == {EN_ES: 1, ES_EN: 1}


@pytest.mark.parametrize(
    ("device", "code"), [(Device.MICROPHONE, "M3"), (Device.LOUDSPEAKER, "P1"), (Device.SCREEN, "D1")]
)
def test_a_hanging_worker_is_started_anew_and_is_a_fault_when_it_hangs_again(device: Device, code: str) -> None:
    box = on_air()
    assert box.send(WorkerSilent(device)) == (RestartWorker(device),)
    assert codes(box) == []
    assert RestartWorker(device) in box.send(WorkerSilent(device))
    assert codes(box) == [code]
    box.send(DeviceReady(device))
    assert codes(box) == []


@pytest.mark.parametrize("code", [FaultCode.V1, FaultCode.W1])
def test_trouble_behind_the_box_is_a_fault_as_long_as_it_lasts(code: FaultCode) -> None:
    box = on_air()
    box.send(TroubleReported(code, "low voltage"), TroubleReported(code, "low voltage"))
    assert (codes(box), box.mode()) == ([code], Mode.ON_AIR)
    box.send(TroubleReported(code, ""))
    assert codes(box) == []
