"""Whether the service ever saw a picture that it must not see.

Responsible for: reading the emulator's objections and its wire log. Must not: trust the box's own account.
"""

from appliance.emulator.pictures import LONG_SIDE_LIMIT, SHORT_SIDE_LIMIT
from tests.e2e.harness import Box, Emulator, Row

APPEND = "input_image_buffer.append"
SOUND = "input_audio_buffer.append"
MOST_BYTES = 500_000


def complaints(emulator: Emulator) -> list[str]:
    """What the emulator objected to (not behind sound of its buffer, too many, too large, over 1080p, no JPEG) and what
    its log shows besides; [] = all is well.
    """
    errors = [message["error"].get("message", "") for message in emulator.messages("out", "error")]
    found = [words for words in errors if "image" in words]
    rows = emulator.rows("in")
    for number in sorted({row["connection"] for row in rows}):
        found += [f"connection {number}: {words}" for words in _of_one([r for r in rows if r["connection"] == number])]
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


def told(box: Box) -> list[Row]:
    """The journal's rows of pictures; raises where one is above 1080p."""
    rows = box.rows("picture")
    for row in rows:
        assert max(row["width"], row["height"]) <= LONG_SIDE_LIMIT
        assert min(row["width"], row["height"]) <= SHORT_SIDE_LIMIT
    return rows
