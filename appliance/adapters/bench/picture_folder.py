"""A folder of JPEGs in the place of the camera.

Responsible for: one picture after the other, in order of name, round and round, made as small as asked for and without
EXIF; and the faults of a camera, on command.
Must not: import ``ImageFont`` (text is Pango's work), or decide when a picture is taken.
"""

import threading
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from appliance.adapters import captures
from appliance.adapters.bench.clock import Clock
from appliance.adapters.bench.os_faults import device_error
from appliance.adapters.framing import WHOLE, Framing
from appliance.errors import DeviceError, Kind

_MAX_PICTURES = 10_000
_GARBAGE = b"\xff\xd8\xff\xe0 this is not the picture that its first bytes promise"


class CameraFaults:
    """Makes a camera misbehave, as the real one does. Commands may come from any thread.

    ``fail`` and ``garbage`` count captures; ``late`` and ``hang`` stay until ``recover``.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._may_go_on = threading.Event()
        self._may_go_on.set()
        self._late_ms = 0
        self._failures: tuple[Kind, int] = (Kind.BROKEN, 0)
        self._garbage = 0

    def hang(self) -> None:
        """From now on a capture does not come back before ``recover``."""
        self._may_go_on.clear()

    def late(self, late_ms: int) -> None:
        """From now on every capture takes so much longer."""
        self._late_ms = late_ms

    def fail(self, kind: Kind, times: int = 1) -> None:
        """The next captures fail with ``kind``."""
        self._failures = (kind, times)

    def garbage(self, times: int = 1) -> None:
        """The next captures deliver bytes that are no JPEG."""
        self._garbage = times

    def recover(self) -> None:
        """All is well again; a capture that hangs comes back."""
        self._late_ms = 0
        self._failures = (Kind.BROKEN, 0)
        self._garbage = 0
        self._may_go_on.set()

    def before_capture(self) -> bytes | None:
        """Called by the camera: hangs, waits, raises, or answers garbage to deliver in place of a picture."""
        self._may_go_on.wait()  # without a limit: that is the fault
        if self._late_ms:
            self._clock.wait_until(self._clock.now_ms() + self._late_ms)
        kind, left = self._failures
        if left > 0:
            self._failures = (kind, left - 1)
            raise DeviceError("camera", kind, "failed on command")
        if self._garbage > 0:
            self._garbage -= 1
            return _GARBAGE
        return None


class PictureFolder:
    """A ``Camera`` over the ``*.jpg`` and ``*.jpeg`` of a folder (at most 10,000 of them).

    The order goes on after ``close`` and ``open``. A file that is no usable picture is BROKEN, once a round. Pictures
    stay under the walls of ``Framing.jpeg``: quality falls, then size.
    """

    def __init__(self, folder: Path, faults: CameraFaults | None = None, framing: Framing = WHOLE) -> None:
        self._folder = folder
        self._framing = framing
        self._faults = faults
        self._pictures: list[Path] = []
        self._next = 0

    def open(self) -> None:
        """Look what is in the folder."""
        captures.count("folder")
        try:
            names = sorted(path for path in self._folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg"))
        except OSError as error:
            raise device_error("camera", self._folder, error) from error
        if not names:
            raise DeviceError("camera", Kind.ABSENT, f"{self._folder} holds no .jpg")
        self._pictures = names[:_MAX_PICTURES]

    def capture(self, width: int, height: int) -> bytes:
        """The next picture, at most ``width`` × ``height``; a smaller one is not blown up."""
        assert self._pictures, "capture before open"
        garbage = self._faults.before_capture() if self._faults is not None else None
        if garbage is not None:
            return garbage
        path = self._pictures[self._next % len(self._pictures)]
        self._next += 1
        try:
            with Image.open(path) as file:
                file.draft("RGB", (2 * width, 2 * height))  # lets the decoder skip what would be thrown away
                picture = ImageOps.exif_transpose(file).convert("RGB")
        except (UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError) as error:
            raise DeviceError("camera", Kind.BROKEN, f"{path} is not a usable JPEG") from error
        except OSError as error:
            if error.errno is None:  # Pillow's own, for a picture that is cut short
                raise DeviceError("camera", Kind.BROKEN, f"{path} is not a usable JPEG") from error
            raise device_error("camera", path, error) from error
        return self._framing.jpeg(picture, width, height)

    def close(self) -> None:
        """Forget what was in the folder, not the place in it."""
        self._pictures = []
