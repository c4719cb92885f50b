"""A link that breaks in mid-sentence: nothing is missing."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.fault_proxy import FaultProxy
from tests.e2e.harness import SHORT, Box, Emulator, Finished, sound, translation

LIMIT_S = 45
Story = Callable[[FaultProxy, Box], None]


@dataclass(frozen=True, slots=True)
class Run:
    """A box behind a proxy, how it ended, and how many connections the proxy took."""

    box: Box
    done: Finished
    accepted: int


def once(proxy: FaultProxy, box: Box) -> None:
    """A reset while the second sentence is being answered."""
    box.wait_for("subtitle", lambda row: row["turn"] == 2 and not row["final"])
    proxy.reset()


def twice(proxy: FaultProxy, box: Box) -> None:
    """Two faults are as many as the bucket of redials holds (appliance/workers/connection/README.md#dialling)."""
    box.wait_for("heard")
    proxy.reset()
    box.wait_for("subtitle", lambda row: row["line"] == 2)
    proxy.reset()


def late(proxy: FaultProxy, box: Box) -> None:
    """The service is there only once the box has begun to look for it."""
    box.wait_for("line", lambda row: row["state"] == "dialing")
    proxy.forward()


STORIES: dict[str, tuple[Story, tuple[int, ...]]] = {
    "once": (once, SHORT),
    "twice": (twice, SHORT[:2]),
    "late": (late, SHORT[:1]),
}


def run(emulator: Emulator, folder: Path, name: str) -> Run:
    """One box through one story."""
    story, turns = STORIES[name]
    with FaultProxy(("127.0.0.1", emulator.port)) as proxy:
        if story is late:
            proxy.refuse()
        url = emulator.url.replace(str(emulator.port), str(proxy.port))
        with Box(folder / name, emulator, sound(turns), service__url=url) as box:
            story(proxy, box)
            return Run(box, box.wait(LIMIT_S), proxy.accepted)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Future[Run]]:
    folder = tmp_path_factory.mktemp("runs")
    with Emulator(folder / "emulator") as emulator, ThreadPoolExecutor(len(STORIES)) as pool:
        return {name: pool.submit(run, emulator, folder, name) for name in STORIES}


@pytest.mark.parametrize("name", STORIES)
def test_every_sentence_is_answered(runs: Mapping[str, Future[Run]], name: str) -> None:
    run = runs[name].result()
    faults = {"once": 1, "twice": 2, "late": 0}[name]
    wanted = [translation(turn) for turn in STORIES[name][1]]
    assert run.done.code == 0, run.box.told()
    assert run.accepted == 1 + faults
    assert list(dict.fromkeys(run.box.finals())) == wanted, run.box.told()
    assert len(run.box.finals()) <= len(wanted) + faults, "one fault repeats one sentence at most"
    assert "not answered" not in run.done.errors
    assert run.box.faults() == []


def test_the_journal_tells_the_loss_and_the_redial(runs: Mapping[str, Future[Run]]) -> None:
    box = runs["once"].result().box
    assert box.line_states() == [
        *((1, state) for state in ("dialing", "configuring", "ready", "lost")),
        *((2, state) for state in ("dialing", "configuring", "ready", "finishing", "closed")),
    ]
    lost = next(row for row in box.rows("line") if row["state"] == "lost")
    redialled = next(row for row in box.rows("line") if row["number"] == 2)
    assert lost["why"].startswith("reset")
    assert redialled["why"] == "redial"
    assert redialled["at"] - lost["at"] < 1_000


def test_the_replay_is_spoken_and_marked(runs: Mapping[str, Future[Run]]) -> None:
    box = runs["once"].result().box
    answered = {(row["line"], row["turn"]) for row in box.rows("subtitle") if row["final"]}
    assert {(row["line"], row["turn"]) for row in box.rows("spoken")} >= {one for one in answered if one[0] == 2}
    replays = [row for row in box.rows("turn") if row["replay"]]
    assert {row["line"] for row in replays} == {2}
