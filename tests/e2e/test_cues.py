"""Cues on the real process: a tone at once, and behind it the words, in the language of who is to speak.

Responsible for: what the ear would have heard. Must not: test which cue comes when (``tests/core/test_cues.py``).
"""

import signal
from pathlib import Path

from tests.e2e.harness import LOUD, Box, Emulator, heard_levels
from tests.e2e.test_keys import script

TONE_MS = 140
SILENCE = bytes(2 * 16_000 * 12)


def loud_ms(box: Box) -> int:
    return 10 * sum(level > LOUD for level in heard_levels(box.folder / "heard.wav"))


def test_ready_is_a_tone_and_a_word_and_a_setting_leaves_the_tone(tmp_path: Path) -> None:
    rows = ((0, "talk", True), (100, "talk", False), (3_000, "talk", True), (3_100, "talk", False))
    heard = {}
    with Emulator(tmp_path / "service") as service:
        for choice in ("once", "never"):
            keys = script(tmp_path / choice / "keys.toml", *rows)
            with Box(
                tmp_path / choice, service, SILENCE, keys__driver="script", keys__script=keys, run__start="key",
                run__until="forever", loudspeaker__spoken_cues=choice,
            ) as box:  # fmt: skip
                box.wait_for("cue", lambda row: row["name"] == "ready")
                box.wait_for("line", lambda row: row["state"] == "closed")
                box.signal(signal.SIGTERM)
                assert box.wait(20).code == 0, box.told()
                heard[choice] = loud_ms(box)
    assert 0 < heard["never"] <= TONE_MS + 60, "and the ticks of two presses"
    assert heard["once"] > heard["never"] + 200, "a word takes longer than any tone"
