"""``dragoman devices``."""

import argparse
import sys
from pathlib import Path

import pytest

from appliance import cli
from appliance.adapters import captures
from appliance.commands import devices
from appliance.errors import DeviceError
from tests.adapters.alsa.fake_alsaaudio import BUSY, FakeAlsa, FakeCard
from tests.adapters.virtual_clock import VirtualClock
from tests.e2e.harness import settings


def test_cards_names_and_rates() -> None:
    alsa = FakeAlsa(
        VirtualClock(),
        FakeCard("vc4hdmi0", "vc4-hdmi-0", 0, captures=False, opening_error="Unknown error 524"),
        FakeCard("Device", "USB PnP Sound Device", 1, rates=(44_100, 48_000)),
        FakeCard("Headphones", "bcm2835 Headphones", 2, captures=False, opening_error=BUSY),
    )
    assert devices.listing(alsa) == [
        "card:vc4hdmi0  (vc4-hdmi-0; now number 0, the sound of a monitor)",
        "    loudspeaker: hw:CARD=vc4hdmi0,DEV=0 is gone: Unknown error 524 [hw:CARD=vc4hdmi0,DEV=0]",
        "card:Device  (USB PnP Sound Device; now number 1)",
        "    microphone: 44100, 48000 Hz; channels: 1, 2",
        "    loudspeaker: 44100, 48000 Hz; channels: 1, 2",
        "card:Headphones  (bcm2835 Headphones; now number 2)",
        "    loudspeaker: hw:CARD=Headphones,DEV=0 is in use by another program",
    ]


def test_no_card_is_a_sentence() -> None:
    assert devices.listing(FakeAlsa(VirtualClock())) == ["no sound card is plugged in"]


def test_the_command_prints_the_list(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "alsaaudio", FakeAlsa(VirtualClock(), FakeCard("Device")))
    parser = argparse.ArgumentParser()
    devices.add_arguments(parser)
    assert devices.run(parser.parse_args([])) == 0
    assert capsys.readouterr().out.startswith("card:Device  (USB Audio Device; now number 0)\n")


def test_in_private_no_microphone_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Open, or not to be read: here there are no pins."""
    (tmp_path / "keys.toml").write_text('[[key]]\nat_ms = 0\nkey = "privacy"\ndown = false\n')
    (tmp_path / "in.wav").touch()
    parser = argparse.ArgumentParser()
    devices.add_arguments(parser)
    for keys, private in (
        ({"keys__driver": "script", "keys__script": tmp_path / "keys.toml"}, True),
        ({"keys__driver": "gpio"}, True),
        ({"keys__driver": "none"}, False),
    ):
        monkeypatch.setitem(sys.modules, "alsaaudio", FakeAlsa(VirtualClock(), FakeCard("Device")))
        config = tmp_path / "bench.toml"
        config.write_text(settings(microphone__device=tmp_path / "in.wav", run__until="forever", **keys))
        before = captures.opened()["alsa"]
        assert devices.run(parser.parse_args(["--config", str(config)])) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line for line in lines if "loudspeaker:" in line] == [
            "    loudspeaker: 16000, 24000, 44100, 48000 Hz; channels: 1, 2"
        ], "it is no secret"
        (told,) = [line for line in lines if "microphone:" in line]
        assert ("nothing that listens is opened" in told) is private
        assert ("opened" in lines[-1]) is private
        assert captures.opened()["alsa"] - before == (0 if private else 1)


def test_settings_that_cannot_be_used_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    devices.add_arguments(parser)
    (tmp_path / "bad.toml").write_text("[keys]\ndriver = 3\n")
    assert devices.run(parser.parse_args(["--config", str(tmp_path / "bad.toml")])) == devices.EXIT_SETTINGS
    assert "keys.driver" in capsys.readouterr().err


def test_without_the_library_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "alsaaudio", None)
    with pytest.raises(DeviceError, match="pyalsaaudio is not installed"):
        devices.run(argparse.Namespace(config=None))
    assert cli.EXIT_FAILED == 69
