"""``workers/playback/tts.py``: a thread that reads. Responsible for: what reaches the jitter buffer. Must not: run
espeak."""

import threading
from array import array
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from appliance.core.devices.playback import CUE_LINE, NAME_LINE
from appliance.core.model.events import Event, PlaybackEnded, PlaybackStarted
from appliance.workers.playback import espeak
from appliance.workers.playback.jitter_buffer import JitterBuffer
from appliance.workers.playback.tts import MOST_TEXTS, Reading, TtsWorker

WAIT_S = 5.0
SECOND = array("h", [1_000, -1_000] * (espeak.ESPEAK_RATE_HZ // 2)).tobytes()


class Desk:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.jitter = JitterBuffer(self.events.append)
        self.pushed = threading.Semaphore(0)
        self.jitter.wake = self.pushed.release
        self.asked: list[tuple[str, str, int]] = []
        self.rendering, self.free = threading.Semaphore(0), threading.Semaphore(0)
        self.refusal: espeak.SpeechError | None = None
        self.tts = TtsWorker(self.jitter, lambda: 0, self._render)

    def _render(self, text: str, voice: str, speed_wpm: int) -> bytes:
        self.asked.append((text, voice, speed_wpm))
        self.rendering.release()
        assert self.free.acquire(timeout=WAIT_S)
        if self.refusal is not None:
            raise self.refusal
        return SECOND

    def say(self, turn: int, language: str = "sw", text: str = "habari") -> None:
        self.tts.say(Reading(1, turn, language, text, "left"))


@contextmanager
def desk() -> Iterator[Desk]:
    it = Desk()
    it.tts.start()
    try:
        yield it
    finally:
        for _ in range(9):
            it.free.release()
        it.tts.stop(5_000)
        assert not it.tts._thread.is_alive()


def test_a_text_becomes_the_speech_of_its_turn() -> None:
    with desk() as box:
        box.say(3)
        box.free.release()
        assert box.pushed.acquire(timeout=WAIT_S)
        assert box.asked == [("habari", "sw", 165)]
        assert box.jitter.queued_ms == pytest.approx(1_000, abs=2)
        period = box.jitter.take(960, 200)
        assert period is not None
        assert period.output == "left"


def test_who_waits_for_the_last_word_waits_for_the_robot() -> None:
    with desk() as box:
        done, expect = threading.Event(), box.jitter.expect

        def listen(texts: int) -> None:
            expect(texts)
            if texts == 0:
                done.set()

        box.jitter.expect = listen  # type: ignore[method-assign]
        told = [box.jitter.empty]
        box.say(1)
        box.say(2)
        assert box.rendering.acquire(timeout=WAIT_S)
        told.append(box.jitter.empty)
        box.tts.wipe()
        told.append(box.jitter.empty)  # it is not known yet that nothing comes of it
        box.free.release()
        assert done.wait(WAIT_S)
        told.append(box.jitter.empty)
        assert told == [True, False, False, True]
        assert len(box.asked) == 1


def test_a_language_without_a_voice_is_not_read_and_a_failure_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with desk() as box:
        box.refusal = espeak.SpeechError("espeak-ng is not installed")
        box.say(1, "ceb")
        box.say(2)
        assert box.rendering.acquire(timeout=WAIT_S)
        box.free.release()
        box.say(3)
        assert box.rendering.acquire(timeout=WAIT_S)
        assert [language for _, language, _ in box.asked] == ["sw", "sw"]
        assert box.jitter.queued_ms == 0
    assert "not installed" in caplog.text
    assert "habari" not in caplog.text


def test_what_is_wiped_is_not_said_even_when_it_was_begun() -> None:
    with desk() as box:
        box.say(1)
        assert box.rendering.acquire(timeout=WAIT_S)
        box.say(2)
        box.tts.wipe()
        box.free.release()
        box.say(3)
        box.free.release()
        assert box.pushed.acquire(timeout=WAIT_S)
        assert len(box.asked) == 2
        assert box.jitter.queued_ms == pytest.approx(1_000, abs=2)


def test_of_too_many_texts_the_oldest_make_room() -> None:
    with desk() as box:
        box.say(0)
        assert box.rendering.acquire(timeout=WAIT_S)
        for turn in range(1, MOST_TEXTS + 3):
            box.say(turn, text=f"text {turn}")
        for _ in range(MOST_TEXTS + 1):
            box.free.release()
        for _ in range(MOST_TEXTS + 1):
            assert box.pushed.acquire(timeout=WAIT_S)
        assert [text for text, _, _ in box.asked] == ["habari", "text 3", "text 4", "text 5", "text 6"]


def test_a_robot_that_never_began_can_be_stopped() -> None:
    TtsWorker(JitterBuffer(lambda _: None), lambda: 0).stop(10)


def test_a_name_goes_before_the_texts_and_in_the_place_of_an_older_name() -> None:
    with desk() as box:
        box.say(1)
        assert box.rendering.acquire(timeout=WAIT_S)
        box.say(2, text="ya pili")
        box.tts.say(Reading(NAME_LINE, 10, "es", "español", "both"))
        box.tts.say(Reading(NAME_LINE, 20, "fr", "français", "both"))
        for _ in range(3):
            box.free.release()
        for _ in range(3):
            assert box.pushed.acquire(timeout=WAIT_S)
        assert [text for text, _, _ in box.asked] == ["habari", "français", "ya pili"]


def test_the_words_of_a_cue_wait_for_no_text_and_make_room_for_what_is_newer() -> None:
    with desk() as box:
        box.say(1)
        assert box.rendering.acquire(timeout=WAIT_S)
        box.say(2, text="ya pili")
        box.tts.say(Reading(CUE_LINE, 10, "en", "Ready", "both", late=True))
        box.tts.say(Reading(NAME_LINE, 15, "fr", "français", "both"))
        box.tts.say(Reading(CUE_LINE, 20, "en", "Please repeat", "both", late=True))
        for _ in range(4):
            box.free.release()
        for _ in range(4):
            assert box.pushed.acquire(timeout=WAIT_S)
        assert [text for text, _, _ in box.asked] == ["habari", "Please repeat", "français", "ya pili"]
        for at in range(0, 8_000, 20):
            box.jitter.take(960, at)
        sounded = [event.line for event in box.events if isinstance(event, PlaybackStarted)]
        assert sounded == [NAME_LINE, 1, 1], "what is newer waits for no words of a cue"


def test_a_name_that_was_being_rendered_is_not_said_behind_a_newer_choice() -> None:
    with desk() as box:
        box.tts.say(Reading(NAME_LINE, 10, "es", "español", "both"))
        assert box.rendering.acquire(timeout=WAIT_S)
        box.tts.say(Reading(NAME_LINE, 20, "fr", "français", "both"))
        box.free.release()
        assert box.rendering.acquire(timeout=WAIT_S)
        box.free.release()
        assert box.pushed.acquire(timeout=WAIT_S)
        box.jitter.take(960, 0)
        sounded = [event.turn for event in box.events if isinstance(event, PlaybackStarted)]
        assert sounded == [20]


def test_a_name_that_sounds_is_cut_by_the_next_and_is_not_remembered() -> None:
    with desk() as box:
        for turn, code in ((10, "es"), (20, "fr")):
            box.tts.say(Reading(NAME_LINE, turn, code, code, "both"))
            box.free.release()
            assert box.pushed.acquire(timeout=WAIT_S)
            box.jitter.take(960, 0)
        assert [event.turn for event in box.events if isinstance(event, PlaybackStarted)] == [10, 20]
        assert [event.ms for event in box.events if isinstance(event, PlaybackEnded)] == [20]
        box.jitter.repeat(NAME_LINE, 10, slower=False)
        box.jitter.drop_line(NAME_LINE)
        assert box.jitter.take(960, 0) is None
