"""Speech faster or slower at the same pitch, by libsonic.

Responsible for: the library behind a small object, and a sentence where it is missing.
Must not: decide when to hurry (the jitter buffer does), or hold more than a few periods.

libsonic0 comes with espeak-ng. It overlaps whole periods of the voice, which it looks for between 65 and 400 Hz.
"""

import ctypes
from functools import cache
from types import TracebackType
from typing import Self

from appliance.errors import DeviceError, Kind
from appliance.ports import LOUDSPEAKER_RATE_HZ

SLOWEST = 0.5
FASTEST = 2.0
_LIBRARY = "libsonic.so.0"
_READ_FRAMES = 4_800
_SAMPLE_BYTES = 2


class Stretch:
    """A stream of 16 bit speech. ``feed`` answers what is ready, ``flush`` the rest.

    At speed 1 what comes in goes out unchanged. Used by one thread at a time; ``close`` it, or use ``with``. Raises
    ABSENT where libsonic is not installed.
    """

    def __init__(self, speed: float = 1.0, *, rate_hz: int = LOUDSPEAKER_RATE_HZ, channels: int = 1) -> None:
        self._sonic = _library()
        self._channels = channels
        self._stream = ctypes.c_void_p(self._sonic.sonicCreateStream(rate_hz, channels))
        if not self._stream:
            raise MemoryError("libsonic has no memory for a stream")
        self._out = (ctypes.c_short * (_READ_FRAMES * channels))()
        self.set_speed(speed)

    def set_speed(self, speed: float) -> None:
        """From now on, ``speed`` times as fast, 0.5 to 2."""
        assert SLOWEST <= speed <= FASTEST, "a speed at which nobody follows"
        self._sonic.sonicSetSpeed(self._open(), speed)

    def feed(self, pcm: bytes) -> bytes:
        """Whole frames in, whole frames out: fewer, more, or none yet."""
        frames, rest = divmod(len(pcm), _SAMPLE_BYTES * self._channels)
        assert rest == 0, "half a frame"
        if frames and not self._sonic.sonicWriteShortToStream(self._open(), pcm, frames):
            raise MemoryError("libsonic has no memory for its input")
        return self._ready()

    def flush(self) -> bytes:
        """The rest of what was fed; the next ``feed`` begins a new sentence."""
        if not self._sonic.sonicFlushStream(self._open()):
            raise MemoryError("libsonic has no memory for its output")
        return self._ready()

    def close(self) -> None:
        """Give back the memory; may be called twice."""
        stream, self._stream = self._stream, ctypes.c_void_p()
        if stream:
            self._sonic.sonicDestroyStream(stream)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> ctypes.c_void_p:
        assert self._stream, "used after close"
        return self._stream

    def _ready(self) -> bytes:
        parts = []
        # Bounded by what was fed: every round takes frames out.
        while frames := self._sonic.sonicReadShortFromStream(self._open(), self._out, _READ_FRAMES):
            parts.append(bytes(memoryview(self._out).cast("B")[: frames * _SAMPLE_BYTES * self._channels]))
        return b"".join(parts)


@cache
def _library() -> ctypes.CDLL:
    try:
        sonic = ctypes.CDLL(_LIBRARY)
    except OSError as error:
        words = "libsonic is not installed (package libsonic0): speech is neither hurried nor slowed"
        raise DeviceError("stretch", Kind.ABSENT, words) from error
    pointer, whole = ctypes.c_void_p, ctypes.c_int
    sonic.sonicCreateStream.argtypes, sonic.sonicCreateStream.restype = [whole, whole], pointer
    sonic.sonicDestroyStream.argtypes, sonic.sonicDestroyStream.restype = [pointer], None
    sonic.sonicSetSpeed.argtypes, sonic.sonicSetSpeed.restype = [pointer, ctypes.c_float], None
    # The input is only read, so the bytes themselves are handed over.
    sonic.sonicWriteShortToStream.argtypes = [pointer, ctypes.c_char_p, whole]
    sonic.sonicWriteShortToStream.restype = whole
    sonic.sonicReadShortFromStream.argtypes = [pointer, ctypes.POINTER(ctypes.c_short), whole]
    sonic.sonicReadShortFromStream.restype = whole
    sonic.sonicFlushStream.argtypes, sonic.sonicFlushStream.restype = [pointer], whole
    return sonic
