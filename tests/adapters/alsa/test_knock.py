"""A sound server is waited for without stopping the others; the real one is frozen in ``tests/e2e/test_alsa.py``."""

import pytest

from appliance.adapters.alsa import knock
from appliance.adapters.alsa.knock import Knocking, refusal
from tests.adapters.alsa.fake_alsaaudio import FakeAlsa, FakeCard, FakeError
from tests.adapters.virtual_clock import VirtualClock

SHAPE = {"rate": 16_000, "channels": 1, "format": 2, "periodsize": 320, "periods": 16}


class Door:
    """Who was knocked at, and what is said there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, said: str = "") -> None:
        self.knocks: list[tuple[int, str]] = []
        self._said = said
        monkeypatch.setattr(knock, "refusal", self._refusal)

    def _refusal(self, pcm_type: int, device: str) -> str:
        self.knocks.append((pcm_type, device))
        return self._said


def module(card: FakeCard) -> Knocking:
    return Knocking(FakeAlsa(VirtualClock(), card, mic=card))


def test_a_server_is_opened_when_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    door, card = Door(monkeypatch), FakeCard("", index=-1)
    alsa = module(card)
    alsa.PCM(alsa.PCM_CAPTURE, alsa.PCM_NORMAL, device="mic", **SHAPE)
    assert (door.knocks, len(card.opened)) == ([(1, "mic")], 1)


def test_what_libasound_refuses_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    Door(monkeypatch, "Connection refused")
    card = FakeCard("", index=-1)
    alsa = module(card)
    with pytest.raises(FakeError, match=r"Connection refused \[mic\]"):
        alsa.PCM(alsa.PCM_CAPTURE, alsa.PCM_NORMAL, device="mic", **SHAPE)
    assert card.opened == []


def test_the_kernels_own_cards_are_opened_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    door, card = Door(monkeypatch), FakeCard("Device")
    alsa = module(card)
    alsa.PCM(alsa.PCM_CAPTURE, alsa.PCM_NORMAL, device="hw:CARD=Device,DEV=0", **SHAPE)
    assert (door.knocks, len(card.opened)) == ([], 1)


def test_the_real_libasound_says_what_pyalsaaudio_would_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    assert refusal(FakeAlsa.PCM_PLAYBACK, "null") == ""
    assert refusal(FakeAlsa.PCM_PLAYBACK, "plughw:CARD=nobody") == "No such device"
    assert capfd.readouterr().err == ""
