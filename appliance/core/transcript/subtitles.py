"""What of a translation is shown: confirmed text at once, provisional words when two updates agree on them.

Responsible for: the sentences on the screen as text (appliance/display/README.md#6-subtitle-behaviour, "two updates
agree").
Must not: wrap lines or know pixels; ``display/`` does that.
"""

from appliance.core.model.fast_replace import replace
from appliance.core.model.limits import Limits
from appliance.core.model.state import Shown

UNSPACED = frozenset({"zh", "ja", "yue", "th"})


def updated(
    shown: tuple[Shown, ...],
    line: int,
    turn: int,
    language: str,
    text: str,
    stash: str,
    *,
    final: bool,
    late: bool,
    limits: Limits,
) -> tuple[Shown, ...]:
    """The sentences after one update of one turn; an empty turn leaves the screen, the oldest make room."""
    old = next((s for s in shown if (s.line, s.turn) == (line, turn)), None)
    if old is not None and old.final:
        return shown
    before = old or Shown(line, turn, language)
    snapshot = "" if final else text + stash
    now = replace(
        before,
        text=text.strip() if final else text or before.text,
        tail="" if final else _agreed(before.raw, snapshot, text or before.text, language),
        raw=snapshot,
        final=final,
        late=before.late or late,
    )
    others = tuple(s for s in shown if s is not old)
    if final and not now.text:
        return others
    rows = (
        tuple(s for s in others if (s.line, s.turn) < (line, turn)),
        (now,),
        tuple(s for s in others if (s.line, s.turn) > (line, turn)),
    )
    return (rows[0] + rows[1] + rows[2])[-limits.sentences :]


def on_screen(sentence: Shown) -> str:
    """The words of one sentence as a reader sees them: the journal's ``shown``."""
    return (sentence.text + sentence.tail).strip()


def _agreed(before: str, now: str, confirmed: str, language: str) -> str:
    """The provisional words behind ``confirmed`` on which two successive snapshots agree."""
    if not now.startswith(confirmed) or not before.startswith(confirmed):
        return ""
    length = len(confirmed)
    while length < min(len(before), len(now)) and before[length] == now[length]:
        length += 1
    if language not in UNSPACED and not _at_word_end(before, now, length):
        length = max(now.rfind(" ", 0, length), len(confirmed))
    return now[len(confirmed) : length].rstrip()


def _at_word_end(before: str, now: str, length: int) -> bool:
    """Whether both snapshots end a word at ``length``."""
    return all(len(s) == length or s[length] == " " for s in (before, now))
