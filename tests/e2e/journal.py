"""The rows of the journal as scripts outside the project read them (hardware/guide/operate.md#the-journal).

Responsible for: the fields that each row must have, and their kinds. More fields, and more kinds of rows, may come.
Must not: judge what a row says.
"""

from typing import Any

NUMBER = (int, type(None))

FIELDS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "subtitle": {
        "text": str, "stash": str, "shown": str, "final": bool, "language": str, "line": int, "turn": int, "late": bool,
    },
    "heard": {"text": str, "language": str, "final": bool},
    "spoken": {"ms": int, "line": int, "turn": int, "replay": bool},
    "line": {"number": int, "direction": str, "state": str, "why": str},
    "mode": {"from": str, "to": str, "why": str},
    "fault": {"code": str, "on": bool, "detail": str},
    "picture": {"bytes": int, "width": int, "height": int},
    "turn": {
        "line": int, "n": int, "replay": bool, "first_text_ms": NUMBER, "first_sound_ms": NUMBER,
        "first_text_after_start_ms": NUMBER, "first_sound_after_start_ms": NUMBER, "gap_ms": int,
    },
    "key": {"key": str, "down": bool},
    "screen": {"hash": str},
    "cue": {"name": str},
    "opened": {"alsa": int, "file": int, "picamera2": int, "folder": int},
}  # fmt: skip
STATES = ("dialing", "configuring", "ready", "finishing", "lost", "closed")


def as_published(row: dict[str, Any]) -> dict[str, Any]:
    """The row; fails where it is not what the contract says."""
    assert list(row)[:2] == ["at", "what"], row
    assert type(row["at"]) is int, row
    for name, kind in FIELDS.get(row["what"], {}).items():
        assert name in row, f"{name} is missing in {row}"
        assert type(row[name]) in (kind if isinstance(kind, tuple) else (kind,)), f"{name} in {row}"
    if row["what"] == "line":
        assert row["state"] in STATES, row
        assert row["direction"].count(">") == 1, row
    if row["what"] == "subtitle" and row["final"]:
        assert row["text"] == row["text"].strip(), row
    return row
