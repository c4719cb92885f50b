"""``workers/playback/history.py``: what was said last. Responsible for: the bound, and forgetting. Must not: play."""

from appliance.workers.playback.history import MOST_MS, SpeechMemory

MS = 48


def test_a_turn_is_remembered_as_it_was_played() -> None:
    memory = SpeechMemory()
    memory.heard(1, 1, "left", b"\1\1")
    memory.heard(1, 1, "left", b"\2\2")
    said = memory.recall(1, 1)
    assert said is not None
    assert (bytes(said.pcm), said.output) == (b"\1\1\2\2", "left")
    assert memory.recall(1, 2) is None
    memory.wipe()
    assert memory.recall(1, 1) is None


def test_the_oldest_turns_make_room() -> None:
    memory = SpeechMemory()
    for turn in (1, 2, 3):
        memory.heard(1, turn, "both", bytes([turn]) * (10_000 * MS))
    assert memory.recall(1, 1) is not None
    memory.heard(1, 4, "both", b"\4\4")
    assert [turn for turn in (1, 2, 3, 4) if memory.recall(1, turn)] == [2, 3, 4]


def test_of_one_long_turn_the_beginning_makes_room() -> None:
    memory = SpeechMemory()
    for piece in range(40):
        memory.heard(1, 1, "both", bytes([piece]) * (1_000 * MS))
    said = memory.recall(1, 1)
    assert said is not None
    assert len(said.pcm) == MOST_MS * MS
    assert (said.pcm[0], said.pcm[-1]) == (10, 39)
