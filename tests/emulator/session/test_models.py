"""The models that are offered."""

import pytest

from appliance.emulator.session.models import resolve_profile


@pytest.mark.parametrize(
    ("name", "voice"),
    [
        ("qwen3.5-livetranslate-flash-realtime", "Tina"),
        ("qwen3.5-livetranslate-flash-realtime-2026-05-19", "Tina"),
        ("qwen3-livetranslate-flash-realtime", "Cherry"),
        ("qwen3-livetranslate-flash-realtime-2025-09-22", "Cherry"),
    ],
)
def test_names_and_dated_names(name: str, voice: str) -> None:
    profile = resolve_profile(name)
    assert profile is not None
    assert (profile.asked_for, profile.model.default_voice) == (name, voice)
    assert (profile.threshold, profile.silence_ms, profile.target) == (0.2, 1_000, "en")


def test_others_are_unknown() -> None:
    assert resolve_profile("qwen3.8-livetranslate-flash-realtime") is None
