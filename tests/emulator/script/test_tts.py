"""Speech: voices, rates, the memory, and sentences where espeak-ng fails."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from appliance.emulator.script.tts import (
    Part,
    Speech,
    SpeechError,
    resampled,
    usual_speed,
    voice_of,
)
from appliance.workers.playback.espeak import samples_of


@pytest.mark.parametrize(
    ("language", "voice"), [("zh", "cmn"), ("en", "en-us"), ("ja", "ja"), ("ar", "ar"), ("ast", None), ("tg", None)]
)
def test_voice_of(language: str, voice: str | None) -> None:
    assert voice_of(language) == voice


def test_rates_give_the_same_length_of_sound() -> None:
    speech = Speech()
    slow, fast = (speech.render("Good morning to you all.", "en", rate_hz) for rate_hz in (16_000, 24_000))
    assert slow is not None
    assert fast is not None
    assert len(slow) / 32_000 == pytest.approx(len(fast) / 48_000, abs=0.002)
    assert np.abs(np.frombuffer(slow, "<i2")).max() > 3_000


def test_the_two_sides_have_different_voices() -> None:
    speech = Speech()
    assert len({speech.render("Good morning.", "en", 16_000, part) for part in Part}) == 3


def test_text_is_no_option_and_no_voice_is_none() -> None:
    speech = Speech()
    assert speech.render("--help; $(reboot)", "en", 16_000)
    assert speech.render("  ", "en", 16_000) == b""
    assert speech.render("Bones", "ast", 16_000) is None


def test_memory_is_bounded_and_answers_without_work() -> None:
    speech = Speech(memory_bytes=100_000)
    assert speech.remembered("One.", "en", 24_000) is None
    one = speech.render("One.", "en", 24_000)
    assert speech.remembered("One.", "en", 24_000) is one
    for word in ("Two.", "Three.", "Four.", "Five.", "Six."):
        speech.render(word, "en", 24_000)
    assert speech.remembered("One.", "en", 24_000) is None
    assert speech.remembered("Six.", "en", 24_000)
    assert speech.remembered("Bones", "ast", 24_000) == b""


def test_two_who_render_the_same_at_once_are_answered_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """espeak-ng 1.52 says some voices a little differently each time."""
    speech = Speech()
    both = threading.Barrier(2, timeout=10)
    renderings = iter((b"\x01\x00", b"\x02\x00", b"\x03\x00"))

    def run(_text: str, _voice: str, _speed_wpm: int) -> bytes:
        both.wait()
        return next(renderings)

    monkeypatch.setattr(speech, "_run", run)
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(lambda _: speech.render("One.", "en", 22_050), range(2))
    assert one == other == speech.render("One.", "en", 22_050)


def test_chinese_is_read_faster() -> None:
    assert usual_speed("zh") > usual_speed("en")


def test_missing_program_names_the_package() -> None:
    with pytest.raises(SpeechError, match="apt install espeak-ng"):
        Speech("espeak-ng-that-is-not-there").check()


def test_failing_program_is_a_sentence_without_the_text() -> None:
    with pytest.raises(SpeechError, match="exit code 1") as caught:
        Speech("false").render("secret", "en", 16_000)
    assert "secret" not in str(caught.value)


def test_a_wav_without_data_is_refused() -> None:
    with pytest.raises(SpeechError):
        samples_of(b"RIFF0000WAVEfmt ")


def test_resampling_keeps_the_tone() -> None:
    tone = (8_000 * np.sin(2 * np.pi * 440 * np.arange(22_050) / 22_050)).astype("<i2").tobytes()
    spectrum = np.abs(np.fft.rfft(np.frombuffer(resampled(tone, 22_050, 16_000), "<i2")))
    assert int(spectrum.argmax()) == 440
    assert resampled(tone, 16_000, 16_000) is tone
