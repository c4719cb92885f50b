"""The local voice detector: is someone speaking right now?

Responsible for: one flag for each 20 ms of the microphone, and the moments at which speech begins and pauses.
Must not: cut turns (the service does) or hold sound.

webrtcvad alone takes keyboard clicks and fans for speech now and then; a floor on the level and a vote over the last
frames keep single flickers out.
"""

from collections import deque

from appliance.ports import MICROPHONE_RATE_HZ
from appliance.protocol.pcm import mean_square

AGGRESSIVENESS = 2
FLOOR_MEAN_SQUARE = 60**2  # about -55 dBFS: quieter is no one at this microphone
VOTES = 5
VOTES_TO_BEGIN = 3
PAUSE_FRAMES = 15


class VoiceDetector:
    """Fed 640 bytes at a time."""

    def __init__(self) -> None:
        import webrtcvad

        self._vad = webrtcvad.Vad(AGGRESSIVENESS)
        self._votes: deque[bool] = deque(maxlen=VOTES)
        self._silent = 0
        self.speaking = False

    def hear(self, period: bytes) -> bool:
        """Whether this period is speech. ``speaking`` then says whether an utterance is going on."""
        flag = mean_square(period) > FLOOR_MEAN_SQUARE and bool(self._vad.is_speech(period, MICROPHONE_RATE_HZ))
        self._votes.append(flag)
        self._silent = 0 if flag else self._silent + 1
        if sum(self._votes) >= VOTES_TO_BEGIN:
            self.speaking = True
        elif self._silent >= PAUSE_FRAMES:
            self.speaking = False
        return flag and self.speaking
