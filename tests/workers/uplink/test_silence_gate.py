"""The silence gate: shut after thirty seconds, and the first syllable comes through."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.workers.uplink.silence_gate import CLOSES_AFTER_MS, PRE_ROLL_MS, Heard, SilenceGate

PERIOD_MS = 20
SAMPLES = 320


class MicrophoneHealth:
    """Feeds periods and keeps those that come through, by number."""

    def __init__(self) -> None:
        self.gate: SilenceGate[int] = SilenceGate()
        self.count = 0
        self.through: list[int] = []

    def hear(self, ms: int, *, speech: bool) -> None:
        for _ in range(ms // PERIOD_MS):
            heard = Heard(self.count, SAMPLES, speech, self.count * PERIOD_MS)
            self.through += [each.payload for each in self.gate.pass_on(heard)]
            self.count += 1


def test_up_to_its_limit_silence_goes_on() -> None:
    ear = MicrophoneHealth()
    ear.hear(CLOSES_AFTER_MS - PERIOD_MS, speech=False)
    assert ear.through == list(range(ear.count))
    assert not ear.gate.closed
    ear.hear(PERIOD_MS, speech=False)
    assert ear.gate.closed


def test_then_nothing_more_and_at_the_next_word_the_last_second_first() -> None:
    ear = MicrophoneHealth()
    ear.hear(600, speech=True)
    ear.hear(CLOSES_AFTER_MS + 20_000, speech=False)
    shut_at = len(ear.through)
    assert shut_at * PERIOD_MS <= 600 + CLOSES_AFTER_MS
    spoke_at = ear.count
    ear.hear(100, speech=True)
    resumed = ear.through[shut_at:]
    assert resumed == list(range(spoke_at - PRE_ROLL_MS // PERIOD_MS, ear.count))
    assert not ear.gate.closed


def test_a_word_in_time_keeps_it_open() -> None:
    ear = MicrophoneHealth()
    for _ in range(4):
        ear.hear(CLOSES_AFTER_MS - 1_000, speech=False)
        ear.hear(200, speech=True)
    assert ear.through == list(range(ear.count))


def test_a_reset_forgets_what_was_kept_and_opens() -> None:
    ear = MicrophoneHealth()
    ear.hear(CLOSES_AFTER_MS + 5_000, speech=False)
    ear.gate.reset()
    assert not ear.gate.closed
    before = len(ear.through)
    ear.hear(40, speech=True)
    assert ear.through[before:] == [ear.count - 2, ear.count - 1]


@given(st.lists(st.tuples(st.integers(1, 60_000), st.booleans()), max_size=12))
def test_all_speech_comes_through_in_order_and_once(parts: list[tuple[int, bool]]) -> None:
    ear, spoken = MicrophoneHealth(), []
    for ms, speech in parts:
        began = ear.count
        ear.hear(ms, speech=speech)
        spoken += list(range(began, ear.count)) if speech else []
    assert ear.through == sorted(set(ear.through))
    assert set(spoken) <= set(ear.through)
