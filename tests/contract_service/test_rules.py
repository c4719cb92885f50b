"""What may be relied on, and how an emulated service behaves: the wire protocol's sections 6 to 9 and 22, rule by rule.

Responsible for: naming each rule and showing it with a client.
Must not: repeat the switches (``test_switches.py``) or the shapes (``test_server_events.py``).
"""

import asyncio
import base64
import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from websockets.asyncio.client import connect

from appliance.emulator.server.service import Service
from appliance.emulator.session.interfaces import Close, Drop, Refusal, Send
from tests.contract_service.conftest import House
from tests.emulator.doubles import (
    LEGACY,
    MODEL,
    Client,
    PlainDetector,
    PlainInterpreter,
    client,
    service,
    turn,
    turns_of,
    two_turns,
)

ASR = "conversation.item.input_audio_transcription"
PATH = "/api-ws/v1/realtime"
LONG = "one two three four five six seven eight nine ten " * 4


def status(path: str, bearer: str = "Bearer k", key: str | None = None) -> int:
    answer = service(key=key).connect(path, {"Authorization": bearer}, 0)
    return answer.status if isinstance(answer, Refusal) else 101


def before(made: Client, first: str, then: str) -> bool:
    return made.kinds.index(first) < made.kinds.index(then)


def talk(*parts_ms: int, chunk_ms: int = 40, pace: float = 1.0) -> Client:
    made = client()
    made.stream(*parts_ms, chunk_ms=chunk_ms, pace=pace)
    made.finish(60_000)
    return made


def snapshots(made: Client) -> list[tuple[str, str]]:
    return [(each["text"], each["stash"]) for each in made.of("response.audio_transcript.text")]


def grow() -> bool:
    made = turn(interpreter=PlainInterpreter(translation=LONG))
    texts = [text for text, _ in snapshots(made)]
    return texts[0] == "" and all(b.startswith(a) for a, b in pairwise(texts)) and snapshots(made)[0][1] != ""


def empty() -> bool:
    made = turn("empty-turn:1")
    finals = made.of(f"{ASR}.completed")[0]
    said = made.of("response.audio_transcript.done")[0]["transcript"]
    quiet = not made.of("response.audio.delta") and said == finals["transcript"] == finals["language"] == ""
    return quiet and len(made.of("response.done")) == 1


def ids_agree() -> bool:
    made = two_turns()
    responses = [each["response"]["id"] for each in made.of("response.created")]
    return len(set(responses)) == 2 and responses == [each["response"]["id"] for each in made.of("response.done")]


def audio_shape() -> bool:
    deltas = [base64.b64decode(each["delta"]) for each in turn().of("response.audio.delta")]
    return {len(each) for each in deltas[:-1]} == {15_518} and not any(deltas[0])


def usage_adds_up() -> bool:
    usages = [each["response"]["usage"] for each in two_turns().of("response.done")]
    sums = all(
        each["total_tokens"] == each["input_tokens"] + each["output_tokens"]
        and each["input_tokens"] == sum(each["input_tokens_details"].values())
        and each["output_tokens"] == sum(each["output_tokens_details"].values())
        for each in usages
    )
    return sums and usages[0]["total_tokens"] < usages[1]["total_tokens"]


def legacy_usage() -> bool:
    made = turn(model=LEGACY, voice="Cherry")
    details = made.of("response.done")[0]["response"]["usage"]["input_tokens_details"]
    return bool(details["audio_tokens"] == 38)  # three seconds at 12.5, a token for each 80 ms begun


def one_seed(seed: int) -> list[Any]:
    made = Client(Service(None, PlainDetector, PlainInterpreter(translation=LONG), service().habits, seed))
    made.update()
    made.stream(0, 6_000, 900)
    made.finish()
    return [(at, output.message) for at, output in made.got if isinstance(output, Send)]


def faults() -> bool:
    made = client()
    made.update()
    made.stream(0, 1_000)
    made.until(made.now + 1_500)
    made.stream(0, 500, 900)
    made.session.closed(made.now)
    noted = "; ".join(made.session.faults)
    words = ("a second session.update", "a gap of", "slower than real time", "without session.finish")
    early = Client(service())
    early.push(bytes(640))
    return all(word in noted for word in words) and early.session.faults == ["audio before session.update"]


def finished() -> bool:
    made = client()
    made.stream(0, 2_000)
    made.finish()
    made.push(bytes(640))
    noted = "after session.finish" in made.session.faults[-1]
    made.until(made.now + 61_000)
    return noted and made.kinds[-1] == "session.finished" and made.ends() == [Drop()]


def strict() -> bool:
    made = Client(service("strict-update:full"))
    made.send({"type": "session.update", "session": {"translation": {"language": "en"}}})
    made.until(100)
    return made.kinds[-1] == "error"


def by_hand() -> bool:
    made = client(turn_detection=None)
    made.stream(0, 2_000, 3_000)
    nothing = not made.of("response.created")
    made.send({"type": "input_audio_buffer.commit"})
    made.finish()
    order = [kind for kind in made.kinds if kind in ("input_audio_buffer.committed", "response.created")]
    return nothing and order == ["input_audio_buffer.committed", "response.created"]


def pictures() -> bool:
    made = client()
    messages = []
    for image in ("R0lGODlh", "/9j/" + "A" * 700_000):
        made.push(bytes(640))
        made.send({"type": "input_image_buffer.append", "image": image})
        messages.append(made.events[-1]["error"]["message"])
    return all(message.startswith("emulator: ") for message in messages) and not made.ends()


SILENCE = (0, 1_000, 700, 1_000, 900, 1_000, 1_000)
RULES: dict[str, Callable[[], bool]] = {
    "6 text grows and stash leads": grow,
    "6 final text ends in two spaces": lambda: (
        turn().of("response.audio_transcript.done")[0]["transcript"].endswith("?  ")
    ),
    "6 translation starts during speech": lambda: before(
        turn(), "response.audio_transcript.text", "input_audio_buffer.speech_stopped"
    ),
    "6 one response per turn, empty ones too": empty,
    "6 response ids": ids_agree,
    "6 linking": lambda: (
        turn().of("conversation.item.created")[0]["previous_item_id"]
        == turn().of("input_audio_buffer.speech_started")[0]["item_id"]
    ),
    "7 created, updated, the rest": lambda: turn().kinds[:2] == ["session.created", "session.updated"],
    "7 session.finished last": lambda: talk(*SILENCE).kinds[-1] == "session.finished",
    "7 text before completed within one item": lambda: before(turn(), f"{ASR}.text", f"{ASR}.completed"),
    "8 first text": lambda: 850 <= turn().at("response.audio_transcript.text") <= 1_050,
    "8 first audio": lambda: 2_500 <= turn().at("response.audio.delta") <= 2_800,
    "8 one audio delta": audio_shape,
    "9 usage": usage_adds_up,
    "9 usage of model 3": legacy_usage,
    "22.1 path": lambda: status(f"/other?model={MODEL}") == 404,
    "22.1 bearer": lambda: status(f"{PATH}?model={MODEL}", "") == 401,
    "22.1 wrong bearer": lambda: status(f"{PATH}?model={MODEL}", key="x") == 401,
    "22.1 unknown model": lambda: status(f"{PATH}?model=x") == 403,
    "22.1 no model": lambda: status(PATH) == 404 == status(f"{PATH}?model="),
    "22.2 profiles and their snapshots": lambda: (
        [status(f"{PATH}?model={name}") for name in (MODEL, LEGACY, f"{MODEL}-2026-05-19", f"{LEGACY}-2025-09-22")]
        == [101] * 4
    ),
    "22.3 events after finish, and the link": finished,
    "22.4 unknown fields are noted": lambda: "session.future" in client(future=1).session.faults[0],
    "22.4 strict-update": strict,
    "22.5 full echo": lambda: {"voice", "sample_rate", "turn_detection", "translation"} <= set(
        turn().of("session.updated")[0]["session"]
    ),
    "22.6 turns by stream position": lambda: (
        turns_of(talk(*SILENCE)) == turns_of(talk(*SILENCE, chunk_ms=5_600, pace=0)) == [(0, 2_700), (3_600, 4_600)]
    ),
    "22.6 manual mode": by_hand,
    "22.7 one response a turn, linked, in order": lambda: (
        [k for k in talk(*SILENCE).kinds if k in ("response.created", "response.done")]
        == ["response.created", "response.done"] * 2
    ),
    "22.7 conversation_id": lambda: (
        turn().of("response.created")[0]["response"]["conversation_id"] == ""
        and turn().of("response.done")[0]["response"]["conversation_id"].startswith("conv_")
    ),
    "22.8 pictures": pictures,
    "22.9 finish": finished,
    "22.10 one seed, one conversation": lambda: one_seed(7) == one_seed(7) != one_seed(8),
    "22.11 faults of a client": faults,
}  # fmt: skip


@pytest.mark.parametrize("name", list(RULES))
def test_every_rule(name: str) -> None:
    assert RULES[name]()


def test_22_every_rule_of_the_emulator_has_a_row() -> None:
    numbers = {int(found[1]) for name in RULES if (found := re.match(r"22\.(\d+)", name))}
    assert numbers == set(range(1, 12))


@pytest.mark.parametrize("compression", [None, "deflate"], ids=["22.1 no compression", "22.1 compression"])
def test_22_frames_to_four_megabytes(house: House, compression: str | None) -> None:
    async def run() -> tuple[str, int | None]:
        headers = {"Authorization": "Bearer frames", "Origin": "http://elsewhere"}
        url = f"{house.url}?model={MODEL}"
        async with asyncio.timeout(20), connect(url, additional_headers=headers, compression=compression) as line:
            await line.recv()
            filling = "x" * (4 * 1024 * 1024 - 99)
            await line.send(json.dumps({"type": "session.update", "session": {}, "filling": filling}))
            kind = json.loads(await line.recv())["type"]
            await line.send("x" * (4 * 1024 * 1024 + 1))
            await line.wait_closed()
            return kind, line.close_code

    assert asyncio.run(run()) == ("session.updated", 1009)


def test_22_close_codes_are_those_of_the_protocol() -> None:
    ends = [end for made in (turn("repeat-output"), client("quota")) for end in made.ends()]
    assert {end.code for end in ends if isinstance(end, Close)} == {1011}
