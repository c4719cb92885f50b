"""What the service sends: every row of the wire protocol's section 5, by name, with its exact fields.

Responsible for: that each event comes where it belongs, has these fields and no others, and that no other event comes.
Must not: know the order (``tests/emulator/session/test_turn_response.py``) or the timing
(``tests/emulator/session/test_session.py``).
"""

from functools import cache

import pytest

from appliance.emulator.session.interfaces import Message
from tests.emulator.doubles import client, turn

ASR = "conversation.item.input_audio_transcription"
IDS = frozenset(("response_id", "item_id", "output_index", "content_index"))
SOURCE = frozenset(("item_id", "content_index", "language", "emotion"))
RESPONSE = frozenset(
    ("id", "object", "conversation_id", "status", "modalities", "voice", "output_audio_format", "output")
)

FIELDS: dict[str, frozenset[str]] = {
    "session.created": frozenset(("session",)),
    "session.updated": frozenset(("session",)),
    "input_audio_buffer.speech_started": frozenset(("audio_start_ms", "item_id")),
    "input_audio_buffer.speech_stopped": frozenset(("audio_end_ms", "item_id")),
    "input_audio_buffer.committed": frozenset(),
    "input_audio_buffer.cleared": frozenset(),
    "conversation.item.created": frozenset(("item", "previous_item_id")),
    f"{ASR}.text": SOURCE | {"text", "stash"},
    f"{ASR}.completed": SOURCE | {"transcript"},
    f"{ASR}.failed": frozenset(("item_id", "content_index", "error")),
    "response.created": frozenset(("response",)),
    "response.done": frozenset(("response",)),
    "response.output_item.added": frozenset(("response_id", "output_index", "item")),
    "response.output_item.done": frozenset(("response_id", "output_index", "item")),
    "response.content_part.added": IDS | {"part"},
    "response.content_part.done": IDS | {"part"},
    "response.text.text": IDS | {"text", "stash"},
    "response.audio_transcript.text": IDS | {"text", "stash"},
    "response.text.done": IDS | {"text"},
    "response.audio_transcript.done": IDS | {"transcript"},
    "response.audio.delta": IDS | {"delta"},
    "response.audio.done": IDS,
    "session.finished": frozenset(),
    "error": frozenset(("error",)),
}


@cache
def heard() -> tuple[tuple[Message, ...], ...]:
    """Conversations in which every event comes: with sound, in text, by hand, and with a recogniser that fails."""
    by_hand = client(turn_detection=None)
    by_hand.stream(0, 3_000)
    by_hand.send({"type": "input_audio_buffer.commit"})
    by_hand.send({"type": "input_audio_buffer.clear"})
    by_hand.send({"type": "response.create"})
    by_hand.finish()
    spoken = (turn(), turn(modalities=["text"]), by_hand, turn("asr_failed"))
    return tuple(tuple(each.events) for each in spoken)


def of(kind: str) -> list[Message]:
    return [event for events in heard() for event in events if event["type"] == kind]


@pytest.mark.parametrize("kind", list(FIELDS), ids=lambda kind: f"5 {kind}")
def test_every_server_event_has_its_fields(kind: str) -> None:
    assert of(kind), "it came"
    for event in of(kind):
        assert set(event) == FIELDS[kind] | {"event_id", "type"}
        assert (event.get("output_index", 0), event.get("content_index", 0)) == (0, 0)


def test_no_event_comes_without_a_row() -> None:
    assert {event["type"] for events in heard() for event in events} == set(FIELDS)


@pytest.mark.parametrize("kind", ["response.created", "response.done"], ids=lambda kind: f"5 {kind} response")
def test_the_response_object(kind: str) -> None:
    for event in of(kind):
        extra = {"usage"} if kind == "response.done" else set()
        assert set(event["response"]) == RESPONSE | extra
        assert bool(event["response"]["conversation_id"]) is (kind == "response.done")


def test_5_uneven_shapes_of_text_in_an_audio_session() -> None:
    audio, text = heard()[:2]
    for events, kind, final in ((audio, "audio", "transcript"), (text, "text", "text")):
        by_kind = {event["type"]: event for event in events}
        said = "Where is the platform for Turin?  "
        assert by_kind["response.content_part.added"]["part"] == {"type": kind, "text": ""}
        assert by_kind["response.content_part.done"]["part"] == {"type": kind, "text": said}
        assert by_kind["response.output_item.done"]["item"]["content"] == [{"type": kind, "text": said}]
        assert by_kind["response.done"]["response"]["output"][0]["content"] == [{"type": kind, final: said}]


def test_5_usage_details_of_both_modalities() -> None:
    audio, text = (next(e for e in events if e["type"] == "response.done") for events in heard()[:2])
    assert set(audio["response"]["usage"]["output_tokens_details"]) == {"text_tokens", "audio_tokens"}
    assert set(text["response"]["usage"]["output_tokens_details"]) == {"text_tokens"}
