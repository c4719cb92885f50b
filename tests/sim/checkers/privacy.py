"""What was said before the privacy slide moved is never sent afterwards."""

from tests.sim.books import WIPED
from tests.sim.checkers.watcher import Checker
from tests.sim.sound import Frame


class PrivateIsPrivate(Checker):
    """Follows every span on its way up."""

    def sent(self, line: int, raw: bytes) -> None:
        """Was it wiped?"""
        if not isinstance(raw, Frame):
            return
        books = self.world.books
        for span in raw.audio.spans:
            said = books.said.get(span.utterance)
            if said is not None and said.excused == WIPED and said.last_at <= said.excused_at:
                self.object(f"number {said.number} was wiped by the privacy slide and goes out on line {line}")
