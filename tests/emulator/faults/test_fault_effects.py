"""Each habit does what it says."""

import base64
import json
from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from appliance.emulator.faults.settings import Habits
from appliance.emulator.faults.table import ROWS, Kind
from appliance.emulator.session.interfaces import Close, Drop, Mute, Refusal, Send, SendRaw
from tests.emulator.doubles import Client, PlainInterpreter, client, service, turn, two_turns


def deltas(made: Client) -> list[bytes]:
    return [base64.b64decode(each["delta"]) for each in made.of("response.audio.delta")]


def raw(made: Client) -> list[str]:
    return [output.text for _, output in made.got if isinstance(output, SendRaw)]


def order(made: Client, *kinds: str) -> list[str]:
    return [kind for kind in made.kinds if kind in kinds]


PLAIN_DONE_MS = turn().at("response.done")
SOURCE_DONE = "conversation.item.input_audio_transcription.completed"
STOPPED = "input_audio_buffer.speech_stopped"


def stashes(made: Client) -> list[tuple[str, str | None]]:
    return [(each["text"], each.get("stash")) for each in made.of("response.audio_transcript.text")]


def empties_a_confirmed_text(*habits: str) -> bool:
    made = client(*habits, interpreter=PlainInterpreter(translation="one two three four five six " * 6))
    made.stream(0, 20_000, 900)
    return any(text == "" and was for (was, _), (text, _) in pairwise(stashes(made)))


def error_messages(made: Client) -> list[str]:
    return [each["error"]["message"] for each in made.of("error")]


EFFECTS: dict[str, Callable[[], bool]] = {
    "prompt": lambda: turn("prompt").at("response.done") < PLAIN_DONE_MS - 300,
    "slow": lambda: turn("slow").at("response.done") == PLAIN_DONE_MS + 2_000,
    "latency": lambda: turn("latency:250").at("response.done") == PLAIN_DONE_MS + 250,
    "jitter": lambda: 0 < turn("jitter:400").at("response.done") - PLAIN_DONE_MS <= 400,
    "throttle": lambda: turn("throttle:100").at("response.done") > PLAIN_DONE_MS + 10_000,
    "bursty": lambda: {at % 1_500 for at, _ in turn("bursty").got} == {0},
    "starving": lambda: turn("starving").at("response.done") > PLAIN_DONE_MS + 500,
    "audio_pace": lambda: turn("audio_pace:fast").at("response.done") < PLAIN_DONE_MS - 300,
    "burst": lambda: turn("burst").at("response.done") < PLAIN_DONE_MS - 300,
    "huge_delta": lambda: [len(each) for each in deltas(turn("huge_delta"))] == [1 << 20],
    "odd_bytes": lambda: len(deltas(turn("odd_bytes"))[0]) % 2 == 1,
    "withdrawn_stash": lambda: empties_a_confirmed_text("withdrawn_stash") and not empties_a_confirmed_text(),
    "no_stash": lambda: {stash for _, stash in stashes(turn("no_stash"))} == {None},
    "empty_turn": lambda: turn("empty_turn:1").of("response.audio_transcript.done")[0]["transcript"] == "",
    "late_stopped": lambda: order(turn("late_stopped"), STOPPED, "response.done") == ["response.done", STOPPED],
    "late_completed": lambda: (
        order(turn("late_completed"), SOURCE_DONE, "response.done") == ["response.done", SOURCE_DONE]
    ),
    "overlap": lambda: (
        order(two_turns("overlap"), "response.created", "response.done")
        == ["response.created"] * 2 + ["response.done"] * 2
    ),
    "interrupt": lambda: two_turns("interrupt:cancelled").of("response.done")[0]["response"]["status"] == "cancelled",
    "unknown_event": lambda: "response.emulator.unknown" in turn("unknown_event").kinds,
    "unknown_field": lambda: "x_emulator_field" in turn("unknown_field").of("response.done")[0],
    "talks_nonsense": lambda: len(raw(turn("talks_nonsense"))) == 1,
    "flat_error": lambda: any("code" in each for each in turn("flat_error").events),
    "minimal_error": lambda: turn("minimal_error").of("error")[0]["error"] == {"message": "emulator: only a message."},
    "asr_failed": lambda: (
        order(turn("asr_failed"), SOURCE_DONE, SOURCE_DONE.replace("completed", "failed"))
        == [SOURCE_DONE.replace("completed", "failed")]
    ),
    "usage_jump": lambda: "usage" not in turn("usage_jump:missing").of("response.done")[0]["response"],
    "link": lambda: "previous_item_id" not in turn("missing_link").of("conversation.item.created")[-1],
    "source_item": lambda: len(turn("source_item:on").of("conversation.item.created")) == 2,
    "audio_end": lambda: turn("audio_end:with-silence").of(STOPPED)[0]["audio_end_ms"] == 3_800,
    "drops_mid_response": lambda: turn("drop").ends() == [Drop()],
    "half_open": lambda: turn("half_open").ends() == [Mute(pongs=False)],
    "stall": lambda: turn("stall").ends() == [Mute(pongs=True)],
    "deaf": lambda: turn("deaf").kinds == ["session.created", "session.updated"],
    "repeat_output_1011": lambda: turn("repeat_output_1011").ends() == [Close(1011, "model repeat output happened")],
    "asr_504": lambda: turn("asr_504").of("error")[0]["error"]["code"] == "UNEXPECTED_ASR_ERROR",
    "oversized": lambda: len(raw(turn("oversized"))[0]) > 4 << 20,
    "refuses_key": lambda: status("refuses_key") == 401,
    "no_access": lambda: status("no_access") == 403,
    "http_404": lambda: status("http_404") == 404,
    "http_body": lambda: status("http_body:html", "http_403") == 403,
    "rate_limit": lambda: [bool(each.ends()) for each in two_lines("rate_limit:1")] == [False, True],
    "tokens_per_minute": lambda: (
        turn("tokens_per_minute:50").ends()
        == [Close(1007, "emulator: requests rate limit exceeded: tokens per minute")]
    ),
    "clone_surcharge": lambda: cloned_tokens("clone_surcharge:40") > cloned_tokens("clone_surcharge:20") > 0,
    "max_sessions": lambda: [bool(each.ends()) for each in two_lines("second_line_refused")] == [False, True],
    "quota": lambda: turn("quota").of("error")[0]["error"]["code"] == "AllocationQuota.FreeTierOnly",
    "hears_only": lambda: (
        turn("hears_only").of("response.created") == []
        and len(turn("hears_only").of("conversation.item.input_audio_transcription.failed")) == 1
        and len(turn("hears_only:completed").of("conversation.item.input_audio_transcription.completed")) == 1
    ),
    "incomplete": lambda: given_up("incomplete") == ("incomplete", 16) and given_up("incomplete:empty")[1] == 0,
    "cancelled": lambda: given_up("cancelled") == ("cancelled", 16),
    "thread_pool": lambda: ends_of(turn("thread_pool")) == [1011],
    "model_not_found": lambda: ends_of(turn("model_not_found")) == [1007],
    "free_tier": lambda: ends_of(turn("free_tier")) == [1007],
    "tpm_limit": lambda: ends_of(turn("tpm_limit")) == [1007],
    "busy_1013": lambda: ends_of(turn("busy_1013")) == [1013],
    "close_1007_workspace": lambda: turn("close_1007_workspace").ends() == [Close(1007, "Workspace access denied")],
    "rejects_update": lambda: client("rejects_update").kinds == ["session.created", "error"],
    "slow_created": lambda: later("slow_created:700").at("session.created") == 700,
    "no_created": lambda: "session.created" not in client("no_created").kinds,
    "no_updated": lambda: "session.updated" not in client("no_updated").kinds,
    "finish": lambda: "session.finished" not in turn("never_finishes").kinds,
    "idle": lambda: idle_end("idle:1007").code == 1007,
    "idle_counts": lambda: not with_silence("idle_counts:no-audio", "idle_seconds:5").ends(),
    "idle_seconds": lambda: "timeout_seconds=7," in idle_end("idle_seconds:7").reason,
    "idle_close": lambda: "timeout_seconds=20," in idle_end("idle_close").reason,
    "session_limit_seconds": lambda: (
        turn("session_limit_seconds:2").ends()[0] == Close(1000, "emulator: session duration limit")
    ),
    "session_limit_code": lambda: turn("session_limit_seconds:2", "session_limit_code:drop").ends() == [Drop()],
    "context_limit_tokens": lambda: (
        turn("context_limit_tokens:80").ends() == [Close(1011, "emulator: context length exceeded")]
    ),
    "context_full": lambda: (
        error_messages(turn("context_limit_tokens:80", "context_full:error")) == ["emulator: context length exceeded"]
    ),
    "strict_update": lambda: later("strict_update:full", update={}).kinds[-1] == "error",
    "second_update": lambda: twice("second_update:accept").kinds.count("session.updated") == 2,
    "partial_update": lambda: (
        twice("second_update:accept", "partial_update:merge").events[-1]["session"]["voice"] == "Ethan"
    ),
    "voice_check": lambda: client("voice_check:update", voice="Cherry").kinds[-1] == "error",
    "audio_for_text_target": lambda: (
        client("audio_for_text_target", translation={"language": "uk"}).kinds[-1] == "error"
    ),
    "asr_default": lambda: (
        later("asr_default:on", update={}).events[-1]["session"]["input_audio_transcription"]
        == {"model": "qwen3-asr-flash-realtime"}
    ),
    "source_default": lambda: (
        later("asr_default:on", "source_default:en", update={}).events[-1]["session"]["input_audio_transcription"][
            "language"
        ]
        == "en"
    ),
    "eager_audio": lambda: (
        eager("eager_audio:close").ends() == [Close(1007, "emulator: audio before session.updated.")]
    ),
    "omni_events": lambda: said("omni_events:ignore", "response.create").kinds[-1] == "session.updated",
    "opus": lambda: client_of_opus("opus:ignore").kinds[-1] == "session.updated",
    "image_gate": lambda: (
        error_messages(said("image_gate", "input_image_buffer.append")) == ["Error append image before append audio."]
    ),
    "image_limits": lambda: "error" not in said("image_limits:ignore", "input_image_buffer.append").kinds,
    "image_context": lambda: pictures_fill("image_context:accumulate") and not pictures_fill("image_context:per-turn"),
    "usage_images": lambda: (
        "image_tokens" in turn("usage_images").of("response.done")[0]["response"]["usage"]["input_tokens_details"]
    ),
    "error_closes": lambda: (
        said("error_closes", "response.create").ends()[0]
        == Close(1011, "emulator: unsupported event type 'response.create'.")
    ),
    "expired_certificate": lambda: dialled("expired_certificate"),
    "not_yet_valid_certificate": lambda: dialled("not_yet_valid_certificate"),
}


def status(*habits: str) -> int:
    path = "/api-ws/v1/realtime?model=qwen3.5-livetranslate-flash-realtime"
    answer = service(*habits).connect(path, {"Authorization": "Bearer k"}, 0)
    return answer.status if isinstance(answer, Refusal) else 101


def dialled(habit: str) -> bool:
    """These are the server's business: here they only fire per connect, and leave the session alone."""
    fires = Habits.parse([f"{habit}:2"])
    return [fires.fires(habit, nth, Random(0)) for nth in (1, 2)] == [None, ""] and status(habit) == 101


def two_lines(habit: str) -> list[Client]:
    house = service(habit)
    return [Client(house), Client(house)]


def later(*habits: str, update: dict[str, Any] | None = None) -> Client:
    made = Client(service(*habits))
    if update is not None:
        made.send({"type": "session.update", "session": update})
    made.until(1_000)
    return made


def twice(*habits: str) -> Client:
    made = client(*habits, voice="Ethan")
    made.send({"type": "session.update", "session": {"translation": {"language": "fr"}}})
    made.until(made.now + 100)
    return made


def eager(*habits: str) -> Client:
    made = Client(service(*habits))
    made.send({"type": "session.update", "session": {}})
    made.push(bytes(640))
    return made


def said(habit: str, kind: str) -> Client:
    made = client(habit)
    made.push(bytes(640))
    made.send({"type": kind, "image": "AAAA"})
    return made


def client_of_opus(habit: str) -> Client:
    made = client(habit, input_audio_format="opus")
    made.push(bytes(640))
    return made


def idle_end(*habits: str) -> Close:
    made = client(*habits)
    made.until(made.now + 310_000)
    end = made.ends()[0]
    assert isinstance(end, Close)
    return end


def given_up(habit: str) -> tuple[str, int]:
    """The status of the turn's response, and how long its text is."""
    made = turn(habit)
    text = made.of("response.audio_transcript.done")[0]["transcript"]
    return made.of("response.done")[0]["response"]["status"], len(text.strip())


def ends_of(made: Client) -> list[int]:
    return [end.code for end in made.ends() if isinstance(end, Close)]


def cloned_tokens(habit: str) -> int:
    made = turn(habit, voice="default", enable_voice_clone=True, voice_clone_options={"frequency": "always"})
    return int(made.of("response.done")[0]["response"]["usage"]["output_tokens_details"]["audio_tokens"])


def with_silence(*habits: str) -> Client:
    made = client(*habits)
    made.stream(10_000, chunk_ms=500)
    return made


def pictures_fill(habit: str) -> bool:
    """Two pictures of 900 tokens, one a turn, in a context of 2,000."""
    frame = b"\xff\xc0\x00\x11\x08" + (1_080).to_bytes(2, "big") + (1_900).to_bytes(2, "big") + b"\x03" + bytes(9)
    made = client(habit, "context_limit_tokens:1800")
    for _ in range(2):
        made.push(bytes(640))
        image = base64.b64encode(b"\xff\xd8" + frame).decode()
        made.send({"type": "input_image_buffer.append", "image": image})
        made.stream(0, 1_000, 900)
        made.until(made.now + 5_000)
    return bool(made.ends())


UNANSWERED = ("empty_turn", "hears_only", "incomplete", "cancelled")


def test_every_habit_is_tried() -> None:
    assert set(EFFECTS) == set(ROWS)


@pytest.mark.parametrize("name", list(EFFECTS))
def test_each_habit_does_what_it_says(name: str) -> None:
    assert EFFECTS[name]()


@pytest.mark.parametrize(
    "name", [name for name, row in ROWS.items() if row.kind is Kind.EACH and name not in UNANSWERED]
)
def test_under_a_manner_the_conversation_still_comes_to_its_end(name: str) -> None:
    made = turn(name)
    assert made.kinds[-1] == "session.finished"
    assert made.of("response.audio_transcript.done")[0]["transcript"] == "Where is the platform for Turin?  "
    assert json.dumps([output.message for _, output in made.got if isinstance(output, Send)])


@pytest.mark.parametrize(("how", "dones"), [("incomplete", 2), ("cancelled", 2), ("no-done", 1)])
def test_an_interrupted_response(how: str, dones: int) -> None:
    made = two_turns(f"interrupt:{how}")
    assert len(made.of("response.created")) == 2
    assert len(made.of("response.done")) == dones
    assert made.of("response.done")[-1]["response"]["status"] == "completed"


@pytest.mark.parametrize(
    ("how", "links"), [("all", ["set"]), ("not-first", [None]), ("null", [None]), ("none", ["absent"])]
)
def test_links(how: str, links: list[str | None]) -> None:
    items = turn(f"link:{how}").of("conversation.item.created")
    found = [each.get("previous_item_id", "absent") for each in items]
    assert [each if each in (None, "absent") else "set" for each in found] == links
