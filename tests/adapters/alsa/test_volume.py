"""Loudness in decibels, and the ceiling for ears."""

import math

import pytest

from appliance.adapters.alsa.volume import EARS_CEILING_DB, FLOOR_DB, CardVolume
from appliance.ports import Volume
from tests.adapters.alsa.fake_alsaaudio import FakeAlsa, FakeCard, FakeControl, FakeError, FakeMixer
from tests.adapters.virtual_clock import VirtualClock


def volume_of(controls: dict[str, FakeControl], ceiling_db: int = 0) -> CardVolume:
    volume = CardVolume(FakeAlsa(VirtualClock(), FakeCard("Device", index=2, controls=controls)), ceiling_db)
    volume.attach(2)
    return volume


def db(factor: float) -> float:
    return 20 * math.log10(factor)


def test_the_ceiling_is_below_27_mv_for_speech_from_a_jack_of_one_volt() -> None:
    assert 1_000 * 10 ** ((EARS_CEILING_DB - 20) / 20) < 75 * 10 ** ((85 - 94) / 20) < 27


def test_it_is_a_volume_and_keeps_within_floor_and_ceiling() -> None:
    volume: Volume = CardVolume(FakeAlsa(VirtualClock()))
    assert (volume.floor_db, volume.ceiling_db, volume.level_db) == (FLOOR_DB, EARS_CEILING_DB, EARS_CEILING_DB - 6)
    assert volume.set_db(0) == volume.level_db == EARS_CEILING_DB
    assert volume.set_db(-1_000) == volume.level_db == FLOOR_DB
    assert volume.set_db(-30) == -30


def test_in_software_where_there_is_no_control() -> None:
    volume = volume_of({})
    volume.set_db(-20)
    assert not volume.in_hardware
    assert db(volume.follow()) == pytest.approx(-20)


def test_a_sound_server_has_no_control_of_ours() -> None:
    volume = CardVolume(FakeAlsa(VirtualClock()))
    volume.attach(-1)
    assert not volume.in_hardware
    volume.attach(9)  # a card that went meanwhile
    assert not volume.in_hardware


def test_in_the_card_where_it_has_a_control() -> None:
    control = FakeControl()
    volume = volume_of({"PCM": control})
    volume.set_db(-20)
    assert control.level_db == 0
    assert volume.follow() == 1
    assert (control.level_db, control.muted, volume.in_hardware) == (-20, False, True)


def test_coarse_steps_are_made_good_by_arithmetic_downwards_alone() -> None:
    control = FakeControl(low_db=-60, step_db=6)
    volume = volume_of({"PCM": control})
    for level_db in range(-40, 1):
        volume.set_db(level_db)
        rest_db = db(volume.follow())
        assert rest_db <= 0
        assert control.level_db + rest_db == pytest.approx(min(level_db, control.level_db))


def test_a_control_that_amplifies_is_not_turned_above_nothing() -> None:
    control = FakeControl(low_db=-20, high_db=30)
    volume = volume_of({"PCM": control})
    volume.set_db(0)
    assert (volume.follow(), control.level_db) == (1, 0)


def test_a_control_whose_softest_is_too_loud_is_helped() -> None:
    control = FakeControl(low_db=-10)
    volume = volume_of({"PCM": control})
    volume.set_db(-40)
    assert db(volume.follow()) == pytest.approx(-30)
    assert control.level_db == -10


def test_silence_at_the_lowest_step_is_no_decibels() -> None:
    control = FakeControl(low_db=-99_999.99, step_db=0.01)
    volume = volume_of({"Headphone": control})
    volume.set_db(-20)
    assert volume.follow() == pytest.approx(1)
    assert control.level_db == pytest.approx(-20)


@pytest.mark.parametrize(
    "useless",
    [FakeControl(caps=("Capture Volume",)), FakeControl(low_db=0, high_db=0), FakeControl(caps=())],
    ids=["for capture", "without a range", "a switch"],
)
def test_a_control_that_is_none_is_passed_over(useless: FakeControl) -> None:
    good = FakeControl()
    volume = volume_of({"PCM": useless, "Zone": good})
    volume.set_db(-20)
    volume.follow()
    assert (good.level_db, useless.level_db, useless.closed) == (-20, 0, 1)


@pytest.mark.parametrize("bad", [FakeControl(lies=True), FakeControl(failing=True)], ids=["lies", "fails"])
def test_a_control_that_cannot_be_believed_is_given_up(bad: FakeControl) -> None:
    volume = volume_of({"PCM": bad})
    assert volume.in_hardware
    volume.set_db(-20)
    assert db(volume.follow()) == pytest.approx(-20)
    assert (volume.in_hardware, bad.closed) == (False, 1)
    volume.set_db(-26)
    assert db(volume.follow()) == pytest.approx(-26)


def test_the_likeliest_control_is_taken() -> None:
    controls = {"Zone": FakeControl(), "Master": FakeControl(), "Headphone": FakeControl()}
    volume = volume_of(controls)
    volume.set_db(-20)
    volume.follow()
    assert [name for name, control in controls.items() if control.level_db == -20] == ["Headphone"]


def test_the_card_is_told_once_and_again_after_a_new_opening() -> None:
    control = FakeControl()
    volume = volume_of({"PCM": control})
    volume.set_db(-20)
    volume.follow()
    control.level_db = -3  # somebody else turned it
    volume.follow()
    assert control.level_db == -3
    volume.detach()
    volume.attach(2)
    volume.follow()
    assert control.level_db == -20


@pytest.mark.parametrize("failing", ["volumecap", "getrange", "setmute"])
def test_a_control_that_fails_while_it_is_looked_at_is_passed_over(
    failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: FakeMixer, *rest: object, **more: object) -> None:
        raise FakeError("No such device [hw:2]")

    monkeypatch.setattr(FakeMixer, failing, fail)
    assert not volume_of({"PCM": FakeControl()}).in_hardware


def test_a_control_that_goes_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    volume = volume_of({"PCM": FakeControl()})

    def fail(self: FakeMixer) -> None:
        raise FakeError("No such device [hw:2]")

    monkeypatch.setattr(FakeMixer, "close", fail)
    volume.detach()
    assert not volume.in_hardware


def test_a_control_that_cannot_be_opened_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: FakeAlsa, control: str, *, device: str) -> None:
        raise FakeError("Unable to find mixer control PCM,0 [hw:2]")

    monkeypatch.setattr(FakeAlsa, "Mixer", fail)
    assert not volume_of({"PCM": FakeControl()}).in_hardware
