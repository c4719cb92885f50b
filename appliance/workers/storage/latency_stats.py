"""The figures of the last turns, and p50 and p95 of them when somebody asks (appliance/core/README.md#what-it-costs).

Responsible for: keeping numbers of the journal's ``turn`` rows, in memory and bounded, and the sentences about them.
Must not: keep a word, write anywhere, or measure: every figure comes from the core.
"""

import statistics
from collections import deque
from collections.abc import Iterator, Sequence

from appliance.core.model.effects import Field

MOST_TURNS = 1_000
WORDS = {
    "first_text_ms": "end of speech → first text",
    "first_sound_ms": "end of speech → first sound",
    "first_text_after_start_ms": "begin of speech → first text",
    "first_sound_after_start_ms": "begin of speech → first sound",
}
_GAP = "gap_ms"


class LatencyStats:
    """Main thread only: a listener of the journal, also where there is no file."""

    def __init__(self) -> None:
        self._turns: deque[dict[str, Field]] = deque(maxlen=MOST_TURNS)

    def row(self, _at: int, what: str, fields: dict[str, Field]) -> None:
        """A row of the journal."""
        if what == "turn":
            self._turns.append({name: fields[name] for name in (*WORDS, _GAP)})

    def row_of(self, unanswered_ms: int, unheard_ms: int) -> dict[str, Field]:
        """All of it as a row of the journal; None where there was no such turn."""
        figures: dict[str, Field] = {"turns": len(self._turns)}
        for name in (*WORDS, _GAP):
            known = self._known(name)
            for percent in (50, 95):
                figures[f"{name.removesuffix('_ms')}_p{percent}_ms"] = percentile(known, percent) if known else None
        return figures | {"unanswered_ms": unanswered_ms, "unheard_ms": unheard_ms}

    def sentences(self, unanswered_ms: int, unheard_ms: int) -> Iterator[str]:
        """For the log. The backlog is of this moment: what was said and is not answered, what waits to be heard."""
        yield f"figures of the last {len(self._turns)} turns"
        for name, words in (*WORDS.items(), (_GAP, "gaps in what was heard")):
            known = self._known(name)
            if known:
                yield f"{words}: p50 {percentile(known, 50)} ms, p95 {percentile(known, 95)} ms"
        yield f"backlog: {unanswered_ms} ms not answered, {unheard_ms} ms not heard"

    def _known(self, name: str) -> list[int]:
        return [value for turn in self._turns if isinstance(value := turn[name], int)]


def percentile(values: Sequence[int], percent: int) -> int:
    """Between two neighbours where it falls between them. ``values``: one at least."""
    if len(values) == 1:
        return values[0]
    return round(statistics.quantiles(values, n=100, method="inclusive")[percent - 1])
