"""A service with bad manners, and one that strikes: the box never crashes, answers what can be answered, and ends."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.harness import SHORT, Box, Emulator, Finished, sound, translation

AT_ONCE = 8  # boxes side by side: more of them, and two cores are too few for real time
LIMIT_S = 60  # of one conversation: a deaf line of twenty, a finish of fifteen, and its seven seconds twice
SAID = SHORT[:2]
MANNERS = (
    "talks_nonsense",
    "flat_error",
    "minimal_error",
    "minimal_error:nulls",
    "unknown_event",
    "unknown_field",
    "late_stopped",
    "late_completed",
    "overlap",
    "odd_bytes",
    "huge_delta",
    "usage_jump",
    "asr_failed",
    "withdrawn_stash",
    "link:none",
    "finish:delayed",
)
"""Everything is answered on the first line."""

BLOWS = {
    "drops_mid_response": "reset",
    "oversized": "oversized",
    "repeat_output_1011": "closed 1011",
    "half_open": "dead",
    "thread_pool": "closed 1011",
    "busy_1013:1": "closed 1013",
    "no_created:1": "no answer to the handshake",
    "no_updated:1": "no answer to the handshake",
}
"""The line is lost for this reason; the next one answers."""

GIVEN_UP = {
    "hears_only": 2,
    "hears_only:completed@2": 1,
    "incomplete": 2,
    "incomplete:empty@1": 1,
    "cancelled": 2,
    "interrupted_response": 1,
    "interrupt:cancelled": 1,
    "interrupt:no-done": 1,
}
"""So many turns are not answered, or by half a sentence: each is reported lost, and the run has not done its work."""

OTHERS = ("empty_turn", "finish:never", "quota:error")

STALLED = "asr_504"


@dataclass(frozen=True, slots=True)
class Run:
    """A box, how it ended, and how often it dialled."""

    box: Box
    done: Finished
    dials: int


def run(folder: Path, habit: str) -> Run:
    """A conversation with a service of this habit."""
    place = folder / habit.replace(":", "-")
    with (
        Emulator(place / "emulator", (habit,), SAID) as emulator,
        Box(
            place,
            emulator,
            sound(SAID),
            microphone__pace="realtime" if habit in (*BLOWS, *GIVEN_UP, STALLED) else "fast",
        ) as box,
    ):
        done = box.wait(LIMIT_S)
        return Run(box, done, emulator.dials())


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Future[Run]]:
    folder = tmp_path_factory.mktemp("runs")
    names = [STALLED, *OTHERS, *GIVEN_UP, *BLOWS, *MANNERS]  # those that take longest first
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {name: pool.submit(run, folder, name) for name in names}


@pytest.mark.parametrize("habit", [*MANNERS, *BLOWS, *GIVEN_UP, *OTHERS])
def test_it_never_crashes(runs: Mapping[str, Future[Run]], habit: str) -> None:
    assert runs[habit].result().done.code in (0, 69), runs[habit].result().box.told()
    assert "Traceback" not in runs[habit].result().done.errors


@pytest.mark.parametrize("habit", MANNERS)
def test_manners_are_put_up_with(runs: Mapping[str, Future[Run]], habit: str) -> None:
    run = runs[habit].result()
    assert run.done.code == 0, run.box.told()
    assert run.dials == 1
    assert run.box.faults() == []
    assert run.box.finals() == [translation(turn) for turn in SAID], run.box.told()
    assert run.box.line_states()[-1] == (1, "closed")


@pytest.mark.parametrize("habit", GIVEN_UP)
def test_a_turn_that_is_given_up_is_reported_lost(runs: Mapping[str, Future[Run]], habit: str) -> None:
    run = runs[habit].result()
    assert run.done.code == 69, run.box.told()
    assert f"please repeat: {GIVEN_UP[habit]}" in run.done.errors, run.box.told()
    whole = [said for said in run.box.finals() if said in [translation(turn) for turn in SAID]]
    if not habit.startswith("interrupt"):  # such a response has its whole text, and not its whole speech
        assert len(whole) == len(SAID) - GIVEN_UP[habit], "half a sentence does not stand there as if it were whole"


@pytest.mark.parametrize("habit", BLOWS)
def test_a_blow_costs_a_line_and_no_sentence(runs: Mapping[str, Future[Run]], habit: str) -> None:
    run = runs[habit].result()
    assert run.done.code == 0, run.box.told()
    assert run.dials == 2
    lost = [row for row in run.box.rows("line") if row["state"] == "lost"]
    assert len(lost) == 1
    assert BLOWS[habit] in lost[0]["why"]
    assert set(run.box.finals()) == {translation(turn) for turn in SAID}, run.box.told()
    assert "not answered" not in run.done.errors


def test_a_recogniser_that_timed_out_costs_a_line_and_no_sentence(runs: Mapping[str, Future[Run]]) -> None:
    run = runs[STALLED].result()
    assert run.done.code == 0, run.box.told()
    assert run.dials == 2
    assert set(run.box.finals()) == {translation(turn) for turn in SAID}


def test_an_empty_turn_is_an_answer(runs: Mapping[str, Future[Run]]) -> None:
    run = runs["empty_turn"].result()
    assert run.done.code == 0
    assert not any(run.box.finals())
    assert run.box.rows("spoken") == []


def test_a_finish_that_is_never_confirmed_is_waited_for_in_vain(runs: Mapping[str, Future[Run]]) -> None:
    run = runs["finish:never"].result()
    assert run.done.code == 0, run.box.told()
    assert run.box.finals() == [translation(turn) for turn in SAID]
    assert run.box.rows("line")[-1]["why"] == "no session.finished"


def test_a_used_up_account_ends_the_run(runs: Mapping[str, Future[Run]]) -> None:
    run = runs["quota:error"].result()
    assert run.done.code == 69, run.box.told()
    assert run.box.faults() == ["S2"]
    assert run.dials == 1
    assert "S2: quota or rate exhausted" in run.done.errors
