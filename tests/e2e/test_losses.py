"""Numbered utterances over random faults: none is lost, and none is repeated more often than there were faults.

Several boxes speak side by side, each to a service of its own through a network of its own. Faults of a box are at
least 20 s apart and at most two in any 60 s: what the dial budget lets the box mend
(appliance/workers/connection/README.md#dialling).
"""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tests.e2e.fault_proxy import FaultProxy
from tests.e2e.harness import Box, Emulator
from tests.e2e.numbers import Account, Recording, account, recording, rehearsal, reported_lost, say

pytestmark = pytest.mark.timing

APART_S = 20.0
WINDOW_S, IN_WINDOW = 60.0, 2
FIRST_S, QUIET_END_S = 4.0, 4.0
HOLE_S = (2.0, 8.0)
BLOWS = ("drops_mid_response", "half_open", "stall", "repeat_output_1011", "oversized")
WEATHER = ("reset", "half_close", "black_hole", "reset and refuse", "slow", "delay")
SLOW_BYTES_S = 60_000  # a second of speech up is 44 kB
DELAY_MS, JITTER_MS = 200, 100


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a box, and when, from the first sound on."""

    at_s: float
    name: str
    lasts_s: float


@dataclass(frozen=True, slots=True)
class Run:
    """What became of one box."""

    account: Account
    faults: tuple[Fault, ...]
    reported_lost: int
    code: int
    told: str


def planned(chance: random.Random, until_s: float) -> tuple[Fault, ...]:
    """Faults as far apart as the promise demands."""
    faults: list[Fault] = []
    at_s = FIRST_S + chance.uniform(0, APART_S / 2)
    while at_s < until_s - QUIET_END_S:
        faults.append(Fault(at_s, chance.choice(WEATHER + BLOWS), chance.uniform(*HOLE_S)))
        at_s += APART_S + chance.uniform(0, APART_S / 2)
        if len(faults) >= IN_WINDOW:
            at_s = max(at_s, faults[-IN_WINDOW].at_s + WINDOW_S)
    return tuple(faults)


def strike(fault: Fault, proxy: FaultProxy, service: Emulator) -> None:
    """Let it happen, and be over."""
    acts: dict[str, Callable[[], None]] = {
        "reset": proxy.reset,
        "half_close": proxy.half_close,
        "black_hole": proxy.black_hole,
        "slow": lambda: proxy.slow(SLOW_BYTES_S),
        "delay": lambda: proxy.delay(DELAY_MS, JITTER_MS),
    }
    if fault.name in BLOWS:
        service.server.habits.set(fault.name)  # once, at the next turn
        return
    if fault.name == "reset and refuse":
        proxy.refuse()
        proxy.reset()
    else:
        acts[fault.name]()
    time.sleep(fault.lasts_s)
    proxy.forward()


def run(folder: Path, said: Recording, seed: int) -> Run:
    """One box, from its first word to its exit."""
    faults = planned(random.Random(seed), said.ends_ms[-1] / 1000)
    with (
        Emulator(folder / "emulator", ("rate_limit:10",), rehearsal(max(said.numbers))) as service,
        FaultProxy(("127.0.0.1", service.port), seed) as proxy,
    ):
        url = service.url.replace(str(service.port), str(proxy.port))
        with Box(folder, service, said.pcm, service__url=url) as box:
            box.wait_for("line", lambda row: row["state"] == "ready")
            began = time.monotonic()
            for fault in faults:
                time.sleep(max(0.0, began + fault.at_s - time.monotonic()))
                strike(fault, proxy, service)
            code = box.wait(said.ends_ms[-1] / 1000 + 120).code
            return Run(account(box, said.numbers), faults, reported_lost(box), code, box.told())


def judge(folder: Path, boxes: int, each: int, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    """All boxes side by side; print the figures, and hold them against the promise."""
    said = recording(range(1, each + 1))
    began = time.monotonic()
    with ThreadPoolExecutor(boxes) as pool:
        waiting = [pool.submit(run, folder / str(n), said, seed + n) for n in range(boxes)]
        runs = [each.result() for each in waiting]
    with capsys.disabled():
        say(
            print,
            "\nrandom faults",
            utterances=sum(run.account.said for run in runs),
            boxes=boxes,
            faults=sum(len(run.faults) for run in runs),
            lost=sum(len(run.account.lost) for run in runs),
            repeated=sum(run.account.repeats for run in runs),
            reported_lost=sum(run.reported_lost for run in runs),
            seconds=round(time.monotonic() - began),
        )
    for n, each_run in enumerate(runs):
        told = f"seed {seed + n}: {each_run.faults}\n{each_run.account}\n{each_run.told}"
        assert each_run.account.lost == (), told
        assert each_run.account.strangers == (), told
        assert each_run.account.repeats <= len(each_run.faults), told
        assert each_run.account.in_order, told
        assert each_run.reported_lost == 0, told
        assert each_run.code == 0, told


def test_plans_keep_to_the_promise() -> None:
    for seed in range(50):
        ats = [fault.at_s for fault in planned(random.Random(seed), 600)]
        assert len(ats) >= 2 * 600 / WINDOW_S - 4
        assert all(b - a >= APART_S for a, b in pairwise(ats))
        assert all(b - a > WINDOW_S - 0.001 for a, b in zip(ats, ats[IN_WINDOW:], strict=False))


def test_a_hundred_utterances(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judge(tmp_path, boxes=5, each=20, seed=1, capsys=capsys)


@pytest.mark.soak
def test_a_thousand_utterances(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judge(tmp_path, boxes=5, each=200, seed=100, capsys=capsys)
