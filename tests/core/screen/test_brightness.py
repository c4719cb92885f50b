"""``core/screen/brightness.py``: when the panels dim and sleep, and what wakes them.

Responsible for: the orders about brightness. Must not: look at what is shown.
"""

from collections.abc import Callable

import pytest

from appliance.core.model.effects import Dial, Effect, Note, OpenMicrophone, SetBrightness
from appliance.core.model.events import (
    Device,
    DeviceFailed,
    DeviceReady,
    Event,
    Key,
    LineLost,
    Loss,
    PlaybackEnded,
    PlaybackStarted,
    SourceArrived,
    StopRequested,
    TextArrived,
    VoiceActivityChanged,
)
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode
from appliance.core.model.state import Setup
from tests.core.box import Box
from tests.core.states import on_air, standby

LIMITS = Limits()
BRIGHT, DIM, ASLEEP = SetBrightness(LIMITS.bright_level), SetBrightness(LIMITS.dim_level), SetBrightness(0)
KIOSK = Setup(kiosk=True)


def lights(effects: tuple[Effect, ...]) -> list[SetBrightness]:
    """The orders about brightness."""
    return [effect for effect in effects if isinstance(effect, SetBrightness)]


def asleep() -> Box:
    box = standby()
    assert lights(box.pass_time(LIMITS.sleep_ms)) == [DIM, ASLEEP]
    return box


def test_a_box_at_rest_dims_and_then_sleeps() -> None:
    box = standby()
    assert lights(box.pass_time(LIMITS.dim_ms - 1)) == []
    assert lights(box.pass_time(1)) == [DIM]
    assert lights(box.pass_time(LIMITS.sleep_ms - LIMITS.dim_ms - 1)) == []
    assert lights(box.pass_time(1)) == [ASLEEP]
    assert lights(box.pass_time(24 * 3_600_000)) == []


def test_a_kiosk_has_more_patience() -> None:
    box = Box(KIOSK).boot()
    assert LIMITS.kiosk_dim_ms > LIMITS.dim_ms
    assert LIMITS.kiosk_sleep_ms > LIMITS.sleep_ms
    assert lights(box.pass_time(LIMITS.kiosk_dim_ms - 1)) == []
    assert lights(box.pass_time(1)) == [DIM]
    assert lights(box.pass_time(LIMITS.kiosk_sleep_ms - LIMITS.kiosk_dim_ms - 1)) == []
    assert lights(box.pass_time(1)) == [ASLEEP]


def test_the_first_press_on_a_sleeping_panel_wakes_it_and_counts() -> None:
    box = asleep()
    effects = box.key(Key.TALK, down=True)
    assert lights(effects) == [BRIGHT]
    assert any(isinstance(effect, OpenMicrophone) for effect in effects)
    assert any(isinstance(effect, Dial) for effect in effects)


@pytest.mark.parametrize("key", [Key.LOUDER, Key.REPEAT, Key.PRIVACY, Key.POWER, Key.LANGUAGE])
def test_every_key_and_each_detent_wakes(key: Key) -> None:
    box = asleep()
    assert lights(box.key(key, down=key is not Key.PRIVACY)) == [BRIGHT]


@pytest.mark.parametrize(
    "event",
    [
        TextArrived(1, 1, "Hola", "", final=False, at=0),
        SourceArrived(1, 1, "Hello", "", "en", final=False),
        VoiceActivityChanged(active=True),
        PlaybackStarted(1, 1, 0),
        DeviceFailed(Device.MICROPHONE, "gone", "unplugged"),
        StopRequested("SIGTERM"),
    ],
)
def test_words_speech_faults_and_the_end_are_seen_bright(event: Event) -> None:
    box = on_air()
    box.owe(500)
    assert lights(box.pass_time(LIMITS.dim_ms)) == [DIM]
    assert lights(box.send(event)) == [BRIGHT]


def test_what_was_lost_is_reported_lost_on_a_bright_panel() -> None:
    box = asleep()
    box.owe(0, reported_lost=1)
    assert lights(box.effects) == [BRIGHT]


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (VoiceActivityChanged(active=True), VoiceActivityChanged(active=False)),
        (PlaybackStarted(1, 1, 0), PlaybackEnded(1, 1, 900, 0)),
    ],
)
def test_nothing_dims_while_somebody_speaks(begin: Event, end: Event) -> None:
    box = on_air()
    box.send(begin)
    assert lights(box.pass_time(2 * LIMITS.dim_ms)) == []
    box.send(end)
    assert lights(box.pass_time(LIMITS.dim_ms - 1)) == []
    assert lights(box.pass_time(1)) == [DIM]


def test_it_never_sleeps_while_interpreting() -> None:
    box = on_air()
    for _ in range(8):
        box.owe(500)
        box.send(TextArrived(box.state.lines[-1].number, 1, "Hola", "", final=False, at=0))
        assert box.mode() is Mode.ON_AIR
        assert ASLEEP not in box.pass_time(LIMITS.sleep_ms // 4)


def failed() -> Box:
    box = standby()
    box.send(DeviceFailed(Device.MICROPHONE, "gone", "unplugged"))
    return box


def refused() -> Box:
    box = on_air()
    box.send(LineLost(1, Loss.HTTP, 401))
    return box


@pytest.mark.parametrize("reach", [failed, refused])
def test_a_fault_is_seen_for_as_long_as_it_stands(reach: Callable[[], Box]) -> None:
    box = reach()
    assert lights(box.pass_time(4 * LIMITS.sleep_ms)) == [DIM]


def test_what_the_box_works_on_with_does_not_keep_it_awake() -> None:
    box = standby()
    box.send(DeviceFailed(Device.CAMERA, "gone", "unplugged"))
    assert lights(box.pass_time(LIMITS.sleep_ms)) == [DIM, ASLEEP]


def test_a_fault_that_goes_is_news_and_then_it_may_sleep() -> None:
    box = failed()
    box.pass_time(LIMITS.sleep_ms)
    assert lights(box.send(DeviceReady(Device.MICROPHONE))) == [BRIGHT]
    assert lights(box.pass_time(LIMITS.sleep_ms)) == [DIM, ASLEEP]


def test_bounces_and_releases_nobody_made_wake_nothing() -> None:
    box = asleep()
    effects = box.key(Key.LOUDER, down=False)
    assert not any(isinstance(effect, Note) for effect in effects)
    assert lights(effects) == []


def test_the_picture_is_left_lit_at_the_end() -> None:
    box = asleep()
    effects = box.send(StopRequested("SIGTERM")) + box.pass_time(60_000)
    assert lights(effects) == [BRIGHT]
