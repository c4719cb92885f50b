"""The voice detector: speech is found, rooms are not, and arrival does not matter."""

import numpy as np
import numpy.typing as npt
import pytest

from appliance.emulator.script.tts import Part, Speech
from appliance.emulator.session.vad import FRAME_MS, VoiceDetector, aggressiveness

SPEECH = Speech()
Samples = npt.NDArray[np.float64]


def flags_of(sound: Samples, rate_hz: int = 16_000, threshold: float = 0.2) -> list[bool]:
    detector = VoiceDetector()
    detector.configure(threshold, rate_hz)
    return list(detector.feed(np.clip(sound, -32_768, 32_767).astype("<i2").tobytes()))


def spoken(rate_hz: int) -> Samples:
    pcm = SPEECH.render("Could you tell me where the museum is?", "en", rate_hz, Part.SOURCE)
    assert pcm
    return np.frombuffer(pcm, "<i2").astype(np.float64)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
@pytest.mark.parametrize("snr_db", [None, 20.0])
def test_speech_between_silences(rate_hz: int, snr_db: float | None) -> None:
    speech = spoken(rate_hz)
    sound = np.concatenate([np.zeros(rate_hz), speech, np.zeros(rate_hz)])
    if snr_db is not None:
        level = float(np.sqrt(np.mean(speech**2))) * 10 ** (-snr_db / 20)
        sound += np.random.default_rng(1).normal(0, level, len(sound))
    flags = flags_of(sound, rate_hz)
    first, last = flags.index(True) * FRAME_MS, (len(flags) - flags[::-1].index(True)) * FRAME_MS
    assert 1_000 <= first <= 1_200
    assert last == pytest.approx(1_000 + len(speech) * 1_000 // rate_hz, abs=200)


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(32_000),
        np.random.default_rng(2).normal(0, 20, 32_000),
        np.concatenate([np.zeros(8_000), np.full(200, 20_000.0), np.zeros(8_000)]),
    ],
    ids=["zeros", "quiet room", "click"],
)
def test_no_speech(sound: Samples) -> None:
    assert not any(flags_of(sound))


def test_steady_noise_is_taken_for_a_room() -> None:
    flags = flags_of(np.random.default_rng(2).normal(0, 400, 64_000))
    assert not any(flags[50:])


def test_pieces_of_any_size_give_the_same_flags() -> None:
    pcm = np.concatenate([np.zeros(4_000), spoken(16_000)]).astype("<i2").tobytes()
    whole, pieces = VoiceDetector(), VoiceDetector()
    whole.configure(0.2, 16_000)
    pieces.configure(0.2, 16_000)
    together = [flag for begin in range(0, len(pcm), 334) for flag in pieces.feed(pcm[begin : begin + 334])]
    assert together == list(whole.feed(pcm))
    assert len(together) == len(pcm) // 640


def test_threshold_maps_to_modes() -> None:
    assert [aggressiveness(t) for t in (-1.0, -0.5, 0.0, 0.2, 0.5, 0.6, 1.0)] == [0, 0, 1, 2, 2, 3, 3]
