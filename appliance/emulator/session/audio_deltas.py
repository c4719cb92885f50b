"""Speech on the wire: one response's audio deltas.

Responsible for: cutting speech into deltas of the measured size, the first of them zeros, at the measured pace.
Must not: make speech (the interpreter does) or know what surrounds the deltas.
"""

import base64
from collections.abc import Callable, Mapping

from appliance.emulator.session.limits import OUTPUT_TOKENS
from appliance.emulator.session.scheduler import Agenda

DELTA_BYTES = 15_518  # 20,692 characters of base64, 323 ms (appliance/protocol/README.md#8-timing-and-sizes)
DELTA_MS = 323
SLOW_MS = 485  # a habit: 1.5 times as long as what it holds
FAST_MS = 20
CROWDED_MS = 80  # when another turn waits behind this one
CODEC_FRAME_BYTES = 3_840  # 80 ms: what one token pays for
BURST_BYTES = 480_000
HUGE_BYTES = 1 << 20


def sound_of(speech: bytes, text_tokens: int, before_bytes: int = 0) -> tuple[bytes, bool]:
    """(what goes out for this speech, whether it had to be cut): whole codec frames, within the output window.

    ``before_bytes``: what the response has sent already; the first speech of a response begins with zeros.
    """
    if not speech:
        return b"", False
    sound = speech if before_bytes else bytes(DELTA_BYTES) + speech
    sound += bytes(-len(sound) % CODEC_FRAME_BYTES)
    room = max(0, (OUTPUT_TOKENS - text_tokens) * CODEC_FRAME_BYTES - before_bytes)
    return sound[:room], len(sound) > room


class Speaker:
    """The deltas of one response. ``crowded`` says whether to hurry."""

    def __init__(
        self, agenda: Agenda, say: Callable[[int, str], None], over: Callable[[int], None], plan: Mapping[str, str]
    ) -> None:
        self._agenda = agenda
        self._say = say
        self._over = over
        self._plan = plan
        self._speech: bytes | None = None
        self._pieces: list[bytes] = []
        self._next = 0
        self._stopped = False
        self.pace_ms = DELTA_MS
        self.crowded = False
        self.clipped = False  # the output window was too small
        self.running = False

    def speak(self, speech: bytes, text_tokens: int, now: int) -> None:
        """Say this. What more is known later may be said behind it: only what is new is sent."""
        before = self._speech
        if before is not None and speech == before:
            return
        self._speech = speech
        more = speech[len(before) :] if before and speech.startswith(before) else speech
        if before is not None and not more:
            return
        sound, cut = sound_of(more, text_tokens, sum(map(len, self._pieces)))
        self.clipped = self.clipped or cut
        size = DELTA_BYTES - 1 if "odd_bytes" in self._plan else DELTA_BYTES
        if "huge_delta" in self._plan and sound:
            sound, size = sound.ljust(HUGE_BYTES, b"\0"), max(HUGE_BYTES, len(sound))
        self._pieces += [sound[at : at + size] for at in range(0, len(sound), size)]
        if not self.running:
            self.running = True
            self._step(now)

    def stop(self) -> None:
        """Send nothing more, and do not report the end."""
        self._stopped = True

    def sent_bytes(self) -> int:
        """What went out."""
        return sum(len(each) for each in self._pieces[: self._next])

    def _gap_ms(self) -> int:
        if "burst" in self._plan and self.sent_bytes() < BURST_BYTES:
            return 0
        if "starving" in self._plan:
            return SLOW_MS
        if "prompt" in self._plan or self._plan.get("audio_pace") == "fast":
            return FAST_MS
        return min(self.pace_ms, CROWDED_MS) if self.crowded else self.pace_ms

    def _step(self, now: int) -> None:
        if self._stopped:
            return
        if self._next == len(self._pieces):
            self.running = False
            self._over(now)
            return
        piece = self._pieces[self._next]
        self._next += 1
        self._say(now, base64.b64encode(piece).decode())
        last = self._next == len(self._pieces)
        self._agenda.plan(now + (5 if last else self._gap_ms()), self._step)
