"""What happened, as sentences: kept short while all is well, printed when it is not.

Responsible for: the last sentences of a run, and the failure that carries them with the command that repeats it.
Must not: judge.
"""

from collections import deque
from typing import Any

SENTENCES = 2_000
PRINTED = 160
BEFORE_MS = 10_000


class Objection(AssertionError):  # noqa: N818 - a checker objects; the failure is the run's
    """A checker's objection. ``checker``: its name; ``sentence``: what must not be; ``since``: when it began, ms."""

    def __init__(self, checker: str, sentence: str, since: int | None = None) -> None:
        super().__init__(f"{checker}: {sentence}")
        self.since = since
        self.checker = checker
        self.sentence = sentence


class Trace:
    """Formats only what is printed."""

    def __init__(self) -> None:
        self._rows: deque[tuple[int, str, tuple[Any, ...]]] = deque(maxlen=SENTENCES)

    def say(self, at: int, sentence: str, *values: Any) -> None:
        """``sentence`` takes ``values`` with %."""
        self._rows.append((at, sentence, values))

    def told(self, since: int | None = None) -> str:
        """The last sentences, or those from shortly before ``since`` on."""
        rows = list(self._rows)
        if since is not None:
            rows = [row for row in rows if row[0] >= since - BEFORE_MS][:PRINTED]
        rows = rows[-PRINTED:]
        return "\n".join(f"{stamp(at)}  {sentence % values}" for at, sentence, values in rows)


def stamp(at: int) -> str:
    """Milliseconds as hours, minutes and seconds."""
    seconds, ms = divmod(at, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"
