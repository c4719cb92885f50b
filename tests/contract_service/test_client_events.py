"""What a client may send: every row of the wire protocol's section 4, by name.

Responsible for: each field of ``session.update`` with what it takes, what it refuses and what holds without it, and
each other client event.
Must not: repeat the spellings of real clients (``tests/emulator/session/test_session_update.py``).
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from appliance.emulator.session.interfaces import Close
from tests.emulator.doubles import Client, client, service, turns_of

ASR = {"model": "qwen3-asr-flash-realtime"}
ABSENT = "absent"
CLONE = {"enable_voice_clone": True, "voice": "default"}


@dataclass(frozen=True)
class Field:
    """A row of 4.1. ``takes``: (value sent, value in the echo); ``otherwise``: the echo where it is not sent."""

    takes: list[tuple[Any, Any]]
    refuses: list[Any]
    otherwise: Any
    beside: dict[str, Any] = field(default_factory=dict)


VAD = {"type": "server_vad", "threshold": 0.2, "silence_duration_ms": 1_000, "create_response": True}
VAD |= {"interrupt_response": True}
SKIP = {"skip_text": True, "skip_audio": False}
FIELDS: dict[str, Field] = {
    "modalities": Field(
        [(["text"], ["text"]), (["text", "audio"], ["text", "audio"]), (["audio", "text"], ["text", "audio"])],
        [["audio"], [], "text", [3]],
        ["text", "audio"],
    ),
    "voice": Field([("Ethan", "Ethan"), ("Liora Mira", "Liora Mira"), (None, "Tina")], [7], "Tina"),
    "sample_rate": Field([(8_000, 8_000), (16_000, 16_000)], [44_100, "16000", True], 16_000),
    "input_audio_format": Field([("pcm", "pcm"), ("pcm16", "pcm"), ("opus", "opus")], ["wav"], "pcm"),
    "output_audio_format": Field([("pcm", "pcm"), ("pcm16", "pcm"), ("pcm24", "pcm")], ["mp3"], "pcm"),
    "input_audio_transcription": Field([(None, None), (ASR, ASR)], [3], None),
    "input_audio_transcription.model": Field([(ASR["model"], ASR["model"]), (None, ABSENT)], ["whisper"], ABSENT),
    "input_audio_transcription.language": Field(
        [("it", "it"), ("auto", ABSENT), (None, ABSENT)], ["xx", 3], ABSENT, {"input_audio_transcription": ASR}
    ),
    "turn_detection": Field([(None, None), ({}, VAD)], [3, "server_vad"], VAD),
    "turn_detection.type": Field([("server_vad", "server_vad")], ["speaker_detection"], "server_vad"),
    "turn_detection.threshold": Field([(-1.0, -1.0), (1.0, 1.0), (0, 0.0)], [1.1, -1.1, "0.2"], 0.2),
    "turn_detection.silence_duration_ms": Field([(200, 200), (6_000, 6_000)], [199, 6_001, "800"], 1_000),
    "turn_detection.prefix_padding_ms": Field([(300, ABSENT)], [], ABSENT),
    "turn_detection.create_response": Field([(True, True)], [], True),
    "turn_detection.interrupt_response": Field([(True, True)], [], True),
    "translation.language": Field([("it", "it"), (None, "en")], ["xx", "", 3], "en"),
    "translation.corpus.phrases": Field(
        [({"a": "b"}, {"a": "b"}), ([["a", "b"]], {"a": "b"}), ({}, ABSENT)], [{"a": 1}, [["a"]], "a"], ABSENT
    ),
    "translation.same_language_skip_options": Field([(SKIP, SKIP), ({}, ABSENT)], [{"skip_text": "yes"}, 3], ABSENT),
    "enable_voice_clone": Field(
        [(True, True), (False, ABSENT)], ["yes", 1], ABSENT, {"voice": "default"}
    ),
    "voice_clone_options.frequency": Field(
        [("once", "once"), ("always", "always")], ["never", "twice", 1], "once", CLONE
    ),
}  # fmt: skip


def asked(name: str, value: Any) -> Client:
    """A client that sent nothing but this field, and what it needs beside it."""
    session: dict[str, Any] = {key: dict(v) if isinstance(v, dict) else v for key, v in FIELDS[name].beside.items()}
    if value is not ABSENT:
        *way, last = name.split(".")
        place = session
        for step in way:
            place = place.setdefault(step, {})
        place[last] = value
    if name == "enable_voice_clone" and value in (False, ABSENT):
        del session["voice"]
    made = Client(service())
    made.send({"type": "session.update", "session": session})
    made.until(100)
    return made


def echoed(made: Client, name: str) -> Any:
    place: Any = made.of("session.updated")[0]["session"]
    for step in name.split("."):
        if not isinstance(place, dict) or step not in place:
            return ABSENT
        place = place[step]
    return place


@pytest.mark.parametrize("name", list(FIELDS), ids=lambda name: f"4.1 {name}")
def test_every_field_of_session_update(name: str) -> None:
    for value, echo in FIELDS[name].takes:
        assert echoed(asked(name, value), name) == echo, value
    for value in FIELDS[name].refuses:
        (error,) = asked(name, value).of("error")
        assert error["error"]["type"] == "invalid_request_error", value
        assert error["error"]["param"].startswith("session."), value
    assert echoed(asked(name, ABSENT), name) == FIELDS[name].otherwise


def base64_of(sound: bytes) -> str:
    return base64.b64encode(sound).decode()


def jpeg() -> str:
    head = b"\xff\xd8\xff\xc0\x00\x11\x08" + (360).to_bytes(2, "big") + (640).to_bytes(2, "big") + b"\x03" + bytes(9)
    return base64_of(head)


def update() -> None:
    made = client()
    assert made.kinds == ["session.created", "session.updated"]
    made.update()
    assert made.events[-1]["error"]["message"] == "session already started"


def append() -> None:
    made = client()
    made.stream(0, 1_000, 900, chunk_ms=1_000)
    assert turns_of(made) == [(0, 1_000)]
    made.send({"type": "input_audio_buffer.append"})
    assert made.kinds[-1] == "error"
    assert not made.ends()


def append_image() -> None:
    made = client()
    made.send({"type": "input_image_buffer.append", "image": jpeg()})
    assert made.events[-1]["error"]["message"] == "Error append image before append audio."
    made.push(bytes(1_280))
    count = len(made.events)
    made.send({"type": "input_image_buffer.append", "image": jpeg()})
    assert len(made.events) == count
    made.send({"type": "input_image_buffer.append", "image": "data:image/jpeg;base64," + jpeg()})
    assert made.kinds[-1] == "error"


def commit() -> None:
    made = client(turn_detection=None)
    made.send({"type": "input_audio_buffer.commit"})
    assert "buffer too small, or have no audio" in made.events[-1]["error"]["message"]
    made.stream(0, 1_000)
    made.send({"type": "input_audio_buffer.commit"})
    made.until(made.now + 10_000)
    assert "input_audio_buffer.committed" in made.kinds
    assert made.kinds[-1] == "response.done"
    in_vad_mode = client()
    in_vad_mode.send({"type": "input_audio_buffer.commit"})
    assert in_vad_mode.events[-1]["error"]["type"] == "invalid_request_error"


def clear() -> None:
    made = client(turn_detection=None)
    made.stream(0, 1_000)
    made.send({"type": "input_audio_buffer.clear"})
    assert made.kinds[-1] == "input_audio_buffer.cleared"
    made.send({"type": "input_audio_buffer.commit"})
    assert made.kinds[-1] == "error"


def finish() -> None:
    made = client()
    made.stream(0, 1_000)
    made.finish()
    assert made.kinds[-2:] == ["response.done", "session.finished"]
    idle = client()
    idle.finish(0)
    assert idle.kinds[-1] == "session.finished"


def omni(kind: str) -> Callable[[], None]:
    def check() -> None:
        made = client()
        made.send({"type": kind, "response": {"instructions": None}, "item": {}})
        assert made.kinds[-1] == "error"
        assert not made.ends()
        made.stream(0, 1_000, 900)
        made.finish()
        assert made.kinds[-1] == "session.finished"

    return check


def event_ids() -> None:
    made = Client(service())
    for message in (
        {"event_id": "same", "type": "session.update", "session": {}},
        {"event_id": "same", "type": "input_audio_buffer.append", "audio": base64_of(bytes(640))},
        {"type": "input_audio_buffer.append", "audio": base64_of(bytes(640))},
        {"event_id": None, "type": "input_audio_buffer.append", "audio": base64_of(bytes(640))},
    ):
        made.send(message)
    made.finish()
    assert made.kinds == ["session.created", "session.updated", "session.finished"]


def early_append() -> None:
    made = Client(service())
    made.push(bytes(640))
    assert made.ends() == [Close(1007, "")]


EVENTS: dict[str, Callable[[], None]] = {
    "4 event_id": event_ids,
    "4.1 session.update": update,
    "4.2 input_audio_buffer.append": append,
    "4.2 append before session.update": early_append,
    "4.3 input_image_buffer.append": append_image,
    "4.4 input_audio_buffer.commit": commit,
    "4.4 input_audio_buffer.clear": clear,
    "4.5 session.finish": finish,
    "4.6 response.create": omni("response.create"),
    "4.6 response.cancel": omni("response.cancel"),
    "4.6 conversation.item.create": omni("conversation.item.create"),
}


@pytest.mark.parametrize("name", list(EVENTS))
def test_every_client_event(name: str) -> None:
    EVENTS[name]()
