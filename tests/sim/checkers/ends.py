"""A process that ends with speech unanswered says so: by its exit code where the run has an end, and by the next one.

Both go by what was said and answered, not by what the box believes.
"""

from appliance.core.model.events import Booted, CaptureHealth, Event, MicrophoneJudged
from appliance.core.model.state import State
from appliance.core.model.views import Sign, SignView, View
from tests.sim.books import Said
from tests.sim.checkers.watcher import Checker

KNOWN_WITHIN_MS = 1_500
"""Speech that ended this long ago is on the box's books, and marked in the runtime folder."""
ANSWERED_WITHIN_MS = 120_000
UNANSWERED = 69
RESTART = 70


class _EndChecker(Checker):
    def _unanswered(self) -> list[Said]:
        """What nobody answered, excused or was told of; speech that no turn was opened for is let go after a while."""
        books, now = self.world.books, self.world.agenda.now
        said = (each for each in books.open.values() if not each.excused and each.ends_at + KNOWN_WITHIN_MS <= now)
        return [each for each in said if not each.forgivable and not any(at >= each.began_at for at in books.apologies)]


class TheNextProcessAsks(_EndChecker):
    """ "Please repeat" is the first thing that a process says whose predecessor owed an answer."""

    def booted(self) -> None:
        """``_owed`` is left by the process before."""
        self._owed: list[Said] = getattr(self, "_owed", [])
        self._asked = False

    def crashed(self) -> None:
        """What was in memory is lost."""
        self._owed = self._unanswered()

    def shown(self, view: View) -> None:
        """The sign that asks."""
        self._asked = self._asked or (isinstance(view, SignView) and view.sign is Sign.REPEAT)

    def stepped(self, old: State, event: Event, new: State) -> None:
        """The first event, and the first picture with it."""
        if not isinstance(event, Booted):
            return
        owed, self._owed = self._owed, []
        if owed and not self._asked:
            self.object(
                f"number {owed[0].number} was unanswered when the process ended, and the next does not ask for it",
                owed[0].began_at,
            )


class TheExitCodeTellsTheTruth(_EndChecker):
    """A run with an end ends with 0 only if nothing is unanswered, and then always, if nothing went wrong."""

    def booted(self) -> None:
        """The microphone is not known to be deaf."""
        self._deaf = False

    def stepped(self, old: State, event: Event, new: State) -> None:
        """It is."""
        self._deaf = self._deaf or (isinstance(event, MicrophoneJudged) and event.health is CaptureHealth.WRONG_RATE)

    def exited(self, code: int) -> None:
        """69 and 0; other runs always end with 0, but for a deaf microphone."""
        if code == RESTART and self._deaf:
            return
        if not self.world.setup.ends_with_microphone:
            if code:
                self.object(f"a run without an end ended with {code}")
            return
        unanswered = self._unanswered()
        if unanswered and code != UNANSWERED:
            self.object(f"number {unanswered[0].number} is unanswered, and the run ended with {code}")
        books, now = self.world.books, self.world.agenda.now
        well = self.world.calm and now - max(books.fault_at, self.world.calm_since) > ANSWERED_WITHIN_MS
        if code and well and not unanswered:
            self.object(f"all is answered and nothing went wrong, and the run ended with {code}")
