"""The service's own SDK, unmodified, as a client: whole conversations with the emulator over a real socket.

Responsible for: every call of ``OmniRealtimeConversation`` that this model's guide uses.
Must not: reach into the SDK or mend it. Runs at the pace of the service.
"""

import base64
import gc
import queue
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.contract_service.conftest import House, chunks, said, turns

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the SDK's own deprecations
    from dashscope.audio.qwen_omni import omni_realtime as omni

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # it leaves the socket of a refused upgrade open
]

MODEL = "qwen3.5-livetranslate-flash-realtime"
LIMIT_S = 30
TEXT, AUDIO = omni.MultiModality.TEXT, omni.MultiModality.AUDIO
MASK = len(turns()) - 1


THREADS: list[threading.Thread] = []


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """What the SDK left open is collected while its warnings are filtered."""
    yield
    gc.collect()


@pytest.fixture(scope="module", autouse=True)
def _threads_end() -> Iterator[None]:
    """The SDK's threads notice their own close within ten seconds: they are waited for together."""
    yield
    for thread in THREADS:
        thread.join(LIMIT_S)
        assert not thread.is_alive()


class Heard(omni.OmniRealtimeCallback):
    """Keeps what came."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.ended: list[tuple[Any, Any]] = []
        self.opened = 0
        self._coming: queue.Queue[str] = queue.Queue()

    def on_open(self) -> None:
        self.opened += 1

    def on_close(self, close_status_code: Any, close_msg: Any) -> None:
        self.ended.append((close_status_code, close_msg))
        self._coming.put("close")

    def on_event(self, message: Any) -> None:
        self.events.append(message)
        self._coming.put(message["type"])

    def until(self, kind: str, count: int = 1) -> None:
        """Wait for so many more of a kind."""
        while count:
            count -= self._coming.get(timeout=LIMIT_S) == kind

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    def sound(self) -> bytes:
        return b"".join(base64.b64decode(each["delta"]) for each in self.of("response.audio.delta"))


@contextmanager
def talk(house: House, key: str = "a-key") -> Iterator[tuple[Any, Heard]]:
    """A connected conversation."""
    heard = Heard()
    conversation = omni.OmniRealtimeConversation(model=MODEL, callback=heard, url=house.url, api_key=key)
    conversation.connect()
    try:
        yield conversation, heard
    finally:
        conversation.close()
        THREADS.append(conversation.thread)


def update(conversation: Any, target: str, modalities: list[Any], phrases: Any = None, **rest: Any) -> None:
    corpus = omni.TranslationParams.Corpus(phrases=phrases)
    conversation.update_session(
        output_modalities=modalities,
        voice="Tina",
        input_audio_transcription_model="qwen3-asr-flash-realtime",
        translation_params=omni.TranslationParams(language=target, corpus=corpus),
        **rest,
    )


def speak(conversation: Any, pcm: bytes) -> None:
    for piece in chunks(pcm):
        conversation.append_audio(piece)


def test_audio_and_text(house: House) -> None:
    with talk(house) as (conversation, heard):
        update(conversation, "es", [TEXT, AUDIO])
        for place in (0, 2):
            speak(conversation, said(place))
        conversation.end_session()
        assert heard.events[-1]["type"] == "session.finished"
        texts = [each["transcript"] for each in heard.of("response.audio_transcript.done")]
        assert texts == [turns()[place].translations["es"] + "  " for place in (0, 2)]
        sources = heard.of("conversation.item.input_audio_transcription.completed")
        assert [each["transcript"] for each in sources] == [turns()[place].source for place in (0, 2)]
        assert len(heard.sound()) > 48_000
        assert conversation.get_session_id() == heard.of("session.created")[0]["session"]["id"]
        assert conversation.get_last_response_id() == heard.of("response.done")[-1]["response"]["id"]
        assert conversation.get_last_first_audio_delay() is not None
        assert heard.opened == 1
    assert not heard.of("error")


def test_text_only(house: House) -> None:
    with talk(house) as (conversation, heard):
        update(conversation, "de", [TEXT])
        speak(conversation, said(4))
        heard.until("response.done")
        assert heard.of("response.text.done")[0]["text"] == turns()[4].translations["de"] + "  "
        assert not heard.of("response.audio.delta")
        conversation.end_session()


def test_hot_words(house: House) -> None:
    with talk(house) as (conversation, heard):
        update(conversation, "es", [TEXT], phrases={"room": "suite"})
        speak(conversation, said(4))
        conversation.end_session()
    assert heard.of("session.updated")[0]["session"]["translation"]["corpus"] == {"phrases": {"room": "suite"}}
    assert heard.of("response.text.done")[0]["text"].startswith("Su suite está en la tercera planta")


@pytest.mark.parametrize("scene", ["mask", "mask-medical", "mask-masquerade"])
def test_pictures(house: House, scene: str) -> None:
    (meant,) = (sense for sense in (None, *turns()[MASK].senses) if (sense.scene if sense else "mask") == scene)
    wanted = turns()[MASK] if meant is None else turns()[MASK].in_sense(meant)
    with talk(house) as (conversation, heard):
        update(conversation, "ja", [TEXT, AUDIO])
        pcm = said(MASK)
        speak(conversation, pcm[:32_000])
        if meant is not None:
            conversation.append_video(base64.b64encode(meant.picture).decode())
        speak(conversation, pcm[32_000:])
        conversation.end_session()
    assert heard.of("response.audio_transcript.done")[0]["transcript"] == wanted.translations["ja"] + "  "
    assert not heard.of("error")


def test_commit_and_clear(house: House) -> None:
    with talk(house) as (conversation, heard):
        update(conversation, "fr", [TEXT], enable_turn_detection=False)
        speak(conversation, said(2))
        conversation.clear_appended_audio()
        heard.until("input_audio_buffer.cleared")
        conversation.commit()
        heard.until("error")
        speak(conversation, said(4))
        conversation.commit()
        heard.until("response.done")
        conversation.end_session()
    kinds = [event["type"] for event in heard.events]
    assert "input_audio_buffer.speech_started" not in kinds
    assert kinds.index("input_audio_buffer.committed") < kinds.index("response.created")
    assert [each["text"] for each in heard.of("response.text.done")] == [turns()[4].translations["fr"] + "  "]


def test_transcription_params_and_cloning(house: House) -> None:
    with talk(house) as (conversation, heard):
        conversation.update_session(
            output_modalities=[TEXT, AUDIO],
            voice="default",
            translation_params=omni.TranslationParams(language="es"),
            transcription_params=omni.TranscriptionParams(language="en"),
            enable_voice_clone=True,
            voice_clone_options={"frequency": "once"},
        )
        heard.until("session.updated")
        speak(conversation, said(0))
        conversation.end_session()
    assert heard.of("session.updated")[0]["session"]["voice_clone_options"] == {"frequency": "once"}
    assert heard.of("response.done")[0]["response"]["status"] == "completed"


def test_what_this_model_does_not_know_is_an_error_and_no_end(house: House) -> None:
    with talk(house) as (conversation, heard):
        update(conversation, "es", [TEXT])
        heard.until("session.updated")
        for call in (conversation.create_response, conversation.cancel_response, lambda: conversation.create_item({})):
            call()
            heard.until("error")
        speak(conversation, said(0))
        heard.until("response.done")
        conversation.end_session()
    assert len(heard.of("error")) == 3


def test_an_error_at_the_end_and_a_close_reach_the_callbacks(house: House) -> None:
    house.server.habits.set("repeat_output_1011")
    with talk(house) as (conversation, heard):
        update(conversation, "es", [TEXT])
        speak(conversation, said(0))
        heard.until("close")
        assert heard.ended[0] == (1011, "model repeat output happened")
        with pytest.raises(ConnectionError):
            conversation.append_audio("AAAA")


def test_a_key_that_is_refused_is_a_timeout(house: House) -> None:
    house.server.habits.set("http_401")
    try:
        heard = Heard()
        conversation = omni.OmniRealtimeConversation(model=MODEL, callback=heard, url=house.url, api_key="k")
        with pytest.raises(TimeoutError):
            conversation.connect()
        THREADS.append(conversation.thread)
    finally:
        house.server.habits.clear("http_401")
    assert not heard.events
