"""A wipe takes what was said before it, of a guest who left, and reports lost what was still owed.

Under the privacy slide it may take all that was said: the panel says so
(appliance/workers/uplink/README.md#the-release-rule). What is said behind a
wipe is open like anything else: the books excuse single frames, not sentences.
"""

from tests.sim.books import Said
from tests.sim.checkers.watcher import Checker


class AWipeTakesOnlyWhatItMay(Checker):
    """Asks between two guests. By what was said and answered, not by what the box believes."""

    def wiped(self) -> None:
        """The handler forgets all sound next."""
        world = self.world
        state, person = world.event_loop.state, world.person
        if state.private:
            return
        if not state.setup.kiosk:
            self.object("a box that has no guests forgets what was said")
        for said in world.books.open.values():
            if person.at_visit and said.guest_session == person.visits:
                self.object(f"number {said.number} is wiped, and who said it is still here", said.began_at)
            sorry = state.reported_lost_at == world.agenda.now or state.refusal is not None
            if not sorry and self._lost(said):
                self.object(f"number {said.number} is wiped, and nobody is asked to repeat it", said.began_at)

    def _lost(self, said: Said) -> bool:
        """Whether it was neither answered nor excused nor reported lost."""
        told = any(at >= said.began_at for at in self.world.books.apologies)
        return not said.excused and not said.forgivable and not told
