"""The recorded sessions beside this file, and short ways to write a message of the service."""

import base64
import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


def frames(name: str) -> list[bytes]:
    """The text frames of one recorded session, as they came."""
    return (DATA / f"{name}.jsonl").read_bytes().splitlines()


def situations() -> list[dict[str, Any]]:
    """What goes wrong, one situation each, with the steps that show it on the wire."""
    return [json.loads(line) for line in frames("errors")]


def frame(kind: str, **fields: object) -> bytes:
    """One message of the service."""
    return json.dumps({"event_id": "event_test", "type": kind, **fields}, ensure_ascii=False).encode()


def began(item: str | None = "a", start_ms: int | None = None) -> bytes:
    return frame("input_audio_buffer.speech_started", item_id=item, audio_start_ms=start_ms)


def ended(item: str | None = "a", end_ms: int | None = None) -> bytes:
    return frame("input_audio_buffer.speech_stopped", item_id=item, audio_end_ms=end_ms)


def created(response: str = "r1") -> bytes:
    return frame("response.created", response={"id": response, "status": "in_progress", "output": []})


def linked(response: str, out: str, source: str | None) -> list[bytes]:
    return [
        frame("response.output_item.added", response_id=response, output_index=0, item={"id": out}),
        frame("conversation.item.created", previous_item_id=source, item={"id": out, "role": "assistant"}),
    ]


def text(said: str | None, stash: str | None = "", response: str = "r1") -> bytes:
    return frame("response.audio_transcript.text", response_id=response, text=said, stash=stash)


def text_done(said: str | None, response: str = "r1") -> bytes:
    return frame("response.audio_transcript.done", response_id=response, transcript=said)


def delta(pcm: bytes, response: str = "r1") -> bytes:
    return frame("response.audio.delta", response_id=response, delta=base64.b64encode(pcm).decode())


def audio_done(response: str = "r1") -> bytes:
    return frame("response.audio.done", response_id=response)


def done(response: str = "r1", said: str | None = None, status: str = "completed", usage: object = None) -> bytes:
    output = [] if said is None else [{"content": [{"type": "audio", "transcript": said}]}]
    return frame("response.done", response={"id": response, "status": status, "output": output, "usage": usage})
