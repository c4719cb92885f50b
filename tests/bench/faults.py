"""This box and a plain client over the same link, through the same faults: the table of ``README.md``.

Responsible for: the runs, the figures, ``python -m tests.bench.faults [--write]``. It is no gate: it judges nothing.
Must not: be fairer to the box than to the client. Both are in one network namespace, and it is their one link to the
service that is cut: what TCP does then, it does to both.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.far import Cable, FarEmulator, missing
from tests.e2e.harness import KEY, ROOT, Box, Row
from tests.e2e.numbers import Recording, answered, as_toml, numbers_in, recording, utterance

PAGE = ROOT / "tests/bench/README.md"
BEGIN, END = "<!-- bench-faults -->\n", "<!-- /bench-faults -->"
FAULT_AT_S = 12.0
AFTER_S = 14.0
PERIOD_S = 2.85
RESET_S = 0.3  # for so long every packet is answered by a reset
HOLES_S = (5, 30, 70)
PATIENCE_S = 150  # for both to end
BOX_TARGET, PLAIN_TARGET = "es", "fr"


@dataclass(frozen=True, slots=True)
class LatencyStats:
    """One of the two through one fault; None = never."""

    back_ms: int | None
    lost_s: float
    noticed_s: float | None
    silent_s: float
    ended: str


def main() -> None:
    """Run, print, and with ``--write`` put the table into the page."""
    why_not = missing()
    if why_not:
        raise SystemExit(f"bench-faults: {why_not}")
    # Two at a time: more would measure the machine.
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        long = pool.submit(through, Path(folder) / "70", HOLES_S[-1])
        rest = [pool.submit(through, Path(folder) / str(n), n) for n in (0, *HOLES_S[:-1])]
        runs = [(n, each.result()) for n, each in zip((0, *HOLES_S), [*rest, long], strict=True)]
    text = table(runs)
    print(text)
    if "--write" in sys.argv:
        text_before = PAGE.read_text(encoding="utf-8")
        start = text_before.index(BEGIN) + len(BEGIN)
        PAGE.write_text(text_before[:start] + text + text_before[text_before.index(END, start) :], encoding="utf-8")


def table(runs: Sequence[tuple[int, tuple[LatencyStats, LatencyStats]]]) -> str:
    """Markdown."""
    lines = [
        "| fault | client | noticed after | speech flows again | longest silence | speech lost | it ends with |",
        "|---|---|---|---|---|---|---|",
    ]
    for seconds, pair in runs:
        fault = f"black hole of {seconds} s" if seconds else "reset"
        for name, each in zip(("plain client", "**this box**"), pair, strict=True):
            noticed = "never" if each.noticed_s is None else f"{each.noticed_s:.1f} s"
            back = "never" if each.back_ms is None else f"{each.back_ms} ms after the link"
            lost = f"{each.lost_s:.1f} s"
            lines.append(f"| {fault} | {name} | {noticed} | {back} | {each.silent_s:.1f} s | {lost} | {each.ended} |")
    return "\n".join(lines) + "\n"


def through(folder: Path, seconds: int) -> tuple[LatencyStats, LatencyStats]:
    """Both over one cable, through one fault: (plain client, box)."""
    folder.mkdir(parents=True)
    said = recording(range(1, round((FAULT_AT_S + seconds + AFTER_S) / PERIOD_S) + 1))
    (folder / "numbers.toml").write_text(as_toml(len(said.numbers)), encoding="utf-8")
    with Cable(f"bf{seconds}") as cable, FarEmulator(folder / "far", cable, folder / "numbers.toml") as service:
        box = Box(folder / "box", service, said.pcm, prefix=cable.near, languages__theirs=BOX_TARGET)
        with box, _plain(folder, cable, service) as plain:
            box.wait_for("line", lambda row: row["state"] == "ready")
            heard_at = time.monotonic()
            time.sleep(FAULT_AT_S)
            began = time.monotonic()
            _strike(cable, seconds)
            ended = time.monotonic()
            noticed = _seen(box, began)
            until = time.monotonic() + PATIENCE_S
            box_code = box.wait(PATIENCE_S).code
            plain_ended = _ends(plain, until)
        rows = service.rows()
    offset = _offset(rows, heard_at)
    lines = [json.loads(line) for line in (folder / "plain.jsonl").read_text(encoding="utf-8").splitlines()]
    error = next((row["at"] for row in lines if row["what"] == "error"), None)
    finals = [row for row in lines if row["what"] == "final"]
    zero = heard_at - next(row["at"] for row in box.rows("line") if row["state"] == "ready") / 1000
    return (
        LatencyStats(
            _back_ms(rows, PLAIN_TARGET, ended - offset),
            _lost_s(said, [number for row in finals for number in numbers_in(row["text"])]),
            None if error is None else error - began,
            _longest_s([row["at"] for row in finals], began, said.ends_ms[-1] / 1000 + heard_at),
            plain_ended,
        ),
        LatencyStats(
            _back_ms(rows, BOX_TARGET, ended - offset),
            _lost_s(said, answered(box)),
            noticed,
            _longest_s(
                [row["at"] / 1000 + zero for row in box.rows("subtitle") if row["final"]],
                began,
                said.ends_ms[-1] / 1000 + heard_at,
            ),
            f"exit {box_code}",
        ),
    )


def _plain(folder: Path, cable: Cable, service: FarEmulator) -> "subprocess.Popen[bytes]":
    with (folder / "plain.jsonl").open("wb") as out, (folder / "plain.txt").open("wb") as errors:
        return subprocess.Popen(
            [
                *cable.near, sys.executable, "-m", "tests.bench.plain_client",
                f"{service.url}?model=qwen3.5-livetranslate-flash-realtime", str(service.ca),
                str(folder / "box" / "in.wav"), str(folder / "plain.pcm"), "en", PLAIN_TARGET,
            ],
            cwd=ROOT, env=dict(os.environ) | {"DASHSCOPE_API_KEY": f"{KEY}-plain"}, stdin=subprocess.DEVNULL,
            stdout=out, stderr=errors,
        )  # fmt: skip


def _strike(cable: Cable, seconds: int) -> None:
    acts: tuple[Callable[[], None], float] = (cable.drop, seconds) if seconds else (cable.reset, RESET_S)
    acts[0]()
    time.sleep(acts[1])
    cable.clear()


def _seen(box: Box, began: float) -> float | None:
    """When the box noticed, from the journal's clock: its "lost" row against the last row before the fault."""
    row = box.wait_for("line", lambda row: row["state"] == "lost", 30)
    ready = next(each for each in box.rows("line") if each["state"] == "ready")
    return float(row["at"] - ready["at"]) / 1000 - FAULT_AT_S


def _ends(plain: "subprocess.Popen[bytes]", until: float) -> str:
    try:
        return f"exit {plain.wait(max(1.0, until - time.monotonic()))}"
    except subprocess.TimeoutExpired:
        plain.kill()
        return "does not end"


def _connections(rows: Sequence[Row], target: str) -> set[int]:
    """The connections of the client that asked for this language."""
    return {
        row["connection"]
        for row in rows
        if row["way"] == "in" and isinstance(row["message"], dict) and row["message"].get("type") == "session.update"
        and row["message"]["session"]["translation"]["language"] == target
    }  # fmt: skip


def _offset(rows: Sequence[Row], heard_at: float) -> float:
    """From the service's clock to ours, in s: the box was seen to be ready when its settings were accepted."""
    number = min(_connections(rows, BOX_TARGET))
    updated = next(
        row["at"] for row in rows
        if row.get("connection") == number and row["way"] == "out" and row["message"].get("type") == "session.updated"
    )  # fmt: skip
    return heard_at - float(updated) / 1000


def _back_ms(rows: Sequence[Row], target: str, since_s: float) -> int | None:
    """From the end of the fault to the first sound that reaches the service."""
    own = _connections(rows, target)
    sounds = (
        row["at"] for row in rows
        if row.get("connection") in own and row["way"] == "in" and isinstance(row["message"], dict)
        and row["message"].get("type") == "input_audio_buffer.append" and row["at"] >= since_s * 1000
    )  # fmt: skip
    first = next(sounds, None)
    return None if first is None else round(first - since_s * 1000)


def _lost_s(said: Recording, shown: Sequence[int]) -> float:
    return len(set(said.numbers) - set(shown)) * len(utterance(1)) / 32_000


def _longest_s(answers: Sequence[float], began: float, until: float) -> float:
    """The longest wait for the next answer, from the last one before the fault on; to the last word if none comes."""
    before = [at for at in answers if at <= began]
    ats = [max(before, default=began), *sorted(at for at in answers if at > began)]
    gaps = [b - a for a, b in zip(ats, [*ats[1:], max(until, ats[-1])], strict=True)]
    return max(gaps)


if __name__ == "__main__":
    main()
