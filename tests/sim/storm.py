"""What goes wrong: the swarm of faults of one seed, and the storm that brings them.

Responsible for: drawing each seed's own rates (some faults off), doing a fault to the world, and ending all of them.
Must not: judge what follows.

Wall-clock steps are no input of the core and so no fault here.
"""

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from appliance.core.model.events import Loss

if TYPE_CHECKING:
    from tests.sim.world import World

BLOWS = (
    "drops_mid_response", "half_open", "stall", "deaf", "repeat_output_1011", "asr_504:error", "asr_504:failed",
    "thread_pool", "hears_only:failed", "hears_only:completed", "incomplete:half", "cancelled:empty",
)  # fmt: skip
NOISES = ("unknown_event", "flat_error", "minimal_error:bare", "minimal_error:nulls", "talks_nonsense", "oversized")
REFUSALS = ("refuses_key", "no_access", "http_404", "close_1007_workspace", "rejects_update", "model_not_found")
SILENCES = ("no_created", "no_updated")
MANNERS = (
    "prompt:p0.3", "slow:700", "bursty:900", "starving:p0.2", "audio_pace:fast", "burst:p0.2", "odd_bytes:p0.3",
    "withdrawn_stash:p0.5", "no_stash:p0.3", "late_stopped:p0.4", "late_completed:p0.4", "overlap:p0.5",
    "unknown_field:p0.3", "asr_failed:p0.2", "usage_jump:smaller@p0.2", "usage_jump:missing@p0.2", "link:not-first",
    "link:null", "link:none", "source_item:on", "audio_end:with-silence", "finish:delayed", "slow_created:800",
    "usage_images:on", "latency:200", "jitter:150", "throttle:900", "idle_counts:no-speech", "http_body:html",
    "interrupt:incomplete", "interrupt:cancelled", "empty_turn:p0.1", "max_sessions:1",
)  # fmt: skip
STRICTNESS = (
    "finish:never", "session_limit_seconds:400", "idle_seconds:60", "session_limit_code:drop", "idle:error",
    "idle_close:20",
)  # fmt: skip
BENIGN = 3
TROUBLES = (
    Loss.REFUSED, Loss.NO_ROUTE, Loss.NO_NAME, Loss.UNKNOWN_ISSUER, Loss.NOT_YET_VALID, Loss.EXPIRED, Loss.TLS,
)  # fmt: skip
SNAPS = (
    "session.created", "session.updated", "input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped",
    "response.created", "response.audio_transcript.done", "response.text.done", "response.audio.delta",
    "response.audio.done", "response.done", "response.done", "session.finished",
)  # fmt: skip
FAULTS_A_VISIT = 0.9
FAULTS_AN_HOUR = 0.5


class Storm:
    """One seed's faults."""

    def __init__(self, world: "World", chance: Random, focus: tuple[str, ...] = ()) -> None:
        self._world = world
        self._chance = chance
        kinds: tuple[Callable[[], str], ...] = (
            self._cannot_connect, self._reset, self._black_hole, self._connection_dies, self._slow, self._twice,
            self._garbage, self._blow, self._noise, self._refusal, self._silence, self._rate_limit, self._quota,
            self._poison, self._snap, self._ghost, self._crash_loop, self._microphone, self._loudspeaker, self._privacy,
            self._restart, self._deaf_card, self._dies_unreached,
            self._next_refused, self._stopped_at_once,
        )  # fmt: skip
        share = chance.choice((0.15, 0.6))
        self._kinds = [kind for kind in kinds if chance.random() < share] or [self._reset, self._blow]
        self._weights = [chance.expovariate(1.0) + 0.05 for _ in self._kinds]
        self._manners = chance.sample(MANNERS, chance.randrange(5))
        self._strict = chance.sample(STRICTNESS, 2) if chance.random() < 0.25 else []
        if focus:
            self._kinds = [kind for kind in kinds if kind.__name__.removeprefix("_") in focus]
            self._weights = [1.0] * len(self._kinds)
            self._manners = [word for word in focus if ":" in word]
            self._strict = []

    def begin(self) -> None:
        """The service takes up its manners."""
        self._world.service.habits.clear()
        for manner in (*self._manners, *self._strict):
            self._world.service.habits.set(manner)

    def end(self) -> None:
        """All is well from now on."""
        world = self._world
        world.service.habits.clear()
        for manner in self._manners[:BENIGN]:
            if not manner.startswith(("interrupt", "max_sessions", "stall")):  # no answer, no line: nothing for a calm
                world.service.habits.set(manner)
        world.network.recover()
        world.microphone.present = True
        world.microphone.heal()
        world.speaker.restore()
        world.unveil()
        world.books.poison &= set(world.books.said)

    def guest_session(self) -> None:
        """A visit has begun: perhaps something happens in it."""
        if self._world.calm:
            return
        while self._chance.random() < FAULTS_A_VISIT / (1 + FAULTS_A_VISIT):
            self._world.agenda.after(int(self._chance.random() ** 1.5 * 14_000), self.strike)

    def blow(self) -> "list[int]":
        """Waits between what happens at any time."""
        return [int(self._chance.expovariate(FAULTS_AN_HOUR) * 3_600_000)]

    def strike(self) -> None:
        """Something goes wrong."""
        if self._world.calm or not self._world.alive:
            return
        kind = self._chance.choices(self._kinds, self._weights)[0]
        told = kind()
        self._world.books.faults += 1
        self._world.books.fault_at = self._world.agenda.now
        self._world.trace.say(self._world.agenda.now, "FAULT: %s", told)

    # The network.

    def _lasting(self, shortest_s: float, longest_s: float) -> int:
        ratio = longest_s / shortest_s
        lasts = int(1_000 * shortest_s * ratio ** self._chance.random())
        self._world.agenda.after(lasts, self._world.network.recover)
        return lasts

    def _cannot_connect(self) -> str:
        trouble = self._chance.choice(TROUBLES)
        self._world.network.break_down(trouble)
        if self._chance.random() < 0.7:
            self._drop_all()
        return f"no connection can be made ({trouble}) for {self._lasting(0.5, 100)} ms"

    def _drop_all(self) -> None:
        for line in tuple(self._world.network.lines):
            if line.opened_at is not None:
                line.end(Loss.RESET)

    def _reset(self) -> str:
        self._drop_all()
        return "every connection is reset"

    def _black_hole(self) -> str:
        self._world.network.darken()
        return f"nothing passes for {self._lasting(0.5, 80)} ms"

    def _connection_dies(self) -> str:
        lines = [line for line in self._world.network.lines if line.opened_at is not None]
        for line in lines:
            line.dead = True
            line.fall_silent(acknowledged=False)
        return f"{len(lines)} connections are dead and nobody says so"

    def _slow(self) -> str:
        network = self._world.network
        network.slower_ms = self._chance.choice((300, 1_000, 3_000))
        network.send_ms = self._chance.choice((0, 10, 35))
        return f"{network.slower_ms} ms slower for {self._lasting(2, 60)} ms"

    def _twice(self) -> str:
        self._world.network.duplicates = self._chance.randrange(1, 20)
        return f"the next {self._world.network.duplicates} messages come twice"

    def _garbage(self) -> str:
        self._world.network.garbage = 1
        return "the next message is nonsense"

    def _snap(self) -> str:
        self._world.network.snaps_at = self._chance.choice(SNAPS)
        return f"the connection will be reset at the next {self._world.network.snaps_at}"

    def _ghost(self) -> str:
        present = {line.number for line in self._world.event_loop.state.lines}
        late = [event for event in self._world.told if getattr(event, "line", 0) not in present]
        for event in late:
            self._world.post(event)
        return f"threads of dead lines tell {len(late)} pieces of old news"

    # The service.

    def _set(self, habit: str) -> str:
        self._world.service.habits.set(habit)
        return f"the service: {habit}"

    def _set_for(self, habit: str, shortest_s: float, longest_s: float) -> str:
        name = habit.partition(":")[0]

        def forget() -> None:
            self._world.service.habits.clear(name)

        lasts = self._lasting(shortest_s, longest_s)
        self._world.agenda.after(lasts, forget)
        return f"{self._set(habit)} for {lasts} ms"

    def _blow(self) -> str:
        return self._set(self._chance.choice(BLOWS))

    def _noise(self) -> str:
        habit = self._chance.choice(NOISES)
        if ":" in habit or habit in ("unknown_event", "flat_error", "talks_nonsense"):
            name, _, word = habit.partition(":")
            turn = self._world.service.turns + 1
            return self._set(f"{name}:{word}@{turn}" if word else f"{name}:{turn}")
        return self._set(habit)

    def _next_dial(self, habit: str) -> str:
        return self._set(f"{habit}:{self._world.service.connects + 1}")

    def _refusal(self) -> str:
        told = self._next_dial(self._chance.choice(REFUSALS))
        self._drop_all()
        return told

    def _next_refused(self) -> str:
        """While what is connected works on."""
        return self._next_dial(self._chance.choice(REFUSALS))

    def _silence(self) -> str:
        told = self._next_dial(self._chance.choice(SILENCES))
        self._drop_all()
        return told

    def _rate_limit(self) -> str:
        told = self._set_for("rate_limit:0", 1, 20)
        self._drop_all()
        return told

    def _quota(self) -> str:
        told = self._set_for(f"quota:{self._chance.choice(('error', 'http-429', 'http-403'))}", 1, 20)
        self._drop_all()
        return told

    def _poison(self) -> str:
        number = len(self._world.books.said) + 1
        self._world.books.poison.add(number)
        return f"the service will choke at number {number}"

    # Devices and people.

    def _microphone(self) -> str:
        microphone = self._world.microphone
        microphone.lose()

        def plug() -> None:
            microphone.present = True

        lasts = int(500 * 60 ** self._chance.random())
        self._world.agenda.after(lasts, plug)
        return f"the microphone is gone for {lasts} ms"

    def _deaf_card(self) -> str:
        """It must be opened anew, or the process started anew, or it mends itself."""
        heals = self._chance.random() < 0.6
        self._world.microphone.deafen(heals=heals)
        microphone = self._world.microphone
        lasts = int(5_000 * 60 ** self._chance.random())
        self._world.agenda.after(lasts, microphone.heal)
        return f"the microphone delivers 47 % for {lasts} ms, {'' if heals else 'not '}until it is opened anew"

    def _loudspeaker(self) -> str:
        self._world.speaker.lose()
        self._world.agenda.after(int(500 * 60 ** self._chance.random()), self._world.speaker.restore)
        return "the loudspeaker is gone"

    def _privacy(self) -> str:
        lasts = int(300 * 60 ** self._chance.random())
        self._world.slide(private=True)
        self._world.agenda.after(lasts, self._world.unveil)
        return f"the slide says private for {lasts} ms"

    def _restart(self) -> str:
        if self._chance.random() < 0.5:
            self._world.stop()
            return "SIGTERM"
        self._world.crash()
        return "the process dies"

    def _dies_unreached(self) -> str:
        """What was said meanwhile no line has ever counted."""
        self._world.network.break_down(self._chance.choice(TROUBLES))
        self._drop_all()
        lasts = self._lasting(5, 60)
        self._world.agenda.after(int(self._chance.random() * 15_000), self._world.crash)
        return f"no connection can be made for {lasts} ms, and the process dies meanwhile"

    def _stopped_at_once(self) -> str:
        self._world.stops_at_boot = True
        self._world.crash()
        return "the process dies, and the next is told to stop before it has begun"

    def _crash_loop(self) -> str:
        for nth in range(6):
            self._world.agenda.after(nth * 7_000, self._world.crash)
        return "the process dies six times in a row"
