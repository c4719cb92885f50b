"""The socket, with a plain asyncio client of the ``websockets`` library: talk, refusals, rudeness, certificates.

These run on the real clock, at the pace of the service; audio is pushed faster than it was spoken.
"""

import asyncio
import base64
import json
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus

from appliance.emulator.faults.settings import Habits
from appliance.emulator.script.script import Turn, desk
from appliance.emulator.script.tts import Part, Speech
from appliance.emulator.server.server import EmulatorOptions, EmulatorServer
from appliance.errors import SettingsError

QUERY = "?model=qwen3.5-livetranslate-flash-realtime"
SPEECH = Speech()
TURNS = desk().turns
LIMIT_S = 30


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "wire.jsonl"


@pytest.fixture(scope="module")
def server(log: Path) -> Iterator[EmulatorServer]:
    emulator = EmulatorServer(
        EmulatorOptions(key="right-key", habits=Habits.parse(["rate_limit:off"]), log=log, speech=SPEECH)
    )
    emulator.start()
    yield emulator
    emulator.stop()
    assert not emulator.running


@asynccontextmanager
async def line(url: str, key: str = "right-key", **options: Any) -> AsyncIterator[ClientConnection]:
    """A connection to the service."""
    headers = {"Authorization": f"Bearer {key}"}
    async with asyncio.timeout(LIMIT_S), connect(url + QUERY, additional_headers=headers, **options) as connection:
        yield connection


def update(target: str, modalities: tuple[str, ...] = ("text", "audio"), silence_ms: int = 800) -> dict[str, Any]:
    return {
        "type": "session.update",
        "session": {
            "modalities": list(modalities),
            "voice": "Tina",
            "sample_rate": 16_000,
            "input_audio_format": "pcm",
            "output_audio_format": "pcm",
            "input_audio_transcription": {"model": "qwen3-asr-flash-realtime"},
            "turn_detection": {"type": "server_vad", "threshold": 0.2, "silence_duration_ms": silence_ms},
            "translation": {"language": target},
        },
    }


async def say(connection: ClientConnection, message: dict[str, Any]) -> None:
    await connection.send(json.dumps(message))


async def speak(connection: ClientConnection, pcm: bytes, pause_s: float = 0.0) -> None:
    """Push sound in messages of 100 ms; ``pause_s`` between them."""
    for begin in range(0, len(pcm), 3_200):
        audio = base64.b64encode(pcm[begin : begin + 3_200]).decode()
        await say(connection, {"type": "input_audio_buffer.append", "audio": audio})
        await asyncio.sleep(pause_s)


async def events_until(connection: ClientConnection, kind: str, count: int = 1) -> list[dict[str, Any]]:
    """All events up to the ``count``-th of a kind."""
    events: list[dict[str, Any]] = []
    while sum(event["type"] == kind for event in events) < count:
        events.append(json.loads(await connection.recv()))
    return events


def sound(turn: Turn) -> bytes:
    pcm = SPEECH.render(turn.said(), turn.language, 16_000, Part.SOURCE)
    assert pcm
    return pcm + bytes(32 * 1_000)


def of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["type"] == kind]


async def conversation(url: str, target: str) -> list[dict[str, Any]]:
    """Three rehearsed utterances, eagerly, and everything that comes back."""
    async with line(url) as connection:
        await say(connection, update(target))
        for place in (0, 2, 4):
            await speak(connection, sound(TURNS[place]))
        await say(connection, {"type": "session.finish"})
        return await events_until(connection, "session.finished")


@pytest.mark.parametrize("target", ["es", "ja"])
def test_a_conversation(server: EmulatorServer, target: str) -> None:
    events = asyncio.run(conversation(server.url, target))
    spoken = [TURNS[place] for place in (0, 2, 4)]
    assert [e["transcript"] for e in of(events, "conversation.item.input_audio_transcription.completed")] == [
        turn.source for turn in spoken
    ]
    assert [e["transcript"].strip() for e in of(events, "response.audio_transcript.done")] == [
        turn.translations[target] for turn in spoken
    ]
    done = [event["response"] for event in of(events, "response.done")]
    assert [each["status"] for each in done] == ["completed"] * 3
    for turn, response in zip(spoken, done, strict=True):
        heard = b"".join(
            base64.b64decode(each["delta"])
            for each in of(events, "response.audio.delta")
            if each["response_id"] == response["id"]
        )
        pcm = SPEECH.render(turn.answered(target), target, 24_000)
        assert pcm
        assert pcm in heard
    totals = [each["usage"]["total_tokens"] for each in done]
    assert totals == sorted(totals)
    assert totals[0] > 0
    assert events[0]["type"] == "session.created"
    assert len(of(events, "session.updated")) == 1
    assert len(of(events, "input_audio_buffer.speech_stopped")) == 3


def test_text_only_and_an_early_text(server: EmulatorServer) -> None:
    async def run() -> list[dict[str, Any]]:
        async with line(server.url, compression=None) as connection:
            await say(connection, update("en", ("text",)))
            pcm = sound(TURNS[1])
            await speak(connection, pcm[: 32 * 2_000], pause_s=0.1)
            early = await events_until(connection, "response.text.text")
            await speak(connection, pcm[32 * 2_000 :])
            return early + await events_until(connection, "response.done")

    events = asyncio.run(run())
    assert not of(events, "response.audio.delta")
    assert of(events, "response.text.done")[0]["text"].strip() == TURNS[1].translations["en"]
    kinds = [event["type"] for event in events]
    assert kinds.index("response.text.text") < kinds.index("input_audio_buffer.speech_stopped")


def test_each_key_has_its_own_memory_of_unknown_sound_and_it_outlives_the_connection() -> None:
    emulator = EmulatorServer(EmulatorOptions(habits=Habits.parse(["rate_limit:off"])))
    url = emulator.start()
    strange = [
        (SPEECH.render(text, "it", 16_000, Part.SOURCE) or b"") + bytes(32 * 1_400)
        for text in ("Vorrei una camera doppia con bagno.", "Il treno per Torino parte dal binario cinque.")
    ]

    async def sources(key: str, *places: int) -> list[str]:
        async with line(url, key) as connection:
            await say(connection, update("fr", ("text",)))
            for place in places:
                await speak(connection, strange[place])
            await say(connection, {"type": "session.finish"})
            events = await events_until(connection, "session.finished")
        return [e["transcript"] for e in of(events, "conversation.item.input_audio_transcription.completed")]

    try:
        first, second = (TURNS[place].source for place in (0, 1))
        assert asyncio.run(sources("one", 0, 1)) == [first, second]
        assert asyncio.run(sources("one", 1, 0)) == [second, first]
        assert asyncio.run(sources("other", 1)) == [first]
    finally:
        emulator.stop()


@pytest.mark.parametrize(
    ("path", "key", "status"),
    [(QUERY, "wrong", 401), (QUERY, "", 401), ("", "right-key", 404), ("?model=other", "right-key", 403)],
)
def test_refusals(server: EmulatorServer, path: str, key: str, status: int) -> None:
    async def run() -> None:
        async with connect(server.url + path, additional_headers={"Authorization": f"Bearer {key}"}):
            raise AssertionError("the upgrade went through")

    with pytest.raises(InvalidStatus) as caught:
        asyncio.run(run())
    assert caught.value.response.status_code == status
    if status != 404:
        assert "message" in json.loads(caught.value.response.body or b"")


def test_pings_are_answered_and_large_frames_taken(server: EmulatorServer) -> None:
    async def run() -> None:
        async with line(server.url, max_size=None) as connection:
            await asyncio.wait_for(await connection.ping(), 5)
            await say(connection, update("es"))
            await say(connection, {"type": "unheard_of", "filling": "x" * 3_000_000})
            await events_until(connection, "error")
            await connection.send("x" * (4 * 1024 * 1024 + 1))
            await connection.wait_closed()
            assert connection.close_code == 1009

    asyncio.run(run())


async def until_the_end(url: str, habit: str, server: EmulatorServer) -> ClientConnection:
    """Say one sentence under a habit, and wait for the connection to end."""
    server.habits.set(habit)
    async with line(url) as connection:
        await say(connection, update("es"))
        await speak(connection, sound(TURNS[0]))
        try:
            while True:
                await connection.recv()
        except ConnectionClosed:
            return connection


def test_a_reset_has_no_close_frame(server: EmulatorServer) -> None:
    connection = asyncio.run(until_the_end(server.url, "drops_mid_response", server))
    assert connection.close_code == 1006


def test_a_close_has_code_and_reason(server: EmulatorServer) -> None:
    connection = asyncio.run(until_the_end(server.url, "repeat_output_1011", server))
    assert connection.close_code == 1011
    assert "repeat output" in (connection.close_reason or "")


@pytest.mark.parametrize(("habit", "pongs"), [("half_open", False), ("deaf", True)])
def test_silence_with_and_without_pongs(server: EmulatorServer, habit: str, pongs: bool) -> None:
    async def run() -> None:
        server.habits.set(habit)
        async with line(server.url, close_timeout=0.2, ping_interval=None) as connection:
            await say(connection, update("es"))
            await speak(connection, sound(TURNS[0]))
            while True:
                try:
                    await asyncio.wait_for(connection.recv(), 2)
                except TimeoutError:
                    break
            answered = await connection.ping()
            done, _ = await asyncio.wait([asyncio.ensure_future(answered)], timeout=1)
            assert bool(done) == pongs

    asyncio.run(run())


def test_the_log_has_lengths_and_no_key(server: EmulatorServer, log: Path) -> None:
    asyncio.run(conversation(server.url, "es"))
    text = log.read_text()
    assert "right-key" not in text
    rows = [json.loads(row) for row in text.splitlines()]
    appended = [row["message"] for row in rows if row["way"] == "in" and "append" in row["message"]["type"]]
    assert appended[0]["audio"] == 3_200
    deltas = [row["message"]["delta"] for row in rows if row["way"] == "out" and "delta" in row.get("message", {})]
    assert deltas
    assert all(isinstance(delta, int) for delta in deltas)
    assert {"open", "closed"} <= {row["way"] for row in rows}


def test_the_log_tells_the_faults_of_a_client(server: EmulatorServer, log: Path) -> None:
    async def run() -> None:
        async with line(server.url) as connection:
            await connection.recv()
            await say(connection, update("es"))
            await connection.recv()
            await say(connection, update("fr"))
            await connection.recv()

    asyncio.run(run())
    rows = [json.loads(row) for row in log.read_text().splitlines()]
    here = [row for row in rows if row.get("connection") == max(each.get("connection", 0) for each in rows)]
    assert [row["way"] for row in here][:7] == ["open", "out", "in", "out", "in", "fault", "out"]
    assert here[5]["says"] == "a second session.update"


def test_tls_is_verified_and_bad_certificates_are_refused(tmp_path: Path) -> None:
    server = EmulatorServer(EmulatorOptions(cert_dir=tmp_path))
    url = server.start()
    trust = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))

    async def greet(**options: Any) -> str:
        async with line(url, **options) as connection:
            return str(json.loads(await connection.recv())["type"])

    try:
        assert url.startswith("wss://127.0.0.1:")
        assert asyncio.run(greet(ssl=trust)) == "session.created"
        with pytest.raises(ssl.SSLCertVerificationError, match="issuer"):
            asyncio.run(greet())
        for habit, words in (("expired_certificate", "expired"), ("not_yet_valid_certificate", "not yet valid")):
            server.habits.set(habit)
            with pytest.raises(ssl.SSLCertVerificationError, match=words):
                asyncio.run(greet(ssl=trust))
            server.habits.clear()
        assert asyncio.run(greet(ssl=trust, server_hostname="localhost")) == "session.created"
    finally:
        server.stop()


def test_stopping_hangs_up_on_everybody() -> None:
    server = EmulatorServer(EmulatorOptions())
    url = server.start()

    async def run() -> None:
        async with line(url) as connection:
            await connection.recv()
            await asyncio.to_thread(server.stop)
            with pytest.raises((ConnectionClosedError, ConnectionClosed)):
                await connection.recv()

    asyncio.run(run())
    server.stop()
    assert not server.running


class Lingering(threading.Event):
    """The word that the start is over, given by a thread that then takes its time to end."""

    def set(self) -> None:
        super().set()
        threading.Event().wait(0.2)


def test_stopping_one_that_could_not_start_is_no_failure_of_its_own(server: EmulatorServer) -> None:
    port = int(server.url.split(":")[2].partition("/")[0])
    second = EmulatorServer(EmulatorOptions(port=port))
    second._ready = Lingering()
    with pytest.raises(SettingsError):
        second.start()
    assert second.running, "its loop is closed, and its thread is not over"
    second.stop()
    assert not second.running


def test_a_port_in_use_is_a_sentence(server: EmulatorServer) -> None:
    port = int(server.url.split(":")[2].split("/")[0])
    with pytest.raises(SettingsError, match="cannot listen there"):
        EmulatorServer(EmulatorOptions(port=port)).start()
