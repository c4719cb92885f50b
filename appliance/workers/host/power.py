"""Whether the board has what it needs: the voltage of its supply and the heat of its processor, as the kernel has them.

Responsible for: looking now and then, on a thread of its own, and telling the event loop when trouble begins and ends.
Must not: decide what follows, or fail where a machine knows nothing of the kind: then nothing is told.

The kernel's raspberrypi-hwmon is named "rpi_volt"; its alarm stands where the voltage was low since the kernel asked
the firmware last, every two seconds. Thermal zones count thousandths of a degree. Not run on a board.
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from appliance.core.model.events import Event, TroubleReported
from appliance.errors import FaultCode

LOOK_EVERY_S = 5
WELL_AFTER_MS = 60_000
"""Our choice: a supply is weak in the moments of high load, and a fault that comes and goes with them is not read."""
HOT_MILLIDEGREES = 80_000
"""From here on the firmware slows the processor down (Raspberry Pi's documentation of frequency and heat)."""

log = logging.getLogger(__name__)


class Power:
    """``look`` is for this thread alone, or for whoever starts none."""

    def __init__(self, post: Callable[[Event], None], clock: Callable[[], int], root: Path = Path("/sys")) -> None:
        """``root``: where the kernel shows its devices."""
        self._post = post
        self._clock = clock
        self._root = root
        self._found_at: int | None = None  # trouble was told, and last seen then
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="power", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, limit_ms: int) -> None:
        """Look no more; a kernel that does not answer is left behind after ``limit_ms``."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(limit_ms / 1000)

    def _run(self) -> None:
        while not self._over.is_set():
            self.look()
            self._over.wait(LOOK_EVERY_S)

    def look(self) -> None:
        """Tell what is new."""
        now, trouble = self._clock(), self._trouble()
        if trouble:
            if self._found_at is None:
                log.warning("the board has %s", trouble)
                self._post(TroubleReported(FaultCode.V1, trouble))
            self._found_at = now
        elif self._found_at is not None and now - self._found_at >= WELL_AFTER_MS:
            self._found_at = None
            self._post(TroubleReported(FaultCode.V1, ""))

    def _trouble(self) -> str:
        if any(_read(sensor / "in0_lcrit_alarm") == "1" for sensor in self._named("hwmon/hwmon*", "name", "rpi_volt")):
            return "low voltage"
        zones = self._named("thermal/thermal_zone*", "type", "cpu-thermal")
        return "a hot processor" if any(_millidegrees(zone) >= HOT_MILLIDEGREES for zone in zones) else ""

    def _named(self, pattern: str, file: str, name: str) -> list[Path]:
        return [folder for folder in sorted((self._root / "class").glob(pattern)) if _read(folder / file) == name]


def _millidegrees(zone: Path) -> int:
    temperature = _read(zone / "temp")
    return int(temperature) if temperature.isdigit() else 0


def _read(path: Path) -> str:
    """One value of the kernel's; empty where it cannot be had."""
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
