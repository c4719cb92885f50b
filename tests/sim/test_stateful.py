"""Any sequence of events: the checkers of ``core/box.py`` hold after each.

Responsible for: drawing sequences. ``DRAGOMAN_EXAMPLES`` and ``DRAGOMAN_STEPS`` set how many and how long; the same
ones are drawn every time, unless ``DRAGOMAN_RANDOM`` is set (a long search, not a gate).
Must not: know what the right answer to one sequence is; that is what the golden files and the other tests are for.
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from appliance.core.machine.step import step
from appliance.core.model.direction import Direction
from appliance.core.model.events import (
    Booted,
    CameraTurned,
    CaptureHealth,
    CheckEnded,
    CheckTold,
    DateTold,
    Device,
    DeviceFailed,
    DeviceReady,
    Event,
    Key,
    KeyEdge,
    LevelMetered,
    LineConfigured,
    LineCreated,
    LineFinished,
    LineLost,
    LineMetered,
    LineOpened,
    LineReached,
    LineTroubled,
    Loss,
    MicrophoneClosed,
    MicrophoneEnded,
    MicrophoneJudged,
    PlaybackEnded,
    PlaybackStarted,
    ReplayReported,
    ServiceComplained,
    SoundDrained,
    SoundSent,
    SourceArrived,
    StopRequested,
    TextArrived,
    TroubleReported,
    TurnAnswered,
    TurnOpened,
    UsageCounted,
    VoiceActivityChanged,
    WorkerSilent,
)
from appliance.core.model.modes import Mode, Phase
from appliance.core.model.state import Setup
from appliance.errors import FaultCode, Kind
from tests.core.box import Box

EXAMPLES = int(os.environ.get("DRAGOMAN_EXAMPLES", "300"))
STEPS = int(os.environ.get("DRAGOMAN_STEPS", "40"))

DIRECTIONS = (Direction("en", "es"), Direction("es", "en"), Direction("en", "fr"), Direction("", "es"))
SETUPS = (
    Setup(favourites=("es", "fr", "zh"), names=(("de", "Deutsch"), ("sw", "Kiswahili"))),
    Setup(mine="", favourites=("es", "fr"), camera="hold"),
    Setup(at_once=True, camera="auto"),
    Setup(at_once=True, ends_with_microphone=True),
    Setup(kiosk=True, favourites=("es", "fr"), names=(("de", "Deutsch"),)),
    Setup(kiosk=True, talk_taps=True, half_duplex=True, cues=True),
    Setup(cap_ms=60_000, cap_tokens=50_000, unattended_ms=60_000, cues=True, favourites=("es", "fr")),
    Setup(at_once=True, cap_ms=60_000, unattended_ms=120_000, ends_with_microphone=True),
    Setup(half_duplex=True, cues=True, robot_voice=True, text_only=frozenset({"es"}), favourites=("es", "fr")),
)
LAPSES_MS = (
    1,
    10,
    19,
    20,
    100,
    500,
    399,
    400,
    1_000,
    2_000,
    4_999,
    5_000,
    8_000,
    15_000,
    30_000,
    60_000,
    120_000,
    6_000_000,
    6_600_000,
)
REASONS = (
    "",
    "Requests rate limit exceeded, please try again later.",
    "Workspace access denied",
    "insufficient_quota",
    "Voice 'X' is not supported.",
)
COMPLAINTS = (("invalid_value", "Invalid modalities"), ("COMMON_ERROR", "model repeat output happened"))
turns = st.integers(1, 3)
words = st.sampled_from(("", "Where", "Where is", "Where is the"))
flags = st.booleans()


class AnySequence(RuleBasedStateMachine):
    """One box and a world without manners."""

    @initialize(setup=st.sampled_from(SETUPS), private=flags, at_once=flags, early=flags)
    def begin(self, setup: Setup, private: bool, at_once: bool, early: bool) -> None:
        self.box = Box(setup, dials_at_once=at_once)
        if early:
            self.box.send(KeyEdge(Key.TALK, True, self.box.now), DeviceReady(Device.SCREEN))
        self.box.boot(private=private)

    def number(self, place: int) -> int:
        """The number of some line; one that is gone or never was where there is none."""
        lines = self.box.state.lines
        return lines[place % len(lines)].number if lines else place + 1

    @rule(ms=st.sampled_from(LAPSES_MS))
    def time_passes(self, ms: int) -> None:
        self.box.pass_time(ms)

    @rule(key=st.sampled_from(Key), down=flags, late_ms=st.sampled_from((0, 0, 5, 30)))
    def a_contact_moves(self, key: Key, down: bool, late_ms: int) -> None:
        self.box.send(KeyEdge(key, down, self.box.now - late_ms))

    @rule(key=st.sampled_from((Key.TALK, Key.GUEST)), held_ms=st.sampled_from((50, 500)))
    def a_talk_key_is_pressed(self, key: Key, held_ms: int) -> None:
        self.box.pass_time(25)
        self.box.press(key, held_ms)

    @precondition(lambda self: bool(self.box.state.lines))
    @rule(place=st.integers(0, 3))
    def a_line_gets_on(self, place: int) -> None:
        number = self.number(place)
        line = self.box.state.line(number)
        assert line is not None
        match line.phase:
            case Phase.DIALING:
                self.box.send(LineReached(number) if not line.dialled else LineOpened(number))
            case Phase.CONFIGURING:
                self.box.send(LineConfigured(number) if line.created else LineCreated(number))
            case Phase.READY | Phase.SPARE:
                self.box.send(TurnOpened(number, 1), ReplayReported(line.direction, 0, 0, 0))
            case Phase.FINISHING:
                self.box.send(LineFinished(number))

    @precondition(lambda self: bool(self.box.state.lines))
    @rule(place=st.integers(0, 3))
    def a_line_gets_ready(self, place: int) -> None:
        number = self.number(place)
        line = self.box.state.line(number)
        if line is not None and line.phase is Phase.DIALING:
            self.box.connect(number)

    @rule(place=st.integers(0, 3), event=st.sampled_from((LineOpened, LineCreated, LineConfigured, LineFinished)))
    def a_line_jumps(
        self, place: int, event: type[LineOpened] | type[LineCreated] | type[LineConfigured] | type[LineFinished]
    ) -> None:
        self.box.send(event(self.number(place)))

    @rule(
        place=st.integers(0, 3),
        loss=st.sampled_from(Loss),
        status=st.sampled_from((0, 401, 403, 429, 503, 1000, 1007, 1011)),
        detail=st.sampled_from(REASONS),
    )
    def a_line_is_lost(self, place: int, loss: Loss, status: int, detail: str) -> None:
        self.box.send(LineLost(self.number(place), loss, status, detail))

    @rule(place=st.integers(0, 3), loss=st.sampled_from((Loss.DEAD, Loss.RESET, Loss.NO_ROUTE)))
    def a_link_breaks(self, place: int, loss: Loss) -> None:
        self.box.send(LineLost(self.number(place), loss))

    @rule(place=st.integers(0, 3), loss=st.sampled_from(Loss))
    def an_attempt_fails(self, place: int, loss: Loss) -> None:
        self.box.send(LineTroubled(self.number(place), loss))

    @rule(place=st.integers(0, 3), complaint=st.sampled_from(COMPLAINTS))
    def the_service_complains(self, place: int, complaint: tuple[str, str]) -> None:
        self.box.send(ServiceComplained(self.number(place), *complaint))

    @rule(place=st.integers(0, 3), turn=turns, text=words, stash=words, final=flags, answered=flags)
    def words_arrive(self, place: int, turn: int, text: str, stash: str, final: bool, answered: bool) -> None:
        number, now = self.number(place), self.box.now
        self.box.send(
            TurnOpened(number, turn),
            SourceArrived(number, turn, text, stash, "es" if final else "", final),
            TextArrived(number, turn, text, stash, final, now),
            UsageCounted(number, 10 * turn, 5),
        )
        if answered:
            self.box.send(TurnAnswered(number, turn, True, not text, now - 900, now - 100, 400 if final else 0))

    @rule(place=st.integers(0, 3), turn=turns, ended=flags)
    def speech_is_played(self, place: int, turn: int, ended: bool) -> None:
        number = self.number(place)
        self.box.send(PlaybackEnded(number, turn, 400, 0) if ended else PlaybackStarted(number, turn, self.box.now))

    @rule(sense=st.sampled_from(CaptureHealth), repeat=flags)
    def the_card_is_judged(self, sense: CaptureHealth, repeat: bool) -> None:
        self.box.send(MicrophoneJudged(sense, 47), *([PlaybackStarted(0, 1, 0)] if repeat else []))

    @rule(
        direction=st.sampled_from(DIRECTIONS),
        unanswered_ms=st.sampled_from((0, 0, 400, 5_000)),
        reported_lost=st.integers(0, 2),
        deaf_ms=st.sampled_from((0, 0, 19_999, 20_000)),
    )
    def the_replay_buffer_reports(
        self, direction: Direction, unanswered_ms: int, reported_lost: int, deaf_ms: int
    ) -> None:
        self.box.send(ReplayReported(direction, unanswered_ms, reported_lost, deaf_ms))

    @rule(device=st.sampled_from(Device), kind=st.sampled_from(Kind), works=flags)
    def a_device_comes_or_goes(self, device: Device, kind: Kind, works: bool) -> None:
        self.box.send(DeviceReady(device) if works else DeviceFailed(device, kind, "card"))
        if device in (Device.MICROPHONE, Device.LOUDSPEAKER, Device.SCREEN) and kind is Kind.STALLED:
            self.box.send(WorkerSilent(device))

    @rule(
        event=st.sampled_from(
            (
                MicrophoneClosed(),
                SoundDrained(),
                VoiceActivityChanged(True),
                VoiceActivityChanged(False),
                LevelMetered(3),
                Booted(False),
                CameraTurned(True),
            )
        )
    )
    def something_is_reported(self, event: Event) -> None:
        self.box.send(event)

    @rule(place=st.integers(0, 3), tokens=st.sampled_from((39_999, 40_000, 44_000)))
    def a_line_has_cost_much(self, place: int, tokens: int) -> None:
        self.box.send(UsageCounted(self.number(place), tokens, 0))

    @rule(place=st.integers(0, 3), ms=st.sampled_from((1_000, 54_000, 61_000)), tokens=st.sampled_from((0, 60, 9_000)))
    def the_meter_turns(self, place: int, ms: int, tokens: int) -> None:
        sent = self.box.state.cost.process_ms
        self.box.send(SoundSent(sent + ms), LineMetered(self.number(place), tokens))

    @rule(day=st.sampled_from(("1970-01-01", "2026-11-27", "2026-11-28", "2026-11-29")), sure=flags)
    def a_date_is_told(self, day: str, sure: bool) -> None:
        self.box.send(DateTold(day, sure))

    @rule(ended=flags)
    def the_self_test_tells(self, ended: bool) -> None:
        self.box.send(CheckEnded() if ended else CheckTold("round trip", "S3"))

    @rule(code=st.sampled_from((FaultCode.W1, FaultCode.V1)), detail=st.sampled_from(("", "no space left on device")))
    def trouble_is_told(self, code: FaultCode, detail: str) -> None:
        self.box.send(TroubleReported(code, detail))

    @precondition(lambda self: self.box.state.setup.ends_with_microphone)
    @rule()
    def the_recording_ends(self) -> None:
        if self.box.oracle.microphone:
            self.box.send(MicrophoneEnded())

    @precondition(lambda self: self.box.now > 60_000)
    @rule()
    def a_stop_is_asked_for(self) -> None:
        self.box.send(StopRequested("SIGTERM"))

    @rule(
        event=st.sampled_from(
            (
                LineOpened(999),
                LineConfigured(999),
                LineLost(999, Loss.HTTP, 401),
                LineFinished(999),
                LineTroubled(999, Loss.NO_ROUTE),
                ServiceComplained(999, "invalid_value", "x"),
                TurnAnswered(999, 1, True, False, None, None, 0),
                UsageCounted(999, 5, 5),
            )
        )
    )
    def a_line_that_is_gone_speaks(self, event: Event) -> None:
        box = self.box
        assert step(box.state, event, box.now, box.limits) == (box.state, ()), "the fence lets news through"

    def teardown(self) -> None:
        """Whatever happened, the box can be stopped, in time, and leaves no line behind."""
        if not hasattr(self, "box") or self.box.broken:
            return  # the rule that failed tells more
        box = self.box
        box.send(StopRequested("the test ends"))
        box.pass_time(box.limits.stop_finished_within_ms + box.limits.stop_drained_within_ms)
        assert box.state.mode is Mode.STOPPING
        assert len(box.oracle.exits) == 1
        assert box.oracle.lines == {}
        assert not box.oracle.microphone
        TAKEN.update(box.oracle.moves)


TAKEN: set[tuple[Mode, Mode]] = set()
"""The moves seen in this process, for whoever prunes the table."""

TestAnySequence = AnySequence.TestCase
TestAnySequence.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    derandomize=not os.environ.get("DRAGOMAN_RANDOM"),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
