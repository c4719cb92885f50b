"""How loud, in arithmetic: from per cent to decibels, and samples made louder, softer, or laid over one another.

Responsible for: the scale of the knob, and for never turning a sample over where it does not fit.
Must not: know a card (``adapters/alsa/volume.py``) or a key.
"""

from array import array

DB_PER_PERCENT = 0.4  # a step of 5 % is 2 dB, the whole way 40 dB
START_PERCENT = 85
REPEAT_LOUDER_DB = 6
_MOST, _LEAST = 32_767, -32_768


def below_ceiling_db(percent: int) -> int:
    """How far below the loudest that is allowed, 0 to -40 dB. At 0 % nothing sounds at all, whatever this says."""
    return round(-(100 - percent) * DB_PER_PERCENT)


def louder_db(percent: int) -> int:
    """By how much a repeat may be louder without passing the ceiling."""
    return min(REPEAT_LOUDER_DB, -below_ceiling_db(percent))


def factor(db: int) -> float:
    """What to multiply samples with."""
    return float(10 ** (db / 20))


def scaled(pcm: bytes, by: float) -> bytes:
    """Signed 16 bit, times ``by``; what does not fit is cut off at full scale."""
    if by == 1:
        return pcm
    return array("h", [max(_LEAST, min(_MOST, int(sample * by))) for sample in array("h", pcm)]).tobytes()


def mixed(one: bytes, other: bytes) -> bytes:
    """Both at once, as long as the longer."""
    if len(one) < len(other):
        one, other = other, one
    sounds = array("h", one)
    for place, sample in enumerate(array("h", other)):
        sounds[place] = max(_LEAST, min(_MOST, sounds[place] + sample))
    return sounds.tobytes()
