"""How things go wrong, and how much there may be: the wire protocol's sections 9 to 14, row by row.

Responsible for: what is on the wire in each situation of section 10, each limit of section 11, the idle rules of
section 12, the voices of section 13 and the combinations of section 14.
Must not: know what a client makes of it.
"""

from collections.abc import Callable
from typing import Any

import pytest

from appliance.emulator.faults.settings import Habits
from appliance.emulator.session.interfaces import Close, Drop, Refusal
from appliance.emulator.session.limits import (
    CONNECTS_PER_MINUTE,
    CONTEXT_TOKENS,
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    TOKENS_PER_MINUTE,
    context_is_full,
)
from appliance.emulator.session.token_meter import Meter
from appliance.protocol.voices import MODELS
from tests.emulator.doubles import LEGACY, MODEL, Client, PlainInterpreter, client, service, turn

PATH = "/api-ws/v1/realtime"
RATE = Close(1007, "Requests rate limit exceeded, please try again later.")
CHELSIE = "<400> InternalError.Algo.InvalidParameter: Voice 'Chelsie' is not supported."


def refused(*habits: str, path: str = f"{PATH}?model={MODEL}", key: str | None = None, bearer: str = "Bearer k") -> int:
    answer = service(*habits, key=key).connect(path, {"Authorization": bearer}, 0)
    return answer.status if isinstance(answer, Refusal) else 101


def first_error(made: Client) -> dict[str, Any]:
    error: dict[str, Any] = made.of("error")[0]["error"]
    return error


def ended(made: Client) -> object:
    return made.ends()[0]


def configured(**fields: Any) -> Client:
    made = Client(service())
    made.send({"type": "session.update", "session": fields})
    made.until(100)
    return made


def told(message: dict[str, Any], **fields: Any) -> Client:
    made = client(**fields)
    made.send(message)
    return made


def crowd(count: int) -> list[Client]:
    house = service()
    return [Client(house, now=n) for n in range(count)]


def idle_for(ms: int, *habits: str) -> Client:
    made = client(*habits)
    made.until(made.now + ms)
    return made


def is_timeout(end: object, code: int) -> bool:
    return isinstance(end, Close) and end.code == code and "Response stream timeout (timeout_seconds=300" in end.reason


def of_voice() -> bool:
    made = turn(voice="Chelsie")
    return first_error(made)["message"] == CHELSIE and ended(made) == Close(1011, CHELSIE)


def of_repeat() -> bool:
    made = turn("repeat-output")
    return first_error(made)["message"] == "model repeat output happened" and ended(made) == Close(
        1011, "model repeat output happened"
    )


def of_asr_504() -> bool:
    failed = turn("asr-504:failed").of("conversation.item.input_audio_transcription.failed")[0]["error"]
    code = first_error(turn("asr-504"))["code"]
    return bool(failed["type"] == "transcription_error" and code == failed["code"] == "UNEXPECTED_ASR_ERROR")


def of_quota() -> bool:
    code = first_error(client("quota"))["code"]
    return code == "AllocationQuota.FreeTierOnly" and [refused(f"quota:http-{n}") for n in (429, 403)] == [429, 403]


def of_idle() -> bool:
    code = first_error(idle_for(310_000, "idle:error"))["code"]
    ends = [ended(idle_for(310_000, f"idle:{code}")) for code in (1007, 1011)]
    return code == "response_idle_timeout" and is_timeout(ends[0], 1007) and is_timeout(ends[1], 1011)


def clean_end() -> bool:
    made = client()
    made.finish(0)
    made.session.closed(made.now)
    return made.kinds[-1] == "session.finished" and not made.ends() and not made.session.faults


SITUATIONS: dict[str, Callable[[], bool]] = {
    "bad key": lambda: refused(key="other") == 401 == refused(bearer="") == refused("http-401"),
    "no access to the model": lambda: refused(path=f"{PATH}?model=gpt") == 403 == refused("http-403"),
    "wrong host, path, workspace": lambda: refused(path="/v1") == 404 == refused(path=PATH) == refused("http-404"),
    "quota used up": of_quota,
    "too many connects": lambda: [each.ends() for each in crowd(11)] == [[]] * 10 + [[RATE]],
    "wrong combination of settings": lambda: (
        ended(client("close-1007-workspace")) == Close(1007, "Workspace access denied")
    ),
    "invalid session field": lambda: (
        first_error(configured(modalities=["audio"]))
        == {
            "type": "invalid_request_error",
            "code": "invalid_value",
            "message": "Invalid modalities: ['audio']. Supported combinations are: ['text'] and ['audio', 'text'].",
            "param": "session.modalities",
        }
    ),
    "missing translation (3.8)": lambda: (
        refused(path=f"{PATH}?model=qwen3.8-livetranslate-flash-realtime") == 403  # not offered yet
        and first_error(client("strict_update:full", translation=None))["message"] == "Invalid translation parameter."
    ),
    "audio before session.update": lambda: early().ends() == [Close(1007, "")],
    "second update refused": lambda: (
        first_error(told({"type": "session.update", "session": {}}))["message"] == "session already started"
    ),
    "voice not supported": of_voice,
    "model loops": of_repeat,
    "source ASR stalls": of_asr_504,
    "idle": of_idle,
    "image before audio": lambda: (
        first_error(told({"type": "input_image_buffer.append", "image": "/9j/"}))
        == {"type": "invalid_request_error", "message": "Error append image before append audio."}
    ),
    "empty commit": lambda: (
        first_error(told({"type": "input_audio_buffer.commit"}, turn_detection=None))["message"]
        == "Error committing input audio buffer: buffer too small, or have no audio."
    ),
    "120 minutes": lambda: isinstance(ended(lasting(7_200_000)), Close),
    "full context": lambda: ended(turn("context-limit-tokens:60")) == Close(1011, "emulator: context length exceeded"),
    "link lost": lambda: turn("drop").ends() == [Drop()],
    "clean end": clean_end,
    "flat shape": lambda: any({"code", "message"} < set(each) for each in turn("flat-error").events),
}  # fmt: skip


def early() -> Client:
    made = Client(service())
    made.push(bytes(640))
    return made


def lasting(ms: int) -> Client:
    """A session that hears a short turn every four minutes."""
    made = client()
    while made.now < ms and not made.ends():
        made.stream(0, 1_000, 900)
        made.until(min(ms + 1_000, made.now + 240_000))
    return made


@pytest.mark.parametrize("name", list(SITUATIONS), ids=lambda name: f"10 {name}")
def test_every_situation(name: str) -> None:
    assert SITUATIONS[name]()


@pytest.mark.parametrize("field", ["type", "code", "message", "param"], ids=lambda field: f"10 envelope {field}")
def test_the_envelope_of_an_error(field: str) -> None:
    assert field in first_error(configured(modalities=["audio"]))


def test_10_every_close_reason_fits_into_a_frame() -> None:
    for made in (turn("repeat-output"), turn(voice="Ä" * 200), idle_for(310_000), crowd(11)[-1], turn("quota")):
        for end in made.ends():
            assert isinstance(end, Close)
            assert len(end.reason.encode()) <= 123


def meter(tokens_in: int, tokens_out: int) -> Meter:
    made = Meter(MODELS[MODEL])
    made.audio_in, made.audio_out = tokens_in, tokens_out
    return made


def output_window() -> bool:
    made = turn(interpreter=PlainInterpreter(speech=b"\x01\x02" * 24_000 * 340))
    made.until(made.now + 400_000)
    (done,) = made.of("response.done")
    details = done["response"]["usage"]["output_tokens_details"]
    return bool(sum(details.values()) == OUTPUT_TOKENS == 4_096 and done["response"]["status"] == "incomplete")


def spending(house_habit: str) -> object:
    return ended(turn(house_habit))


def seconds_of_speech_that_fill_the_context() -> int:
    return INPUT_TOKENS // int(MODELS[MODEL].input_tokens_per_second)


LIMITS: dict[str, Callable[[], bool]] = {
    "context": lambda: context_is_full(Habits(), meter(40_000, CONTEXT_TOKENS - 40_000)) and CONTEXT_TOKENS == 53_248,
    "input": lambda: context_is_full(Habits(), meter(49_152, 0)) and not context_is_full(Habits(), meter(49_151, 0)),
    "output": output_window,
    "connects": lambda: CONNECTS_PER_MINUTE == 10 and bool(crowd(11)[-1].ends()),
    "tokens per minute": lambda: (
        TOKENS_PER_MINUTE == 100_000
        and spending("tokens-per-minute:50") == Close(1007, "emulator: requests rate limit exceeded: tokens per minute")
    ),
    "concurrency": lambda: not any(each.ends() for each in crowd(10)),
    "session length": lambda: not lasting(7_190_000).ends() and bool(lasting(7_200_000).ends()),
    "context as a session limit": lambda: seconds_of_speech_that_fill_the_context() == 7_021,
    "12 no speech for 300 s": lambda: not idle_for(299_000).ends() and bool(idle_for(301_000).ends()),
    "12 silence that ends a turn": lambda: (
        not tail(600).of("input_audio_buffer.speech_stopped") and bool(tail(1_000).of("response.done"))
    ),
}  # fmt: skip


def tail(silence_ms: int) -> Client:
    """A gated microphone that sends so much silence behind its speech, and then nothing."""
    made = client()
    made.stream(0, 1_000, silence_ms)
    made.until(made.now + 20_000)
    return made


@pytest.mark.parametrize("name", list(LIMITS), ids=lambda name: name if name[:2] == "12" else f"11 {name}")
def test_every_limit(name: str) -> None:
    assert LIMITS[name]()


@pytest.mark.parametrize("model", [MODEL, LEGACY], ids=["13 qwen3.5", "13 qwen3"])
def test_every_voice_of_a_model_speaks_and_another_does_not(model: str) -> None:
    for voice in MODELS[model].voices:
        target = "en" if voice.languages is None or "en" in voice.languages else sorted(voice.languages)[0]
        made = turn(model=model, voice=voice.id, translation={"language": target})
        assert made.of("response.audio.delta"), voice.id
    assert isinstance(ended(turn(model=model, voice="Chelsie")), Close)


PREPARED = "qwen-translate-vc-anna-voice-demo-0001"
CLONING: dict[str, tuple[dict[str, Any], bool]] = {
    "off": ({"voice": "Tina"}, True),
    "off, said so": ({"voice": "Tina", "enable_voice_clone": False}, True),
    "live, once per session": ({"voice": "default", "enable_voice_clone": True, "frequency": "once"}, True),
    "live, before each response": ({"voice": "default", "enable_voice_clone": True, "frequency": "always"}, True),
    "prepared voice": ({"voice": PREPARED, "enable_voice_clone": True, "frequency": "never"}, True),
    "stock voice once": ({"voice": "Tina", "enable_voice_clone": True, "frequency": "once"}, False),
    "stock voice always": ({"voice": "Tina", "enable_voice_clone": True, "frequency": "always"}, False),
    "stock voice never": ({"voice": "Tina", "enable_voice_clone": True, "frequency": "never"}, False),
    "default never": ({"voice": "default", "enable_voice_clone": True, "frequency": "never"}, False),
    "prepared voice once": ({"voice": PREPARED, "enable_voice_clone": True, "frequency": "once"}, False),
    "prepared voice always": ({"voice": PREPARED, "enable_voice_clone": True, "frequency": "always"}, False),
    "default while off": ({"voice": "default"}, False),
    "prepared voice while off": ({"voice": PREPARED}, False),
    "frequency while off": ({"voice": "Tina", "frequency": "never"}, False),
    "unknown frequency": ({"voice": "default", "enable_voice_clone": True, "frequency": "daily"}, False),
}


@pytest.mark.parametrize("name", list(CLONING), ids=lambda name: f"14 {name}")
def test_every_combination_of_cloning(name: str) -> None:
    fields, taken = CLONING[name]
    session = {key: value for key, value in fields.items() if key != "frequency"}
    if "frequency" in fields:
        session["voice_clone_options"] = {"frequency": fields["frequency"]}
    made = configured(**session)
    assert made.kinds[-1] == ("session.updated" if taken else "error")
    made.stream(0, 2_000, 900)
    if taken:
        made.finish()
        assert made.of("response.done")[0]["response"]["status"] == "completed"


@pytest.mark.parametrize("frequency", ["once", "always", "never"], ids=lambda name: f"9 cloning surcharge {name}")
def test_a_clone_costs_more(frequency: str) -> None:
    voice = PREPARED if frequency == "never" else "default"

    def tokens(**fields: Any) -> int:
        usage = turn(**fields).of("response.done")[0]["response"]["usage"]
        return int(usage["output_tokens_details"]["audio_tokens"])

    plain = tokens(voice="Tina")
    cloned = tokens(voice=voice, enable_voice_clone=True, voice_clone_options={"frequency": frequency})
    assert 1.2 * plain <= cloned <= 1.4 * plain
