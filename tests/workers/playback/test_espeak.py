"""``workers/playback/espeak.py``: one call of the real program, and what is said where it fails."""

import shutil
from array import array
from pathlib import Path

import pytest

from appliance.protocol.languages import LANGUAGES
from appliance.workers.playback import espeak

needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


def program(folder: Path, script: str) -> str:
    path = folder / "espeak"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@needs_espeak
@pytest.mark.parametrize("language", ["sw", "en", "zh"])
def test_text_becomes_sound(language: str) -> None:
    voice = espeak.voice_of(language)
    assert voice is not None
    pcm = espeak.spoken("habari 1 2 3", voice, espeak.usual_speed(language))
    assert len(pcm) > espeak.ESPEAK_RATE_HZ
    assert max(array("h", pcm)) > 3_000


def test_the_voices_are_of_languages_that_the_service_has() -> None:
    known = {code for code in LANGUAGES if espeak.voice_of(code)}
    assert len(known) >= 45
    assert espeak.voice_of("ceb") is None


def test_failures_are_sentences_without_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(espeak.SpeechError, match="apt install"):
        espeak.spoken("secret", "sw", 165, str(tmp_path / "none"))
    with pytest.raises(espeak.SpeechError, match="exit code 3 for voice sw") as failed:
        espeak.spoken("secret", "sw", 165, program(tmp_path, "exit 3"))
    assert "secret" not in str(failed.value)
    with pytest.raises(espeak.SpeechError, match="not sound"):
        espeak.spoken("secret", "sw", 165, program(tmp_path, "echo nothing"))
    monkeypatch.setattr(espeak, "RENDER_LIMIT_S", 0.05)
    with pytest.raises(espeak.SpeechError, match="did not answer"):
        espeak.spoken("secret", "sw", 165, program(tmp_path, "exec sleep 5"))


def test_another_rate_keeps_the_length() -> None:
    second = bytes(2 * espeak.ESPEAK_RATE_HZ)
    assert len(espeak.resampled(second, espeak.ESPEAK_RATE_HZ, 24_000)) == pytest.approx(48_000, abs=4)
    assert espeak.resampled(second, 24_000, 24_000) is second
    assert espeak.resampled(b"", 1, 2) == b""
