"""The day's allowance on the real process: it acts between two sentences, and outlives the process."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from appliance.workers.storage.usage_store import NAMES, Count, UsageStore, written
from tests.e2e.harness import SHORT, Box, Emulator, sound

LEFT_MS = 1_000  # of the minute that is allowed


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(tmp_path_factory.mktemp("emulator")) as made:
        yield made


def spent(folder: Path) -> Count:
    """What the next process would find."""
    return UsageStore(folder, lambda _: None, lambda: 0).load()


def test_a_cap_lets_the_sentence_end_and_the_next_process_does_not_begin_anew(
    emulator: Emulator, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    today = f"{datetime.now().astimezone():%Y-%m-%d}"
    (state / NAMES[1]).write_bytes(written(Count(today, 60_000 - LEFT_MS, 5), 1))
    environment = {"STATE_DIRECTORY": str(state)}
    with Box(tmp_path / "first", emulator, sound(SHORT), environment=environment, cost__daily_minutes=1) as box:
        done = box.wait(40)
    assert done.code == 69, box.told()
    assert box.faults() == ["B1"], box.told()
    assert len(box.finals()) == 1, "the sentence that was being spoken was finished, and no other begun"
    assert [state for _, state in box.line_states()] == ["dialing", "configuring", "ready", "finishing", "closed"]
    count = spent(state)
    assert (count.day, count.sent_ms >= 60_000, count.tokens > 5) == (today, True, True)
    dials = emulator.dials()
    with Box(tmp_path / "second", emulator, sound(SHORT), environment=environment, cost__daily_minutes=1) as box:
        done = box.wait(40)
    assert (done.code, box.faults(), box.rows("line")) == (69, ["B1"], [])
    assert emulator.dials() == dials


def test_a_state_folder_that_cannot_be_written_is_told_and_the_box_works_on(emulator: Emulator, tmp_path: Path) -> None:
    environment = {"STATE_DIRECTORY": str(tmp_path / "nowhere")}
    with Box(tmp_path / "box", emulator, sound(SHORT[:1]), environment=environment) as box:
        done = box.wait(40)
    assert (done.code, box.faults(), len(box.finals())) == (0, ["W1"], 1), box.told()
