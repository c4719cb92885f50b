"""Numbered speech: numbers are found at any gain, after resampling and in noise, and never in plain speech."""

import numpy as np
import pytest

from appliance.emulator.script.numbered import find_numbers, numbered_speech, tones, with_number
from appliance.emulator.script.script import desk
from appliance.emulator.script.tts import Part, Speech, resampled

SPEECH = Speech()


def noisy(pcm: bytes, gain: float, snr_db: float | None, seed: int) -> bytes:
    """The sound between silences, in white noise."""
    sound = np.frombuffer(pcm, "<i2").astype(np.float64) * gain
    whole = np.concatenate([np.zeros(5_000), sound, np.zeros(5_000)])
    if snr_db is not None:
        level = float(np.sqrt(np.mean(sound**2))) * 10 ** (-snr_db / 20)
        whole += np.random.default_rng(seed).normal(0, level, len(whole))
    return bytes(np.clip(whole, -32_768, 32_767).astype("<i2").tobytes())


@pytest.mark.parametrize("number", [0, 7, 1234, 5678, 9012, 9999, 4400])
@pytest.mark.parametrize(("gain", "snr_db"), [(1.0, None), (0.05, None), (0.5, 20.0), (2.5, 20.0)])
@pytest.mark.parametrize("rate_hz", [16_000, 8_000, 48_000])
def test_numbers_are_found_at_both_ends(number: int, gain: float, snr_db: float | None, rate_hz: int) -> None:
    pcm = noisy(numbered_speech(number, "The taxi is here.", "en", 16_000, SPEECH), gain, snr_db, number)
    pcm = resampled(pcm, 16_000, rate_hz)
    assert [found.number for found in find_numbers(pcm, rate_hz)] == [number, number]


def test_places_and_order_of_joined_utterances() -> None:
    one, two = (numbered_speech(n, "Your key.", "en", 16_000, SPEECH) for n in (12, 4711))
    joined = bytes(16_000) + one + bytes(8_000) + two
    found = find_numbers(joined, 16_000)
    assert [each.number for each in found] == [12, 12, 4711, 4711]
    assert found[0].at_ms == pytest.approx(500, abs=15)


def test_plain_speech_and_noise_have_no_number() -> None:
    for turn in desk().turns:
        pcm = SPEECH.render(turn.said(), turn.language, 16_000, Part.SOURCE)
        assert pcm
        assert find_numbers(pcm, 16_000) == [], turn.source
    noise = np.random.default_rng(3).normal(0, 3_000, 160_000).astype("<i2").tobytes()
    assert find_numbers(noise, 16_000) == []
    assert find_numbers(b"\0", 16_000) == []


def test_three_digits_are_no_number() -> None:
    mark = tones(1234, 16_000, 2_000.0)
    assert find_numbers(mark.astype("<i2").tobytes(), 16_000)
    assert find_numbers(mark[1_600:].astype("<i2").tobytes(), 16_000) == []


def test_tones_lie_12_db_below_the_speech() -> None:
    speech = (10_000 * np.sin(2 * np.pi * 300 * np.arange(16_000) / 16_000)).astype("<i2").tobytes()
    sound = np.frombuffer(with_number(5, speech, 16_000), "<i2").astype(np.float64)
    tone, spoken = sound[160:800], sound[8_000:16_000]
    ratio_db = 20 * np.log10(np.sqrt(np.mean(spoken**2)) / np.sqrt(np.mean(tone**2)))
    assert ratio_db == pytest.approx(12, abs=0.5)


def test_bad_numbers_and_languages() -> None:
    with pytest.raises(ValueError, match="4 digits"):
        tones(10_000, 16_000, 1.0)
    with pytest.raises(ValueError, match="ast"):
        numbered_speech(1, "Bones.", "ast", 16_000, SPEECH)
