"""A WAV file in the place of the loudspeaker.

Responsible for: writing what would have been heard, when it would have been heard, and taking as long as a card takes.
Must not: mix, resample or judge sound.
"""

import logging
import os
import struct
from pathlib import Path

from appliance.adapters.bench.card_time import CardTime
from appliance.adapters.bench.clock import Clock
from appliance.adapters.bench.os_faults import device_error
from appliance.errors import DeviceError, Kind
from appliance.ports import LOUDSPEAKER_PERIOD_SAMPLES, LOUDSPEAKER_RATE_HZ

_HEADER_BYTES = 44
_MAX_DATA_BYTES = 0xFFFF_FFFF - _HEADER_BYTES - 3

_log = logging.getLogger(__name__)


class WavLoudspeaker:
    """A ``Loudspeaker`` that writes 24 kHz 16 bit, mono or stereo, on the real time axis from its first ``open``.

    It is paced like a card with a buffer of 80 ms (``CardTime`` says what an underrun is). Silences, also those while
    it is closed, are holes in the file, which read as zeros and take no storage. Nothing is buffered here: after every
    call the file is a whole WAV of all that was written, so ``kill -9`` costs nothing. ``drop`` and ``close`` take out
    what has not been heard yet. The first ``open`` empties an existing file. At 4 GiB (24 h mono) a WAV is full: from
    then on sound is paced and not written, and the log says so once.
    """

    def __init__(self, path: Path, clock: Clock, channels: int = 1) -> None:
        assert channels in (1, 2)
        self._path = path
        self._channels = channels
        self._frame_bytes = 2 * channels
        self._card = CardTime(clock, LOUDSPEAKER_RATE_HZ)
        self._fd: int | None = None
        self._made = False
        self._full = False

    @property
    def channels(self) -> int:
        """1 or 2."""
        return self._channels

    @property
    def delay_ms(self) -> int:
        """Until the last sample written is heard."""
        return self._card.delay_ms if self._fd is not None else 0

    @property
    def underruns(self) -> int:
        """Writes that came too late (``CardTime``)."""
        return self._card.underruns

    def open(self) -> None:
        """Make the file, or go on with it."""
        self.close()
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | (0 if self._made else os.O_TRUNC)
        try:
            self._fd = os.open(self._path, flags, 0o644)
        except OSError as error:
            raise device_error("loudspeaker", self._path, error) from error
        self._made = True
        self._card.open()
        self._lay_silence()

    def write(self, frames: bytes) -> None:
        """Play at most 20 ms; blocks while the buffer of 80 ms is full."""
        assert self._fd is not None, "write before open"
        count, rest = divmod(len(frames), self._frame_bytes)
        assert rest == 0, "half a frame"
        assert count <= LOUDSPEAKER_PERIOD_SAMPLES, "more than 20 ms"
        start = self._card.admit(count) * self._frame_bytes
        if self._overflows(start + len(frames)):
            return
        # Sound first, sizes after it: whoever reads in between finds a whole file.
        self._put(frames, _HEADER_BYTES + start)
        self._put_header(start + len(frames))

    def drop(self) -> None:
        """Take what has not been heard yet out of the file."""
        assert self._fd is not None, "drop before open"
        self._set_end(self._card.cut() * self._frame_bytes)

    def drain(self) -> None:
        """Wait until all has been heard; the file is complete already."""
        assert self._fd is not None, "drain before open"
        self._card.drain()

    def close(self) -> None:
        """Stop at once, with silence up to now."""
        if self._fd is None:
            return
        try:
            self._card.cut()
            self._lay_silence()
        finally:
            os.close(self._fd)
            self._fd = None

    def _lay_silence(self) -> None:
        self._set_end(self._card.position * self._frame_bytes)

    def _set_end(self, data_bytes: int) -> None:
        assert self._fd is not None
        if self._overflows(data_bytes):
            return
        try:
            shrinks = os.fstat(self._fd).st_size > _HEADER_BYTES + data_bytes
            if shrinks:
                self._put_header(data_bytes)
            os.ftruncate(self._fd, _HEADER_BYTES + data_bytes)
            if not shrinks:
                self._put_header(data_bytes)
        except OSError as error:
            raise device_error("loudspeaker", self._path, error) from error

    def _put_header(self, data_bytes: int) -> None:
        byte_rate = LOUDSPEAKER_RATE_HZ * self._frame_bytes
        form = struct.pack("<HHIIHH", 1, self._channels, LOUDSPEAKER_RATE_HZ, byte_rate, self._frame_bytes, 16)
        riff = b"RIFF" + struct.pack("<I", _HEADER_BYTES - 8 + data_bytes) + b"WAVE"
        self._put(riff + b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", data_bytes), 0)

    def _put(self, data: bytes, offset: int) -> None:
        assert self._fd is not None
        try:
            written = os.pwrite(self._fd, data, offset)
        except OSError as error:
            raise device_error("loudspeaker", self._path, error) from error
        if written < len(data):
            raise DeviceError("loudspeaker", Kind.BROKEN, f"{self._path} does not fit: the storage is full")

    def _overflows(self, data_bytes: int) -> bool:
        if data_bytes <= _MAX_DATA_BYTES:
            return False
        if not self._full:
            self._full = True
            _log.warning("%s is full at 4 GiB: sound is no longer written to it", self._path)
        return True
