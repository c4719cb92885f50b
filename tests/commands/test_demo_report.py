"""The demo's figures: the published fields, subtitles that a player takes, and a table for a person."""

import json
from pathlib import Path
from typing import Any

from appliance.app import Totals
from appliance.commands.demo_report import Report

TOTALS = Totals(tokens=1_234, minutes=1.23456, underruns=2, xruns=1, unanswered_ms=0, reported_lost=0)
TURN: dict[str, Any] = {
    "line": 1, "n": 1, "replay": False, "first_text_ms": -900, "first_sound_ms": 700,
    "first_text_after_start_ms": 950, "first_sound_after_start_ms": 2_650, "gap_ms": 0,
}  # fmt: skip


def subtitle(report: Report, at: int, turn: int, text: str, *, final: bool = False, shown: str | None = None) -> None:
    report.row(at, "subtitle", {"line": 1, "turn": turn, "text": text, "final": final, "shown": shown or text})


def test_the_summary_has_the_published_fields_and_no_other(tmp_path: Path) -> None:
    report = Report()
    report.row(5, "turn", TURN)
    report.row(9, "turn", TURN | {"n": 2, "replay": True, "first_text_ms": None, "gap_ms": 40})
    report.write_summary(tmp_path / "summary.json", TOTALS)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary == {
        "turns": [
            {name: value for name, value in TURN.items() if name not in ("line", "n")},
            {
                "first_text_ms": None, "first_sound_ms": 700, "first_text_after_start_ms": 950,
                "first_sound_after_start_ms": 2_650, "gap_ms": 40, "replay": True,
            },
        ],
        "tokens": 1_234, "minutes": 1.235, "underruns": 2, "xruns": 1,
    }  # fmt: skip


def test_a_subtitle_stands_from_when_it_was_final_until_the_next(tmp_path: Path) -> None:
    report = Report()
    subtitle(report, 1_000, 1, "Good")
    subtitle(report, 3_661_007, 2, "", shown="")  # nothing to be seen of it yet
    subtitle(report, 2_000, 1, "Good evening.", final=True)
    subtitle(report, 3_661_008, 2, "Welcome.", final=True)
    subtitle(report, 3_700_000, 3, "never final")
    report.write_subtitles(tmp_path / "s.srt")
    assert (tmp_path / "s.srt").read_text() == (
        "1\n00:00:02,000 --> 01:01:01,008\nGood evening.\n\n2\n01:01:01,008 --> 01:01:05,008\nWelcome.\n"
    )


def test_nothing_shown_is_an_empty_file(tmp_path: Path) -> None:
    Report().write_subtitles(tmp_path / "s.srt")
    assert (tmp_path / "s.srt").read_text() == ""


def test_the_table_has_a_row_a_turn_and_the_percentiles() -> None:
    report = Report()
    report.row(0, "line", {"number": 1, "direction": "en>es", "state": "dialing"})
    for text_ms in (-900, None, 100):
        report.row(5, "turn", TURN | {"first_text_ms": text_ms, "replay": text_ms is None})
    table = report.table(TOTALS).splitlines()
    assert [row.split()[:5] for row in table[1:4]] == [
        ["1", "en", "→", "es", "-900"], ["2", "en", "→", "es", "–"], ["3", "en", "→", "es", "100"],
    ]  # fmt: skip
    assert table[2].endswith("again")
    assert table[4].split() == ["end", "of", "speech", "→", "first", "text", "p50", "-400", "ms", "p95", "50", "ms"]
    assert "3 turns, 1234 tokens as the emulator counts them, 1.23 minutes sent, 2 underruns, 1 overruns" in table[-1]
    assert len(Report().table(TOTALS).splitlines()) == 2


def test_progress_tells_calls_words_and_nothing_twice() -> None:
    report = Report()
    told = [
        report.progress("line", {"number": 2, "direction": "es>en", "state": state})
        for state in ("dialing", "configuring", "ready")
    ]
    assert told == ["line 2 (es → en) calls the emulator", None, "line 2 (es → en) is ready"]
    heard = [report.progress("heard", {"final": final, "text": text}) for final, text in ((False, "a"), (True, "a"))]
    assert heard == [None, "said:  a"]
    assert report.progress("heard", {"final": True, "text": ""}) is None
    assert report.progress("subtitle", {"final": True, "text": "b"}) == "shown: b"
    assert report.progress("subtitle", {"final": False, "text": "b"}) is None
    assert report.progress("key", {"key": "guest", "down": True}) == "key:   GUEST"
    assert report.progress("key", {"key": "guest", "down": False}) is None
    assert report.progress("screen", {}) is None


KNOWN = {"mask-medical": "una mascarilla", "mask-masquerade": "un antifaz"}
PICTURE: dict[str, Any] = {"bytes": 11_405, "width": 640, "height": 360}


def test_a_scene_ends_with_its_picture_and_what_it_came_to() -> None:
    report = Report()
    report.row(5, "picture", PICTURE)
    subtitle(report, 10, 1, "un antifaz", final=True)
    told = report.decided("mask-masquerade", KNOWN)
    assert "mask-masquerade.jpg (640 × 360 pixels, 11,405 bytes)" in told
    assert "took it for mask-masquerade.jpg,\nand so it said: un antifaz\n" in told
    assert "With mask-medical.jpg it says:  una mascarilla" in told
    assert "by heart" in told
    assert report.progress("picture", PICTURE) == "seen:  640 × 360 pixels, 11,405 bytes"


def test_a_scene_whose_picture_decided_nothing_says_so() -> None:
    report = Report()
    subtitle(report, 10, 1, "una máscara o mascarilla", final=True)
    assert "did not go out" in report.decided("mask-medical", KNOWN)
    report.row(15, "picture", PICTURE)
    assert "made nothing of it" in report.decided("mask-medical", KNOWN)
