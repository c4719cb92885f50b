"""Who may connect, and every row of the table of errors."""

from typing import Any

import pytest

from appliance.emulator.session.interfaces import Close, Drop, Message, Refusal, Send
from tests.emulator.doubles import MODEL, Client, lines_of, service

PATH = f"/api-ws/v1/realtime?model={MODEL}"
KEY = {"Authorization": "Bearer k"}


def refusal(path: str, headers: dict[str, str], *habits: str, key: str | None = None) -> Refusal:
    answer = service(*habits, key=key).connect(path, headers, 0)
    assert isinstance(answer, Refusal)
    return answer


@pytest.mark.parametrize(
    ("path", "headers", "key", "status"),
    [
        ("/other?model=" + MODEL, KEY, None, 404),
        ("/api-ws/v1/realtime", KEY, None, 404),
        ("/api-ws/v1/realtime?model=", KEY, None, 404),
        ("//[", KEY, None, 404),
        (PATH, {}, None, 401),
        (PATH, {"Authorization": "Bearer "}, None, 401),
        (PATH, {"Authorization": "Basic k"}, None, 401),
        (PATH, KEY, "other", 401),
        (PATH, {"Authorization": "Bearer \udcff"}, "k", 401),  # a byte that is no letter, as the server hands it over
        ("/api-ws/v1/realtime?model=gpt", KEY, None, 403),
        ("/api-ws/v1/realtime?model=qwen3.8-livetranslate-flash-realtime", KEY, None, 403),
    ],
)
def test_who_is_turned_away(path: str, headers: dict[str, str], key: str | None, status: int) -> None:
    assert refusal(path, headers, key=key).status == status


def test_a_right_key_is_let_in_whatever_the_case_of_the_header() -> None:
    assert not isinstance(service(key="k").connect(PATH, {"authorization": "bearer k", "Origin": "x"}, 0), Refusal)


@pytest.mark.parametrize(("how", "body"), [("json", b'{"code": "InvalidApiKey"'), ("empty", b""), ("html", b"<html>")])
def test_bodies_of_refusals(how: str, body: bytes) -> None:
    answer = refusal(PATH, {}, f"http_body:{how}")
    assert answer.body.startswith(body)
    assert bool(answer.body) is bool(body)


def test_the_eleventh_connect_in_a_minute_is_closed_and_other_keys_are_not() -> None:
    house = service()
    clients = [Client(house, now=at * 100) for at in range(11)]
    assert [bool(each.ends()) for each in clients] == [False] * 10 + [True]
    reason = "Requests rate limit exceeded, please try again later."
    assert clients[-1].ends() == [Close(1007, reason)]
    assert clients[-1].events == []
    assert not Client(house, now=1_100, key="other").ends()
    assert not Client(house, now=60_000).ends()


def test_sessions_at_once() -> None:
    house = service("second_line_refused")
    first = Client(house)
    assert Client(house).ends()[0] == Close(1007, "emulator: too many sessions at once.")
    first.session.closed(10)
    assert not Client(house, now=20).ends()


def steps_of(client: Client, since: int) -> list[dict[str, Any]]:
    """What came after the first ``since`` outputs, as the data file writes it."""
    found: list[dict[str, Any]] = []
    for _, output in client.got[since:]:
        match output:
            case Send(message):
                found.append({"event": message})
            case Close(code, reason):
                found.append({"close": {"code": code, "reason": reason}})
            case Drop():
                found.append({"drop": "tcp"})
    return found


def configured(*habits: str, **fields: Any) -> Client:
    made = Client(service(*habits))
    made.update(**fields)
    return made


def speak(*habits: str, **fields: Any) -> Client:
    made = configured(*habits, **fields)
    made.stream(0, 3_000, 900)
    made.until(made.now + 10_000)
    return made


def update(*habits: str, **session: Any) -> Client:
    made = Client(service(*habits))
    made.send({"type": "session.update", "session": session})
    made.until(100)
    return made


def after(made: Client, kind: str, **fields: Any) -> Client:
    made.send({"type": kind} | fields)
    return made


def idle(how: str) -> Client:
    made = configured(f"idle:{how}")
    made.until(400_000)
    return made


def image_client(*images: str) -> Client:
    made = configured()
    made.push(bytes(1_280))
    for image in images:
        after(made, "input_image_buffer.append", image=image)
    return made


SMALL_JPEG = "/9j/4AAQSkZJRgABAQAAAQABAAD/wAARCAEAAQADASIAAhEBAxEB"
HAPPENS = {
    "rate_limited": lambda: Client(service("rate_limited")),
    "workspace_denied": lambda: configured("close-1007-workspace"),
    "bad_modalities": lambda: update(modalities=["audio"]),
    "missing_translation": lambda: update("strict-update:full", modalities=["text"], voice="Tina", sample_rate=16000,
                                          input_audio_format="pcm", output_audio_format="pcm",
                                          input_audio_transcription=None, turn_detection={}),
    "bad_clone_combination": lambda: update(voice="Tina", enable_voice_clone=True),
    "second_update": lambda: after(configured(), "session.update", session={}),
    "audio_before_update": lambda: after(Client(service()), "input_audio_buffer.append", audio="AAAA"),
    "image_before_audio": lambda: after(configured(), "input_image_buffer.append", image="/9j/"),
    "image_too_large": lambda: image_client("/9j/" + "A" * 800_000),
    "image_too_fast": lambda: image_client(SMALL_JPEG, SMALL_JPEG, SMALL_JPEG),
    "commit_in_vad_mode": lambda: after(configured(), "input_audio_buffer.commit"),
    "commit_empty": lambda: after(configured(turn_detection=None), "input_audio_buffer.commit"),
    "unsupported_client_event": lambda: after(configured(), "response.create"),
    "unsupported_voice": lambda: speak(voice="Chelsie"),
    "repeat_output": lambda: speak("repeat-output"),
    "asr_timeout_event": lambda: speak("asr-504:error"),
    "asr_timeout_failed": lambda: speak("asr-504:failed"),
    "asr_failed_doc_shape": lambda: speak("asr-failed"),
    "idle_timeout_event": lambda: idle("error"),
    "idle_timeout_1007": lambda: idle("1007"),
    "idle_timeout_1011": lambda: idle("1011"),
    "session_limit": lambda: speak("session-limit-seconds:5"),
    "context_full": lambda: speak("context-limit-tokens:60"),
    "network_drop": lambda: speak("drop"),
    "flat_error": lambda: speak("flat-error"),
    "minimal_error": lambda: speak("minimal-error"),
    "error_null_fields": lambda: speak("minimal-error:nulls"),
    "clean_end": lambda: after(configured(), "session.finish"),
}  # fmt: skip
REFUSED = {"bad_key": "http-401", "no_model_access": "http-403", "wrong_path_or_workspace": "http-404"}


def plain(step: dict[str, Any]) -> dict[str, Any]:
    """A step without what differs from run to run."""
    if "event" in step:
        event: Message = {name: value for name, value in step["event"].items() if name not in ("event_id", "item_id")}
        return {"event": event}
    if "close" in step:
        return {"close": step["close"] | {"reason": step["close"]["reason"].partition("elapsed_ms")[0]}}
    return step


@pytest.mark.parametrize("row", lines_of("errors.jsonl"), ids=lambda row: str(row["situation"]))
def test_every_row_of_the_table_of_errors(row: dict[str, Any]) -> None:
    situation = row["situation"]
    if situation in REFUSED:
        expected = row["steps"][0]["http"]
        answer = refusal(PATH, KEY, REFUSED[situation])
        assert answer.status == expected["status"]
        assert (answer.body == b"") is (expected["body"] is None)
        if expected["body"]:
            assert expected["body"]["code"].encode() in answer.body
            assert expected["body"]["message"].encode() in answer.body
        return
    if situation == "finished_never":
        made = configured("finish=never".replace("=", ":"))
        count = len(made.got)
        made.finish()
        assert len(made.got) == count
        return
    made = HAPPENS[situation]()
    found = [plain(each) for each in steps_of(made, 0)]
    expected_steps = [plain(each) for each in row["steps"]]
    places = [found.index(each) for each in expected_steps]
    assert places == sorted(places)
    goes_on = row["client"] == "continue"
    assert (not made.ends()) or not goes_on


def test_quota_as_http_and_as_an_error() -> None:
    answer = refusal(PATH, KEY, "quota:http-429")
    assert answer.status == 429
    assert b"AllocationQuota.FreeTierOnly" in answer.body
    made = configured("quota")
    assert made.events[-1]["error"]["code"] == "AllocationQuota.FreeTierOnly"
    assert isinstance(made.ends()[0], Close)


def test_habits_count_the_turns_of_the_servers_life() -> None:
    house = service("drop:3")
    first = Client(house)
    first.update()
    first.stream(0, 1_500, 900, 1_500, 900)
    first.until(first.now + 10_000)
    first.session.closed(first.now)
    second = Client(house, now=first.now)
    second.update()
    second.stream(0, 1_500, 900)
    assert not first.ends()
    assert second.ends() == [Drop()]
    assert house.turns == 3


def test_a_chance_never_hits_a_turn_that_is_being_replayed() -> None:
    house = service("drop:p1.0")
    for expected in ([Drop()], [], [Drop()], []):
        made = Client(house)
        made.update()
        made.stream(0, 1_500, 900)
        made.until(made.now + 5_000)
        made.session.closed(made.now)
        assert made.ends() == expected


def test_tokens_are_counted_by_key_and_minute() -> None:
    house = service("tokens_per_minute:150")
    turns = 0
    first = Client(house)
    first.update()
    while not first.ends():
        turns += 1
        first.stream(0, 1_500, 900)
        first.until(first.now + 3_000)
    assert first.ends() == [Close(1007, "emulator: requests rate limit exceeded: tokens per minute")]
    assert turns == 2
    other = Client(house, now=first.now, key="other")
    other.update()
    other.stream(0, 1_500, 900)
    other.until(other.now + 5_000)
    assert not other.ends()
    later = Client(house, now=first.now + 60_000)
    later.update()
    later.stream(0, 1_500, 900)
    later.until(later.now + 5_000)
    assert not later.ends()
