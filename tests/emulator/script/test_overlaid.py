"""Index tones laid over speech: noticed always, right nearly always, and never seen in plain speech."""

import numpy as np
import pytest

from appliance.emulator.script.numbered import find_numbers, tones
from appliance.emulator.script.overlaid import begins_overlaid, overlaid_number
from appliance.emulator.script.recogniser import Recogniser
from appliance.emulator.script.recognition_cache import Memory, Piece
from appliance.emulator.script.script import desk
from appliance.emulator.script.tts import Part, Speech, resampled

SPEECH = Speech()
SOUNDS = [SPEECH.render(turn.said(), turn.language, 16_000, Part.PLAIN) or b"" for turn in desk().turns]


def overlaid(number: int, pcm: bytes) -> bytes:
    """The tones of a number over the beginning and over the end, 12 dB below the speech."""
    sound = np.frombuffer(pcm, "<i2").astype(np.float64)
    loud = sound[np.abs(sound) > 0.02 * np.abs(sound).max()]
    mark = tones(number, 16_000, float(np.sqrt(np.mean(loud**2))) * 10 ** (-12 / 20))
    both = sound.copy()
    both[: len(mark)] += mark
    both[-len(mark) :] += mark
    return bytes(np.clip(both, -32_767, 32_767).astype("<i2").tobytes())


def surrounded(pcm: bytes, snr_db: float | None, rate_hz: int) -> bytes:
    """As a turn has it: lead-in, speech, the silence that cut it, and a room."""
    sound = np.concatenate([np.zeros(4_800), np.frombuffer(pcm, "<i2") * 0.5, np.zeros(12_800)])
    if snr_db is not None:
        level = float(np.sqrt(np.mean(sound**2))) * 10 ** (-snr_db / 20)
        sound += np.random.default_rng(3).normal(0, level, len(sound))
    return resampled(np.clip(sound, -32_767, 32_767).astype("<i2").tobytes(), 16_000, rate_hz)


@pytest.mark.parametrize(("snr_db", "rate_hz"), [(None, 16_000), (20.0, 16_000), (None, 8_000)])
def test_most_numbers_are_right_and_every_mark_is_noticed(snr_db: float | None, rate_hz: int) -> None:
    right = 0
    for place, pcm in enumerate(SOUNDS):
        number = 7 * place + 1
        heard = surrounded(overlaid(number, pcm), snr_db, rate_hz)
        assert find_numbers(heard, rate_hz) == []
        assert begins_overlaid(heard[: len(heard) * 6 // 10], rate_hz)
        right += overlaid_number(heard, rate_hz) == number
    assert right >= len(SOUNDS) * 8 // 10


@pytest.mark.parametrize(("snr_db", "rate_hz"), [(None, 16_000), (20.0, 16_000), (None, 8_000)])
def test_plain_speech_bears_no_mark(snr_db: float | None, rate_hz: int) -> None:
    for pcm in SOUNDS:
        heard = surrounded(pcm, snr_db, rate_hz)
        assert overlaid_number(heard, rate_hz) is None
        assert not begins_overlaid(heard[: len(heard) * 6 // 10], rate_hz)


@pytest.mark.parametrize("sound", [b"", b"\0" * 20_000, b"\0\1" * 400])
def test_no_sound_bears_no_mark(sound: bytes) -> None:
    assert overlaid_number(sound, 16_000) is None
    assert not begins_overlaid(sound, 16_000)


def test_the_recogniser_waits_for_the_end_and_then_knows_the_number() -> None:
    recogniser, memory = Recogniser(desk(), SPEECH), Memory()
    pcm = SPEECH.render("Vorrei una camera doppia con bagno per due notti.", "it", 16_000, Part.PLAIN)
    assert pcm
    heard = surrounded(overlaid(21, pcm), None, 16_000)
    assert recogniser.recognise(heard[: 32 * 2_400], memory, complete=False) is None
    assert recogniser.recognise(heard, memory, complete=True) == (Piece(20),)
    assert memory.next_place == 0
