"""Rendering ahead: on its own thread, bounded, and given up where espeak-ng fails."""

import threading

import pytest

from appliance.emulator.script.prerender import FAILURES_LIMIT, Renderer
from appliance.emulator.script.tts import Part, Speech, SpeechError


class Failing(Speech):
    """Speech that never comes; counts how often it was tried."""

    def __init__(self) -> None:
        super().__init__()
        self.tried = threading.Semaphore(0)

    def render(
        self, text: str, language: str, rate_hz: int, part: Part = Part.ANSWER, speed_wpm: int = 0
    ) -> bytes | None:
        self.tried.release()
        raise SpeechError("no voice today")


def test_what_cannot_be_spoken_is_given_up() -> None:
    speech = Failing()
    renderer = Renderer(speech)
    for _ in range(FAILURES_LIMIT):
        assert renderer.rendered("Hello.", "en") is None
        assert speech.tried.acquire(timeout=10)
    renderer.close()
    assert renderer.rendered("Hello.", "en") == b""
    assert not renderer.running


def test_a_language_without_a_voice_needs_no_rendering() -> None:
    renderer = Renderer(Speech())
    assert renderer.rendered("Bones.", "ast") == b""
    renderer.close()


@pytest.mark.parametrize("texts", [[], ["One."] * 10_000])
def test_it_ends_when_told_to(texts: list[str]) -> None:
    renderer = Renderer(Speech())
    renderer.warm(texts, "en")
    renderer.close()
    renderer.close()
    assert not renderer.running
