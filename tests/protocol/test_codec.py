"""The wire both ways: JSON, quick paths, nonsense."""

import base64
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from appliance.errors import NonsenseError
from appliance.protocol import messages as m
from appliance.protocol.codec import (
    AppendTemplate,
    audio_delta,
    decode,
    decode_counting,
    encode_finish,
    encode_image,
    encode_update,
    read,
)
from appliance.protocol.settings import SessionSettings, plan
from appliance.protocol.voices import MODELS, resolve_model
from tests.protocol.recordings import frame, frames

NEWER = MODELS["qwen3.5-livetranslate-flash-realtime"]
KEYS = ["event_id", "type", "response_id", "item_id", "output_index", "delta", "content_index", "new", "x\\u0064"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner),
    max_leaves=8,
)


def slow(raw: bytes) -> object:
    """What the slow path says, the error included."""
    try:
        return decode_counting(raw)
    except NonsenseError as error:
        return str(error)


def quick(raw: bytes) -> object:
    """What ``read`` says, the error included."""
    try:
        return read(raw)
    except NonsenseError as error:
        return str(error)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"nothing of the kind",
        b"\xff\xfe",
        b'{"type":"session.finished"}\xff',
        b"[" * 100_000,
        b'{"x":NaN}',
        b'{"a":' + b"1" * 5000 + b"}",
        b'{"type":"error","code":Infinity}',
    ],
)
def test_what_is_not_json_is_nonsense(raw: bytes) -> None:
    with pytest.raises(NonsenseError, match=r"^not JSON: \d+ bytes"):
        decode(raw)


@pytest.mark.parametrize("raw", ["[]", "5", "null", '"session.finished"', "true"])
def test_what_is_not_an_object_is_nonsense(raw: str) -> None:
    with pytest.raises(NonsenseError, match="in place of an object"):
        decode(raw)


def test_nonsense_tells_the_shape_and_never_the_words() -> None:
    for raw in (b'{"type": "my secret', b'["my secret"]', frame("response.audio.delta", delta="my secret")):
        with pytest.raises(NonsenseError) as caught:
            read(raw)
        assert "secret" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_text_and_bytes_are_read_alike() -> None:
    for raw in frames("turn_audio") + frames("turn_text") + frames("turn_empty"):
        assert decode(raw) == decode(raw.decode())


def test_the_recorded_deltas_take_the_quick_path() -> None:
    deltas = [raw for raw in frames("turn_audio") if b'"response.audio.delta"' in raw]
    assert len(deltas) == 5
    for raw in deltas:
        told = audio_delta(raw)
        assert told == decode_counting(raw)
        assert told is not None
        assert told[0].response_id == "resp_DemoA1"
        assert told[0].item_id == "item_DemoOutA1"
        assert len(told[0].pcm) == 3840


@pytest.mark.parametrize(
    "raw",
    [
        b'{"type":"response.audio.delta","delta":"AAA="}',
        b'{ "delta" :\n "AAA=" , "type" : "response.audio.delta", "extra": 1 }',
        b'{"delta":"","type":"response.audio.delta","response_id":"r","item_id":null}',
        b'{"event_id":"delta","type":"response.audio.delta","delta":"AAAA"}',
        b'{"type":"response.audio.delta","delta":"AAAA","delta":"BBBB"}',
        b'{"type":"response.audio.delta","x":{"delta":"AAAA"}}',
        b'{"type":"response.audio.delta","x":{"delta":"AAAA"},"delta":"BBBB"}',
        b'{"type":"response.audio.delta","x":{"delta":"AAAA"},"d\\u0065lta":""}',
        b'{"type":"response.audio.delta","delta":"AA\\/A"}',
        b'{"type":"response.audio.delta","delta":5,"item_id":"x"}',
        b'{"type":"response.audio.delta","delta":5}',
        b'{"type":"response.audio.delta","delta":null}',
        b'{"type":"response.audio.delta","delta":"AAAA',
        b'{"type":"response.audio.delta","delta":"AAA"}',
        b'{"type":"response.audio.delta","delta":"A=AA"}',
        b'{"type":"response.audio.delta","delta":"AA A"}',
        b'{"type":"response.audio.delta","delta":"\xc3\xa9"}',
        b'{"type":"response.audio.delta","delta":"AA\nA"}',
        b'{"type":"response.audio.delta","delta":"AAAA","response_id":7}',
        b'{"type":"response.audio.delta","delta":"AAAA"}}',
        b'{"type":"response.text.delta","delta":"AAAA"}',
        b'{"type":"response.text.delta","delta":""}',
        b'{"type":"response.text.text","text":"about \\"delta\\""}',
    ],
)
def test_unusual_deltas_are_read_as_the_slow_path_reads_them(raw: bytes) -> None:
    assert quick(raw) == slow(raw)


@given(
    st.permutations(KEYS),
    st.binary(max_size=60).map(lambda pcm: base64.b64encode(pcm).decode()) | st.text(max_size=8) | JSON,
    st.dictionaries(st.sampled_from(KEYS), JSON),
    st.sampled_from([(",", ":"), (", ", ": "), ("\n,\t", " : ")]),
    st.booleans(),
)
def test_quick_and_slow_path_are_equal(
    order: list[str], delta: object, others: dict[str, object], separators: tuple[str, str], ascii_only: bool
) -> None:
    fields: dict[str, object] = {"type": "response.audio.delta", "response_id": "resp_ä", **others, "delta": delta}
    fields |= {"type": "response.audio.delta"} if len(others) % 2 else {}
    text = json.dumps(
        {key: fields[key] for key in order if key in fields}, separators=separators, ensure_ascii=ascii_only
    )
    raw = text.encode("utf-8", "surrogatepass")
    assert quick(raw) == slow(raw)


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_a_message_or_nonsense(raw: bytes) -> None:
    assert quick(raw) == slow(raw)


@given(st.data())
def test_torn_and_altered_recordings_are_a_message_or_nonsense(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(frames("turn_audio") + frames("turn_text")))
    at = data.draw(st.integers(0, len(raw)))
    altered = raw[:at] + data.draw(st.binary(max_size=4)) + raw[at + data.draw(st.integers(0, 30)) :]
    assert quick(altered) == slow(altered)


@given(st.binary(max_size=5000))
@example(bytes(1280))
def test_an_append_is_what_json_would_have_made(pcm: bytes) -> None:
    assert json.loads(AppendTemplate().fill(pcm)) == {
        "type": "input_audio_buffer.append",
        "audio": base64.b64encode(pcm).decode(),
    }


def test_forty_milliseconds_are_1708_characters() -> None:
    assert len(json.loads(AppendTemplate().fill(bytes(1280)))["audio"]) == 1708


@given(st.binary(max_size=500))
def test_a_picture_goes_as_base64_without_a_prefix(jpeg: bytes) -> None:
    told = json.loads(encode_image(jpeg, "event_7"))
    assert (told["event_id"], told["type"]) == ("event_7", "input_image_buffer.append")
    assert base64.b64decode(told["image"], validate=True) == jpeg


def test_finish() -> None:
    assert encode_finish("event_9") == b'{"event_id":"event_9","type":"session.finish"}'


def planned(session: dict[str, Any], model_name: str) -> SessionSettings:
    """Settings that ought to give this recorded update of ours."""
    model = resolve_model(model_name)
    assert model is not None
    transcription = session["input_audio_transcription"]
    return plan(
        model,
        transcription.get("language", ""),
        session["translation"]["language"],
        session["voice"],
        session.get("voice_clone_options", {}).get("frequency", "off"),
        speech="audio" in session["modalities"],
        phrases=tuple(session["translation"].get("corpus", {}).get("phrases", {}).items()),
        silence_ms=session["turn_detection"]["silence_duration_ms"],
        threshold=session["turn_detection"]["threshold"],
    )


@pytest.mark.parametrize("line", frames("our_updates"))
def test_our_updates_are_as_the_protocol_page_has_them(line: bytes) -> None:
    row = json.loads(line)
    settings = planned(row["event"]["session"], row["model"])
    assert json.loads(encode_update(settings, row["event"]["event_id"])) == row["event"]


def test_an_update_is_sent_in_whole_and_leans_on_no_default() -> None:
    session = json.loads(encode_update(plan(NEWER, "", "en"), "event_1"))["session"]
    assert session == {
        "modalities": ["text", "audio"],
        "voice": "Tina",
        "sample_rate": 16000,
        "input_audio_format": "pcm",
        "output_audio_format": "pcm",
        "input_audio_transcription": {"model": "qwen3-asr-flash-realtime"},
        "turn_detection": {"type": "server_vad", "threshold": 0.2, "silence_duration_ms": 800},
        "translation": {"language": "en"},
    }


@pytest.mark.parametrize(
    ("source", "transcription", "sent"),
    [
        ("", False, None),
        ("it", False, {"model": None, "language": "it"}),
        ("it", True, {"model": "qwen3-asr-flash-realtime", "language": "it"}),
    ],
)
def test_transcription_is_always_told(source: str, transcription: bool, sent: object) -> None:
    settings = plan(NEWER, source, "en", transcription=transcription)
    assert json.loads(encode_update(settings, "event_1"))["session"]["input_audio_transcription"] == sent


def test_hot_words_keep_their_letters() -> None:
    phrases = (("Gleis", "platform"), ("車站", "station"))
    session = json.loads(encode_update(plan(NEWER, "", "en", phrases=phrases), "event_1"))["session"]
    assert session["translation"] == {"language": "en", "corpus": {"phrases": dict(phrases)}}


def test_unknown_events_and_fields_are_told_apart() -> None:
    assert decode_counting(frame("response.text.delta", delta="x")) == (m.Unknown("response.text.delta"), 0)
    assert decode_counting(frame("session.finished", why="done", code=3)) == (m.SessionFinished(), 2)
    assert decode_counting(frames("turn_text")[0])[1] == 0
