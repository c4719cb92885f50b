"""What the simulator found in the product, each as the smallest case that shows it."""

from appliance.core.machine.step import step
from appliance.core.model.direction import Direction
from appliance.core.model.effects import HangUp
from appliance.core.model.events import ReplayReported
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode, Phase
from appliance.core.model.state import Line, Purpose, State, Wanted
from appliance.protocol.marks import ResponseOpened, SpeechStarted
from appliance.workers.uplink.ack_tracker import AckTracker
from appliance.workers.uplink.replay_buffer import ReplayBuffer

FIRST, SECOND = Direction("en", "es"), Direction("en", "fr")


def test_a_line_that_hangs_within_a_turn_is_deaf_however_little_was_said() -> None:
    ack_tracker = AckTracker(800)
    ack_tracker.attached(1, 0, speaks=True, at=0)
    ack_tracker.heard(0, 16_000, at=1_000)
    ack_tracker.sent(1, 32_000, at=2_000)
    ack_tracker.marked(1, SpeechStarted(1, 0), at=2_000)
    ack_tracker.marked(1, ResponseOpened(1), at=2_500)
    assert ack_tracker.deaf_ms(22_500) == 20_000


def test_a_deaf_line_of_the_direction_at_rest_is_replaced() -> None:
    rows = ((1, FIRST), (2, Direction("es", "en")))
    lines = tuple(Line(n, direction, Phase.READY, Purpose.WANTED, since=0) for n, direction in rows)
    state = State(
        mode=Mode.ON_AIR, private=False, wanted=Wanted.INTERPRETING, capture=True, input=FIRST, lines=lines, next_line=3
    )
    report = ReplayReported(Direction("es", "en"), unanswered_ms=900, reported_lost=0, deaf_ms=20_000)
    state, effects = step(state, report, 30_000, Limits())
    assert HangUp(2, "deaf") in effects
    assert state.line(1) is not None


def test_what_moved_to_another_direction_is_not_said_again_in_the_old_one() -> None:
    old = ReplayBuffer(FIRST, 800, lambda samples: "silence")
    new = ReplayBuffer(SECOND, 800, lambda samples: "silence")
    old.attach(1, speaks=True, at=0)
    for n in range(10):
        old.append(f"word {n}", 640, speech=True, at=40 * n + 40)
        old.take(1, 40 * n + 40)
    old.move_open_utterance(new, at=400)
    old.lose(1, 500)
    old.attach(2, speaks=True, at=600)
    again: list[str] = []
    while sent := old.take(2, 700, flush=True):
        again += sent
    assert set(again) <= {"silence"}
    new.attach(3, speaks=True, at=600)
    assert new.take(3, 700) == ["word 0"]
