"""A WAV file in the place of the microphone.

Responsible for: delivering a recording of any rate, channels and width as 20 ms periods of 16 kHz mono 16 bit, at the
pace asked for.
Must not: hold the whole recording (hours of it are played on a board of 512 MB), or append closing silence: that is the
microphone worker's.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soxr
from numpy.typing import NDArray

from appliance.adapters import captures
from appliance.adapters.bench.clock import Clock
from appliance.adapters.bench.os_faults import device_error
from appliance.adapters.bench.wav_format import WavFormat, read_format, to_mono
from appliance.errors import DeviceError, Kind
from appliance.ports import MICROPHONE_PERIOD_BYTES, MICROPHONE_RATE_HZ

FAST_BACKLOG_MS = 20_000
_FAST_STEP_MS = 20
_FAST_PATIENCE_MS = 600_000
_PERIOD_MS = 20
_LATE_MS = 1_000
_BLOCKS_A_SECOND = 10

_log = logging.getLogger(__name__)


class WavMicrophone:
    """A ``Microphone`` that plays a file.

    ``pace="realtime"``: period *n* after ``open`` is delivered at ``opened + 20·(n+1)`` ms of the clock, an absolute
    grid, so nothing drifts. A reader that is late catches up at once; one that is more than 1 s late moves the grid,
    because no card would hold so much. Either way no sample is lost.

    ``pace="fast"``: no pace of its own, but ``read`` blocks while ``backlog_ms()`` is above 20,000. It asks every
    20 ms, on the reading thread: what is passed in can keep the worker's beat fresh, and can free a blocked read by
    answering 0. After ten minutes of that it gives up with STALLED; a new ``open`` goes on where it stood.

    Data shorter than the header says is played to its end, and ``note`` says so. The first sample is read at the first
    ``open``; while closed the recording stands still. The last period is filled up with zeros; after it every ``read``
    returns ``b""``. Missing file: ABSENT; no permission: DENIED; empty, compressed or not a WAV: BROKEN.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        backlog_ms: Callable[[], int],
        *,
        pace: str = "realtime",
        channel: str = "mix",
        gain_db: float = 0,
    ) -> None:
        assert pace in ("realtime", "fast")
        assert channel in ("mix", "left", "right")
        self._path = path
        self._clock = clock
        self._backlog_ms = backlog_ms
        self._pace = pace
        self._channel = channel
        self._scale = np.float32(32_768 * 10 ** (gain_db / 20))
        self._file: BinaryIO | None = None
        self._form: WavFormat | None = None
        self._resampler: soxr.ResampleStream | None = None
        self._taken_bytes = 0  # of the file's data
        self._pending = bytearray()  # converted, not yet delivered: about 100 ms
        self._drained = False  # the resampler has been emptied
        self._due_ms = 0

    @property
    def xruns(self) -> int:
        """A file never overruns."""
        return 0

    @property
    def note(self) -> str:
        """What is odd about the file, as a sentence; empty when nothing is, or before the first ``open``."""
        return self._form.note if self._form else ""

    def open(self) -> None:
        """Open the file, at its beginning or where it stood."""
        self.close()
        captures.count("file")
        try:
            file = self._path.open("rb", buffering=0)
        except OSError as error:
            raise device_error("microphone", self._path, error) from error
        try:
            form = read_format(file, str(self._path))
            if self._form is not None and self._form != form:
                raise DeviceError("microphone", Kind.BROKEN, f"{self._path} was changed while it was being played")
            file.seek(form.data_offset + self._taken_bytes)
        except OSError as error:
            file.close()
            raise device_error("microphone", self._path, error) from error
        except DeviceError:
            file.close()
            raise
        if self._form is None:
            self._form = form
            if form.rate_hz != MICROPHONE_RATE_HZ:
                self._resampler = soxr.ResampleStream(form.rate_hz, MICROPHONE_RATE_HZ, 1, "float32", "HQ")
            if form.note:
                _log.warning("%s", form.note)
        self._file = file
        self._due_ms = self._clock.now_ms() + _PERIOD_MS

    def read(self) -> bytes:
        """The next 640 bytes when they are due; ``b""`` from the end of the recording on."""
        assert self._file is not None, "read before open"
        if self._drained and not self._pending:
            return b""
        if self._pace == "realtime":
            self._wait_for_grid()
        else:
            self._wait_for_backlog()
        while len(self._pending) < MICROPHONE_PERIOD_BYTES and not self._drained:
            self._convert_block()
        period = bytes(self._pending[:MICROPHONE_PERIOD_BYTES])
        del self._pending[:MICROPHONE_PERIOD_BYTES]
        return period.ljust(MICROPHONE_PERIOD_BYTES, b"\0") if period else b""

    def close(self) -> None:
        """Let go of the file and remember the place."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _wait_for_grid(self) -> None:
        late_ms = self._clock.now_ms() - self._due_ms
        if late_ms > _LATE_MS:
            self._due_ms += late_ms
        self._clock.wait_until(self._due_ms)
        self._due_ms += _PERIOD_MS

    def _wait_for_backlog(self) -> None:
        give_up_ms = self._clock.now_ms() + _FAST_PATIENCE_MS
        while self._backlog_ms() > FAST_BACKLOG_MS:
            now_ms = self._clock.now_ms()
            if now_ms >= give_up_ms:
                minutes = _FAST_PATIENCE_MS // 60_000
                raise DeviceError("microphone", Kind.STALLED, f"nothing of {self._path} was answered for {minutes} min")
            self._clock.wait_until(now_ms + _FAST_STEP_MS)

    def _convert_block(self) -> None:
        form = self._form
        assert form is not None
        raw = self._take(min(form.data_bytes - self._taken_bytes, form.rate_hz // _BLOCKS_A_SECOND * form.frame_bytes))
        whole = raw[: len(raw) // form.frame_bytes * form.frame_bytes]
        last = not whole
        sound: NDArray[np.float32] = to_mono(whole, form, self._channel)
        if self._resampler is not None:
            sound = self._resampler.resample_chunk(sound, last=last)
        self._pending += np.clip(np.rint(sound * self._scale), -32_768, 32_767).astype("<i2").tobytes()
        self._drained = last

    def _take(self, wanted: int) -> bytes:
        """At most ``wanted`` bytes of the data; shorter where the file shrank under us, empty at its end."""
        assert self._file is not None
        parts: list[bytes] = []
        missing = wanted
        while missing > 0:
            try:
                part = self._file.read(missing)
            except OSError as error:
                raise device_error("microphone", self._path, error) from error
            if not part:
                break
            parts.append(part)
            missing -= len(part)
        self._taken_bytes += wanted - missing
        return b"".join(parts)
