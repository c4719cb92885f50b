"""How a text becomes known while somebody is still speaking: confirmed part and stash.

Responsible for: the snapshots of one text, shown piece by piece, its stash withdrawn at times
(appliance/protocol/README.md#6-semantics).
Must not: know the clock, or which event the snapshot goes into.
"""

import random
import re

CONFIRM_EACH_MS = 1_000
WITHDRAWN = 0.2  # of the snapshots
MS_A_LETTER = 60
MS_A_SIGN = 180  # Chinese, Japanese, Korean: a sign is more than a letter

_UNSPACED = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"  # Thai, kana, Chinese signs
_PIECES = re.compile(rf"\s*[{_UNSPACED}]{{1,2}}[。、，！？]?|\s*[^\s{_UNSPACED}]+")
_SIGNS = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def pieces_of(text: str) -> list[str]:
    """Words with the space before them, or two signs at a time where words have no spaces."""
    return _PIECES.findall(text.rstrip())


def spoken_ms(text: str) -> int:
    """About how long somebody speaks this."""
    signs = len(_SIGNS.findall(text))
    return max(600, signs * MS_A_SIGN + (len(text) - signs) * MS_A_LETTER)


class Unfolding:
    """Snapshots of one text."""

    def __init__(self, chance: random.Random, withdrawn: float = WITHDRAWN) -> None:
        self._chance = chance
        self._withdrawn = withdrawn
        self._confirmed = 0  # pieces
        self._shown = 0
        self._confirmed_at_ms: int | None = None
        self._last = ("", "")

    def snapshot(self, text: str, fraction: float, at_ms: int) -> tuple[str, str] | None:
        """(text, stash) when ``fraction`` of it was said, at ``at_ms`` of the turn; None = nothing new."""
        pieces = pieces_of(text)
        if not pieces:
            return None
        if self._confirmed_at_ms is None:
            self._confirmed_at_ms = at_ms
        elif at_ms - self._confirmed_at_ms >= CONFIRM_EACH_MS:
            self._confirmed = min(max(self._confirmed, self._shown - 1), len(pieces))
            self._confirmed_at_ms = at_ms
        self._shown = min(len(pieces), max(self._confirmed, self._shown, round(fraction * len(pieces)), 1))
        confirmed = "".join(pieces[: self._confirmed])
        stash = "".join(pieces[self._confirmed : self._shown])
        found = self._doubted(confirmed, stash) if self._chance.random() < self._withdrawn else (confirmed, stash)
        if found == self._last:
            return None
        self._last = found
        return found

    def _doubted(self, confirmed: str, stash: str) -> tuple[str, str]:
        """The stash gone again, or closed by a full stop that will not stay, or all of it a stash once more."""
        if self._withdrawn > WITHDRAWN and confirmed and self._chance.random() < 0.5:
            return "", confirmed + stash
        if confirmed and self._chance.random() < 0.5:
            return confirmed, ""
        return confirmed, stash + "." if stash and stash[-1].isalnum() else ""
