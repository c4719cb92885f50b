"""The shapes of the service's events: every recorded one, and what may be missing or odd."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.transcript.text_bounds import CUT_OFF, LETTERS_MAX
from appliance.errors import NonsenseError
from appliance.protocol import messages as m
from appliance.protocol.prices import Usage
from appliance.protocol.readers import message_of, sound_of
from tests.protocol.recordings import frames, situations

TEXT_IDS = ("resp_DemoT1", "item_DemoOutT1")


def told(name: str, line: int) -> object:
    """The message in one line of a recording, counted from 1."""
    message, unknown = message_of(json.loads(frames(name)[line - 1]))
    assert unknown == 0
    return message


def message(kind: str | None, **fields: object) -> object:
    return message_of({"type": kind, **fields})[0]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (1, m.SessionCreated("sess_DemoAudio01")),
        (2, m.SessionUpdated("sess_DemoAudio01")),
        (3, m.ServerSpeechStarted("item_DemoSrcA1", 640)),
        (4, m.ItemCreated("item_DemoSrcA1", "user", "")),
        (7, m.ResponseCreated("resp_DemoA1")),
        (8, m.OutputItemAdded("resp_DemoA1", "item_DemoOutA1")),
        (9, m.ItemCreated("item_DemoOutA1", "assistant", "item_DemoSrcA1")),
        (10, m.PassedOver("response.content_part.added")),
        (13, m.SourceText("item_DemoSrcA1", "Dove si trova", " il binario", "it")),
        (14, m.TranslationText("resp_DemoA1", "item_DemoOutA1", "Where is", " the platform")),
        (21, m.ServerSpeechStopped("item_DemoSrcA1", 3540)),
        (24, m.TranslationDone("resp_DemoA1", "item_DemoOutA1", "Where is the platform for Turin?  ")),
        (25, m.SourceCompleted("item_DemoSrcA1", "Dove si trova il binario per Torino?", "it")),
        (26, m.AudioDone("resp_DemoA1", "item_DemoOutA1")),
        (27, m.PassedOver("response.content_part.done")),
        (28, m.PassedOver("response.output_item.done")),
        (
            29,
            m.ResponseDone(
                "resp_DemoA1", "completed", "Where is the platform for Turin?  ", Usage(69, 17, 21, 48, 0, 5, 12)
            ),
        ),
        (30, m.SessionFinished()),
    ],
)
def test_the_recorded_audio_session(line: int, expected: object) -> None:
    assert told("turn_audio", line) == expected


def test_the_recorded_sound() -> None:
    first = told("turn_audio", 15)
    assert first == m.AudioDelta("resp_DemoA1", "item_DemoOutA1", bytes(3840))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (4, m.ItemCreated("item_DemoSrcT1", "user", "")),
        (15, m.TranslationText(*TEXT_IDS, "Demain matin,", " à huit heures")),
        (20, m.TranslationDone(*TEXT_IDS, "Demain matin, à huit heures, le bus part pour le port.  ")),
        (
            24,
            m.ResponseDone(
                "resp_DemoT1",
                "completed",
                "Demain matin, à huit heures, le bus part pour le port.  ",
                Usage(85, 19, 35, 50, 0, 0, 19),
            ),
        ),
    ],
)
def test_the_recorded_text_session(line: int, expected: object) -> None:
    assert told("turn_text", line) == expected


def test_the_recorded_empty_turn() -> None:
    assert told("turn_empty", 9) == m.SourceCompleted("item_DemoSrcE1", "", "")
    assert told("turn_empty", 10) == m.TranslationDone("resp_DemoE1", "item_DemoOutE1", "")
    assert told("turn_empty", 14) == m.ResponseDone("resp_DemoE1", "completed", "", Usage(53, 0, 7, 46, 0, 0, 0))


def test_every_event_of_every_situation_is_read() -> None:
    events = [step["event"] for row in situations() for step in row["steps"] if "event" in step]
    assert len(events) > 15
    for event in events:
        read, unknown = message_of(event)
        assert isinstance(read, m.ServiceError | m.SourceFailed | m.SessionFinished), event
        assert unknown == 0


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        ({"type": "error", "error": {"type": "t", "code": "c", "message": "m", "param": "p"}}, "c", "m"),
        ({"type": "error", "error": {"type": "t", "message": "m"}}, "t", "m"),
        ({"type": "error", "error": {"type": None, "code": None, "message": "m", "param": None}}, "", "m"),
        ({"type": "error", "error": {"message": None}}, "", ""),
        ({"type": "error", "error": {"code": 429, "message": "m"}}, "429", "m"),
        ({"type": "error", "error": {"code": True}}, "", ""),
        ({"type": "error", "error": "torn \ud800"}, "", "torn ?"),
        ({"type": "error"}, "", ""),
        ({"type": "error", "code": "c", "message": "m"}, "c", "m"),
        ({"code": "InvalidParameter", "message": "m"}, "InvalidParameter", "m"),
        ({"type": None, "error": {"code": "c"}}, "c", ""),
    ],
)
def test_errors_in_every_shape(fields: dict[str, Any], code: str, text: str) -> None:
    assert message_of(fields)[0] == m.ServiceError(code, text)


def test_a_failed_transcript() -> None:
    fields = {"item_id": "item_1", "content_index": 0, "error": {"code": "SOME_CODE", "message": "m", "param": "p"}}
    kind = "conversation.item.input_audio_transcription.failed"
    assert message(kind, **fields) == m.SourceFailed("item_1", "SOME_CODE", "m")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("session.created", m.SessionCreated("")),
        ("session.updated", m.SessionUpdated("")),
        ("input_audio_buffer.speech_started", m.ServerSpeechStarted("", None)),
        ("input_audio_buffer.speech_stopped", m.ServerSpeechStopped("", None)),
        ("input_audio_buffer.committed", m.PassedOver("input_audio_buffer.committed")),
        ("input_audio_buffer.cleared", m.PassedOver("input_audio_buffer.cleared")),
        ("conversation.item.created", m.ItemCreated("", "", "")),
        ("conversation.item.input_audio_transcription.text", m.SourceText("", "", "", "")),
        ("conversation.item.input_audio_transcription.completed", m.SourceCompleted("", None, "")),
        ("conversation.item.input_audio_transcription.failed", m.SourceFailed("", "", "")),
        ("response.output_item.added", m.OutputItemAdded("", "")),
        ("response.text.text", m.TranslationText("", "", "", "")),
        ("response.audio_transcript.text", m.TranslationText("", "", "", "")),
        ("response.text.done", m.TranslationDone("", "", None)),
        ("response.audio_transcript.done", m.TranslationDone("", "", None)),
        ("response.audio.done", m.AudioDone("", "")),
        ("brand.new", m.Unknown("brand.new")),
    ],
)
def test_all_that_is_optional_may_be_missing(kind: str, expected: object) -> None:
    assert message(kind) == expected


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({}, "type is missing"),
        ({"type": 5}, "type is int in place of a string"),
        ({"type": ["error"], "code": "c"}, "type is list in place of a string"),
        ({"type": "response.audio.delta"}, "delta is missing"),
        ({"type": "response.audio.delta", "delta": 5}, "delta is int in place of a string"),
        ({"type": "response.audio.delta", "delta": "A"}, "delta of 1 characters is not base64"),
        ({"type": "response.audio.delta", "delta": "é"}, "is not base64"),
        ({"type": "response.created"}, "response.created without response"),
        ({"type": "response.created", "response": []}, "response is list in place of an object"),
        ({"type": "response.done", "response": None}, "response.done without response"),
        ({"type": "response.done", "response": {"id": 7}}, "id is int in place of a string"),
        ({"type": "response.text.text", "text": {}}, "text is dict in place of a string"),
        ({"type": "session.created", "session": "x"}, "session is str in place of an object"),
    ],
)
def test_what_cannot_be_understood_is_nonsense(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(NonsenseError, match=complaint.replace(".", r"\.")):
        message_of(fields)


@pytest.mark.parametrize(
    ("value", "position"),
    [
        (640, 640),
        (640.0, 640),
        (0, 0),
        (640.5, None),
        (-1, None),
        ("640", None),
        (True, None),
        (1e300, None),
        (None, None),
        (float("inf"), None),
        (float("nan"), None),
        (2**53 + 1, None),
    ],
)
def test_positions_are_whole_numbers_or_left_out(value: object, position: int | None) -> None:
    assert message("input_audio_buffer.speech_started", audio_start_ms=value) == m.ServerSpeechStarted("", position)


@pytest.mark.parametrize(
    ("output", "text"),
    [
        (None, None),
        ([], None),
        ("odd", None),
        (["odd", {"content": None}, {"content": ["odd", {}]}], None),
        ([{"content": [{"type": "audio", "transcript": "a"}]}], "a"),
        ([{"content": [{"type": "text", "text": "a"}]}], "a"),
        ([{"content": [{"transcript": None, "text": "a"}]}], "a"),
        ([{"content": [{"transcript": "a", "text": "a"}]}], "a"),
        ([{"content": [{"text": "a"}]}, {"content": [{"text": "b\udc00"}]}], "ab?"),
        ([{"content": [{"transcript": ""}]}], ""),
    ],
)
def test_the_words_of_an_output(output: object, text: str | None) -> None:
    done = message("response.done", response={"id": "r", "output": output})
    assert done == m.ResponseDone("r", "", text, None)


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (None, None),
        ("odd", None),
        ({}, Usage()),
        ({"input_tokens": 5, "output_tokens": 3}, Usage(5, 3)),
        ({"input_tokens": "5", "output_tokens": -3}, Usage()),
        ({"input_tokens_details": {"audio_tokens": 7, "text_tokens": 50}}, Usage(57, 0, 7, 50)),
        ({"output_tokens_details": {"audio_tokens": 5, "text_tokens": 12}}, Usage(0, 17, 0, 0, 0, 5, 12)),
        ({"input_tokens": 9, "input_tokens_details": {"image_tokens": 4}}, Usage(9, 0, 0, 0, 4)),
        ({"input_tokens_details": [], "output_tokens_details": "odd"}, Usage()),
    ],
)
def test_usage_in_odd_shapes(usage: object, expected: Usage | None) -> None:
    done = message("response.done", response={"usage": usage})
    assert done == m.ResponseDone("", "", None, expected)
    assert message("response.done", response={}, usage=usage) == done, "some services put it beside the response"


def test_half_a_letter_is_mended() -> None:
    assert message("response.text.text", text="ä\ud83d", stash="\U0001f600") == m.TranslationText(
        "", "", "ä?", "\U0001f600"
    )


@pytest.mark.parametrize("text", ["AAECAw", "AAECAw=", "AAEC", "AAE", "AA"])
def test_base64_may_lack_its_padding(text: str) -> None:
    whole = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
    assert sound_of(text) == sound_of(text.encode()) == base64.b64decode(whole)


def test_base64_is_strict() -> None:
    assert sound_of("AAE=") == sound_of(b"AAE=") == b"\x00\x01"
    with pytest.raises(NonsenseError):
        sound_of("AAE=AA")


KINDS = sorted({json.loads(raw)["type"] for name in ("turn_audio", "turn_text") for raw in frames(name)} | {"error"})
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "output", "content", "text", "usage", "input_tokens", "code"]), inner)
    ),
    max_leaves=6,
)
NAMES = ["response", "item", "session", "error", "text", "stash", "transcript", "delta", "item_id", "audio_end_ms"]


@given(st.sampled_from(KINDS) | VALUES, st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_fields_of_any_kind_are_a_message_or_nonsense(kind: object, fields: dict[str, object]) -> None:
    try:
        read, unknown = message_of({"type": kind, **fields})
    except NonsenseError:
        return
    assert 0 <= unknown <= len(fields)
    assert hash(read) == hash(message_of({**fields, "type": kind})[0])


HUGE = "word " * 780_000  # 3.9 MB


@pytest.mark.parametrize("key", ["text", "stash"])
@pytest.mark.parametrize(
    "kind",
    ["response.text.text", "response.audio_transcript.text", "conversation.item.input_audio_transcription.text"],
)
def test_no_more_of_a_text_is_kept_than_somebody_can_read(kind: str, key: str) -> None:
    assert len(getattr(message(kind, item_id="i", response_id="r", **{key: HUGE}), key)) == LETTERS_MAX + len(CUT_OFF)


@pytest.mark.parametrize(
    ("kind", "fields", "attribute"),
    [
        ("response.text.done", {"text": HUGE}, "text"),
        ("response.audio_transcript.done", {"transcript": HUGE}, "text"),
        ("conversation.item.input_audio_transcription.completed", {"transcript": HUGE}, "transcript"),
        ("response.done", {"response": {"output": [{"content": [{"text": HUGE}]}] * 2}}, "text"),
    ],
)
def test_no_more_of_a_final_text_is_kept_either(kind: str, fields: dict[str, Any], attribute: str) -> None:
    kept = getattr(message(kind, item_id="i", response_id="r", **fields), attribute)
    assert len(kept) == LETTERS_MAX + len(CUT_OFF)
