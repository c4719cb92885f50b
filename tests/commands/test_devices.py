"""``dragoman devices``."""

import argparse
import sys

import pytest

from appliance import cli
from appliance.commands import devices
from appliance.errors import DeviceError
from tests.adapters.alsa.fake_alsaaudio import BUSY, FakeAlsa, FakeCard
from tests.adapters.virtual_clock import VirtualClock


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


def test_without_the_library_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "alsaaudio", None)
    with pytest.raises(DeviceError, match="pyalsaaudio is not installed"):
        devices.run(argparse.Namespace())
    assert cli.EXIT_FAILED == 69
