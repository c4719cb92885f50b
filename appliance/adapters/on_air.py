"""What the on-air light says: dark, a slow blink, or steady.

Responsible for: when it is lit.
Must not: know pins, make a thread, or decide what is true: whoever calls tells the real state of device and line
(appliance/core/README.md#keys).
"""

import logging
from enum import StrEnum

from appliance.errors import DeviceError
from appliance.ports import Light

BLINK_MS = 1_000  # so long lit, so long dark
_RETRY_MS = 5_000

log = logging.getLogger(__name__)


class LightState(StrEnum):
    """What there is to say."""

    DARK = "dark"  # microphone and camera are closed
    BLINKING = "blinking"  # it listens or looks inside the box
    STEADY = "steady"  # it sends to the cloud


def light_state(listening: bool, looking: bool, sending: bool) -> LightState:
    """``listening``: the microphone is open; ``looking``: the camera is; ``sending``: a line takes what they bring."""
    if not (listening or looking):
        return LightState.DARK
    return LightState.STEADY if sending else LightState.BLINKING


class OnAir:
    """Main thread only. A light that fails is tried again every 5 s; the box works on."""

    def __init__(self, light: Light) -> None:
        self._light = light
        self._state = LightState.DARK
        self._since_ms = 0
        self._retry_ms: int | None = None

    def show(self, light_state: LightState, now_ms: int, *, winks: bool = False) -> int | None:
        """Make the light right for ``now_ms``. Answers when to call again at the latest; None: when ``light_state``
        changes.

        Calling more often does no harm. ``winks``: turned over just now, for a cue; the caller comes again when that
        is over. A dark light stays dark: it never says that something is open which is not.
        """
        if light_state is not self._state:
            self._state, self._since_ms = light_state, now_ms  # a blink begins lit
        phase, passed_ms = divmod(now_ms - self._since_ms, BLINK_MS)
        lit = light_state is LightState.STEADY or (light_state is LightState.BLINKING and phase % 2 == 0)
        if winks and light_state is not LightState.DARK:
            lit = not lit
        if self._retry_ms is not None and now_ms < self._retry_ms:
            return self._retry_ms
        try:
            self._light.set(lit)
            self._retry_ms = None
        except DeviceError as error:
            log.warning("%s", error)
            self._retry_ms = now_ms + _RETRY_MS
            return self._retry_ms
        return now_ms + BLINK_MS - passed_ms if light_state is LightState.BLINKING else None

    def close(self) -> None:
        """Dark for good."""
        try:
            self._light.close()
        except DeviceError as error:
            log.warning("%s", error)
