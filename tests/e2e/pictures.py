"""Whether the service ever saw a picture that it must not see: asked of the emulator's wire log after every run.

Responsible for: reading the emulator's objections and its wire log. Must not: trust the box's own account.
"""

from collections.abc import Sequence
from typing import Any

from appliance.emulator.session.image_rules import LONG_SIDE_LIMIT, SHORT_SIDE_LIMIT

Row = dict[str, Any]

APPEND = "input_image_buffer.append"
SOUND = "input_audio_buffer.append"
MOST_BYTES = 500_000


def complaints(rows: Sequence[Row]) -> list[str]:
    """What the emulator objected to (not behind sound of its buffer, too many, too large, over 1080p, no JPEG) and what
    its log shows besides; [] = all is well.
    """
    errors = [
        row["message"]["error"].get("message", "")
        for row in rows
        if row["way"] == "out" and isinstance(row.get("message"), dict) and row["message"].get("type") == "error"
    ]
    found = [words for words in errors if "image" in words]
    came = [row for row in rows if row["way"] == "in" and isinstance(row.get("message"), dict)]
    for number in sorted({row["connection"] for row in came}):
        found += [f"connection {number}: {words}" for words in _of_one([r for r in came if r["connection"] == number])]
    return found


def _of_one(rows: list[Row]) -> list[str]:
    """A connection's own story: each picture right behind sound, never three within a second, never too large."""
    found: list[str] = []
    arrived: list[int] = []
    before = ""
    for row in rows:
        kind = row["message"].get("type", "")
        if kind == APPEND:
            at, size = row["at"], row["message"]["image"]
            arrived.append(at)
            if before != SOUND:
                found.append(f"at {at} a picture behind {before or 'nothing'}")
            if size > MOST_BYTES:
                found.append(f"at {at} a picture of {size} bytes")
            if len(arrived) > 2 and at - arrived[-3] < 1_000:
                found.append(f"at {at} the third picture in a second")
        before = kind
    return found


def told(rows: Sequence[Row]) -> list[Row]:
    """The journal's rows of pictures; raises where one is above 1080p."""
    pictures = [row for row in rows if row["what"] == "picture"]
    for row in pictures:
        assert max(row["width"], row["height"]) <= LONG_SIDE_LIMIT
        assert min(row["width"], row["height"]) <= SHORT_SIDE_LIMIT
    return pictures
