"""The tones of the box, made here: no recordings, no pops.

Responsible for: samples for each cue. Pure arithmetic, the same every time.
Must not: play, or decide when (``core/devices/playback.py`` does).

Every note begins and ends with a raised cosine, so that no edge is heard. A detector of voices takes all but the tick
for speech; where the microphone hears them, the core mutes it.
"""

import math
from array import array
from dataclasses import dataclass
from functools import cache

from appliance.core.model.effects import CueName
from appliance.protocol.pcm import OUTPUT_HZ, samples_of_ms

EDGE_MS = 5
PEAK = 3_277  # -20 dB of full scale, about as loud as speech
_SOFT = 1_640


@dataclass(frozen=True, slots=True)
class Note:
    """One tone; 0 Hz is a rest."""

    hz: int
    ms: int
    peak: int = PEAK


NOTES: dict[CueName, tuple[Note, ...]] = {
    CueName.TICK: (Note(1_320, 15),),
    CueName.READY: (Note(660, 60), Note(990, 80)),
    CueName.YOUR_TURN: (Note(990, 90),),
    CueName.SORRY: (Note(660, 80), Note(0, 20), Note(495, 110)),
    CueName.NO_NETWORK: (Note(440, 80), Note(0, 40), Note(440, 80), Note(0, 40), Note(330, 120)),
    CueName.ATTENTION: (Note(880, 70), Note(0, 50), Note(880, 70)),
    CueName.TEXT: (Note(528, 140, _SOFT),),
}


@cache
def tone(name: CueName, rate_hz: int = OUTPUT_HZ) -> bytes:
    """Mono signed 16 bit at ``rate_hz``."""
    return b"".join(_samples(note, rate_hz) for note in NOTES[name])


def length_ms(name: CueName) -> int:
    """How long it sounds."""
    return sum(note.ms for note in NOTES[name])


def _samples(note: Note, rate_hz: int) -> bytes:
    count, edge = samples_of_ms(note.ms, rate_hz), samples_of_ms(EDGE_MS, rate_hz)
    step = 2 * math.pi * note.hz / rate_hz
    return array("h", [round(note.peak * _edge(n, count, edge) * math.sin(step * n)) for n in range(count)]).tobytes()


def _edge(n: int, count: int, edge: int) -> float:
    """From 0 at either end to 1 within ``edge`` samples."""
    inside = min(n, count - 1 - n, edge)
    return (1 - math.cos(math.pi * inside / edge)) / 2
