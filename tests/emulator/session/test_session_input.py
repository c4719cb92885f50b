"""What a client sends to a session: manual turns, pictures, second updates, and its faults."""

import base64

import pytest

from appliance.emulator.session.interfaces import Close
from tests.emulator.doubles import Client, PlainInterpreter, client, service, turns_of


def test_what_comes_after_finish_is_ignored_and_noted() -> None:
    made = client()
    made.finish()
    count = len(made.events)
    made.push(bytes(640))
    assert len(made.events) == count
    assert made.session.faults == ["input_audio_buffer.append after session.finish"]


def test_manual_turns() -> None:
    interpreter = PlainInterpreter()
    made = client(interpreter=interpreter, turn_detection=None)
    made.stream(200, 2_000, 2_000)
    assert not made.of("response.created")
    made.send({"type": "input_audio_buffer.commit"})
    made.until(made.now + 20_000)
    after_update = made.kinds[2:]
    assert after_update[:3] == ["input_audio_buffer.committed", "conversation.item.created", "response.created"]
    assert "input_audio_buffer.speech_started" not in after_update
    assert after_update[-1] == "response.done"
    assert interpreter.asked[-1]["bytes"] == 32 * 4_200
    usage = made.of("response.done")[0]["response"]["usage"]
    assert usage["input_tokens_details"]["audio_tokens"] == 5 * 7


def test_a_manual_turn_of_a_moment_has_its_source_item() -> None:
    made = client(turn_detection=None)
    made.stream(0, 100)
    made.send({"type": "input_audio_buffer.commit"})
    made.until(made.now + 20_000)
    source, translation = made.of("conversation.item.created")
    assert source["item"]["role"] == "user"
    assert translation["previous_item_id"] == source["item"]["id"]


def test_manual_clear_empties_the_buffer_and_an_empty_commit_is_an_error() -> None:
    made = client(turn_detection=None)
    made.stream(0, 1_000)
    made.send({"type": "input_audio_buffer.clear"})
    made.send({"type": "input_audio_buffer.commit"})
    assert made.kinds[-2:] == ["input_audio_buffer.cleared", "error"]
    assert made.events[-1]["error"]["message"].startswith("Error committing input audio buffer: buffer too small")


def test_hot_words_and_the_picture_reach_the_interpreter() -> None:
    interpreter = PlainInterpreter()
    made = client(interpreter=interpreter, translation={"language": "en", "corpus": {"phrases": {"binario": "track"}}})
    made.push(bytes(1_280))
    picture = jpeg(640, 360)
    made.send({"type": "input_image_buffer.append", "image": base64.b64encode(picture).decode()})
    made.stream(0, 2_000, 900)
    made.until(made.now + 5_000)
    made.stream(0, 2_000, 900)
    made.until(made.now + 5_000)
    complete = [each for each in interpreter.asked if each["complete"]]
    assert [each["picture"] for each in complete] == [picture, None]
    assert complete[0]["phrases"] == {"binario": "track"}
    assert "error" not in made.kinds


def jpeg(width: int, height: int, size: int = 0) -> bytes:
    """The headers of a JPEG, padded."""
    frame = b"\xff\xc0\x00\x11\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big") + b"\x03" + bytes(9)
    return (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(9) + frame).ljust(size, b"\0")


def append_image(made: Client, picture: bytes) -> None:
    made.send({"type": "input_image_buffer.append", "image": base64.b64encode(picture).decode()})


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (jpeg(640, 360, 600_000), "emulator: image exceeds 500 KB."),
        (b"\x89PNG and so on", "emulator: image is not a JPEG."),
        (jpeg(3_000, 1_000), "emulator: image exceeds 1080p."),
    ],
)
def test_bad_pictures_are_refused(picture: bytes, says: str) -> None:
    made = client()
    made.push(bytes(1_280))
    append_image(made, picture)
    assert made.events[-1]["error"]["message"] == says


def test_pictures_too_fast_and_before_audio() -> None:
    made = client()
    append_image(made, jpeg(640, 360))
    assert made.events[-1]["error"]["message"] == "Error append image before append audio."
    made.push(bytes(1_280))
    for _ in range(3):
        append_image(made, jpeg(640, 360))
    assert made.events[-1]["error"]["message"] == "emulator: more than 2 images per second."
    made.until(made.now + 1_000)
    count = len(made.events)
    append_image(made, jpeg(1_080, 1_920))
    assert len(made.events) == count


def test_the_gate_of_pictures_shuts_at_each_cut() -> None:
    made = client()
    made.stream(0, 1_000, 820)
    append_image(made, jpeg(640, 360))
    assert "error" not in made.kinds[-1:]
    made = client()
    made.stream(0, 1_000, 800)
    append_image(made, jpeg(640, 360))
    assert made.events[-1]["error"]["message"] == "Error append image before append audio."


def test_audio_before_update_closes_with_1007() -> None:
    made = Client(service())
    made.push(bytes(640))
    assert made.ends() == [Close(1007, "")]
    assert made.session.faults == ["audio before session.update"]


def test_an_eager_client_gets_the_same() -> None:
    made = Client(service())
    made.send({"type": "session.update", "session": {"translation": {"language": "en"}}})
    made.stream(100, 2_000, 1_100, chunk_ms=100, pace=0)
    made.finish()
    assert turns_of(made) == [(100, 2_100)]
    assert made.kinds[-1] == "session.finished"


@pytest.mark.parametrize("habit", ["finish:normal", "slow_created:700"])
def test_the_most_eager_client_is_answered_in_order(habit: str) -> None:
    made = Client(service(habit))
    made.send({"type": "session.update", "session": {}})
    made.send({"type": "session.finish"})
    made.until(2_000)
    assert made.kinds == ["session.created", "session.updated", "session.finished"]


@pytest.mark.parametrize("habit", ["finish:normal", "slow_created:700"])
def test_nothing_comes_before_the_answer_to_the_update(habit: str) -> None:
    made = Client(service(habit))
    made.send({"type": "session.update", "session": {}})
    made.stream(100, 2_000, 1_100, chunk_ms=3_200, pace=0)
    made.finish()
    assert made.kinds[:3] == ["session.created", "session.updated", "input_audio_buffer.speech_started"]
    assert made.kinds[-1] == "session.finished"


def test_a_second_update_is_refused_and_the_session_goes_on() -> None:
    made = client()
    made.update()
    assert made.events[-1]["error"]["message"] == "session already started"
    assert not made.ends()


def test_a_client_that_leaves_without_finish_is_noted() -> None:
    made = client()
    made.session.closed(made.now)
    assert made.session.faults == ["the connection ended without session.finish"]
    assert made.session.next_wake() is None


def test_gaps_and_slow_audio_are_noted() -> None:
    made = client()
    made.stream(0, 1_000)
    made.until(made.now + 2_500)
    made.stream(0, 500, 900)
    assert any("a gap of" in each for each in made.session.faults)
    assert any("slower than real time" in each for each in made.session.faults)


@pytest.mark.parametrize(
    ("how", "kinds", "ends"),
    [
        ("reject", ["error"], []),
        ("ignore", [], []),
        ("close", [], [Close(1007, "session already started")]),
        ("accept", ["session.updated"], []),
    ],
)
def test_a_second_update(how: str, kinds: list[str], ends: list[Close]) -> None:
    made = client(f"second_update:{how}")
    made.update(translation={"language": "fr"})
    assert made.kinds[2:] == kinds
    assert made.ends() == ends
    assert made.session.faults == ["a second session.update"]


def test_a_new_target_in_mid_sentence_cuts_the_turn() -> None:
    interpreter = PlainInterpreter()
    made = client("second_update:accept", interpreter=interpreter)
    made.stream(0, 2_000)
    made.update(translation={"language": "fr"})
    made.stream(0, 2_000, 900)
    made.finish()
    assert turns_of(made) == [(0, 2_000), (2_000, 4_000)]
    assert [each["target"] for each in interpreter.asked if each["complete"]] == ["en", "fr"]


def test_a_partial_update_can_be_rejected() -> None:
    made = client("second_update:accept", "partial_update:reject")
    made.send({"type": "session.update", "session": {"voice": "Tina"}})
    assert made.events[-1]["error"]["message"] == "Invalid translation parameter."


def test_eager_audio_can_be_an_error() -> None:
    made = Client(service("eager_audio:error"))
    made.send({"type": "session.update", "session": {}})
    made.push(bytes(640))
    assert made.events[-1]["error"]["message"] == "emulator: audio before session.updated."
    assert made.session.faults == ["audio before session.updated"]


def test_opus_is_refused_at_the_first_append() -> None:
    made = client(input_audio_format="opus")
    made.push(bytes(640))
    assert made.events[-1]["error"]["param"] == "audio"


def test_audio_that_is_no_base64() -> None:
    made = client()
    made.send({"type": "input_audio_buffer.append", "audio": "not base64!"})
    assert made.events[-1]["error"]["message"] == "emulator: audio is not base64."


def test_bad_pictures_and_omni_events_can_close() -> None:
    made = client("image_limits:close")
    made.push(bytes(640))
    append_image(made, b"GIF89a")
    assert made.ends() == [Close(1007, "emulator: image is not a JPEG.")]
    made = client("omni_events:close")
    made.send({"type": "response.cancel"})
    assert made.ends() == [Close(1011, "emulator: unsupported event type 'response.cancel'.")]


def test_leaving_before_the_results_and_without_a_commit_is_noted() -> None:
    made = client(turn_detection=None)
    made.stream(0, 1_000)
    made.finish(0)
    assert made.session.faults == ["audio that was never committed"]
    made = client()
    made.stream(0, 1_000)
    made.finish(0)
    made.session.closed(made.now)
    made.session.closed(made.now)
    assert made.session.faults == ["the connection ended before session.finished"]
    assert made.session.feed("x", made.now) == []


def test_more_turns_than_can_wait_end_the_session() -> None:
    made = client(turn_detection=None)
    for _ in range(600):
        made.push(bytes(640))
        made.send({"type": "input_audio_buffer.commit"})
    assert made.ends() == [Close(1011, "emulator: too many turns are waiting")]
