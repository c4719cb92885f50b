"""``workers/playback/earcons.py``: tones without pops, as long as the core believes. Must not: play them."""

from array import array

import pytest

from appliance.core.model.effects import CueName
from appliance.core.session.cues import FORMS
from appliance.protocol.pcm import INPUT_HZ, OUTPUT_HZ, ms_of_bytes
from appliance.workers.playback.earcons import PEAK, length_ms, tone
from appliance.workers.uplink.vad import VoiceDetector

STEEPEST = 700
"""Between two samples; a 1.3 kHz tone at this level climbs by 1,130 at the most, and an edge must be far below."""


@pytest.mark.parametrize("name", CueName)
def test_a_tone_is_short_quiet_and_begins_and_ends_in_silence(name: CueName) -> None:
    samples = array("h", tone(name))
    assert ms_of_bytes(len(tone(name)), OUTPUT_HZ) == length_ms(name) == FORMS[name].tone_ms
    assert PEAK // 3 < max(samples) <= PEAK
    assert samples[0] == samples[-1] == 0
    assert all(abs(sample) < STEEPEST for sample in (*samples[:8], *samples[-8:])), "no pop"


def test_the_tick_of_a_key_is_no_speech_to_our_own_ear() -> None:
    """It alone sounds while the microphone is open in a room (``core/devices/playback.py``)."""
    detector = VoiceDetector()
    sound = bytes(640 * 25) + tone(CueName.TICK, INPUT_HZ) + bytes(640 * 25)
    periods = [sound[at : at + 640] for at in range(0, len(sound) - 639, 640)]
    assert not any(detector.hear(period) for period in periods)


def test_each_tone_is_its_own() -> None:
    assert len({tone(name) for name in CueName}) == len(CueName)
