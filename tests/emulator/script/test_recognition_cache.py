"""The memory of one key is bounded, and gives back what was put in."""

import numpy as np

from appliance.emulator.script.fingerprint import BANDS, Frames
from appliance.emulator.script.recognition_cache import Memory, Piece


def frames(seed: int, count: int = 50) -> Frames:
    return np.random.default_rng(seed).normal(size=(count, BANDS)).astype(np.float32)


def test_the_oldest_sound_is_forgotten() -> None:
    memory = Memory(limit=2)
    for place in range(4):
        memory.learn(frames(place), place)
    assert memory.places == [2, 3]
    assert len(memory.references) == 2


def test_a_sound_can_be_replaced_by_more_of_it() -> None:
    memory = Memory()
    memory.learn(frames(1), 7)
    memory.replace(0, frames(2, 80))
    assert memory.references.length(0) == 80
    assert memory.places == [7]


def test_early_answers_belong_to_the_sound_that_goes_on_from_them() -> None:
    memory = Memory()
    memory.answered(b"abc", (Piece(3),))
    assert memory.early(b"abcdef") == (Piece(3),)
    assert memory.early(b"ab") == memory.early(b"xabc") == ()
    for n in range(20):
        memory.answered(b"%d" % n, (Piece(n),))
    assert memory.early(b"abcdef") == ()


def test_most_of_an_utterance_counts_as_all_of_it() -> None:
    assert Piece(1, 0.1, 0.95).whole()
    assert not Piece(1, 0.0, 0.5).whole()
