"""Running seeds and adding them up.

Responsible for: one seed from its number to its figures or its failure, told so that anybody can repeat it.
Must not: simulate or check.
"""

import logging
import time
from dataclasses import dataclass, field

from appliance.core.model.modes import MOVES, Mode
from tests.sim.checkers.moves import MovesAreTaken
from tests.sim.trace import Objection
from tests.sim.world import World


@dataclass
class Tally:
    """Sums over many seeds. ``seconds``: of the processor."""

    hours: float = 0
    seconds: float = 0
    utterances: int = 0
    faults: int = 0
    lost_lines: int = 0
    repeats: int = 0
    apologised: int = 0
    moves: set[tuple[Mode, Mode]] = field(default_factory=set)

    def never_taken(self) -> list[str]:
        """Rows of ``MOVES`` that no seed took."""
        rows = {(old, new) for old, news in MOVES.items() for new in news}
        return sorted(f"{old} → {new}" for old, new in rows - self.moves)

    def __str__(self) -> str:
        hours = self.hours or 1
        never = self.never_taken()
        return (
            f"{self.hours:.0f} simulated hours, {self.hours / (self.seconds or 1):.1f} hours a second; "
            f"{self.utterances / hours:.1f} utterances, {self.faults / hours:.1f} faults "
            f"and {self.lost_lines / hours:.1f} lost lines an hour; {self.repeats} repeats, "
            f"{self.apologised} reported lost; "
            f"{len(never)} moves never taken{': ' + ', '.join(never) if never else ''}"
        )


def run_seed(seed: int, hours: float, tally: Tally, focus: tuple[str, ...] = (), *, heard: bool = False) -> str | None:
    """Run one seed; None, or the failure as text that ends with the objection and the command that repeats it."""
    began = time.process_time()
    world = World(seed, focus, heard=heard)
    failure: Objection | None = None
    before = logging.root.manager.disable
    logging.disable()
    try:
        world.run(hours)
    except Objection as error:
        failure = error
    finally:
        logging.disable(before)
    tally.seconds += time.process_time() - began
    tally.hours += world.agenda.now / 3_600_000
    tally.utterances += len(world.books.said)
    tally.faults += world.books.faults
    tally.lost_lines += world.books.losses
    tally.repeats += world.books.repeats
    tally.apologised += world.books.apologised
    for checker in world.checkers:
        if isinstance(checker, MovesAreTaken):
            tally.moves |= checker.taken
    if failure is None:
        return None
    again = f"python -m tests.sim --seed {seed} --hours {hours:g}{' --heard' if heard else ''}"
    return f"{world.trace.told(failure.since)}\n\n{failure}\nrepeat with: {again}"
