"""The three flows of ``appliance/README.md``: the way of a sound, of a key and of an answer, step by step.

Responsible for: the steps, the chart that is made of them, and ``python -m tests.flows --write``.
"""

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "appliance/README.md"


@dataclass(frozen=True, slots=True)
class Step:
    """One function on the way. ``calls``: what its body calls to hand on, empty at the end of a thread's part."""

    thread: str
    file: str
    function: str
    does: str
    calls: str = ""


FLOWS: dict[str, tuple[Step, ...]] = {
    "From a microphone period to the socket": (
        Step("microphone", "workers/uplink/microphone.py", "MicrophoneWorker._read", "reads 20 ms", "append"),
        Step("microphone", "workers/uplink/replay_buffer.py", "ReplayBuffers.append", "mutes, gates", "append"),
        Step("microphone", "workers/uplink/replay_buffer.py", "ReplayBuffer.append", "keeps, wakes the line", "wake"),
        Step("line", "workers/connection/worker.py", "LineWorker._send", "one message a turn", "next_message"),
        Step("line", "workers/connection/session_io.py", "Conversation.next_message", "encodes", "take"),
        Step("line", "workers/uplink/replay_buffer.py", "ReplayBuffer.take", "the next 40 ms"),
        Step("line", "workers/connection/websocket.py", "LineSocket.send_text", "masks, writes", "flush"),
    ),
    "From a key's edge to the changed screen": (
        Step("keys", "adapters/gpio/keys.py", "GpioKeys.start", "watches the contacts"),
        Step("keys", "workers/host/event_queue.py", "EventQueue.post", "one bounded queue"),
        Step("main", "event_loop.py", "EventLoop.turn", "an event, or a due deadline", "take"),
        Step("main", "event_loop.py", "EventLoop.take", "steps, checks, obeys", "step"),
        Step("main", "core/machine/step.py", "step", "dispatches by event"),
        Step("main", "core/input/keys.py", "edge", "debounces, decides"),
        Step("main", "event_loop.py", "EventLoop._show", "a view that changed", "show"),
        Step("screen", "workers/host/screen.py", "ScreenWorker._paint", "the latest view wins", "_drawn"),
        Step("screen", "workers/host/screen.py", "_drawn", "a picture that cannot be drawn is left out", "draw"),
        Step("screen", "display/renderer.py", "Renderer.draw", "pixels"),
        Step("screen", "adapters/oled/screen.py", "OledScreen.show", "changed columns over the bus"),
    ),
    "From an audio delta to the loudspeaker": (
        Step("line", "workers/connection/websocket.py", "LineSocket.receive", "a frame"),
        Step("line", "workers/connection/worker.py", "LineWorker._read", "all that has come", "received"),
        Step("line", "workers/connection/session_io.py", "Conversation.received", "decodes", "_speech"),
        Step("line", "workers/connection/session_io.py", "Conversation._speech", "late? replay?", "push"),
        Step("line", "workers/playback/jitter_buffer.py", "JitterBuffer.push", "queues by turn"),
        Step("speaker", "workers/playback/speaker.py", "SpeakerWorker._feed", "20 ms at a time", "take"),
        Step("speaker", "workers/playback/jitter_buffer.py", "JitterBuffer.take", "in order, at its pace"),
        Step("speaker", "adapters/alsa/loudspeaker.py", "AlsaLoudspeaker.write", "blocks until the card takes it"),
    ),
}


def chart(steps: tuple[Step, ...]) -> str:
    """A flow chart in Mermaid, one box per step, boxes of one thread together."""
    lines = ["```mermaid", "flowchart TB"]
    threads = list(dict.fromkeys(step.thread for step in steps))
    for thread in threads:
        lines.append(f'    subgraph {thread}["{thread} thread"]')
        for n, step in enumerate(steps):
            if step.thread == thread:
                lines.append(f'        s{n}["{step.does}<br/>{step.file}<br/>{step.function}"]')
        lines.append("    end")
    lines.append("    " + " --> ".join(f"s{n}" for n in range(len(steps))))
    return "\n".join([*lines, "```"])


def section() -> str:
    """All three, with their headings."""
    return "\n\n".join(f"### {title}\n\n{chart(steps)}" for title, steps in FLOWS.items())


def body(step: Step) -> ast.FunctionDef | None:
    """The function of a step as syntax; None where there is none of that name."""
    place: ast.AST = ast.parse((ROOT / "appliance" / step.file).read_text(encoding="utf-8"))
    for name in step.function.split("."):
        children = [node for node in ast.iter_child_nodes(place) if getattr(node, "name", "") == name]
        if not children:
            return None
        place = children[0]
    return place if isinstance(place, ast.FunctionDef) else None


def called(function: ast.FunctionDef) -> set[str]:
    """Names of what a function calls."""
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    return {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}


def drawn(text: str) -> str:
    """The charts that stand in the page now."""
    start = text.index(f"### {next(iter(FLOWS))}")
    return text[start : text.index("\n\n## ", start)]


def main() -> None:
    """Write the charts into the page."""
    if "--write" not in sys.argv:
        raise SystemExit("usage: python -m tests.flows --write")
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(text.replace(drawn(text), section()), encoding="utf-8")


if __name__ == "__main__":
    main()
