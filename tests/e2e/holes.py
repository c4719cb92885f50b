"""A black hole in mid-sentence: the run, and its figures.

Responsible for: letting a box speak, taking its network away and giving it back, and measuring what a person notices.
Must not: know how the network is taken away, or judge.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.e2e.harness import Box, Row
from tests.e2e.numbers import Account, Recording, account, began_ms, reported_lost

KEPT_MS = 90_000
"""What the box keeps for a line that is away (appliance/workers/uplink/README.md#the-release-rule)."""


@dataclass(frozen=True, slots=True)
class Outage:
    """What a black hole did. ``within``: what was said within the last 90 s before speech flowed again."""

    noticed_s: float  # from its beginning
    flowing_s: float  # from its end
    account: Account
    within: tuple[int, ...]
    reported_lost: int
    code: int

    def told(self) -> str:
        """One line of figures."""
        return (
            f"noticed after {self.noticed_s:.1f} s, flowing {self.flowing_s:.2f} s after its end, "
            f"{self.account.said} said, {len(self.account.lost)} lost, {self.reported_lost} reported lost, "
            f"{self.account.repeats} repeated, exit {self.code}"
        )


def outage(
    box: Box, said: Recording, seconds: float, take_away: Callable[[], None], give_back: Callable[[], None]
) -> Outage:
    """In the middle of the third utterance the network goes away for so long."""
    box.wait_for("subtitle", lambda row: row["turn"] == 3 and not row["final"], 60)
    take_away()
    began = time.monotonic()
    # A short hole may end before it is noticed; then both are looked for together.
    lost_s = _until(box, "lost", 1, began, seconds)
    time.sleep(max(0.0, began + seconds - time.monotonic()))
    give_back()
    ended = time.monotonic()
    if lost_s is None:
        lost_s = _until(box, "lost", 1, began, 10)
        assert lost_s is not None, box.told()
    line = box.wait_for("line", lambda row: row["state"] == "ready" and row["number"] > 1, 20)
    flowing_s = time.monotonic() - ended
    code = box.wait(said.ends_ms[-1] / 1000 + 60).code
    oldest_ms = line["at"] - began_ms(box, said) - KEPT_MS
    return Outage(
        lost_s,
        flowing_s,
        account(box, said.numbers),
        tuple(n for n, start in zip(said.numbers, said.starts_ms, strict=True) if start >= oldest_ms),
        reported_lost(box),
        code,
    )


def first_sound_ms(rows: Sequence[Row]) -> list[int]:
    """From each ``session.updated`` of a wire log to the first sound on its connection."""
    waits = []
    for number in {row["connection"] for row in rows if "connection" in row}:
        own = [row for row in rows if row.get("connection") == number and isinstance(row.get("message"), dict)]
        kinds = [(row["at"], row["message"].get("type")) for row in own]
        updated = next((at for at, kind in kinds if kind == "session.updated"), None)
        sound = next((at for at, kind in kinds if kind == "input_audio_buffer.append"), None)
        if updated is not None and sound is not None:
            waits.append(sound - updated)
    return waits


def _until(box: Box, state: str, number: int, began: float, limit_s: float) -> float | None:
    """Seconds from ``began`` to this state of a line; None when it does not come within the limit."""
    while time.monotonic() - began < limit_s:
        if any(row["state"] == state and row["number"] == number for row in box.rows("line")):
            return time.monotonic() - began
        time.sleep(0.02)
    return None
