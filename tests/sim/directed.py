"""Directed runs: the rare rows of ``MOVES``, each brought about by hand in a world where nothing else goes wrong.

Responsible for: one life for each row, told by keys, words, the network and the service, and what such a life may do.
Must not: touch the state: what is on the panel is all that it may wait for.
"""

import logging
from collections.abc import Callable, Iterator

from appliance.core.model.events import Key, Loss
from appliance.core.model.modes import Mode
from tests.sim.checkers.moves import MovesAreTaken
from tests.sim.world import World

Waits = Iterator[int]
LASTS_MS = 600_000
_LOOK_EVERY_MS = 20
_WAITS_AT_MOST_MS = 200_000
_OVER_MS = 1_500  # behind a word: it is over, and does not move with a change of direction


class Hand:
    """Does to one world what it is told."""

    def __init__(self, world: World) -> None:
        self._world = world

    def tap(self, key: Key) -> Waits:
        """Down and up."""
        self._world.person.press(key, down=True)
        yield 80
        self._world.person.press(key, down=False)
        yield 40

    def until(self, *modes: Mode) -> Waits:
        """Wait for the panel to say one of these."""
        for _ in range(_WAITS_AT_MOST_MS // _LOOK_EVERY_MS):
            if self._world.event_loop.state.mode in modes:
                return
            yield _LOOK_EVERY_MS
        raise AssertionError(f"the box is {self._world.event_loop.state.mode}, and never {modes}")

    def begin(self) -> Waits:
        """A press, and the box is on air."""
        yield from self.tap(Key.TALK)
        yield from self.until(Mode.ON_AIR)

    def says(self, length_ms: int = 1_200) -> Waits:
        """A word, and the pause behind it."""
        said = self._world.said(length_ms)
        self._world.microphone.begin(said.number, said, 0, self._world.agenda.now + length_ms)
        yield length_ms + _OVER_MS

    def leafs_until(self, mode: Mode) -> Waits:
        """Language after language, until the panel says this."""
        for _ in range(_WAITS_AT_MOST_MS):
            if self._world.event_loop.state.mode is mode:
                return
            yield from self.tap(Key.LANGUAGE)
            yield 300
        raise AssertionError(f"never {mode}")

    def stopped(self) -> None:
        """SIGTERM."""
        self._world.stop()

    def slowed(self, ms: int) -> None:
        """Everything takes so much longer from now on."""
        self._world.network.slower_ms = ms

    def cut_off(self) -> None:
        """Nobody can connect; what is connected stays."""
        self._world.network.break_down(Loss.REFUSED)

    def mended(self) -> None:
        """All is well with the network."""
        self._world.network.recover()

    def refused_next(self) -> None:
        """The service refuses the key of the next who asks."""
        self._world.service.habits.set(f"refuses_key:{self._world.service.connects + 1}")

    def never_configured_next(self) -> None:
        """The service does not answer the settings of the next who sends some."""
        self._world.service.habits.set(f"no_updated:{self._world.service.connects + 1}")

    def never_finished(self) -> None:
        """The service says no good-bye."""
        self._world.service.habits.set("finish:never")

    def private(self, *, on: bool) -> None:
        """The slide moves."""
        self._world.slide(private=on)


def fault_to_on_air(hand: Hand) -> Waits:
    """The other direction is refused; the first, which works, is taken up again."""
    yield from _other_direction_refused(hand)
    yield from hand.tap(Key.GUEST)
    yield from hand.begin()


def fault_to_finishing(hand: Hand) -> Waits:
    """The other direction is refused; under the slide the first is on its last words when it is taken up again."""
    yield from _other_direction_refused(hand)
    hand.never_finished()
    hand.private(on=True)
    yield 100
    yield from hand.tap(Key.GUEST)
    yield from hand.tap(Key.TALK)
    yield from hand.until(Mode.FINISHING)
    hand.private(on=False)
    yield from hand.until(Mode.ON_AIR)


def _other_direction_refused(hand: Hand) -> Waits:
    yield from hand.begin()
    hand.refused_next()
    yield from hand.tap(Key.GUEST)
    yield from hand.until(Mode.FAULT)


def finishing_to_configuring(hand: Hand) -> Waits:
    """While one direction says its last words the conversation turns to one that is being set up for what it owes."""
    yield from hand.begin()
    hand.slowed(3_000)
    yield from hand.tap(Key.GUEST)
    yield from hand.says()
    yield from hand.until(Mode.CONFIGURING)
    hand.never_finished()
    yield from hand.tap(Key.GUEST)
    yield from hand.tap(Key.TALK)
    yield from hand.until(Mode.FINISHING)
    yield from hand.tap(Key.GUEST)
    yield from hand.until(Mode.CONFIGURING)


def on_air_to_configuring(hand: Hand) -> Waits:
    """The conversation turns round, back, and round again, while the second line is being set up."""
    yield from hand.begin()
    hand.slowed(3_000)
    yield from hand.tap(Key.GUEST)
    yield from hand.says()
    yield from hand.until(Mode.CONFIGURING)
    yield from hand.tap(Key.GUEST)
    yield from hand.tap(Key.GUEST)
    yield from hand.until(Mode.CONFIGURING)


def finishing_to_on_air(hand: Hand) -> Waits:
    """One direction was not used for so long that it says its last words; the other still is warm."""
    yield from hand.begin()
    hand.never_finished()
    yield 30_000
    yield from hand.tap(Key.GUEST)
    yield from hand.says()
    yield from hand.until(Mode.ON_AIR)
    yield from hand.tap(Key.GUEST)
    yield from hand.until(Mode.FINISHING)
    yield from hand.tap(Key.GUEST)


def waiting_to_fault(hand: Hand) -> Waits:
    """While somebody leafs through the languages, the line for what is owed elsewhere is refused."""
    yield from _owed_in_the_other_direction(hand)
    yield from hand.tap(Key.LANGUAGE)
    yield from hand.until(Mode.WAITING)
    hand.refused_next()
    hand.mended()
    yield from hand.leafs_until(Mode.FAULT)
    yield from hand.tap(Key.TALK)


def fault_to_stopping(hand: Hand) -> Waits:
    """The plug is to be pulled while a refusal stands."""
    hand.refused_next()
    yield from hand.tap(Key.TALK)
    yield from hand.until(Mode.FAULT)
    hand.stopped()
    yield 30_000
    yield from hand.begin()


def fault_to_waiting(hand: Hand) -> Waits:
    """After a refusal the conversation is turned round, and it is tried again before that choice has stood."""
    hand.refused_next()
    yield from hand.tap(Key.TALK)
    yield from hand.until(Mode.FAULT)
    yield from hand.tap(Key.GUEST)
    yield from hand.tap(Key.TALK)
    yield from hand.until(Mode.WAITING)


def dialing_to_stopping(hand: Hand) -> Waits:
    """The plug is to be pulled while nobody can connect."""
    hand.cut_off()
    yield from hand.tap(Key.TALK)
    yield from _stopped_as(hand, Mode.DIALING)


def configuring_to_stopping(hand: Hand) -> Waits:
    """The same, while the settings are not answered."""
    hand.never_configured_next()
    yield from hand.tap(Key.TALK)
    yield from _stopped_as(hand, Mode.CONFIGURING)


def _stopped_as(hand: Hand, mode: Mode) -> Waits:
    yield from hand.until(mode)
    hand.stopped()
    yield 30_000
    hand.mended()
    yield from hand.begin()


def dialing_to_finishing(hand: Hand) -> Waits:
    """For two minutes the other direction cannot be reached; the first says its last words, and is turned back to."""
    yield from hand.begin()
    hand.cut_off()
    hand.never_finished()
    yield from hand.tap(Key.GUEST)
    yield 121_000
    yield from hand.tap(Key.GUEST)
    yield from hand.until(Mode.FINISHING)
    hand.mended()


def waiting_to_finishing(hand: Hand) -> Waits:
    """The conversation turns round and back at once, while the unused line says its last words."""
    yield from hand.begin()
    hand.never_finished()
    yield from hand.until(Mode.FINISHING)
    yield from hand.tap(Key.GUEST)
    yield from hand.tap(Key.GUEST)


def on_air_to_fault(hand: Hand) -> Waits:
    """The line for what is owed in the other direction is refused."""
    yield from _owed_in_the_other_direction(hand)
    hand.refused_next()
    hand.mended()
    yield from hand.until(Mode.FAULT)
    yield from hand.tap(Key.TALK)


def standby_to_configuring(hand: Hand) -> Waits:
    """Interpreting has ended, and the conversation turns to a direction that is being set up for what it owes."""
    yield from _set_up_behind(hand, Key.GUEST)
    yield from hand.tap(Key.GUEST)
    yield from hand.tap(Key.TALK)
    yield 2_000  # by now it has said its last words
    yield from hand.until(Mode.STANDBY)
    yield from hand.tap(Key.GUEST)


def waiting_to_configuring(hand: Hand) -> Waits:
    """Somebody leafs through all languages, back to the one whose line is being set up for what it owes."""
    yield from _set_up_behind(hand, Key.LANGUAGE)
    yield from hand.tap(Key.LANGUAGE)
    yield from hand.until(Mode.WAITING)
    yield from hand.leafs_until(Mode.CONFIGURING)


def _set_up_behind(hand: Hand, key: Key) -> Waits:
    """What was said behind this key is owed by a line whose settings are not answered."""
    yield from hand.begin()
    hand.never_configured_next()
    yield from hand.tap(key)
    yield from hand.says()
    yield from hand.until(Mode.CONFIGURING)


def finishing_to_fault(hand: Hand) -> Waits:
    """Interpreting is wanted again while the line says its last words, and the other direction's is refused."""
    yield from _owed_in_the_other_direction(hand)
    hand.never_finished()
    yield from hand.tap(Key.TALK)
    yield from hand.until(Mode.FINISHING)
    yield from hand.tap(Key.TALK)
    hand.refused_next()
    hand.mended()
    yield from hand.until(Mode.FAULT)
    yield from hand.tap(Key.TALK)


def standby_to_fault(hand: Hand) -> Waits:
    """Nobody has spoken for long, the line was let go, and the line for what is owed elsewhere is refused."""
    yield from _owed_in_the_other_direction(hand)
    yield from hand.until(Mode.STANDBY)
    hand.refused_next()
    hand.mended()
    yield from hand.until(Mode.FAULT)
    yield from hand.tap(Key.TALK)


def _owed_in_the_other_direction(hand: Hand) -> Waits:
    yield from hand.begin()
    hand.cut_off()
    yield from hand.tap(Key.GUEST)
    yield from hand.says()
    yield from hand.tap(Key.GUEST)
    yield from hand.until(Mode.ON_AIR)


Life = Callable[[Hand], Waits]

ROWS: dict[tuple[Mode, Mode], Life] = {
    (Mode.FAULT, Mode.ON_AIR): fault_to_on_air,
    (Mode.FAULT, Mode.FINISHING): fault_to_finishing,
    (Mode.FAULT, Mode.STOPPING): fault_to_stopping,
    (Mode.FINISHING, Mode.ON_AIR): finishing_to_on_air,
    (Mode.ON_AIR, Mode.CONFIGURING): on_air_to_configuring,
    (Mode.WAITING, Mode.FAULT): waiting_to_fault,
    (Mode.FINISHING, Mode.CONFIGURING): finishing_to_configuring,
    (Mode.FINISHING, Mode.FAULT): finishing_to_fault,
    (Mode.STANDBY, Mode.FAULT): standby_to_fault,
    # These few seeds take.
    (Mode.FAULT, Mode.WAITING): fault_to_waiting,
    (Mode.DIALING, Mode.STOPPING): dialing_to_stopping,
    (Mode.DIALING, Mode.FINISHING): dialing_to_finishing,
    (Mode.CONFIGURING, Mode.STOPPING): configuring_to_stopping,
    (Mode.WAITING, Mode.FINISHING): waiting_to_finishing,
    (Mode.WAITING, Mode.CONFIGURING): waiting_to_configuring,
    (Mode.ON_AIR, Mode.FAULT): on_air_to_fault,
    (Mode.STANDBY, Mode.CONFIGURING): standby_to_configuring,
}


def lived(life: Life, seed: int) -> set[tuple[Mode, Mode]]:
    """The moves of a box in which this is all that happens. Raises ``Objection``, as a seed of a storm does."""
    world = World(seed, ("directed",))
    before = logging.root.manager.disable
    logging.disable()
    try:
        world.live(life(Hand(world)), LASTS_MS)
    finally:
        logging.disable(before)
    return next(checker for checker in world.checkers if isinstance(checker, MovesAreTaken)).taken
