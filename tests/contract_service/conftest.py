"""One emulator for the clients that talk to it over a real socket.

Responsible for: a plain WebSocket service with a wire log, and rehearsed sound.
Must not: judge.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from appliance.emulator.faults.settings import Habits
from appliance.emulator.script.script import Turn, desk
from appliance.emulator.script.tts import Part, Speech
from appliance.emulator.server.server import EmulatorOptions, EmulatorServer

SPEECH = Speech()


@dataclass(frozen=True)
class House:
    """A running service."""

    server: EmulatorServer
    log: Path

    @property
    def url(self) -> str:
        """Without the query."""
        return self.server.url

    def sent_by_clients(self) -> list[dict[str, Any]]:
        """All messages of all clients so far, sound as lengths."""
        rows = [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]
        return [row["message"] for row in rows if row["way"] == "in"]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    log = tmp_path_factory.mktemp("service") / "wire.jsonl"
    server = EmulatorServer(EmulatorOptions(habits=Habits.parse(["rate_limit:off"]), log=log))
    server.start()
    yield House(server, log)
    server.stop()
    assert not server.running


def turns() -> tuple[Turn, ...]:
    """The dialogue."""
    return desk().turns


def said(place: int, silence_ms: int = 1_400) -> bytes:
    """A rehearsed utterance and silence behind it that ends the turn, 16 kHz."""
    turn = turns()[place]
    pcm = SPEECH.render(turn.said(), turn.language, 16_000, Part.SOURCE)
    assert pcm
    return pcm + bytes(32 * silence_ms)


def chunks(pcm: bytes, ms: int = 100) -> list[str]:
    """Base64 of pieces."""
    return [base64.b64encode(pcm[at : at + 32 * ms]).decode() for at in range(0, len(pcm), 32 * ms)]
