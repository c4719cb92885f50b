"""The emulated service's voice detector: WebRTC's, with a floor of energy and some patience.

Responsible for: one flag a 20 ms frame over one session's PCM.
Must not: decide where a turn begins or ends (that is ``silence_duration_ms``, the session's).
"""

from collections import deque
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from appliance.emulator.session.interfaces import Sound

FRAME_MS = 20
FLOOR_RMS = 60.0  # about −55 dBFS: quieter is a room, whatever its spectrum says
ROOM_FRAMES = 150  # 3 s: speech pauses more often than that, steady noise never does
ABOVE_ROOM = 2.0  # 6 dB: WebRTC takes steady noise for speech at 20 dB below the speaker
LARGEST_FLOOR_RMS = 900.0  # a stream that begins in mid-word must not pass for a loud room
ONSET_FRAMES = 3  # of the last ``WINDOW_FRAMES`` that must be speech before it counts: a flicker is not a turn
WINDOW_FRAMES = 5
HOLD_FRAMES = 3  # 60 ms after the last frame of speech: stops between words are part of them
# threshold from which a mode applies: WebRTC's modes 0 (hears much) to 3 (hears little). 0.2 is the service's default.
_MODES = ((-1.0, 0), (-0.3, 1), (0.1, 2), (0.6, 3))


def aggressiveness(threshold: float) -> int:
    """WebRTC's mode 0…3 for ``turn_detection.threshold`` −1.0…1.0."""
    return [mode for least, mode in _MODES if threshold >= least][-1] if threshold >= -1.0 else 0


class VoiceDetector:
    """Implements ``parts.Detector``. Depends on the position in the stream alone, never on when it arrives."""

    def __init__(self) -> None:
        import webrtcvad

        self._vad = webrtcvad.Vad(2)
        self._rate_hz = 16_000
        self._rest = b""
        self._room: deque[float] = deque(maxlen=ROOM_FRAMES)
        self._recent: deque[bool] = deque(maxlen=WINDOW_FRAMES)
        self._speaking = False
        self._quiet_frames = 0

    def configure(self, threshold: float, rate_hz: int) -> None:
        """As ``parts.Detector``. ``rate_hz`` 8000 or 16000."""
        assert rate_hz in (8_000, 16_000), rate_hz
        self._vad.set_mode(aggressiveness(threshold))
        self._rate_hz = rate_hz

    def feed(self, sound: Sound) -> Sequence[bool]:
        """As ``parts.Detector``: signed 16 bit mono in, a flag for every frame that it completes."""
        size = self._rate_hz * FRAME_MS // 1000 * 2
        pcm = self._rest + bytes(sound)
        whole = len(pcm) // size * size
        self._rest = pcm[whole:]
        return [self._flag(pcm[begin:end]) for begin, end in pairwise(range(0, whole + 1, size))]

    def _flag(self, frame: bytes) -> bool:
        samples = np.frombuffer(frame, dtype="<i2").astype(np.float32)
        level = float(np.sqrt(np.mean(samples**2)))
        self._room.append(level)
        floor = max(FLOOR_RMS, min(ABOVE_ROOM * min(self._room), LARGEST_FLOOR_RMS))
        voiced = bool(self._vad.is_speech(frame, self._rate_hz))  # asked always: it learns from every frame
        heard = voiced and level >= floor
        self._recent.append(heard)
        if heard:
            self._quiet_frames = 0
            self._speaking = self._speaking or sum(self._recent) >= ONSET_FRAMES
        else:
            self._quiet_frames += 1
            self._speaking = self._speaking and self._quiet_frames <= HOLD_FRAMES
        return self._speaking
