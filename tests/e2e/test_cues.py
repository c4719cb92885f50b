"""Cues on the real box: a tone at once, behind it the words, and winks of the light that hide nothing.

Responsible for: what the ear would have heard, and the eye seen. Must not: test which cue comes when (``tests/core``).
"""

import signal
import threading
from itertools import pairwise
from pathlib import Path

import pytest

from appliance.adapters import factory
from appliance.adapters.on_air import BLINK_MS
from appliance.app import Box as WholeBox
from appliance.app import Taps
from appliance.clock import RealClock
from appliance.config.reading import paths_from, read
from appliance.config.secret import SecretKey
from tests.e2e.harness import LOUD, Box, Emulator, all_of, heard_levels, settings, write_wav
from tests.e2e.test_keys import script

TONE_MS = 140
SILENCE = bytes(2 * 16_000 * 12)


def loud_ms(box: Box) -> int:
    return 10 * sum(level > LOUD for level in heard_levels(box.folder / "heard.wav"))


def test_ready_is_a_tone_and_a_word_and_a_setting_leaves_the_tone(tmp_path: Path) -> None:
    rows = ((0, "talk", True), (100, "talk", False), (3_000, "talk", True), (3_100, "talk", False))
    with Emulator(tmp_path / "service") as service:
        boxes = {
            choice: Box(
                tmp_path / choice, service, SILENCE, keys__driver="script",
                keys__script=script(tmp_path / choice / "keys.toml", *rows), run__start="key", run__until="forever",
                loudspeaker__spoken_cues=choice,
            )
            for choice in ("once", "never")
        }  # fmt: skip
        with all_of(boxes):
            for box in boxes.values():
                box.wait_for("cue", lambda row: row["name"] == "ready")
                box.wait_for("line", lambda row: row["state"] == "closed")
                box.signal(signal.SIGTERM)
                assert box.wait(20).code == 0, box.told()
    once, never = loud_ms(boxes["once"]), loud_ms(boxes["never"])
    assert 0 < never <= TONE_MS + 60, "and the ticks of two presses"
    assert once > never + 200, "a word takes longer than any tone"


class Eye:
    """A light, and when it was switched."""

    def __init__(self, clock: RealClock) -> None:
        self._clock = clock
        self.seen: list[tuple[int, bool]] = []

    def set(self, on: bool) -> None:
        """See when it changes."""
        if not self.seen or self.seen[-1][1] is not on:
            self.seen.append((self._clock.now_ms(), on))

    def close(self) -> None:
        """It goes dark."""
        self.set(False)


@pytest.mark.timing  # a wink is a tenth of a second
def test_the_light_winks_and_never_hides_that_sound_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole box in this process, for its light cannot be seen from outside."""
    clock, folder = RealClock(), tmp_path
    eye = Eye(clock)
    monkeypatch.setattr(factory, "light", lambda _: eye)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)  # the box takes it, and it is given back
    write_wav(folder / "in.wav", SILENCE)
    keys = script(folder / "keys.toml", (0, "talk", True), (100, "talk", False), (3_000, "power", True))
    rows: list[tuple[int, str, object]] = []
    with Emulator(folder / "service") as service:
        (folder / "bench.toml").write_text(
            settings(
                service__url=service.url, service__ca_file=service.ca, microphone__device=folder / "in.wav",
                loudspeaker__device=folder / "heard.wav", keys__driver="script", keys__script=folder / keys,
                run__start="key", run__until="forever", run__journal="",
            )
        )  # fmt: skip
        loaded = read(folder / "bench.toml", {}, paths_from({}))
        assert loaded.problems == ()
        taps = Taps(row=lambda at, what, fields: rows.append((at, what, fields.get("to", fields.get("state")))))
        box = WholeBox(loaded.settings, loaded.phrases, SecretKey("a-key"), taps, clock)
        assert box.run() == 0
    ready = next(at for at, what, state in rows if (what, state) == ("line", "ready"))
    over = next(at for at, what, state in rows if (what, state) == ("line", "finishing"))
    dark = [
        (since, until - since) for (since, on), (until, _) in pairwise(eye.seen) if not on and ready <= since < over
    ]
    winks = [ms for since, ms in dark if since < ready + 1_000]
    assert len(winks) == 2, eye.seen
    assert all(ms < BLINK_MS // 2 for ms in winks), "no wink is taken for the blink that says: it only listens"
    assert [ms for since, ms in dark if since >= ready + 1_000] == [], "steady from then on"
    assert eye.seen[-1][1] is False
