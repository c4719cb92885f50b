"""How a run is ended from outside: in good order by a signal, and by force without harm to its files."""

import signal
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.harness import LOUD, SHORT, TURNS, Box, Emulator, all_of, heard_levels, sound, translation

SIGNALS = {"SIGTERM": signal.SIGTERM, "SIGINT": signal.SIGINT}
ENDS_WITHIN_S = 8 + 5 + 1
FIRST = 11  # the longest English one


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(tmp_path_factory.mktemp("emulator"), turns=(FIRST, SHORT[1])) as started:
        yield started


pytestmark = pytest.mark.timing  # a signal must meet the middle of a sentence


@pytest.fixture(scope="module")
def boxes(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Box]]:
    folder = tmp_path_factory.mktemp("boxes")
    # After the first sentence a second one that nobody will have finished when the signal comes.
    pcm = sound((FIRST, SHORT[1]))
    made = {
        f"{name} {until}": Box(folder / f"{name}-{until}", emulator, pcm, run__until=until)
        for name in SIGNALS
        for until in ("forever", "microphone-ends")
    }
    made["kill"] = Box(folder / "kill", emulator, pcm)
    with all_of(made):
        yield made


@pytest.fixture(scope="module")
def signalled_at(boxes: Mapping[str, Box]) -> Mapping[str, int]:
    """Each got its signal in the first sentence.

    Values: the journal's latest row before it, in ms.
    """

    def signal_in_mid_sentence(name: str) -> int:
        box = boxes[name]
        # Most of it was heard, and it is not answered yet.
        most = len(TURNS[FIRST].source) * 2 // 3
        box.wait_for("heard", lambda row: not row["final"] and len(row["text"]) >= most)
        assert box.finals() == []
        latest = max(int(row["at"]) for row in box.rows())
        box.signal(SIGNALS[name.partition(" ")[0]])
        return latest

    names = [name for name in boxes if name != "kill"]
    with ThreadPoolExecutor(len(names)) as pool:  # each at its own moment
        return dict(zip(names, pool.map(signal_in_mid_sentence, names), strict=True))


@pytest.mark.parametrize("until", ["forever", "microphone-ends"])
@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_in_mid_sentence_lets_it_be_answered(
    boxes: Mapping[str, Box], signalled_at: Mapping[str, int], name: str, until: str
) -> None:
    box = boxes[f"{name} {until}"]
    done = box.wait(ENDS_WITHIN_S)
    assert done.code == 0, box.told()
    assert box.finals() == [translation(FIRST)], box.told()
    assert [row["turn"] for row in box.rows("spoken")] == [1]
    assert box.rows("line")[-1]["state"] == "closed"
    assert box.rows("line")[-1]["why"] == "finished"
    stopping = next(row for row in box.rows("mode") if row["to"] == "stopping")
    assert stopping["why"] == name
    assert 0 <= stopping["at"] - signalled_at[f"{name} {until}"] < 1_000
    assert max(row["at"] for row in box.rows()) - stopping["at"] < ENDS_WITHIN_S * 1_000
    assert "Traceback" not in done.errors


def test_killed_it_leaves_files_that_can_be_read(boxes: Mapping[str, Box]) -> None:
    box = boxes["kill"]
    spoken = box.wait_for("spoken")
    box.signal(signal.SIGKILL)
    assert box.wait(5).code == -signal.SIGKILL
    text = (box.folder / "journal.jsonl").read_text(encoding="utf-8")
    assert text.endswith("\n")
    assert box.finals()[0] == translation(FIRST)
    levels = heard_levels(box.folder / "heard.wav")
    assert sum(level > LOUD for level in levels) * 10 > spoken["ms"] // 3
