"""The recorded sessions beside this file, and short ways to write a message of the service."""

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
