"""When nobody speaks for long: the uplink stops, later the line ends, and the next word is not lost for it."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.e2e.harness import Box, Emulator, Row
from tests.e2e.numbers import RATE_HZ, account, rehearsal, timed

GATE_MS = 30_000
PRE_ROLL_MS = 1_000
WARM_MS = 120_000
EARS_DIFFER_MS = 400  # the local detector hears an end later than the recording has it, and a beginning later too
TAIL_MS = 1_000  # of silence that closes the last turn


def sent(service: Emulator) -> list[tuple[int, int]]:
    """(when, how much) of every piece of sound that the service was sent, in ms."""

    def piece(row: Row) -> tuple[int, int]:
        return row["at"], row["message"]["audio"] * 500 // RATE_HZ

    rows = [row for row in service.rows("in") if isinstance(row["message"], dict)]
    return [piece(row) for row in rows if row["message"].get("type") == "input_audio_buffer.append"]


def test_silence_is_not_sent_and_the_first_syllable_is(tmp_path: Path) -> None:
    silent_ms = GATE_MS + 6_000
    said = timed([(1, 300), (2, 4_000), (3, silent_ms)])
    with Emulator(tmp_path / "emulator", turns=rehearsal(3)) as service:
        with Box(tmp_path, service, said.pcm) as box:
            done = box.wait(75)
        pieces = sent(service)
        assert service.dials() == 1, "the line stays"
    assert done.code == 0, box.told()
    figures = account(box, said.numbers)
    assert (figures.lost, figures.repeats, figures.in_order) == ((), 0, True), box.told()
    gaps = sorted(later - earlier for (earlier, _), (later, _) in pairwise(pieces))
    assert gaps[-2] < 1_000, "a pause of four seconds stops nothing"
    stopped_ms, began_ms = max(pairwise(at for at, _ in pieces), key=lambda pair: pair[1] - pair[0])
    withheld_ms = silent_ms - GATE_MS
    assert abs(began_ms - stopped_ms - withheld_ms) < 2 * EARS_DIFFER_MS, "the uplink stood still"
    whole_ms = len(said.pcm) * 500 // RATE_HZ + TAIL_MS
    assert abs(whole_ms - sum(ms for _, ms in pieces) - (withheld_ms - PRE_ROLL_MS)) < 2 * EARS_DIFFER_MS
    at_once = sum(ms for at, ms in pieces if began_ms <= at < began_ms + 200)
    assert at_once >= PRE_ROLL_MS, "the second before the word goes first"


@pytest.mark.soak
def test_after_two_minutes_the_line_is_finished_and_the_next_word_dials(tmp_path: Path) -> None:
    said = timed([(1, 300), (2, WARM_MS + 6_000), (3, 1_400)])
    with Emulator(tmp_path / "emulator", turns=rehearsal(3)) as service:
        with Box(tmp_path, service, said.pcm) as box:
            done = box.wait(170)
        assert service.dials() == 2
        assert len(service.messages("in", "session.finish")) == 2
    assert done.code == 0, box.told()
    figures = account(box, said.numbers)
    assert (figures.lost, figures.repeats, figures.in_order) == ((), 0, True), box.told()
    finishing = next(row for row in box.rows("line") if row["state"] == "finishing")
    assert finishing["why"] == "unused"
    again = next(row for row in box.rows("line") if (row["number"], row["state"]) == (2, "dialing"))
    assert again["why"] == "wanted", "the first word after a rest is no redial"
    assert again["at"] - finishing["at"] > 3_000
    assert box.faults() == []
