"""The Pi's own camera, through picamera2.

Responsible for: a small video stream while it is open, a larger one for a sharp picture, and every failure of the
library as one ``DeviceError``.
Must not: be called on two threads, use the hardware encoder (there is none from the Pi 5 on: picamera2 #1297), or let
the library's own end-of-process hook run: ``close`` of a camera that hangs would keep the process from ending.

A capture has a limit here, and its worker has one of its own: the library was reported to wait for ever (#794, #711).
``tests/adapters/test_picamera.py`` compares every name and keyword used here with the published library.
"""

import atexit
from typing import Any

from appliance.adapters import captures
from appliance.adapters.framing import WHOLE, Framing
from appliance.errors import DeviceError, Kind
from appliance.workers.camera.policy import USUAL_SIZE

WAIT_S = 2.0  # for a change of mode, and again for a picture: together below the worker's limit
CONTINUOUS_FOCUS = 2  # libcamera's AfModeContinuous
FRAME_US = 100_000  # ten pictures a second: less heat and memory traffic than thirty
LONGEST_FRAME_US = 200_000  # in the dark

_FAILURES = (
    RuntimeError, OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, MemoryError,
)  # fmt: skip
"""What C++ and three layers of Python raise, by experience of others: camera trouble must never be a bug of ours."""


class PiCamera:
    """A ``Camera``. The library and its C++ side are loaded by the constructor: ABSENT where they are not installed."""

    def __init__(self, framing: Framing = WHOLE, number: int = 0) -> None:
        """``number``: which camera, in the library's own order."""
        try:
            from picamera2 import Picamera2
        except ImportError as error:
            raise DeviceError("camera", Kind.ABSENT, f"python3-picamera2 is not installed: {error}") from error
        except _FAILURES as error:
            raise DeviceError("camera", Kind.BROKEN, f"picamera2 cannot be loaded: {error}") from error
        self._make: Any = Picamera2
        self._framing = framing
        self._number = number
        self._camera: Any = None
        self._stream = (0, 0)

    def open(self) -> None:
        """Power it and begin to stream at the usual size."""
        assert self._camera is None, "open twice"
        captures.count("picamera2")
        stream = self._framing.stream(*USUAL_SIZE)
        try:
            if self._number >= len(self._make.global_camera_info()):
                raise DeviceError("camera", Kind.ABSENT, "no camera is connected")
            camera = self._camera = self._make(camera_num=self._number)
            atexit.unregister(camera.close)
            camera.configure(self._configuration(camera, stream))
            camera.start(show_preview=False)
        except _FAILURES as error:
            raise _device_error(error) from error
        self._stream = stream

    def capture(self, width: int, height: int) -> bytes:
        """The next picture from the sensor, never an older one."""
        camera = self._camera
        assert camera is not None, "capture before open"
        stream = self._framing.stream(width, height)
        try:
            if stream != self._stream:
                camera.switch_mode(self._configuration(camera, stream), wait=WAIT_S)
                self._stream = stream
            view = camera.capture_image("main", wait=WAIT_S)
            return self._framing.jpeg(view, width, height)
        except TimeoutError as error:  # before OSError, of which it is one
            raise DeviceError("camera", Kind.STALLED, f"no picture within {WAIT_S:g} s") from error
        except _FAILURES as error:
            raise _device_error(error) from error

    def close(self) -> None:
        """Power it down. Jobs that a dead sensor never finished are thrown away first."""
        camera, self._camera = self._camera, None
        if camera is None:
            return
        try:
            camera.cancel_all_and_flush()
            camera.close()
        except _FAILURES as error:
            raise _device_error(error) from error

    def _configuration(self, camera: Any, size: tuple[int, int]) -> Any:
        """One stream, nothing shown or encoded, and no queue: a picture shows what is, not what was."""
        controls: dict[str, Any] = {"FrameDurationLimits": (FRAME_US, LONGEST_FRAME_US)}
        if "AfMode" in camera.camera_controls:
            controls["AfMode"] = CONTINUOUS_FOCUS
        return camera.create_video_configuration(
            main={"format": "RGB888", "size": size},
            buffer_count=2,
            controls=controls,
            display=None,
            encode=None,
            queue=False,
        )


def _device_error(error: BaseException) -> DeviceError:
    """The library wraps what the kernel said in RuntimeErrors of its own: the innermost one knows."""
    words: list[str] = []
    cause: BaseException | None = error
    for _ in range(8):
        if cause is None:
            break
        words.append(str(cause) or type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    told = "; ".join(words)
    low = told.lower()
    for kind, signs in (
        (Kind.BUSY, ("busy", "in use")),
        (Kind.DENIED, ("permission denied", "not permitted")),
        (Kind.GONE, ("no such device", "disconnected")),
        (Kind.STALLED, ("timed out", "timeout")),
        (Kind.ABSENT, ("no camera", "not found")),
    ):
        if any(sign in low for sign in signs):
            return DeviceError("camera", kind, told)
    return DeviceError("camera", Kind.BROKEN, told)
