"""What the demo leaves behind: figures, subtitles, a table.

Responsible for: ``summary.json``, ``subtitles.srt`` and the words on the terminal, from the journal's rows.
Must not: measure; every figure comes from the box itself.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from appliance.app import Totals
from appliance.workers.storage.latency_stats import WORDS, percentile

LAST_SUBTITLE_MS = 4_000

Row = tuple[int, dict[str, Any]]


@dataclass
class Report:
    """Collects rows while the box runs."""

    turns: list[dict[str, Any]] = field(default_factory=list)
    pictures: list[dict[str, Any]] = field(default_factory=list)
    _subtitles: dict[tuple[int, int], list[Row]] = field(default_factory=dict)
    _directions: dict[int, str] = field(default_factory=dict)

    def row(self, at: int, what: str, fields: dict[str, Any]) -> None:
        """One row of the journal."""
        if what == "turn":
            self.turns.append(dict(fields))
        elif what == "subtitle" and fields["shown"]:
            self._subtitles.setdefault((fields["line"], fields["turn"]), []).append((at, dict(fields)))
        elif what == "picture":
            self.pictures.append(dict(fields))
        elif what == "line":
            self._directions[fields["number"]] = fields["direction"]

    def write_summary(self, path: Path, totals: Totals) -> None:
        """hardware/guide/operate.md#commands."""
        keep = (
            "first_text_ms", "first_sound_ms", "first_text_after_start_ms", "first_sound_after_start_ms", "gap_ms",
            "replay",
        )  # fmt: skip
        summary = {
            "turns": [{name: turn[name] for name in keep} for turn in self.turns],
            "tokens": totals.tokens,
            "minutes": round(totals.minutes, 3),
            "underruns": totals.underruns,
            "xruns": totals.xruns,
        }
        path.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")

    def finals(self) -> list[str]:
        """The final texts that were shown, in order."""
        last = [rows[-1] for rows in self._subtitles.values()]
        return [row["text"] for _, row in sorted(last, key=lambda row: row[0]) if row["final"]]

    def write_subtitles(self, path: Path) -> None:
        """The final texts as SubRip, each from when it was final until the next is."""
        spans = sorted(
            (_final_at(rows), rows[-1][1]["text"]) for rows in self._subtitles.values() if rows[-1][1]["final"]
        )
        ends = [start for start, _ in spans[1:]] + [spans[-1][0] + LAST_SUBTITLE_MS] if spans else []
        blocks = (
            f"{number}\n{_stamp(start)} --> {_stamp(end)}\n{text}\n"
            for number, ((start, text), end) in enumerate(zip(spans, ends, strict=True), 1)
        )
        path.write_text("\n".join(blocks), encoding="utf-8")

    def table(self, totals: Totals) -> str:
        """The figures, for a person."""
        lines = ["turn  direction  first text  first sound   gaps   (ms after the end of speech)"]
        for number, turn in enumerate(self.turns, 1):
            direction = self._directions.get(turn["line"], "").replace(">", " → ")
            lines.append(
                f"{number:>4}  {direction:<9} {_cell(turn['first_text_ms'], 11)}  {_cell(turn['first_sound_ms'], 11)}"
                f"  {turn['gap_ms']:>5}{'   again' if turn['replay'] else ''}"
            )
        for name, words in WORDS.items():
            values = [turn[name] for turn in self.turns if turn[name] is not None]
            if len(values) > 1:
                lines.append(f"{words:<33} p50 {percentile(values, 50):>6} ms   p95 {percentile(values, 95):>6} ms")
        lines.append(
            f"{len(self.turns)} turns, {totals.tokens} tokens as the emulator counts them, "
            f"{totals.minutes:.2f} minutes sent, {totals.underruns} underruns, {totals.xruns} overruns"
        )
        return "\n".join(lines)

    def decided(self, scene: str, known: dict[str, str]) -> str:
        """What the picture of a scene came to. ``known``: by scene, the emulator's sentence for that picture."""
        if not self.pictures:
            return f"The picture of {scene} did not go out, so nothing was decided by it."
        shown = self.finals()
        taken = next((name for name, text in known.items() if text in shown), None)
        if taken is None:
            return f"The picture of {scene} went out, and the emulator made nothing of it."
        return (
            f"The box showed {scene}.jpg ({_picture(self.pictures[0])}). "
            f"By its colours the emulator took it for {taken}.jpg,\n"
            f"and so it said: {known[taken]}\n"
            + "".join(f"With {name}.jpg it says:  {text}\n" for name, text in known.items() if name != taken)
            + "It has known both sentences by heart; the picture only decides between them."
        )

    def progress(self, what: str, fields: dict[str, Any]) -> str | None:
        """A line worth telling while it goes on, or None."""
        if what == "line" and fields["state"] in ("dialing", "ready"):
            verb = "calls the emulator" if fields["state"] == "dialing" else "is ready"
            return f"line {fields['number']} ({fields['direction'].replace('>', ' → ')}) {verb}"
        if what == "heard" and fields["final"] and fields["text"]:
            return f"said:  {fields['text']}"
        if what == "subtitle" and fields["final"]:
            return f"shown: {fields['text']}"
        if what == "key" and fields["down"]:
            return f"key:   {fields['key'].upper()}"
        if what == "picture":
            return f"seen:  {_picture(fields)}"
        return None


def _final_at(rows: list[Row]) -> int:
    return next(at for at, fields in rows if fields["final"])


def _picture(row: dict[str, Any]) -> str:
    return f"{row['width']} × {row['height']} pixels, {row['bytes']:,} bytes"


def _cell(value: int | None, width: int) -> str:
    return f"{'–' if value is None else value:>{width}}"


def _stamp(ms: int) -> str:
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02},{ms:03}"
