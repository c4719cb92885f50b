"""The people around the box: visits, keys, and numbered utterances.

Responsible for: what a person does, who sees only the panel and speaks only while it listens.
Must not: know what is wrong with the world.

A life is a generator of waits in milliseconds; what it does happens between them.
"""

from collections.abc import Generator, Iterator
from random import Random
from typing import TYPE_CHECKING

from appliance.core.model.events import Key, KeyEdge
from appliance.core.model.modes import Mode
from appliance.core.model.state import State, Wanted
from tests.sim.sound import FRAME_MS, HUM, MURMUR

if TYPE_CHECKING:
    from tests.sim.world import World

Waits = Iterator[int]
LISTENING_WITHIN_MS = 6_000
LISTENS_MS = 1_800  # whoever contradicts a translation has heard some of it
WAITS_MS = 25_000  # nobody waits longer for an answer
ADVICE_AFTER_MS = 1_500  # a person reads the fault and acts on it


class Person:
    """One seed's habits of speaking."""

    def __init__(self, world: "World", chance: Random, focus: tuple[str, ...] = ()) -> None:
        """``focus``: "interrupts" for somebody who often cuts the voice off, "hurries" for one who mashes keys,
        "leaves" for guests at a desk one behind the other."""
        self._world = world
        self._chance = chance
        self.at_visit = False
        self.visits = 0
        self.ended_at = -1_000_000  # when a tap last meant the end of a sentence
        self._visits_an_hour = chance.uniform(2.3, 3.75)
        self._quick = chance.random()  # how often one speaks before the line is there
        self._hums = chance.random() < 0.3
        self._murmurs = chance.random() < 0.2
        self._swaps = chance.random() < 0.4
        self._interrupts = chance.random() < 0.3 or "interrupts" in focus
        self._hurries = chance.random() < 0.2 or "hurries" in focus
        self._leaves = 0.7 if "leaves" in focus else 0.2 * world.setup.kiosk  # how often the end of a visit is told

    @property
    def _state(self) -> State:
        return self._world.event_loop.state

    def live(self) -> Waits:
        """Visits, as long as the storm lasts."""
        while True:
            yield int(self._chance.expovariate(self._visits_an_hour) * 3_600_000)
            while self._world.calm or not self._world.alive:
                yield 10_000
            yield from self.guest_session(1 + int(self._chance.expovariate(0.55)))
            while self._leaves and self._chance.random() < self._leaves and not self._world.calm:
                yield from self._end_visit()
                yield from self.guest_session(1)

    def guest_session(self, utterances: int) -> Waits:
        """Come, speak, go."""
        if self.at_visit:
            return
        self.at_visit = True
        self.visits += 1
        self._world.visited()
        if self._world.setup.kiosk:
            yield from self._at_desk(utterances)
        else:
            yield from self._with_box(utterances)
        self.at_visit = False

    def _end_visit(self) -> Waits:
        """The knob is held; the next guest comes while the box still forgets this one, or soon after."""
        self.press(Key.MUTE, down=True)
        yield 2_300
        self.press(Key.MUTE, down=False)
        yield int(self._chance.random() * 30_000)

    def _with_box(self, utterances: int) -> Waits:
        yield from self._start()
        for _ in range(utterances):
            yield from self._see_to_faults()
            if self._hurries and not self._world.calm and self._chance.random() < 0.5:
                yield from self._flurry((Key.GUEST, Key.GUEST, Key.LANGUAGE, Key.TALK))
                yield from self._start()
            if self._swaps and self._chance.random() < 0.25:
                yield from self._turn_round()
            yield from self.listen_for()
            yield from self.speak()
            if self._interrupts and self._chance.random() < 0.4 and (yield from self._hear_answer()):
                yield from self._tap(Key.TALK)
                continue
            if self._swaps and self._chance.random() < 0.15:
                yield from self._turn_round()
            yield self._gap()
        if self._chance.random() < 0.6:
            yield int(self._chance.random() * 12_000)
        if self._world.setup.ends_with_microphone:
            self._world.microphone.finish()
        elif not self._world.setup.at_once or self._chance.random() < 0.3:
            yield from self._stop()

    def _at_desk(self, utterances: int) -> Waits:
        key = Key.TALK
        for _ in range(utterances):
            yield from self._see_to_faults()
            if self._hurries and not self._world.calm and self._chance.random() < 0.5:
                yield from self._flurry((Key.TALK, Key.GUEST))
            if self._chance.random() < 0.4:
                key = Key.GUEST if key is Key.TALK else Key.TALK
            yield from self._talk(key)
            if not (self._interrupts and self._chance.random() < 0.4 and (yield from self._hear_answer())):
                yield self._gap()
            elif self._chance.random() < 0.5:
                yield from self._talk(key)  # says what was meant, and waits to hear that
                yield WAITS_MS

    def _talk(self, key: Key) -> Waits:
        """One key, one utterance."""
        taps, state = self._world.setup.talk_taps, self._state
        listens = taps and state.wanted is Wanted.INTERPRETING and state.reversed == (key is Key.GUEST)
        if not listens:  # else a tap would end it: the panel says so
            self.press(key, down=True)
        if taps and not listens:
            yield 120
            self.press(key, down=False)
        yield from self.listen_for()
        yield from self.speak()
        yield 40 + self._chance.randrange(600)
        if taps:
            self.ended_at = self._world.agenda.now
            self.press(key, down=True)
            yield 120
        self.press(key, down=False)
        if taps:
            yield from self._once_more(key)

    def _once_more(self, key: Key) -> Waits:
        """A tap long after the last word was spent on the voice: the panel shows that it still listens."""
        yield 300
        if self._state.wanted is Wanted.INTERPRETING and self._state.refusal is None:
            yield from self._tap(key)

    def _start(self) -> Waits:
        for _ in range(3):
            if self._state.wanted is Wanted.INTERPRETING and self._state.refusal is None:
                return
            yield from self._tap(Key.TALK)
            yield 200

    def _stop(self) -> Waits:
        if self._state.wanted is Wanted.INTERPRETING and self._state.refusal is None:
            yield from self._tap(Key.TALK)
            yield from self._once_more(Key.TALK)

    def _tap(self, key: Key) -> Waits:
        self.press(key, down=True)
        yield 60 + self._chance.randrange(200)
        self.press(key, down=False)
        yield 30

    def _flurry(self, keys: tuple[Key, ...]) -> Waits:
        """Key after key, with a word between: turned round within a dial, and perhaps the plug pulled in the end."""
        chance = self._chance
        for _ in range(chance.randrange(2, 9)):
            key = chance.choice(keys)
            self.press(key, down=True)
            if chance.random() < 0.3:
                yield from self.speak()
            yield chance.choice((25, 60, 150))
            self.press(key, down=False)
            yield chance.choice((0, 20, 100, 400, 1_100))
        if chance.random() < 0.04 and not self._world.calm:
            self._world.stop()

    def _turn_round(self) -> Waits:
        yield from self._tap(self._chance.choice((Key.GUEST, Key.LANGUAGE)))
        yield self._chance.choice((0, 300, 1_500))

    def _see_to_faults(self) -> Waits:
        """A stop that a person must mend: they do, and try again."""
        for _ in range(4):
            if self._state.refusal is None:
                return
            yield ADVICE_AFTER_MS + self._chance.randrange(8_000)
            if self._world.setup.kiosk:
                yield from self._tap(Key.TALK)
            else:
                yield from self._start()
            yield 1_500

    def listen_for(self) -> Waits:
        """Wait until the panel says that it listens, or not even that."""
        waited = 0
        while not self._world.microphone.capturing and waited < LISTENING_WITHIN_MS:
            yield 100
            waited += 100
        if self._chance.random() > self._quick:
            while self._state.mode is not Mode.ON_AIR and waited < LISTENING_WITHIN_MS:
                yield 200
                waited += 200

    def speak(self) -> Waits:
        """One utterance, perhaps with pauses for breath."""
        chance = self._chance
        frames = [
            chance.choice((15, 15, 20, 20, 25, 30, 40, 50, 60, 75)) * 2 for _ in range(1 + (chance.random() < 0.15))
        ]
        if chance.random() < 0.02:
            frames = [chance.randrange(300, 900)]
        pause = chance.randrange(5, 25) * FRAME_MS
        length = sum(frames) * FRAME_MS + pause * (len(frames) - 1)
        said = self._world.said(length)
        first = 0
        for part in frames:
            if first:
                yield pause
            self._world.microphone.begin(said.number, said, first, self._world.agenda.now + part * FRAME_MS)
            yield part * FRAME_MS
            if self._interrupts and chance.random() < 0.05:
                yield from self._cut_short()
            first += part
        if self._hums and chance.random() < 0.1:
            yield 1_500
            self._world.microphone.begin(HUM, None, 0, self._world.agenda.now + chance.randrange(5, 150) * FRAME_MS)
            yield 3_000
        if self._murmurs and chance.random() < 0.1:
            yield 1_500
            self._world.microphone.begin(MURMUR, None, 0, self._world.agenda.now + chance.randrange(5, 90) * FRAME_MS)
            yield 2_000

    def _cut_short(self) -> Waits:
        """With words half said: it may be the end of them, and must not take them back."""
        if not self._world.setup.kiosk:
            self.ended_at = self._world.agenda.now
            yield from self._tap(Key.TALK)
            yield 300
            yield from self._start()

    def _hear_answer(self) -> Generator[int, None, bool]:
        """Listen to the voice, or to where it broke off: that is not what was said. False where none comes."""
        yield LISTENS_MS
        for _ in range(20):
            if self._state.sound.speaking is not None:
                return True
            yield 200
        return False

    def _gap(self) -> int:
        return int(self._chance.choice((350, 500, 1_000, 1_500, 2_500, 5_000, 9_000)) * self._chance.uniform(0.9, 1.2))

    def press(self, key: Key, *, down: bool) -> None:
        """Move a contact."""
        self._world.post(KeyEdge(key, down, self._world.agenda.now))
