"""Whole runs against a service that takes back many a stash: what was shown stays, by the journal's own rows."""

from collections.abc import Iterator, Mapping

import pytest

from tests.display.erasure import measure
from tests.e2e.harness import Box, Emulator, all_of, sound, translation

TURNS = (11, 4)
TARGETS = ("es", "zh", "ar")  # words with spaces, without, and right to left


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Box]]:
    """One box for each target, side by side."""
    folder = tmp_path_factory.mktemp("erasure")
    with Emulator(folder / "emulator", habits=["withdrawn_stash"], turns=TURNS, seed=4) as emulator:
        pcm = sound(TURNS)
        made = {code: Box(folder / code, emulator, pcm, languages__theirs=code) for code in TARGETS}
        with all_of(made):
            yield made


def test_hardly_a_shown_word_is_taken_back_and_no_confirmed_one(boxes: Mapping[str, Box]) -> None:
    rows, told = [], []
    for number, (code, box) in enumerate(boxes.items()):
        assert box.wait().code == 0, box.told()
        assert box.finals() == [translation(turn, code) for turn in TURNS]
        rows += [{**row, "line": number} for row in box.rows("subtitle")]
    told = [{**row, "shown": row["text"] + row["stash"]} for row in rows]
    figures = measure(rows)
    print(f"{figures}; shown {figures.shown:.3f}, of all that was told {measure(told).shown:.3f}")
    assert figures.turns == len(TURNS) * len(TARGETS)
    assert figures.confirmed == 0
    assert figures.shown <= 0.2, figures
    assert measure(told).shown > 0.2, "the service took back enough for this to mean something"
