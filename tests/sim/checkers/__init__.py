"""The checkers: one promise of the product each, in a file of its own.

Responsible for: the list of them.
Must not: check anything itself.
"""

from typing import TYPE_CHECKING

from tests.sim.checkers.answered import EveryUtteranceIsAnswered
from tests.sim.checkers.bounds import EverythingIsBounded
from tests.sim.checkers.configured import OnlyConfiguredLinesAreSpokenTo
from tests.sim.checkers.dials import DialsStayInTheBudget
from tests.sim.checkers.ends import TheExitCodeTellsTheTruth, TheNextProcessAsks
from tests.sim.checkers.fence import StaleNewsChangesNothing
from tests.sim.checkers.moves import MovesAreTaken
from tests.sim.checkers.panel import ThePanelTellsTheTruth
from tests.sim.checkers.pictures import PicturesKeepTheWalls
from tests.sim.checkers.privacy import PrivateIsPrivate
from tests.sim.checkers.recovery import TheBoxRecovers
from tests.sim.checkers.refusals import NothingFollowsAFatalRefusal, TheWaitGrows
from tests.sim.checkers.repeats import RepeatsHaveACause
from tests.sim.checkers.uplink import OneLineReceives
from tests.sim.checkers.watcher import Checker
from tests.sim.checkers.wipes import AWipeTakesOnlyWhatItMay

if TYPE_CHECKING:
    from tests.sim.world import World

ALL: tuple[type[Checker], ...] = (
    RepeatsHaveACause,
    EveryUtteranceIsAnswered,
    OneLineReceives,
    OnlyConfiguredLinesAreSpokenTo,
    StaleNewsChangesNothing,
    DialsStayInTheBudget,
    NothingFollowsAFatalRefusal,
    TheWaitGrows,
    PrivateIsPrivate,
    AWipeTakesOnlyWhatItMay,
    PicturesKeepTheWalls,
    ThePanelTellsTheTruth,
    TheBoxRecovers,
    EverythingIsBounded,
    TheNextProcessAsks,
    TheExitCodeTellsTheTruth,
    MovesAreTaken,
)


def all_for(world: "World") -> tuple[Checker, ...]:
    """One of each."""
    return tuple(make(world) for make in ALL)
