"""Cards are found by name, whatever index they have now."""

import pytest

from appliance.adapters.alsa.binding import Library
from appliance.adapters.alsa.cards import Ability, ability, cards, direct, refuse_hdmi, resolve, stream
from appliance.errors import DeviceError, Kind
from tests.adapters.alsa.fake_alsaaudio import BUSY, FakeAlsa, FakeCard, FakeError, FakePcm
from tests.adapters.virtual_clock import VirtualClock

CAPTURE, PLAYBACK = FakeAlsa.PCM_CAPTURE, FakeAlsa.PCM_PLAYBACK


def pi() -> FakeAlsa:
    return FakeAlsa(
        VirtualClock(),
        FakeCard("vc4hdmi0", "vc4-hdmi-0", 0, captures=False),
        FakeCard("Headphones", "bcm2835 Headphones", 1, captures=False),
        FakeCard("Device", "USB PnP Sound Device", 3),
    )


@pytest.mark.parametrize("name", ["Device", "device", "USB PnP Sound Device", "usb pnp", " Device ", "slot-3"])
def test_a_card_is_meant_by_id_or_name_or_a_part_of_it(name: str) -> None:
    assert resolve(pi(), "microphone", f"card:{name}", CAPTURE) == "hw:CARD=Device,DEV=0"


def test_it_is_found_again_under_another_index() -> None:
    alsa = pi()
    alsa.plugged[2].index = 7
    assert resolve(alsa, "microphone", "card:Device", CAPTURE) == "hw:CARD=Device,DEV=0"
    assert [card.index for card in cards(alsa, "microphone")] == [0, 1, 7]


def test_an_id_wins_over_a_part_of_another_name() -> None:
    alsa = pi()
    alsa.plugged.append(FakeCard("Device_1", "USB PnP Sound Device", 4))
    assert resolve(alsa, "microphone", "card:Device", CAPTURE) == "hw:CARD=Device,DEV=0"


def test_two_cards_of_one_name_must_be_told_apart() -> None:
    alsa = pi()
    alsa.plugged.append(FakeCard("Device_1", "USB PnP Sound Device", 4))
    with pytest.raises(DeviceError, match="write one of card:Device, card:Device_1") as caught:
        resolve(alsa, "microphone", "card:usb pnp sound device", CAPTURE)
    assert caught.value.kind is Kind.BROKEN


def test_only_cards_that_have_the_direction_are_meant() -> None:
    alsa = pi()
    alsa.plugged.append(FakeCard("Camera", "USB Device Camera", 4, plays=False))
    assert resolve(alsa, "loudspeaker", "card:usb", PLAYBACK) == "hw:CARD=Device,DEV=0"
    with pytest.raises(DeviceError, match='the card "Headphones" has no microphone') as caught:
        resolve(alsa, "microphone", "card:Headphones", CAPTURE)
    assert caught.value.kind is Kind.ABSENT


def test_a_missing_card_is_absent_and_the_others_are_named() -> None:
    with pytest.raises(DeviceError, match='no card is called "Jabra"; plugged in: Device') as caught:
        resolve(pi(), "microphone", "card:Jabra", CAPTURE)
    assert caught.value.kind is Kind.ABSENT
    with pytest.raises(DeviceError, match="plugged in: none"):
        resolve(FakeAlsa(VirtualClock()), "microphone", "card:Jabra", CAPTURE)


def test_plain_names_pass_through() -> None:
    assert resolve(pi(), "microphone", "plughw:2", CAPTURE) == "plughw:2"


def test_a_list_that_cannot_be_read_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(self: FakeAlsa) -> list[str]:
        raise FakeError("Permission denied [hw:0]")

    monkeypatch.setattr(FakeAlsa, "cards", denied)
    with pytest.raises(DeviceError) as caught:
        cards(pi(), "microphone")
    assert caught.value.kind is Kind.DENIED


def test_a_card_that_goes_while_we_look_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(self: FakeAlsa, card: int) -> tuple[str, str]:
        if card == 1:
            raise FakeError("No such device [1]")
        return "a card", "a card"

    monkeypatch.setattr(FakeAlsa, "card_name", gone)
    assert [card.id for card in cards(pi(), "microphone")] == ["vc4hdmi0", "Device"]


def test_a_list_that_never_holds_still_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeAlsa, "card_indexes", lambda self: [0])
    assert cards(pi(), "microphone") == ()


@pytest.mark.parametrize(
    ("name", "card", "below"),
    [
        ("default", 2, "hw:2,0"),
        ("plughw:CARD=Device", 2, "hw:2,0"),
        ("sysdefault", 2, "hw:2,0"),
        ("default", -1, None),
        ("mine", 2, None),
        ("hw:2", 2, None),
    ],
)
def test_alsas_converting_names_are_passed_by(name: str, card: int, below: str | None) -> None:
    assert direct(name, {"card_no": card, "device_no": 0}) == below


def test_a_default_that_is_a_monitor_is_refused_where_there_is_a_jack() -> None:
    with pytest.raises(DeviceError, match=r'write loudspeaker\.device = "card:Headphones"') as caught:
        refuse_hdmi(pi(), "default", 0)
    assert caught.value.kind is Kind.BROKEN


@pytest.mark.parametrize(("wanted", "index"), [("default", 1), ("default", -1), ("hw:0", 0), ("card:vc4hdmi0", 0)])
def test_anything_else_is_taken(wanted: str, index: int) -> None:
    refuse_hdmi(pi(), wanted, index)


def test_a_monitor_alone_is_taken() -> None:
    refuse_hdmi(FakeAlsa(VirtualClock(), FakeCard("vc4hdmi0", "vc4-hdmi-0", 0, captures=False)), "default", 0)


@pytest.mark.parametrize(
    ("rates", "words"), [((48_000,), "48000 Hz"), ((16_000, 44_100, 48_000), "16000, 44100, 48000 Hz")]
)
def test_what_a_card_takes(rates: tuple[int, ...], words: str) -> None:
    card = FakeCard("Device", rates=rates)
    alsa: Library = FakeAlsa(VirtualClock(), card)
    name = stream(alsa, cards(alsa, "devices")[0], CAPTURE)
    assert name is not None
    assert ability(alsa, "microphone", name, CAPTURE) == Ability(words, (1, 2))
    card.opening_error = BUSY
    with pytest.raises(DeviceError, match="in use") as caught:
        ability(alsa, "microphone", name, CAPTURE)
    assert caught.value.kind is Kind.BUSY


def test_a_card_that_takes_every_rate_between_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakePcm, "getrates", lambda self: (8_000, 192_000))
    alsa = FakeAlsa(VirtualClock(), FakeCard("Device"))
    assert ability(alsa, "microphone", "hw:CARD=Device,DEV=0", CAPTURE).rates == "8000 to 192000 Hz"


def test_a_card_that_goes_while_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(self: FakePcm) -> list[int]:
        raise FakeError("Cannot get hardware parameters")

    monkeypatch.setattr(FakePcm, "getchannels", gone)
    with pytest.raises(DeviceError) as caught:
        ability(FakeAlsa(VirtualClock(), FakeCard("Device")), "microphone", "hw:CARD=Device,DEV=0", CAPTURE)
    assert caught.value.kind is Kind.GONE
