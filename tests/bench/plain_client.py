"""A plain client, in the manner of the samples that vendors publish: asyncio, ``websockets``, no more than it takes.

It reads the microphone (here a WAV, in real time, 100 ms at a time, with a buffer without bound), sends it, plays what
comes and prints it. When the connection ends, so does it. It is the other half of ``faults.py``: what a box is held
against. Written for this comparison; no line of it is any vendor's.

Prints JSON lines {"at": seconds on the monotonic clock, "what": "ready" | "final" | "error" | "end", "text": …}.
"""

import asyncio
import base64
import json
import os
import ssl
import sys
import time
import wave
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

CHUNK_MS = 100
TAIL_MS = 1_000
FINISH_LIMIT_S = 15


def told(what: str, text: str = "") -> None:
    """A line of output."""
    print(json.dumps({"at": time.monotonic(), "what": what, "text": text}, ensure_ascii=False), flush=True)


def settings(source: str, target: str) -> dict[str, Any]:
    """The first message."""
    return {
        "event_id": "event_1",
        "type": "session.update",
        "session": {
            "modalities": ["text", "audio"],
            "input_audio_format": "pcm",
            "output_audio_format": "pcm",
            "sample_rate": 16_000,
            "input_audio_transcription": {"model": "qwen3-asr-flash-realtime", "language": source},
            "translation": {"language": target},
            "turn_detection": {"type": "server_vad", "threshold": 0.2, "silence_duration_ms": 800},
        },
    }


async def speak(socket: ClientConnection, path: Path) -> None:
    """The microphone: it goes on whatever the network does."""
    with wave.open(str(path), "rb") as file:
        frames = file.getframerate() * CHUNK_MS // 1000
        chunks = [file.readframes(frames) for _ in range(-(-file.getnframes() // frames))]
    chunks += [bytes(2 * frames)] * (TAIL_MS // CHUNK_MS)
    began = time.monotonic()
    for n, chunk in enumerate(chunks, 1):
        await asyncio.sleep(max(0.0, began + n * CHUNK_MS / 1000 - time.monotonic()))
        message = {"type": "input_audio_buffer.append", "audio": base64.b64encode(chunk).decode()}
        await socket.send(json.dumps(message))
    await socket.send(json.dumps({"type": "session.finish"}))


async def hear(socket: ClientConnection, speaker: Path) -> None:
    """The loudspeaker and the screen."""
    with speaker.open("wb") as out:
        async for raw in socket:
            message = json.loads(raw)
            match message.get("type"):
                case "response.audio.delta":
                    out.write(base64.b64decode(message["delta"]))
                case "response.audio_transcript.done":
                    told("final", message.get("transcript", ""))
                case "response.text.done":
                    told("final", message.get("text", ""))
                case "error":
                    told("error", str(message))
                case "session.finished":
                    return


async def run(url: str, ca_file: str, wav: Path, speaker: Path, source: str, target: str) -> None:
    """One conversation."""
    trust = ssl.create_default_context(cafile=ca_file)
    headers = {"Authorization": f"Bearer {os.environ['DASHSCOPE_API_KEY']}"}
    # No keepalive, as in the samples: with the library's own the client would end where it now waits.
    async with connect(url, ssl=trust, additional_headers=headers, ping_interval=None, max_size=None) as socket:
        await socket.send(json.dumps(settings(source, target)))
        async for raw in socket:
            if json.loads(raw).get("type") == "session.updated":
                break
        told("ready")
        hearing = asyncio.create_task(hear(socket, speaker))
        speaking = asyncio.create_task(speak(socket, wav))
        done, _ = await asyncio.wait((hearing, speaking), return_when=asyncio.FIRST_COMPLETED)
        if speaking in done and speaking.exception() is None:
            await asyncio.wait_for(hearing, FINISH_LIMIT_S)
        for task in (*done, hearing, speaking):
            task.cancel()
            if task in done:
                await task


def main() -> None:
    """``python -m tests.bench.plain_client URL CA WAV SPEAKER SOURCE TARGET``."""
    url, ca_file, wav, speaker, source, target = sys.argv[1:]
    try:
        asyncio.run(run(url, ca_file, Path(wav), Path(speaker), source, target))
    except (ConnectionClosed, OSError, TimeoutError) as error:
        told("error", type(error).__name__)
    told("end")


if __name__ == "__main__":
    main()
