import math
import random
from array import array

from appliance.workers.uplink.vad import PAUSE_FRAMES, VoiceDetector


def voiced(period: int, level: float = 0.3) -> bytes:
    """20 ms of something like a vowel: a pulse of 120 Hz with formants."""
    samples = array("h")
    for n in range(period * 320, period * 320 + 320):
        t = n / 16_000
        wave = sum(
            math.sin(2 * math.pi * 120 * k * t) * math.exp(-(((120 * k - 600) / 500) ** 2)) for k in range(1, 20)
        )
        samples.append(int(max(-1, min(1, wave * level)) * 20_000))
    return samples.tobytes()


def test_speech_begins_after_a_vote_and_pauses_after_silence() -> None:
    detector = VoiceDetector()
    flags = [detector.hear(voiced(n)) for n in range(20)]
    assert detector.speaking
    assert flags[-1]
    assert not flags[0], "one period is not speech yet"
    paused = [detector.speaking for _ in range(PAUSE_FRAMES + 10) if not detector.hear(bytes(640))]
    assert paused[0], "a short pause is still the same utterance"
    assert not paused[-1]


def test_what_is_too_quiet_is_nobody() -> None:
    detector = VoiceDetector()
    chance = random.Random(1)
    for _ in range(50):
        noise = array("h", [chance.randint(-40, 40) for _ in range(320)]).tobytes()
        assert not detector.hear(noise)
    assert not detector.speaking


def test_one_flicker_is_no_speech() -> None:
    detector = VoiceDetector()
    for _ in range(10):
        detector.hear(bytes(640))
    detector.hear(voiced(3))
    for _ in range(10):
        assert not detector.hear(bytes(640))
        assert not detector.speaking
