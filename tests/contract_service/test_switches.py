"""Every switch of the wire protocol's sections 21 and 23, every value of it, and every habit of the service's own list.

Responsible for: naming the row, and what must be seen with it; and that no habit is without a row.
Must not: look into the session: what a client sees is what counts.
"""

from collections.abc import Callable
from typing import Any

import pytest

from appliance.emulator.faults.settings import Habits
from appliance.emulator.faults.table import HABITS, OTHER_NAMES, ROWS, Kind
from appliance.emulator.session.interfaces import Close, Drop, Mute, Refusal, SendRaw
from tests.emulator.doubles import MODEL, Client, PlainInterpreter, client, service, turn, two_turns
from tests.emulator.faults.test_fault_effects import EFFECTS

Check = Callable[[str], bool]
PATH = f"/api-ws/v1/realtime?model={MODEL}"
DONE = ["response.created", "response.done"]
ASR = "conversation.item.input_audio_transcription"


def ended(made: Client) -> Any:
    return next(iter(made.ends()), None)


def code_of(made: Client) -> int | None:
    end = ended(made)
    return end.code if isinstance(end, Close) else None


def refusal(*habits: str) -> Refusal:
    answer = service(*habits).connect(PATH, {"Authorization": "Bearer k"}, 0)
    assert isinstance(answer, Refusal)
    return answer


def sent(switch: str, *messages: dict[str, Any], **fields: Any) -> Client:
    """Configured, with a little sound, and then these messages."""
    made = client(switch, **fields)
    made.push(bytes(1_280))
    for message in messages:
        made.send(message)
    made.until(made.now + 100)
    return made


def eager(switch: str) -> Client:
    made = Client(service(switch))
    made.send({"type": "session.update", "session": {"input_audio_transcription": None}})
    made.stream(0, 1_000, 1_100, chunk_ms=2_100, pace=0)
    made.until(10_000)
    return made


def bare(*switches: str) -> dict[str, Any]:
    """The echo of an update that says nothing."""
    made = Client(service(*switches))
    made.send({"type": "session.update", "session": {"input_audio_transcription": {}}})
    made.until(100)
    echo: dict[str, Any] = made.of("session.updated")[0]["session"]
    return echo


def silent(switch: str, *more: str) -> Client:
    made = client(switch, *more)
    made.stream(25_000, chunk_ms=500)
    made.until(made.now + 300_000)
    return made


def lines(switch: str, count: int) -> list[bool]:
    house = service(switch)
    return [bool(Client(house, now=n).ends()) for n in range(count)]


def links(made: Client) -> list[str]:
    source = made.of("input_audio_buffer.speech_started")[0]["item_id"]
    names = {source: "source", None: "null", "": "absent"}
    items = [each for each in made.of("conversation.item.created") if each["item"]["role"] == "assistant"]
    return [names.get(each.get("previous_item_id", ""), "other") for each in items]


def statuses(made: Client) -> list[str]:
    return [each["response"]["status"] for each in made.of("response.done")]


def second(switch: str) -> Client:
    return sent(switch, {"type": "session.update", "session": {"translation": {"language": "fr"}}}, voice="Ethan")


def partial(how: str) -> list[Any]:
    made = client("second-update:accept", f"partial-update:{how}", voice="Ethan")
    made.send({"type": "session.update", "session": {"modalities": ["text"]}})
    made.until(made.now + 100)
    return [made.kinds[-1], made.events[-1].get("session", {}).get("voice")]


def sounds(switch: str) -> tuple[list[str], bool]:
    made = turn(switch, translation={"language": "uk"})
    kinds: list[str] = made.of("session.updated")[0]["session"]["modalities"] if made.of("session.updated") else []
    return kinds, bool(made.of("response.audio.delta"))


def last(made: Client) -> str:
    return made.kinds[-1]


OMNI = {"type": "response.cancel"}
BAD_PICTURE = {"type": "input_image_buffer.append", "image": "AAAA"}
PICTURES_FILL = EFFECTS["image_context"]
SECTION_21: dict[str, Check] = {
    "U1 http-body=json": lambda s: refusal(s, "http-401").body.startswith(b'{"code"'),
    "U1 http-body=empty": lambda s: refusal(s, "http-401").body == b"",
    "U1 http-body=html": lambda s: refusal(s, "http-403").body.startswith(b"<html>"),
    "U2 session-limit-code=1000": lambda s: code_of(turn(s, "session-limit-seconds:2")) == 1000,
    "U2 session-limit-code=1001": lambda s: code_of(turn(s, "session-limit-seconds:2")) == 1001,
    "U2 session-limit-code=1011": lambda s: code_of(turn(s, "session-limit-seconds:2")) == 1011,
    "U2 session-limit-code=drop": lambda s: ended(turn(s, "session-limit-seconds:2")) == Drop(),
    "U3 context-full=close": lambda s: code_of(turn(s, "context-limit-tokens:60")) == 1011,
    "U3 context-full=error": lambda s: "error" in turn(s, "context-limit-tokens:60").kinds,
    "U3 context-full=ignore": lambda s: "error" not in turn(s, "context-limit-tokens:60").kinds,
    "U4 second-update=reject": lambda s: last(second(s)) == "error" and not second(s).ends(),
    "U4 second-update=accept": lambda s: second(s).kinds.count("session.updated") == 2,
    "U4 second-update=ignore": lambda s: last(second(s)) == "session.updated" and len(second(s).events) == 2,
    "U4 second-update=close": lambda s: code_of(second(s)) == 1007,
    "U5 partial-update=merge": lambda _: partial("merge") == ["session.updated", "Ethan"],
    "U5 partial-update=replace": lambda _: partial("replace") == ["session.updated", "Tina"],
    "U5 partial-update=reject": lambda _: partial("reject") == ["error", None],
    "U6 image-limits=error": lambda s: last(sent(s, BAD_PICTURE)) == "error",
    "U6 image-limits=ignore": lambda s: last(sent(s, BAD_PICTURE)) == "session.updated",
    "U6 image-limits=close": lambda s: code_of(sent(s, BAD_PICTURE)) == 1007,
    "U7 image-context=accumulate": lambda _: PICTURES_FILL(),
    "U7 image-context=per-turn": lambda _: PICTURES_FILL(),
    "U8 audio-for-text-target=text-only": lambda s: sounds(s) == (["text"], False),
    "U8 audio-for-text-target=error": lambda s: sounds(s) == ([], False),
    "U8 audio-for-text-target=silence": lambda s: sounds(s) == (["text", "audio"], False),
    "U8 audio-for-text-target=speak": lambda s: sounds(s) == (["text", "audio"], True),
    "U9 idle-counts=no-speech": lambda s: bool(lasting_silence(s).ends()),
    "U9 idle-counts=no-audio": lambda s: not lasting_silence(s).ends(),
    "U10 idle=1011": lambda s: code_of(silent(s)) == 1011,
    "U10 idle=1007": lambda s: code_of(silent(s)) == 1007,
    "U10 idle=error": lambda s: silent(s).events[-1]["error"]["code"] == "response_idle_timeout",
    "U10 idle=asr-504": lambda s: silent(s).events[-1]["error"]["code"] == "UNEXPECTED_ASR_ERROR",
    "U11 max-sessions=0": lambda s: lines(s, 5) == [False] * 5,
    "U11 max-sessions=2": lambda s: lines(s, 3) == [False, False, True],
    "U12 rate-limit=10": lambda s: lines(s, 11) == [False] * 10 + [True],
    "U12 rate-limit=3": lambda s: lines(s, 4) == [False] * 3 + [True],
    "U12 rate-limit=off": lambda s: lines(s, 30) == [False] * 30,
    "U13 omni-events=error": lambda s: last(sent(s, OMNI)) == "error",
    "U13 omni-events=ignore": lambda s: last(sent(s, OMNI)) == "session.updated",
    "U13 omni-events=close": lambda s: code_of(sent(s, OMNI)) == 1011,
    "U14 interrupt=never": lambda s: statuses(two_turns(s)) == ["completed"] * 2,
    "U14 interrupt=incomplete": lambda s: statuses(two_turns(s)) == ["incomplete", "completed"],
    "U14 interrupt=cancelled": lambda s: statuses(two_turns(s)) == ["cancelled", "completed"],
    "U14 interrupt=no-done": lambda s: statuses(two_turns(s)) == ["completed"],
    "U15 opus=error": lambda s: last(sent(s, input_audio_format="opus")) == "error",
    "U15 opus=ignore": lambda s: last(sent(s, input_audio_format="opus")) == "session.updated",
    "U16 asr-default=off": lambda s: bare(s)["input_audio_transcription"] is None,
    "U16 asr-default=on": lambda s: "language" not in bare(s)["input_audio_transcription"],
    "U17 source-default=detect": lambda s: "language" not in bare(s, "asr-default")["input_audio_transcription"],
    "U17 source-default=en": lambda s: bare(s, "asr-default")["input_audio_transcription"]["language"] == "en",
    "U18 voice-check=first-turn": lambda s: code_of(turn(s, voice="Cherry")) == 1011,
    "U18 voice-check=update": lambda s: last(client(s, voice="Cherry")) == "error",
    "U18 voice-check=off": lambda s: statuses(turn(s, voice="Cherry")) == ["completed"],
    "U19 link=all": lambda s: links(turn(s)) == ["source"],
    "U19 link=not-first": lambda s: links(two_turns(s)) == ["null", "other"],
    "U19 link=null": lambda s: links(turn(s)) == ["null"],
    "U19 link=none": lambda s: links(turn(s)) == ["absent"],
    "U20 error-closes=off": lambda s: not sent(s, OMNI).ends(),
    "U20 error-closes=on": lambda s: code_of(sent(s, OMNI)) == 1011,
    "U21 source-item=off": lambda s: len(turn(s).of("conversation.item.created")) == 1,
    "U21 source-item=on": lambda s: len(turn(s).of("conversation.item.created")) == 2,
    "U22 audio-end=speech": lambda s: stopped(turn(s)) == 3_000,
    "U22 audio-end=with-silence": lambda s: stopped(turn(s)) == 3_800,
    "U23 eager-audio=accept": lambda s: last(eager(s)) == "response.done",
    "U23 eager-audio=close": lambda s: code_of(eager(s)) == 1007,
    "U23 eager-audio=error": lambda s: eager(s).kinds == ["session.created", "error", "session.updated"],
    "U24 asr-failed": lambda s: f"{ASR}.failed" in turn(s).kinds and statuses(turn(s)) == ["completed"],
    "U25 audio-pace=real-time": lambda s: turn(s).at("response.done") == turn().at("response.done"),
    "U25 audio-pace=fast": lambda s: turn(s).at("response.done") < turn().at("response.done") - 300,
}


def lasting_silence(switch: str) -> Client:
    made = client(switch, "idle-seconds:20")
    made.stream(25_000, chunk_ms=500)
    return made


def stopped(made: Client) -> int:
    return int(made.of("input_audio_buffer.speech_stopped")[0]["audio_end_ms"])


def raw(made: Client) -> list[str]:
    return [output.text for _, output in made.got if isinstance(output, SendRaw)]


def later_than(made: Client, *kinds: str) -> bool:
    return [kind for kind in made.kinds if kind in kinds] == list(kinds)


SECTION_23: dict[str, Check] = {
    "http-401": lambda s: refusal(s).status == 401,
    "http-403": lambda s: refusal(s).status == 403,
    "http-404": lambda s: refusal(s).status == 404,
    "rate-limit": lambda s: lines(s, 11)[-1],
    "close-1007-workspace": lambda s: ended(client(s)) == Close(1007, "Workspace access denied"),
    "slow-created": lambda s: not client(s).kinds,
    "no-created": lambda s: client(s).kinds == ["session.updated"],
    "no-updated": lambda s: client(s).kinds == ["session.created"],
    "repeat-output": lambda s: ended(turn(s)) == Close(1011, "model repeat output happened"),
    "asr-504=error": lambda s: turn(s).of("error")[0]["error"]["code"] == "UNEXPECTED_ASR_ERROR",
    "asr-504=failed": lambda s: turn(s).of(f"{ASR}.failed")[0]["error"]["code"] == "UNEXPECTED_ASR_ERROR",
    "finish=normal": lambda s: last(turn(s)) == "session.finished",
    "finish=delayed": lambda s: turn(s).at("session.finished") == turn().at("session.finished") + 5_000,
    "finish=never": lambda s: "session.finished" not in turn(s).kinds,
    "drop": lambda s: turn(s).ends() == [Drop()],
    "stall": lambda s: turn(s).ends() == [Mute(pongs=True)],
    "half-open": lambda s: turn(s).ends() == [Mute(pongs=False)],
    "stash-withdraw": lambda s: EFFECTS["withdrawn_stash"](),
    "no-stash": lambda s: all("stash" not in each for each in turn(s).events),
    "empty-turn": lambda s: turn(s).of("response.audio_transcript.done")[0]["transcript"] == "",
    "late-stopped": lambda s: later_than(turn(s), "response.done", "input_audio_buffer.speech_stopped"),
    "late-completed": lambda s: later_than(turn(s), "response.done", f"{ASR}.completed"),
    "overlap": lambda s: [kind for kind in two_turns(s).kinds if kind in DONE] == [DONE[0]] * 2 + [DONE[1]] * 2,
    "flat-error": lambda s: any({"code", "message"} < set(each) for each in turn(s).events),
    "minimal-error": lambda s: turn(s).of("error")[0]["error"] == {"message": "emulator: only a message."},
    "unknown-event": lambda s: "response.emulator.unknown" in turn(s).kinds,
    "unknown-field": lambda s: "x_emulator_field" in turn(s).of("response.created")[0],
    "odd-bytes": lambda s: EFFECTS["odd_bytes"](),
    "huge-delta": lambda s: EFFECTS["huge_delta"](),
    "burst": lambda s: EFFECTS["burst"](),
    "image-gate": lambda s: "image before append" in sent(s, BAD_PICTURE).events[-1]["error"]["message"],
    "latency=300": lambda s: turn(s).at("response.done") == turn().at("response.done") + 300,
    "jitter=200": lambda s: 0 < turn(s).at("response.done") - turn().at("response.done") <= 200,
    "throttle=128": lambda s: turn(s).at("response.done") > turn().at("response.done") + 5_000,
    "usage-jump": lambda s: bool(statuses(turn(s))),
    "idle-seconds=7": lambda s: code_of(lasting_silence_of(s)) == 1011,
    "session-limit-seconds=2": lambda s: code_of(turn(s)) == 1000,
    "context-limit-tokens=60": lambda s: code_of(turn(s)) == 1011,
}


def lasting_silence_of(switch: str) -> Client:
    made = client(switch)
    made.until(made.now + 8_000)
    return made


CANONICAL = (
    "prompt", "slow", "bursty", "starving", "never_finishes", "drops_mid_response", "half_open", "deaf",
    "repeat_output_1011", "asr_504", "idle_close", "rate_limited", "refuses_key", "no_access", "quota",
    "talks_nonsense", "oversized", "withdrawn_stash", "flat_error", "missing_link", "rejects_update",
    "second_line_refused", "interrupted_response", "expired_certificate", "not_yet_valid_certificate",
)  # fmt: skip
OUR_OWN = {
    "strict_update", "usage_images", "tokens_per_minute", "clone_surcharge", "hears_only", "incomplete", "cancelled",
    "thread_pool", "model_not_found", "free_tier", "tpm_limit", "busy_1013",
}  # fmt: skip
"""Rules of sections 9, 11 and 22 that can be switched, and what section 25 adds."""


def item_of(row: str) -> str:
    """How a row is written on the command line: ``U2 session-limit-code=drop`` is ``session-limit-code:drop``."""
    return row.rsplit(maxsplit=1)[-1].replace("=", ":", 1)


@pytest.mark.parametrize("row", list(SECTION_21), ids=lambda row: f"21 {row}")
def test_every_switch_of_what_nobody_knows(row: str) -> None:
    Habits.parse([item_of(row)])
    assert SECTION_21[row](item_of(row))


@pytest.mark.parametrize("row", list(SECTION_23), ids=lambda row: f"23 {row}")
def test_every_switch_of_faults(row: str) -> None:
    assert SECTION_23[row](item_of(row))


@pytest.mark.parametrize("name", CANONICAL, ids=lambda name: f"habit {name}")
def test_every_named_habit_is_listed_with_how_sure_it_is_and_does_something(name: str) -> None:
    what, sure = HABITS[name]
    assert what
    assert sure in ("documented", "seen", "guessed")
    assert EFFECTS[OTHER_NAMES.get(name, (name, ""))[0]]()


def named(row: str) -> str:
    name = item_of(row).partition(":")[0].replace("-", "_")
    return OTHER_NAMES.get(name, (name, ""))[0]


def test_no_habit_is_without_a_row() -> None:
    rows = {named(row) for row in (*SECTION_21, *SECTION_23, *CANONICAL)}
    assert rows | OUR_OWN == set(ROWS)


def test_no_word_of_a_choice_of_section_21_is_without_a_row() -> None:
    rows = {item_of(row).replace("-", "_") for row in SECTION_21}
    of_section_21 = {named(row) for row in SECTION_21}
    for name in of_section_21:
        if ROWS[name].kind is Kind.WORD:
            for word in ROWS[name].words:
                assert f"{name}:{word}".replace("-", "_") in rows, (name, word)


def test_21_the_first_word_of_a_row_holds_where_nothing_is_set() -> None:
    first: dict[str, str] = {}
    for row in SECTION_21:
        first.setdefault(named(row), item_of(row).partition(":")[2])
    choices = {name: word for name, word in first.items() if ROWS[name].kind is Kind.WORD}
    assert len(choices) >= 20
    assert {name: Habits().word(name) for name in choices} == choices


def test_21_every_question_has_a_switch() -> None:
    assert {row.split()[0] for row in SECTION_21} == {f"U{n}" for n in range(1, 26)}


def test_under_no_switch_at_all_everything_is_as_documented() -> None:
    made = turn(interpreter=PlainInterpreter())
    assert statuses(made) == ["completed"]
    assert last(made) == "session.finished"
    assert not made.session.faults
