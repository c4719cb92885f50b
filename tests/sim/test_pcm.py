"""One seed in a hundred is heard: PCM on the wire, and the real voice detectors of both sides."""

import pytest

from appliance.workers.uplink.vad import VoiceDetector
from tests.sim import pcm
from tests.sim.runs import Tally, run_seed
from tests.sim.sound import SILENCE

HEARD = range(100, 501, 100)
HOURS_A_SEED = 2
WHOLE = (1 << 40) - 1


def test_one_seed_in_a_hundred_is_heard() -> None:
    tally = Tally()
    for seed in HEARD:
        failure = run_seed(seed, HOURS_A_SEED, tally, heard=True)
        assert failure is None, failure
    print(f"as PCM: {tally}")
    assert tally.utterances >= 4 * tally.hours
    assert tally.faults >= tally.hours


@pytest.mark.parametrize("number", range(1, 1 + pcm.VOICES))
def test_both_ears_take_the_voices_for_speech(number: int) -> None:
    here, there = VoiceDetector(), pcm.ServiceEar()
    there.configure(0.2, pcm.RATE_HZ)
    spoken = [pcm.period(number, frame) for frame in range(40)]
    assert sum(here.hear(each) for each in spoken) >= 30
    assert sum(flag for each in spoken for flag in there.feed(each)) >= 30
    assert not any(here.hear(pcm.period(SILENCE, 0)) for _ in range(20))


def test_what_was_said_is_read_from_its_sound_alone() -> None:
    spoken = b"".join(pcm.period(17, frame) for frame in range(40))
    assert pcm.frames_in(pcm.silence(960) + spoken) == {17: WHOLE}


def test_a_period_that_was_harmed_is_not_read() -> None:
    harmed = bytearray(b"".join(pcm.period(17, frame) for frame in range(40)))
    harmed[640 * 30 + 500] ^= 16
    assert pcm.frames_in(bytes(harmed)) == {17: WHOLE & ~(1 << 30)}
