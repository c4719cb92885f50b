"""Arithmetic of sound: samples, milliseconds, bytes and levels.

Responsible for: the two rates of the service, the size of a message, and how loud a piece of sound is.
Must not: resample, detect speech, or hold sound longer than a call (``DeltaJoiner`` holds one byte).

All sound here is signed 16 bit, little-endian, mono. Boards and benches that we run on are little-endian too.
"""

from array import array

INPUT_HZ = 16_000
OUTPUT_HZ = 24_000
BYTES_PER_SAMPLE = 2

MESSAGE_MS = 40
MESSAGE_SAMPLES = INPUT_HZ * MESSAGE_MS // 1000
MESSAGE_BYTES = MESSAGE_SAMPLES * BYTES_PER_SAMPLE

_STRIDE = 4
"""A meter need not look at every sample: every fourth still sees all of the voice below 2 kHz."""

_BARS_MEAN_SQUARE = tuple(int(32768**2 * 10 ** (dbfs / 10)) for dbfs in (-54, -45, -36, -27, -18))
"""Lower edge of each bar. Speech into a microphone at arm's length is about -36 to -24 dBFS."""


def samples_of_ms(ms: int, rate_hz: int = INPUT_HZ) -> int:
    """Samples in ``ms`` milliseconds, rounded down."""
    return ms * rate_hz // 1000


def ms_of_samples(samples: int, rate_hz: int = INPUT_HZ) -> int:
    """Milliseconds in ``samples``, rounded down."""
    return samples * 1000 // rate_hz


def bytes_of_ms(ms: int, rate_hz: int = INPUT_HZ) -> int:
    """Bytes in ``ms`` milliseconds; always whole samples."""
    return samples_of_ms(ms, rate_hz) * BYTES_PER_SAMPLE


def ms_of_bytes(size: int, rate_hz: int = INPUT_HZ) -> int:
    """Milliseconds in ``size`` bytes, rounded down."""
    return ms_of_samples(size // BYTES_PER_SAMPLE, rate_hz)


def silence(ms: int, rate_hz: int = INPUT_HZ) -> bytes:
    """Zeros for ``ms`` milliseconds."""
    return bytes(bytes_of_ms(ms, rate_hz))


def mean_square(pcm: bytes) -> int:
    """Mean of the squares of every fourth sample, 0 to 32768²; 0 for nothing. A trailing odd byte is left out."""
    samples = array("h", memoryview(pcm)[: len(pcm) // 2 * 2].tobytes())[::_STRIDE]
    if not samples:
        return 0
    return sum([sample * sample for sample in samples]) // len(samples)


def bars(pcm: bytes) -> int:
    """Level as the panel shows it: 0 (silence) to 5 (loud)."""
    loudness = mean_square(pcm)
    return sum(loudness >= edge for edge in _BARS_MEAN_SQUARE)


class DeltaJoiner:
    """Makes whole samples of audio deltas that may end in the middle of one. One joiner for each response."""

    def __init__(self) -> None:
        self._carry = b""

    def join(self, delta: bytes) -> bytes:
        """The whole samples that ``delta`` completes; an odd trailing byte waits for the next delta."""
        if not self._carry and len(delta) % 2 == 0:
            return delta
        joined = self._carry + delta
        whole = len(joined) // 2 * 2
        self._carry = joined[whole:]
        return joined[:whole]
