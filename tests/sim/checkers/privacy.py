"""What was said before the privacy slide moved, or by a guest who left, is never sent afterwards."""

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
            if said is not None and said.wiped & span.frames:
                self.object(f"number {said.number} was wiped and goes out on line {line}", said.began_at)
