"""The checkers: one promise of the product each, in a file of its own.

Responsible for: the list of them.
Must not: check anything itself.
"""

from typing import TYPE_CHECKING

from tests.sim.checkers.answered import EveryUtteranceIsAnswered
from tests.sim.checkers.moves import MovesAreTaken
from tests.sim.checkers.watcher import Checker

if TYPE_CHECKING:
    from tests.sim.world import World

ALL: tuple[type[Checker], ...] = (
    EveryUtteranceIsAnswered,
    MovesAreTaken,
)


def all_for(world: "World") -> tuple[Checker, ...]:
    """One of each."""
    return tuple(make(world) for make in ALL)
