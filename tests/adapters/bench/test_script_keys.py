"""A script's keys are pressed on time, from the first standby on."""

import threading

from appliance.adapters.bench.key_script import Row
from appliance.adapters.bench.script_keys import ScriptKeys
from tests.adapters.virtual_clock import VirtualClock

LIMIT_S = 10.0  # only a failure takes that long


class MicrophoneHealth:
    """Collects edges and tells when enough have come."""

    def __init__(self, enough: int) -> None:
        self.edges: list[tuple[str, bool, int]] = []
        self.heard = threading.Event()
        self._enough = enough

    def __call__(self, key: str, down: bool, at_ms: int) -> None:
        self.edges.append((key, down, at_ms))
        if len(self.edges) >= self._enough:
            self.heard.set()


def test_rows_come_at_their_time_after_begin() -> None:
    clock = VirtualClock(1_000)
    ear = MicrophoneHealth(3)
    keys = ScriptKeys((Row(0, "talk", True), Row(450, "talk", False), Row(3_000, "louder", True)), clock)
    keys.start(ear)
    assert ear.edges == []
    keys.begin(2_000)
    assert ear.heard.wait(LIMIT_S)
    assert ear.edges == [("talk", True, 2_000), ("talk", False, 2_450), ("louder", True, 5_000)]
    assert clock.now_ms() == 5_000
    keys.close()


def test_the_thread_ends_by_itself() -> None:
    ear = MicrophoneHealth(1)
    keys = ScriptKeys((Row(5, "mute", True),), VirtualClock())
    keys.start(ear)
    keys.begin(0)
    assert keys._thread is not None
    keys._thread.join(LIMIT_S)
    assert not keys._thread.is_alive()
    assert ear.edges == [("mute", True, 5)]


def test_it_starts_live_unless_a_row_says_otherwise() -> None:
    clock = VirtualClock()
    assert ScriptKeys((), clock).privacy() is False
    assert ScriptKeys((Row(0, "privacy", False),), clock).privacy() is True
    assert ScriptKeys((Row(-9, "privacy", False), Row(0, "privacy", True)), clock).privacy() is False
    assert ScriptKeys((Row(1, "privacy", False),), clock).privacy() is False


def test_the_first_level_is_no_edge_and_later_ones_are() -> None:
    ear = MicrophoneHealth(2)
    keys = ScriptKeys((Row(0, "privacy", False), Row(10, "privacy", True), Row(20, "privacy", False)), VirtualClock(0))
    levels = [keys.privacy()]

    def post(key: str, down: bool, at_ms: int) -> None:
        levels.append(keys.privacy())
        ear(key, down, at_ms)

    keys.start(post)
    keys.begin(0)
    assert ear.heard.wait(LIMIT_S)
    keys.close()
    assert ear.edges == [("privacy", True, 10), ("privacy", False, 20)]
    assert levels == [True, False, True]


def test_a_second_begin_changes_nothing() -> None:
    ear = MicrophoneHealth(2)
    keys = ScriptKeys((Row(0, "talk", True), Row(50, "talk", False)), VirtualClock(0))
    keys.begin(100)
    keys.begin(9_000)
    keys.start(ear)
    assert ear.heard.wait(LIMIT_S)
    assert ear.edges == [("talk", True, 100), ("talk", False, 150)]
    keys.close()


def test_closed_before_begin() -> None:
    ear = MicrophoneHealth(1)
    keys = ScriptKeys((Row(0, "talk", True),), VirtualClock())
    keys.start(ear)
    keys.close()
    keys.close()
    assert keys._thread is not None
    assert not keys._thread.is_alive()
    assert ear.edges == []


def test_closed_in_the_middle_posts_no_more() -> None:
    ear = MicrophoneHealth(1)
    keys: list[ScriptKeys] = []

    def post(key: str, down: bool, at_ms: int) -> None:
        ear(key, down, at_ms)
        keys[0].close()  # from the thread itself

    keys.append(ScriptKeys((Row(0, "talk", True), Row(500, "talk", False)), VirtualClock(0)))
    keys[0].start(post)
    keys[0].begin(0)
    assert keys[0]._thread is not None
    keys[0]._thread.join(LIMIT_S)
    assert ear.edges == [("talk", True, 0)]
