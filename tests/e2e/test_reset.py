"""A link that breaks in mid-sentence: nothing is missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.fault_proxy import FaultProxy
from tests.e2e.harness import SHORT, Box, Emulator, sound, translation


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(tmp_path_factory.mktemp("emulator")) as started:
        yield started


def test_one_reset_in_mid_sentence(emulator: Emulator, tmp_path: Path) -> None:
    with FaultProxy(("127.0.0.1", emulator.port)) as proxy:
        url = emulator.url.replace(str(emulator.port), str(proxy.port))
        with Box(tmp_path, emulator, sound(SHORT), service__url=url) as box:
            # The second sentence is being spoken when the first final subtitle is a moment old.
            box.wait_for("subtitle", lambda row: row["turn"] == 2 and not row["final"])
            proxy.reset()
            done = box.wait()
        assert done.code == 0, box.told()
        assert proxy.accepted == 2
    states = [(row["number"], row["state"]) for row in box.rows("line")]
    assert states == [
        *((1, state) for state in ("dialing", "configuring", "ready", "lost")),
        *((2, state) for state in ("dialing", "configuring", "ready", "finishing", "closed")),
    ]
    lost, redialled = (row for row in box.rows("line") if row["state"] in ("lost", "dialing") and row["at"] > 1_000)
    assert lost["why"].startswith("reset")
    assert redialled["why"] == "redial"
    assert list(dict.fromkeys(box.finals())) == [translation(turn) for turn in SHORT], box.told()
    assert len(box.finals()) <= len(SHORT) + 1, "one fault repeats one sentence at most"
    replays = [row for row in box.rows("turn") if row["replay"]]
    assert {row["line"] for row in replays} == {2}
    assert {(row["line"], row["turn"]) for row in box.rows("spoken")} >= {
        (row["line"], row["turn"]) for row in box.rows("subtitle") if row["final"] and row["line"] == 2
    }
    assert box.faults() == []


def test_a_reset_in_every_sentence(emulator: Emulator, tmp_path: Path) -> None:
    """Two faults are as many as the bucket of redials holds (CONTRACTS section 6)."""
    with FaultProxy(("127.0.0.1", emulator.port)) as proxy:
        url = emulator.url.replace(str(emulator.port), str(proxy.port))
        with Box(tmp_path, emulator, sound(SHORT[:2]), service__url=url) as box:
            box.wait_for("line", lambda row: row["state"] == "ready")
            box.wait_for("heard")
            proxy.reset()
            box.wait_for("line", lambda row: (row["number"], row["state"]) == (2, "ready"))
            box.wait_for("subtitle", lambda row: row["line"] == 2)
            proxy.reset()
            done = box.wait(60)
    assert done.code == 0, box.told()
    assert proxy.accepted == 3
    assert set(box.finals()) == {translation(turn) for turn in SHORT[:2]}, box.told()
    assert len(box.finals()) <= 2 + 2


def test_a_reset_before_the_service_said_anything(emulator: Emulator, tmp_path: Path) -> None:
    with FaultProxy(("127.0.0.1", emulator.port)) as proxy:
        proxy.refuse()
        url = emulator.url.replace(str(emulator.port), str(proxy.port))
        with Box(tmp_path, emulator, sound(SHORT[:1]), service__url=url) as box:
            box.wait_for("line", lambda row: row["state"] == "dialing")
            proxy.forward()
            done = box.wait()
    assert done.code == 0, box.told()
    assert box.finals() == [translation(SHORT[0])]
    assert emulator.messages("in", "session.finish")
