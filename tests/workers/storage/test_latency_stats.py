"""``workers/storage/latency_stats.py``: numbers of the last turns. Must not: measure."""

from appliance.core.model.effects import Field
from appliance.workers.storage.latency_stats import MOST_TURNS, LatencyStats, percentile


def turn(text: int | None, sound: int | None, gap: int = 0) -> dict[str, Field]:
    """A row as the core notes it."""
    return {
        "line": 1, "n": 1, "replay": False, "first_text_ms": text, "first_sound_ms": sound,
        "first_text_after_start_ms": 900, "first_sound_after_start_ms": sound and sound + 1_000, "gap_ms": gap,
    }  # fmt: skip


def test_before_the_first_turn_there_is_the_backlog_alone() -> None:
    figures = LatencyStats()
    assert list(figures.sentences(120, 40)) == [
        "figures of the last 0 turns",
        "backlog: 120 ms not answered, 40 ms not heard",
    ]
    row = figures.row_of(120, 40)
    assert (row["turns"], row["first_text_p50_ms"], row["unanswered_ms"], row["unheard_ms"]) == (0, None, 120, 40)


def test_p50_and_p95_of_what_is_known() -> None:
    figures = LatencyStats()
    for text, sound in ((-400, None), (-200, 500), (100, 700)):
        figures.row(5, "turn", turn(text, sound, gap=20))
    figures.row(5, "subtitle", {"text": "Hola."})
    row = figures.row_of(0, 0)
    assert (row["turns"], row["first_text_p50_ms"], row["first_text_p95_ms"]) == (3, -200, 70)
    assert (row["first_sound_p50_ms"], row["gap_p95_ms"]) == (600, 20)
    words = list(figures.sentences(0, 0))
    assert "end of speech → first text: p50 -200 ms, p95 70 ms" in words
    assert "gaps in what was heard: p50 20 ms, p95 20 ms" in words
    assert not any("Hola" in sentence for sentence in words)


def test_one_alone_is_both_and_the_oldest_make_room() -> None:
    assert percentile([7], 50) == percentile([7], 95) == 7
    figures = LatencyStats()
    for n in range(MOST_TURNS + 5):
        figures.row(0, "turn", turn(n, None))
    assert figures.row_of(0, 0)["turns"] == MOST_TURNS
    assert figures.row_of(0, 0)["first_sound_p50_ms"] is None
