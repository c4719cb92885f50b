"""The answer to one turn, under every seed: the documented order, whatever the chance."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.emulator.faults.settings import Habits
from appliance.emulator.server.service import Service
from appliance.emulator.session.interfaces import Message
from tests.emulator.doubles import Client, PlainDetector, PlainInterpreter, client

ASR = "conversation.item.input_audio_transcription"
MAY_REPEAT = ("response.text.text", "response.audio_transcript.text", "response.audio.delta")
ORDER = [
    "response.created",
    "response.output_item.added",
    "conversation.item.created",
    "response.content_part.added",
    "done of text",
    "response.audio.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.done",
]


def of_response(event: Message) -> str:
    """The response that an event belongs to."""
    return str(event.get("response_id") or event.get("response", {}).get("id", ""))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    text_only=st.booleans(),
    turns=st.lists(st.tuples(st.integers(80, 6_000), st.integers(820, 3_000)), min_size=1, max_size=4),
    pace=st.sampled_from([0.0, 0.5, 1.0]),
    habits=st.lists(st.sampled_from(["prompt", "late_stopped", "late_completed", "overlap", "burst"]), max_size=2),
)
def test_every_response_keeps_its_order(
    seed: int, text_only: bool, turns: list[tuple[int, int]], pace: float, habits: list[str]
) -> None:
    service = Service(None, PlainDetector, PlainInterpreter(), Habits.parse(habits), seed)
    made = Client(service)
    made.update(modalities=["text"] if text_only else ["text", "audio"])
    made.stream(100, *(length for pair in turns for length in pair), pace=pace)
    made.finish(120_000)
    assert made.kinds[-1] == "session.finished"
    ids = list(dict.fromkeys(of_response(each) for each in made.events if of_response(each)))
    assert len(ids) == len(turns) == len(made.of("input_audio_buffer.speech_stopped"))
    for response in ids:
        kinds = [each["type"] for each in made.events if of_response(each) == response]
        named = [
            "done of text" if kind.endswith(("t.done", "text.done")) and "part" not in kind else kind for kind in kinds
        ]
        once = [kind for kind in named if kind not in MAY_REPEAT]
        expected = [kind for kind in ORDER if kind != "conversation.item.created"]
        assert once == [kind for kind in expected if not (text_only and kind == "response.audio.done")]
    for item in {each["item_id"] for each in made.of("input_audio_buffer.speech_started")}:
        kinds = [each["type"] for each in made.events if each["type"].startswith(ASR) and each["item_id"] == item]
        assert kinds[-1] == f"{ASR}.completed"
        assert kinds.count(f"{ASR}.completed") == 1


def test_the_whole_interpretation_wins_over_the_early_one() -> None:
    class Changing(PlainInterpreter):
        def interpret(self, heard, target, *, complete, **rest):  # type: ignore[no-untyped-def]
            self.translation = "The whole." if complete else "An early guess at it"
            return super().interpret(heard, target, complete=complete, **rest)

    made = client(interpreter=Changing())
    made.stream(0, 3_000, 900)
    made.finish()
    assert made.of("response.audio_transcript.done")[0]["transcript"] == "The whole.  "


def test_a_second_utterance_in_one_turn_is_spoken_behind_the_first() -> None:
    first, second = b"\x01\x02" * 19_200, b"\x03\x04" * 19_200

    class Growing(PlainInterpreter):
        def interpret(self, heard, target, *, complete, **rest):  # type: ignore[no-untyped-def]
            self.speech = first + second if complete else first
            return super().interpret(heard, target, complete=complete, **rest)

    made = client(interpreter=Growing())
    made.stream(0, 6_000, 900)
    made.finish()
    sound = b"".join(base64.b64decode(each["delta"]) for each in made.of("response.audio.delta"))
    assert (sound.count(first), sound.count(second)) == (1, 1)
    assert len(made.of("response.audio.done")) == 1
    tokens = made.of("response.done")[0]["response"]["usage"]["output_tokens_details"]["audio_tokens"]
    assert tokens * 3_840 == len(sound)


@pytest.mark.parametrize("asr", [None, {"model": None}])
def test_without_transcription_nothing_is_said_of_the_source(asr: object) -> None:
    made = client(input_audio_transcription=asr)
    made.stream(0, 3_000, 900)
    made.finish()
    assert not [kind for kind in made.kinds if kind.startswith(ASR)]
    assert made.kinds[-2:] == ["response.done", "session.finished"]


def test_the_response_ends_within_20_ms_of_its_last_delta() -> None:
    for silence_ms in (900, 1_500):
        made = client(interpreter=PlainInterpreter(speech=b"\x01\x02" * 24_000 * 5))
        made.stream(0, 5_000, silence_ms)
        made.until(made.now + 10_000)
        assert made.at("response.done") - made.at("response.audio.done") == 0
        assert 7_500 <= made.at("response.done") <= 8_000


def test_a_picture_in_mid_turn_is_taken_into_account_before_anything_is_spoken() -> None:
    neutral, medical = b"\x01\x02" * 19_200, b"\x03\x04" * 19_200

    class Seeing(PlainInterpreter):
        def interpret(self, heard, target, *, picture, **rest):  # type: ignore[no-untyped-def]
            self.speech = medical if picture else neutral
            return super().interpret(heard, target, picture=picture, **rest)

    made = client(interpreter=Seeing())
    made.stream(0, 1_500)
    frame = b"\xff\xc0\x00\x11\x08" + (360).to_bytes(2, "big") + (640).to_bytes(2, "big") + b"\x03" + bytes(9)
    made.send({"type": "input_image_buffer.append", "image": base64.b64encode(b"\xff\xd8" + frame).decode()})
    made.stream(0, 1_500, 900)
    made.finish()
    sound = b"".join(base64.b64decode(each["delta"]) for each in made.of("response.audio.delta"))
    assert (sound.count(neutral), sound.count(medical)) == (0, 1)
