"""One connection: outputs in order and at their instants, silence, and long reasons."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from appliance.emulator.server.connection import Conversation
from appliance.emulator.server.wirelog import WireLog
from appliance.emulator.session.injected_faults import REASON_BYTES
from appliance.emulator.session.interfaces import Close, Drop, Mute, Output, Send, SendRaw, Timed


class Wire:
    """A connection that writes down what is done to it. ``done`` is set by a close or a reset."""

    def __init__(self) -> None:
        self.acts: list[Any] = []
        self.silent = False
        self.close_code = None
        self.done = asyncio.Event()

    async def send(self, text: str) -> None:
        self.acts.append(text)

    async def close(self, code: int, reason: str) -> None:
        self.acts.append((code, reason))
        self.done.set()

    def reset(self) -> None:
        self.acts.append("reset")
        self.done.set()


class Part:
    """A session that says what it was given, and what it was told."""

    def __init__(self, outputs: list[Timed]) -> None:
        self.outputs = outputs
        self.heard: list[Any] = []
        self.ended_at: int | None = None
        self.faults: list[str] = []

    def open(self, now: int) -> list[Timed]:
        return self.outputs

    def feed(self, message: Any, now: int) -> list[Timed]:
        self.heard.append(message)
        return [(now, Drop())]

    def advance(self, now: int) -> list[Timed]:
        return []

    def next_wake(self) -> int | None:
        return None

    def closed(self, now: int) -> None:
        self.ended_at = now
        self.faults.append("the connection ended without session.finish")


class Clock:
    """Goes on by one with every look."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        self.now += 1
        return self.now


def played(outputs: list[Timed], say: str | None = None) -> tuple[Wire, Part]:
    """Run a conversation until the connection is closed or reset."""

    async def run() -> tuple[Wire, Part]:
        wire, session = Wire(), Part(outputs)
        clock = Clock()
        conversation = Conversation(wire, session, clock, WireLog(None, clock))  # type: ignore[arg-type]
        conversation.open()
        sending = asyncio.create_task(conversation.send())
        if say is not None:
            await asyncio.sleep(0)
            conversation.hear(say)
        await asyncio.wait_for(wire.done.wait(), 5)
        sending.cancel()
        conversation.end()
        return wire, session

    return asyncio.run(run())


def test_outputs_go_out_in_order_of_time() -> None:
    later: Output = Send({"type": "b", "text": "日"})
    wire, session = played([(30, later), (1, SendRaw("{nonsense")), (30, SendRaw("c")), (40, Close(1000, "end"))])
    assert wire.acts[0] == "{nonsense"
    assert json.loads(wire.acts[1]) == {"type": "b", "text": "日"}
    assert wire.acts[2:] == ["c", (1000, "end")]
    assert session.ended_at is not None


def test_a_message_wakes_it() -> None:
    wire, session = played([(10**9, Send({"type": "never"}))], say="hello")
    assert session.heard == ["hello"]
    assert wire.acts == ["reset"]


def test_reasons_fit_into_a_close_frame() -> None:
    wire, _ = played([(1, Close(1011, "é" * 200))])
    code, reason = wire.acts[0]
    assert code == 1011
    assert reason == "é" * (REASON_BYTES // 2)


def test_what_a_client_does_wrong_is_noted_when_it_is_known(tmp_path: Path) -> None:
    wire, session, clock, log = Wire(), Part([]), Clock(), WireLog(tmp_path / "log", lambda: 7)
    conversation = Conversation(wire, session, clock, log)  # type: ignore[arg-type]
    conversation.open()
    session.faults.append("audio before session.updated")
    conversation.hear("x")
    conversation.end()
    log.close()
    rows = [json.loads(row) for row in (tmp_path / "log").read_text().splitlines()]
    assert [row["way"] for row in rows] == ["open", "in", "fault", "fault", "closed"]
    assert [row["says"] for row in rows[2:4]] == session.faults


@pytest.mark.parametrize("pongs", [True, False])
def test_after_a_mute_nothing_is_sent(pongs: bool) -> None:
    async def run() -> Wire:
        wire, clock = Wire(), Clock()
        session = Part([(1, Mute(pongs)), (2, SendRaw("late")), (3, Drop())])
        conversation = Conversation(wire, session, clock, WireLog(None, clock))  # type: ignore[arg-type]
        conversation.open()
        sending = asyncio.create_task(conversation.send())
        for _ in range(20):
            await asyncio.sleep(0)
        sending.cancel()
        return wire

    wire = asyncio.run(run())
    assert wire.silent is not pongs
    assert wire.acts == []
