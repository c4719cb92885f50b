"""One seed's world: the box, the network, the service, the people, and what goes wrong between them.

Responsible for: putting the real pieces together under one clock, the life of the process, storm and calm.
Must not: check anything (``checkers/`` does).

Every hour has a storm and then a calm. In the calm nothing goes wrong; a person comes and speaks, and is answered.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from random import Random

from appliance import event_loop
from appliance.core.model.direction import Direction
from appliance.core.model.events import Booted, Event, Key, KeyEdge, StopRequested, VoiceActivityChanged
from appliance.core.model.limits import Limits
from appliance.core.model.state import Setup, State
from appliance.emulator.faults.settings import Habits
from appliance.emulator.server.service import Service
from appliance.emulator.session.interfaces import Interpreter, Sound
from appliance.event_loop import EventLoop
from appliance.first_state import remembered
from appliance.protocol.settings import SessionSettings, plan
from appliance.protocol.voices import resolve_model
from appliance.recorder import Recorder
from appliance.workers.host.event_queue import EventQueue
from appliance.workers.playback.jitter_buffer import JitterBuffer
from appliance.workers.storage.runtime_store import Kept
from appliance.workers.uplink import replay_buffer
from appliance.workers.uplink.replay_buffer import ReplayBuffer, ReplayBuffers
from tests.sim import checkers, pcm
from tests.sim.agenda import Agenda
from tests.sim.books import Books, Said
from tests.sim.camera import Onlooker
from tests.sim.checkers.watcher import Watchdog
from tests.sim.devices import SimLoudspeaker, SimMicrophone
from tests.sim.handler import SimHandler
from tests.sim.network import Network
from tests.sim.pcm import PcmInterpreter, PcmMicrophone, ServiceEar
from tests.sim.person import Person, Waits
from tests.sim.sound import Frame, SpanDetector, SpanInterpreter, silence
from tests.sim.storm import Storm
from tests.sim.trace import Objection, Trace

HOUR_MS = 3_600_000
CALM_MS = 600_000
WELL_WITHIN_MS = 75_000  # of calm: by then the box is on air again, or told to be
LOOK_EVERY_MS = 20_000
READ_EVERY_MS = 5_000
TURNS_AT_ONCE = 20_000
MODEL = resolve_model("qwen3.5-livetranslate-flash-realtime")


class WatchedEventLoop(EventLoop):
    """The real event loop, with somebody looking over its shoulder."""

    watch: Watchdog

    def take(self, event: Event, now: int) -> None:
        """As the real one."""
        old = self.state
        super().take(event, now)
        self.watch.stepped(old, event, self.state)


class World:
    """Made of one seed."""

    def __init__(self, seed: int, focus: tuple[str, ...] = (), *, heard: bool = False) -> None:
        """``focus``: names of faults and manners to keep to, in the place of the seed's own swarm; also "desk",
        "recording", "rotates", "interrupts" and "hurries" for the box and the people, and "directed" for a handheld
        in which nothing happens by itself.

        ``heard``: sound is PCM, and the real voice detectors of both sides hear it.
        """
        self.seed, self.heard = seed, heard
        self.told: deque[Event] = deque(maxlen=30)  # the last news of lines
        self.chance = chance = Random(f"dragoman {seed}")
        self.agenda, self.trace, self.books = Agenda(), Trace(), Books()
        self.checkers = checkers.all_for(self)
        self.watch = Watchdog(self.checkers)
        self.onlooker = Onlooker(self, focus)
        self.setup = self._drawn_setup(focus)
        # Pictures every few moments for nobody, and rows for readers, would cost the most and test nothing here.
        self.limits = Limits(idle_each_ms=HOUR_MS, reading_tick_ms=READ_EVERY_MS)
        rotates = chance.random() < 0.08 and "directed" not in focus
        if rotates or "rotates" in focus:  # what happens every hundred minutes, within a visit
            self.limits = replace(self.limits, rotate_after_ms=6_000, rotate_by_force_ms=9_000)
        self.calm = self.alive = self.private = False
        self.grain_ms = chance.choices((40, 100, 200, 400), (1, 2, 24, 23))[0]
        if heard:  # the closing silence is a second: whole messages of it, or a real ear never hears the end
            self.grain_ms = min(self.grain_ms, 200)
        self.owner_lag_ms = chance.choice((0, 0, 1, 20, 150))
        self.transcription = chance.random() < 0.12
        speech_ms = chance.choices((200, 400, 1_000), (6, 3, 1))[0] if "interrupts" not in focus else 1_000
        interpreter: Interpreter = PcmInterpreter(speech_ms) if heard else SpanInterpreter(speech_ms)
        self.service = Service(None, ServiceEar if heard else SpanDetector, interpreter, Habits(), seed=seed)
        assert MODEL is not None
        self.model = MODEL
        self.network = Network(self.agenda, Random(chance.random()))
        self.person = Person(self, Random(chance.random()), focus)
        self._owner_at: int | None = None
        self._deadline: Callable[[State, int, Limits], int | None] = getattr(event_loop, "next_deadline")  # noqa: B009
        self._due_of: tuple[State | None, int, int | None] = (None, 0, None)
        self.calm_since = 0
        self.kept = Kept()
        self.stops_at_boot = False
        self._boot()
        self.storm = Storm(self, Random(chance.random()), focus)

    def run(self, hours: float) -> None:
        """So many hours of storm and calm. Raises ``Objection``."""
        self._play(lambda: self._run(int(hours * HOUR_MS)))

    def live(self, life: Waits, lasts_ms: int) -> None:
        """This life alone, in the place of people and storm; in the end all is well. Raises ``Objection``."""
        self._play(lambda: self._run_with(life, lasts_ms))

    def _play(self, run: Callable[[], None]) -> None:
        # One message a piece of the microphone: in most seeds 200 ms in the place of 40, for speed.
        name = "MESSAGE_SAMPLES"
        before = getattr(replay_buffer, name)
        setattr(replay_buffer, name, self.grain_ms * 16)
        setattr(event_loop, "next_deadline", self._next_deadline)  # noqa: B010 - a name of the module, for the run alone
        try:
            run()
        except Objection:
            raise
        except Exception as error:
            raise Objection("a crash", f"{type(error).__name__}: {error}") from error
        finally:
            setattr(replay_buffer, name, before)
            setattr(event_loop, "next_deadline", self._deadline)  # noqa: B010 - as above

    def _run(self, end: int) -> None:
        self._live(self.person.live())
        self._live(self._looking())
        self._live(self._weather())
        self.storm.begin()
        while self.agenda.now < end:
            hour_ends = min(self.agenda.now + HOUR_MS, end)
            self.agenda.run(hour_ends - CALM_MS)
            self._calm_down()
            self.agenda.run(hour_ends)
            self.watch.settled()
            self.calm = False
            self.storm.begin()
        self.watch.closed()

    def _run_with(self, life: Waits, lasts_ms: int) -> None:
        self._live(life)
        self._live(self._looking())
        self.watch.calmed()
        self.agenda.run(lasts_ms)
        self.watch.settled()
        self.watch.closed()

    def _drawn_setup(self, focus: tuple[str, ...]) -> Setup:
        chance = self.chance
        directed = "directed" in focus
        kiosk = (chance.random() < 0.35 or "desk" in focus) and not directed
        recording = "recording" in focus
        at_once = not kiosk and (chance.random() < 0.13 or recording) and not directed
        return Setup(
            mine="en",
            theirs="es",
            favourites=("fr", "sw", "zh"),
            kiosk=kiosk,
            talk_taps=kiosk and chance.random() < 0.3,
            at_once=at_once,
            ends_with_microphone=at_once and (self.seed % 2 == 0 or recording),
            camera=self.onlooker.mode,
            serial=self.seed,
        )

    # The process.

    def _boot(self) -> None:
        """A process with nothing in memory but what the runtime folder kept."""
        now, chance = self.agenda.clock, self.chance
        self.queue = EventQueue()
        silent: Callable[[int], Sound] = pcm.silence if self.heard else silence
        make = PcmMicrophone if self.heard else SimMicrophone
        self.replay_buffers: ReplayBuffers[Sound] = ReplayBuffers(
            lambda direction: ReplayBuffer(direction, 800, silent)
        )
        self.jitter = JitterBuffer(self.post)
        self.microphone = make(self.agenda, self.replay_buffers, self.post, chance, self.grain_ms)
        self.speaker = SimLoudspeaker(self.agenda, self.jitter, self.post, 200)
        self.camera_feed = self.onlooker.camera_feed(self.model)
        self.handler = SimHandler(
            self._plan, pcm.fill if self.heard else Frame, self.network, self.service, self.replay_buffers, self.jitter,
            self.microphone, self.speaker, self.post, chance, self.watch, self.trace, self._wiped, self._keep,
            self.books, self.camera_feed,
        )  # fmt: skip
        state = remembered(State(setup=self.setup), self.kept)
        if state.reported_lost_at is not None:  # there the clock begins anew with each process, here it does not
            state = replace(state, reported_lost_at=now())
        self.event_loop = WatchedEventLoop(state, self.limits, now, self, self.handler, Recorder(None))
        self.event_loop.watch = self.watch
        self.alive = True
        self.watch.booted()
        self.trace.say(self.agenda.now, "the box starts")
        if self.stops_at_boot:
            self.stops_at_boot = False
            self.stop()
        self.post(Booted(self.private))

    def _keep(self, kept: Kept) -> None:
        self.kept = kept

    def _plan(self, direction: Direction) -> SessionSettings:
        return plan(self.model, direction.source, direction.target, transcription=self.transcription)

    def crash(self) -> None:
        """The process dies; what was in memory is lost, and the mark makes the next one ask."""
        if not self.alive:
            return
        self.alive = False
        self.watch.crashed()
        self.handler.vanish()
        self.books.excuse("in memory when the process ended", self.agenda.now)
        self.agenda.after(1_000 + self.chance.randrange(4_000), self._boot)

    def stop(self) -> None:
        """SIGTERM."""
        self.post(StopRequested("SIGTERM"))

    def post(self, event: Event) -> None:
        """An event for the event loop, who comes to it a moment later."""
        if hasattr(event, "line"):
            self.told.append(event)
        if isinstance(event, VoiceActivityChanged) and self.camera_feed is not None:
            self.camera_feed.hear(speaking=event.active)
        self.queue.post(event)
        self._wake_owner(self.agenda.now + self.owner_lag_ms)

    def next_edge(self, before: int | None) -> KeyEdge | None:
        return self.queue.next_edge(before)

    def next(self, wait_ms: int) -> Event | None:
        return self.queue.next(0) if len(self.queue) else None

    def _wake_owner(self, at: int) -> None:
        if self._owner_at is None or at < self._owner_at:
            self._owner_at = at
            self.agenda.at(at, lambda: self._own(at))

    def _next_deadline(self, state: State, now: int, limits: Limits) -> int | None:
        """The real one; it is asked twice about one state: when the event loop turns, and when to wake it."""
        if state is not self._due_of[0] or now != self._due_of[1]:
            self._due_of = (state, now, self._deadline(state, now, limits))
        return self._due_of[2]

    def _own(self, at: int) -> None:
        if self._owner_at != at:
            return
        self._owner_at = None
        if not self.alive:
            return
        event_loop, now = self.event_loop, self.agenda.now
        queue = self.queue
        for _ in range(TURNS_AT_ONCE):
            if not len(queue):
                due = self._next_deadline(event_loop.state, event_loop._stepped_at, self.limits)
                if due is None or due > now:
                    break
            event_loop.turn()
            if event_loop._exit is not None:
                self.trace.say(now, "the process ends: exit %d", event_loop._exit)
                self.watch.exited(event_loop._exit)
                self.crash()
                return
        else:
            raise Objection("the event loop", "turns and turns at one instant")
        if due is not None:
            self._wake_owner(due)

    # The world's hands.

    def _live(self, waits: Waits) -> None:
        for wait_ms in waits:
            self.agenda.after(wait_ms, lambda: self._live(waits))
            return

    def said(self, length_ms: int) -> Said:
        """A person begins an utterance."""
        now = self.agenda.now
        calm = self.calm and now >= self.calm_since + WELL_WITHIN_MS
        # What the service chokes at must be given up first, after three lines and the waits between them.
        calm = calm and not self.books.poison & self.books.open.keys()
        rate = self.microphone.rate_percent
        said = self.books.begin(now, now + length_ms, calm=calm, guest_session=self.person.visits, rate_percent=rate)
        self.trace.say(now, "a person says number %d, %d ms long", said.number, length_ms)
        self.onlooker.said(length_ms)
        return said

    def visited(self) -> None:
        """A visit has begun."""
        self.storm.guest_session()

    def slide(self, *, private: bool) -> None:
        """The privacy slide moves."""
        self.private = private
        self.post(KeyEdge(Key.PRIVACY, not private, self.agenda.now))

    def unveil(self) -> None:
        """The slide goes back."""
        if self.private:
            self.slide(private=False)

    def _wiped(self) -> None:
        self.watch.wiped()
        self.books.wipe()
        self.microphone.wiped()

    # Storm and calm.

    def _weather(self) -> Waits:
        while True:
            yield from self.storm.blow()
            self.storm.strike()

    def _looking(self) -> Waits:
        while True:
            yield LOOK_EVERY_MS
            if self.handler.lines or self.books.open:
                self.watch.looked()

    def _calm_down(self) -> None:
        self.trace.say(self.agenda.now, "CALM: nothing goes wrong any more")
        self.calm, self.calm_since = True, self.agenda.now
        self.storm.end()
        self.onlooker.recover()
        self.watch.calmed()
        self._live(self._calm_visits())

    def _calm_visits(self) -> Waits:
        yield WELL_WITHIN_MS
        limited = self.event_loop.state.retry_at
        if limited is not None and limited > self.agenda.now:
            yield limited - self.agenda.now + 5_000
        while self.person.at_visit:
            yield 5_000
        yield from self.person.guest_session(2)
