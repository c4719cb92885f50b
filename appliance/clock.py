"""The one real clock of the process.

Responsible for: monotonic milliseconds since the process began, and waiting on them.
Must not: be read below floor 3; there time is an argument.
"""

import time


class RealClock:
    """Milliseconds since it was made."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def began_ms(self) -> int:
        """When it was made, on the boot's monotonic clock."""
        return int(self._began * 1000)

    def now_ms(self) -> int:
        """Now."""
        return int((time.monotonic() - self._began) * 1000)

    def wait_until(self, at_ms: int) -> None:
        """Block until then."""
        while (left_s := self._began + at_ms / 1000 - time.monotonic()) > 0:
            time.sleep(left_s)
