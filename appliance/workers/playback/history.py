"""What the loudspeaker said last, so that it can be said again without the network.

Responsible for: at most 30 s of speech by turn, in memory only, and forgetting it.
Must not: write anything to a storage, play, or lock (the jitter buffer, which owns it, does).
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from appliance.protocol.pcm import OUTPUT_HZ, bytes_of_ms

MOST_MS = 30_000


@dataclass(slots=True)
class Said:
    """One turn as it was heard: 24 kHz mono signed 16 bit."""

    output: str
    pcm: bytearray = field(default_factory=bytearray)


class SpeechMemory:
    """The newest turns; the oldest make room, and of a single long one its beginning does."""

    def __init__(self) -> None:
        self._turns: OrderedDict[tuple[int, int], Said] = OrderedDict()
        self._bytes = 0

    def heard(self, line: int, turn: int, output: str, pcm: bytes) -> None:
        """This much more of a turn was played."""
        said = self._turns.setdefault((line, turn), Said(output))
        said.pcm += pcm
        self._bytes += len(pcm)
        while self._bytes > bytes_of_ms(MOST_MS, OUTPUT_HZ):
            oldest, over = next(iter(self._turns)), self._bytes - bytes_of_ms(MOST_MS, OUTPUT_HZ)
            if len(self._turns) > 1:
                self._bytes -= len(self._turns.pop(oldest).pcm)
            else:
                del said.pcm[:over]
                self._bytes -= over

    def recall(self, line: int, turn: int) -> Said | None:
        """A turn, where it is remembered."""
        return self._turns.get((line, turn))

    def wipe(self) -> None:
        """Forget everything."""
        self._turns.clear()
        self._bytes = 0
