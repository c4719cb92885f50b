"""What was asked for, and what was really opened."""

import pytest

from appliance.adapters.alsa.opening import Wish, close_quickly, open_stream
from appliance.errors import DeviceError, Kind
from tests.adapters.alsa.fake_alsaaudio import ABSENT, BUSY, DENIED, FakeAlsa, FakeCard, FakeError, FakePcm
from tests.adapters.virtual_clock import VirtualClock

LISTEN = Wish("microphone", FakeAlsa.PCM_CAPTURE, 16_000, 1, 16)
PLAY = Wish("loudspeaker", FakeAlsa.PCM_PLAYBACK, 24_000, 1, 4)


def with_card(card: FakeCard) -> FakeAlsa:
    return FakeAlsa(VirtualClock(), card)


def test_the_wished_rate_where_the_card_has_it() -> None:
    card = FakeCard("Device")
    stream = open_stream(with_card(card), "card:Device", LISTEN)
    assert (stream.rate_hz, stream.channels, stream.name) == (16_000, 1, "hw:CARD=Device,DEV=0")
    assert card.opened == [{"rate": 16_000, "channels": 1, "periodsize": 320}]


@pytest.mark.parametrize(
    ("rates", "wish", "rate_hz"),
    [
        ((44_100,), LISTEN, 44_100),
        ((44_100, 48_000), LISTEN, 44_100),
        ((8_000, 48_000), LISTEN, 48_000),
        ((48_000,), PLAY, 48_000),
        ((22_050, 44_100, 48_000), PLAY, 48_000),
        ((8_000,), LISTEN, 8_000),
    ],
)
def test_the_cards_own_rate_with_periods_of_20_ms(rates: tuple[int, ...], wish: Wish, rate_hz: int) -> None:
    card = FakeCard("Device", rates=rates)
    stream = open_stream(with_card(card), "card:Device", wish)
    assert stream.rate_hz == rate_hz
    assert card.opened[-1]["periodsize"] in (rate_hz // 50, 960)


@pytest.mark.parametrize(("text", "kind"), [(ABSENT, Kind.ABSENT), (BUSY, Kind.BUSY), (DENIED, Kind.DENIED)])
def test_a_card_that_cannot_be_opened(text: str, kind: Kind) -> None:
    with pytest.raises(DeviceError) as caught:
        open_stream(with_card(FakeCard("Device", opening_error=text)), "card:Device", LISTEN)
    assert (caught.value.device, caught.value.kind) == ("microphone", kind)


def test_a_default_over_a_card_is_opened_without_alsas_conversions() -> None:
    card = FakeCard("Device", index=2, rates=(48_000,))
    stream = open_stream(FakeAlsa(VirtualClock(), card, default=card), "default", LISTEN)
    assert (stream.name, stream.rate_hz, stream.card) == ("hw:2,0", 48_000, 2)


def test_a_sound_server_is_left_alone() -> None:
    server = FakeCard("", index=-1)
    stream = open_stream(FakeAlsa(VirtualClock(), default=server), "default", LISTEN)
    assert (stream.name, stream.rate_hz, stream.card) == ("default", 16_000, -1)


def monitor(*, plugged_in: bool) -> FakeCard:
    error = "" if plugged_in else "Unknown error 524"
    return FakeCard("vc4hdmi0", "vc4-hdmi-0", 0, captures=False, opening_error=error)


@pytest.mark.parametrize("plugged_in", [True, False])
def test_a_default_that_is_a_monitor_is_refused_beside_a_jack(plugged_in: bool) -> None:
    hdmi, jack = monitor(plugged_in=plugged_in), FakeCard("Headphones", "bcm2835 Headphones", 1, captures=False)
    with pytest.raises(DeviceError, match="card:Headphones") as caught:
        open_stream(FakeAlsa(VirtualClock(), hdmi, jack, default=hdmi), "default", PLAY)
    assert caught.value.kind is Kind.BROKEN


def test_a_default_that_is_a_monitor_is_taken_alone() -> None:
    hdmi = monitor(plugged_in=True)
    assert open_stream(FakeAlsa(VirtualClock(), hdmi, default=hdmi), "default", PLAY).name == "hw:0,0"


def test_a_card_that_does_not_say_what_it_is_set_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakePcm, "info", lambda self: {})
    with pytest.raises(DeviceError, match="does not say") as caught:
        open_stream(with_card(FakeCard("Device")), "card:Device", LISTEN)
    assert caught.value.kind is Kind.BROKEN


@pytest.mark.parametrize(("format_name", "refused"), [("S16_LE", False), ("S24_3LE", False), ("S32_LE", True)])
def test_what_the_old_library_cannot_hold_is_refused(format_name: str, refused: bool) -> None:
    card = FakeCard("Device", format_name=format_name)
    open_stream(with_card(card), "card:Device", LISTEN)
    old = FakeAlsa(VirtualClock(), card, old=True)
    if not refused:
        open_stream(old, "card:Device", LISTEN)
        return
    with pytest.raises(DeviceError, match=r"install pyalsaaudio 0\.11"):
        open_stream(old, "card:Device", LISTEN)


def test_a_card_that_goes_while_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(self: FakePcm) -> dict[str, int]:
        raise FakeError("No such device [hw]")

    monkeypatch.setattr(FakePcm, "info", gone)
    with pytest.raises(DeviceError) as caught:
        open_stream(with_card(FakeCard("Device")), "card:Device", LISTEN)
    assert caught.value.kind is Kind.ABSENT


def test_closing_hears_nothing_out_and_fails_never(monkeypatch: pytest.MonkeyPatch) -> None:
    alsa = with_card(FakeCard("Device"))
    stream = open_stream(alsa, "card:Device", PLAY)
    for _ in range(4):
        stream.pcm.write(bytes(960))
    before_ms = alsa.clock.now_ms()
    assert close_quickly(alsa, stream) == ""
    assert alsa.clock.now_ms() == before_ms

    def gone(self: FakePcm) -> int:
        raise FakeError("Input/output error [hw]")

    monkeypatch.setattr(FakePcm, "drop", gone)
    stream = open_stream(alsa, "card:Device", PLAY)
    assert close_quickly(alsa, stream) == "Input/output error [hw]"
