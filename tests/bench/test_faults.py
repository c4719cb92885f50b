"""The table of the comparison says what was measured, and "never" where nothing came."""

from tests.bench.faults import LatencyStats, _back_ms, _longest_s, table
from tests.e2e.harness import Row

PLAIN = LatencyStats(back_ms=None, lost_s=13.04, noticed_s=0.04, silent_s=12.5, ended="exit 0")
BOX = LatencyStats(back_ms=157, lost_s=0.0, noticed_s=4.0, silent_s=2.8, ended="exit 0")


def row(at: int, connection: int, way: str, **message: object) -> Row:
    return {"at": at, "connection": connection, "way": way, "message": message}


def test_the_table() -> None:
    assert table([(0, (PLAIN, BOX)), (30, (PLAIN, BOX))]).splitlines()[2:4] == [
        "| reset | plain client | 0.0 s | never | 12.5 s | 13.0 s | exit 0 |",
        "| reset | **this box** | 4.0 s | 157 ms after the link | 2.8 s | 0.0 s | exit 0 |",
    ]
    assert "| black hole of 30 s | plain client |" in table([(30, (PLAIN, BOX))])


def test_silence_counts_from_the_last_answer_before_the_fault() -> None:
    assert _longest_s([1.0, 4.0, 9.0, 10.0], began=5.0, until=12.0) == 5.0
    assert _longest_s([1.0, 4.0], began=5.0, until=20.0) == 16.0, "nothing came any more"
    assert _longest_s([], began=5.0, until=20.0) == 15.0


def test_back_is_the_first_sound_of_ones_own_behind_the_fault() -> None:
    session = {"translation": {"language": "fr"}}
    other = {"translation": {"language": "es"}}
    rows = [
        row(0, 1, "in", type="session.update", session=session),
        row(1, 2, "in", type="session.update", session=other),
        row(4_000, 1, "in", type="input_audio_buffer.append", audio=3_200),
        row(5_100, 2, "in", type="input_audio_buffer.append", audio=3_200),
        row(5_200, 1, "out", type="input_audio_buffer.append"),
        row(5_300, 1, "in", type="input_audio_buffer.append", audio=3_200),
    ]
    assert _back_ms(rows, "fr", since_s=5.0) == 300
    assert _back_ms(rows[:4], "fr", since_s=5.0) is None
