"""Whole conversations with a session, compared to the recorded shapes.

The shapes: appliance/protocol/README.md#5-server-events.
"""

import base64
from itertools import pairwise
from typing import Any

import pytest

from appliance.emulator.session.interfaces import Close, Drop, Message, Send
from tests.emulator.doubles import LEGACY, Client, PlainInterpreter, Span, client, lines_of, service, shape, turns_of

ORDER = [
    "response.created",
    "response.output_item.added",
    "conversation.item.created",
    "response.content_part.added",
    "response.audio_transcript.done",
    "response.audio.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.done",
]


def shapes_by_kind(events: list[Message]) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for event in events:
        found.setdefault(event["type"], []).append(shape(event))
    return found


def conversation(name: str) -> Client:
    """The emulator in the situation of a recorded file."""
    recorded = lines_of(name)
    updated = next(each for each in recorded if each["type"] == "session.updated")["session"]
    empty = name == "turn_empty.jsonl"
    made = client(
        f"source_item:{'off' if empty else 'on'}",  # recorded in both ways
        interpreter=PlainInterpreter("", "", "", b"") if empty else None,
        modalities=updated["modalities"],
        input_audio_transcription=updated["input_audio_transcription"],
        translation=updated["translation"],
        voice=updated["voice"],
    )
    made.stream(600, 600 if empty else 4_400, 900)
    made.finish()
    return made


@pytest.mark.parametrize("name", ["turn_audio.jsonl", "turn_text.jsonl", "turn_empty.jsonl"])
def test_every_recorded_event_comes_with_the_same_fields(name: str) -> None:
    ours = shapes_by_kind(conversation(name).events)
    for kind, recorded in shapes_by_kind(lines_of(name)).items():
        assert kind in ours, kind
        for each in recorded:
            if kind == "conversation.item.created" and "previous_item_id" not in dict(each):  # type: ignore[call-overload]
                continue  # recorded once without a link; ours is null there
            assert each in ours[kind], (kind, each, ours[kind][0])


@pytest.mark.parametrize("name", ["turn_audio.jsonl", "turn_text.jsonl", "turn_empty.jsonl"])
def test_no_event_comes_that_was_not_recorded(name: str) -> None:
    recorded = {each["type"] for each in lines_of("turn_audio.jsonl") + lines_of(name)}
    assert set(conversation(name).kinds) <= recorded


def test_a_response_keeps_the_documented_order_and_ends_in_two_spaces() -> None:
    made = conversation("turn_audio.jsonl")
    kinds = [kind for kind in made.kinds if kind in ORDER]
    kinds.remove("conversation.item.created")  # the source's
    assert kinds == ORDER
    assert made.of("response.audio_transcript.done")[0]["transcript"] == "Where is the platform for Turin?  "
    assert made.of("conversation.item.input_audio_transcription.completed")[0]["transcript"].endswith("Torino?")
    assert made.kinds[0] == "session.created"
    assert made.kinds[-1] == "session.finished"
    assert made.of("response.created")[0]["response"]["conversation_id"] == ""
    assert made.of("response.done")[0]["response"]["conversation_id"].startswith("conv_")
    assert len({event["event_id"] for event in made.events}) == len(made.events)


@pytest.mark.parametrize(("source_item", "before"), [("off", []), ("on", [None])])
def test_source_and_translation_are_linked(source_item: str, before: list[None]) -> None:
    made = client(f"source_item:{source_item}")
    made.stream(600, 4_400, 900)
    made.finish()
    source = made.of("input_audio_buffer.speech_started")[0]["item_id"]
    items = made.of("conversation.item.created")
    assert [each["previous_item_id"] for each in items] == [*before, source]


def test_the_timeline_of_five_seconds() -> None:
    made = client()
    made.stream(400, 5_000, 1_400)
    made.until(made.now + 10_000)
    began = 30 + 440 + 30  # the chunk that holds the first sample of speech, and a little more
    expected = {
        "input_audio_buffer.speech_started": 250,
        "conversation.item.input_audio_transcription.text": 500,
        "response.created": 900,
        "response.audio_transcript.text": 900,
        "response.audio.delta": 2_600,
        "input_audio_buffer.speech_stopped": 5_800,
        "response.audio_transcript.done": 5_950,
    }
    for kind, after_ms in expected.items():
        assert abs(made.at(kind) - began - after_ms) <= 80, (kind, made.at(kind) - began)
    started, stopped = made.of("input_audio_buffer.speech_started")[0], made.of("input_audio_buffer.speech_stopped")[0]
    assert (started["audio_start_ms"], stopped["audio_end_ms"]) == (400, 5_400)


def test_audio_deltas_have_the_measured_size_and_pace_and_begin_with_zeros() -> None:
    made = client()
    made.stream(0, 4_000, 1_000)
    made.until(made.now + 10_000)
    deltas = [base64.b64decode(each["delta"]) for each in made.of("response.audio.delta")]
    assert {len(each) for each in deltas[:-1]} == {15_518}
    assert not any(deltas[0])
    sound = b"".join(deltas)
    assert len(sound) % 3_840 == 0
    assert PlainInterpreter().speech in sound
    times = [at for at, out in made.got if isinstance(out, Send) and out.message["type"] == "response.audio.delta"]
    assert {b - a for a, b in pairwise(times)} == {323}


def test_text_is_a_growing_snapshot_and_a_stash_is_sometimes_withdrawn() -> None:
    withdrawn = 0
    for _ in range(5):
        made = Client(service(interpreter=PlainInterpreter(translation="one two three four five six seven " * 4)))
        made.update()
        for _turn in range(4):
            made.stream(0, 7_000, 900)
        made.until(made.now + 60_000)
        by_item: dict[str, list[tuple[str, str]]] = {}
        for event in made.of("response.audio_transcript.text"):
            by_item.setdefault(event["item_id"], []).append((event["text"], event["stash"]))
        for shown in by_item.values():
            assert shown[0][0] == ""
            for (before, _), (after, _) in pairwise(shown):
                assert after.startswith(before)
            pairs = pairwise(shown)
            withdrawn += sum(not (b[0] + b[1]).startswith((a[0] + a[1]).rstrip(".")) for a, b in pairs)
    assert withdrawn > 0


def test_usage_is_cumulative_and_follows_the_arithmetic() -> None:
    made = client(modalities=["text"])
    for _ in range(3):
        made.stream(300, 4_500, 900)
        made.until(made.now + 2_000)
    usages = [each["response"]["usage"] for each in made.of("response.done")]
    text = 13  # 32 characters at 2.5
    for turn, usage in enumerate(usages, 1):
        details = {"text_tokens": 50 + 63 * (turn - 1), "audio_tokens": 35 * turn}
        assert usage["input_tokens_details"] == details
        assert usage["output_tokens_details"] == {"text_tokens": text * turn}
        assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


@pytest.mark.parametrize(
    ("chunk_ms", "pace"), [(40, 1.0), (40, 0.0), (100, 0.3), (1_000, 1.0), (7_000, 0.0), (10, 2.0)]
)
def test_turns_depend_on_the_stream_and_not_on_arrival(chunk_ms: int, pace: float) -> None:
    interpreter = PlainInterpreter()
    made = Client(service(interpreter=interpreter))
    made.update()
    made.stream(500, 2_000, 1_000, 3_000, 700, 600, 900, 100, 40, 400, 3_000, chunk_ms=chunk_ms, pace=pace)
    made.finish(60_000)
    assert turns_of(made) == [(500, 2_500), (3_500, 7_800), (8_700, 9_240)]
    assert len(made.of("response.done")) == 3
    heard = [each["bytes"] for each in interpreter.asked if each["complete"]]
    # lead-in of 300 ms, or from the end of the last speech; silence to the cut
    assert heard == [32 * 3_100, 32 * 5_400, 32 * 1_640]


def test_what_is_pushed_fast_is_answered_fast() -> None:
    made = client(interpreter=PlainInterpreter(speech=b"\x01\x02" * 24_000 * 25))
    before = made.now
    made.stream(300, 24_700, 900, chunk_ms=25_900, pace=0)
    made.until(made.now + 60_000)
    assert made.at("response.done") - before < 2_500
    assert len(made.of("response.done")) == 1


def test_a_response_waits_for_the_one_before_it() -> None:
    made = client(interpreter=PlainInterpreter(speech=b"\x01\x02" * 24_000 * 8))
    made.stream(0, 1_500, 900, 1_500, 900, 1_500, 900)
    made.until(made.now + 60_000)
    kinds = [kind for kind in made.kinds if kind in ("response.created", "response.done")]
    assert kinds == ["response.created", "response.done"] * 3


def test_speech_that_is_not_rendered_yet_is_asked_for_again() -> None:
    interpreter = PlainInterpreter(after=5)
    made = client(interpreter=interpreter)
    made.stream(0, 400, 900)
    made.until(made.now + 20_000)
    assert sum(each["complete"] for each in interpreter.asked) == 6
    assert len(made.of("response.done")) == 1


def test_after_ten_seconds_it_is_text_without_sound() -> None:
    interpreter = PlainInterpreter(never=True)
    made = client(interpreter=interpreter)
    made.stream(0, 3_000, 900)
    made.until(made.now + 30_000)
    assert made.of("response.audio_transcript.done")[0]["transcript"].startswith("Where")
    assert not made.of("response.audio.delta")
    assert 10_000 <= made.at("response.done") - made.at("input_audio_buffer.speech_stopped") <= 10_300


def test_finish_cuts_pending_speech_and_sends_its_results() -> None:
    made = client()
    made.stream(0, 2_000)
    assert not made.of("response.done")
    made.finish()
    assert made.kinds.index("response.done") < made.kinds.index("session.finished")
    assert turns_of(made) == [(0, 2_000)]
    assert not made.session.faults


def test_finish_without_speech_is_answered_at_once_and_the_link_dropped_after_a_minute() -> None:
    made = client()
    made.finish(0)
    assert made.kinds[-1] == "session.finished"
    made.until(made.now + 61_000)
    assert made.ends() == [Drop()]


def test_a_text_only_target_is_answered_in_text() -> None:
    made = client(translation={"language": "uk"})
    assert made.of("session.updated")[0]["session"]["modalities"] == ["text"]
    made.stream(0, 2_000, 900)
    made.finish()
    assert "response.text.done" in made.kinds
    assert "response.audio.delta" not in made.kinds


@pytest.mark.parametrize(
    "model", ["qwen3-livetranslate-flash-realtime", "qwen3-livetranslate-flash-realtime-2025-09-22"]
)
def test_the_legacy_model_counts_by_its_own_rate(model: str) -> None:
    made = client(model=model, voice="Cherry")
    made.stream(0, 3_000, 900)
    made.until(made.now + 10_000)
    done = made.of("response.done")[0]["response"]
    assert done["usage"]["input_tokens_details"]["audio_tokens"] == 38  # 3 × 12.5, begun
    assert made.of("session.created")[0]["session"]["voice"] == "Cherry"
    assert made.of("session.created")[0]["session"]["model"] == model


def test_an_unsupported_voice_fails_at_the_first_turn() -> None:
    made = client(voice="Chelsie")
    assert made.kinds[-1] == "session.updated"
    made.stream(0, 2_000, 900)
    why = "<400> InternalError.Algo.InvalidParameter: Voice 'Chelsie' is not supported."
    assert made.events[-1]["error"] == {"code": "COMMON_ERROR", "message": why}
    assert made.ends() == [Close(1011, why)]


@pytest.mark.parametrize(
    ("voice", "target", "ends"), [("Kiki", "yue", False), ("Kiki", "en", True), ("Cherry", "yue", True)]
)
def test_legacy_voices_speak_their_own_languages(voice: str, target: str, ends: bool) -> None:
    made = client(model=LEGACY, voice=voice, translation={"language": target})
    made.stream(0, 2_000, 900)
    assert bool(made.ends()) is ends


def test_the_same_language_can_be_skipped() -> None:
    interpreter = PlainInterpreter(language="en")
    skip = {"skip_text": True, "skip_audio": True}
    made = client(interpreter=interpreter, translation={"language": "en", "same_language_skip_options": skip})
    made.stream(0, 2_000, 900)
    made.finish()
    assert made.of("response.audio_transcript.done")[0]["transcript"] == ""
    assert not made.of("response.audio.delta")


def test_an_idle_session_ends_after_300_s() -> None:
    made = client()
    made.until(made.now + 299_000)
    assert not made.ends()
    made.until(made.now + 2_000)
    end = made.ends()[0]
    assert isinstance(end, Close)
    assert end.code == 1011
    assert "Response stream timeout (timeout_seconds=300" in end.reason


def test_silence_does_not_keep_a_session_alive() -> None:
    made = client()
    made.stream(302_000, chunk_ms=1_000)
    assert len(made.ends()) == 1


def test_opaque_sound_passes_through() -> None:
    made = client()
    for number in range(150):
        made.until(made.now + 40)
        span = Span(640, (10 <= number < 100,) * 2)
        made.send({"type": "input_audio_buffer.append", "audio": span})
    made.finish()
    assert turns_of(made) == [(400, 4_000)]
    assert len(made.of("response.done")) == 1


def test_two_hours_at_virtual_time() -> None:
    made = client("context_full:ignore", "session_limit_seconds:7300", modalities=["text"])
    chunk_s, turns, started = 9, 800, made.now
    sound = made.sound(500, 6_500, 2_000)
    pieces = [base64.b64encode(sound[at : at + 3_200]).decode() for at in range(0, len(sound), 3_200)]
    for _ in range(turns):
        for piece in pieces:
            made.until(made.now + 100)
            made.send({"type": "input_audio_buffer.append", "audio": piece})
    assert made.now - started == turns * chunk_s * 1_000 == 7_200_000
    made.finish()
    usage: dict[str, Any] = made.of("response.done")[-1]["response"]["usage"]
    assert len(made.of("response.done")) == turns
    assert usage["input_tokens_details"] == {"text_tokens": 50 + 63 * (turns - 1), "audio_tokens": 49 * turns}
    assert usage["output_tokens_details"] == {"text_tokens": 13 * turns}
    assert made.kinds[-1] == "session.finished"


def test_a_late_finish() -> None:
    made = client("finish:delayed")
    before = made.now
    made.finish()
    assert made.at("session.finished") - before == 5_000


def test_eight_kilohertz() -> None:
    made = client(sample_rate=8_000)
    made.rate_hz = 8_000
    made.stream(500, 2_000, 900)
    made.finish()
    assert turns_of(made) == [(500, 2_500)]
