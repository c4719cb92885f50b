"""What speech, pictures and text cost in tokens.

Responsible for: the published rates as arithmetic, and the service's own count (``Usage``).
Must not: know caps or days (``core/session/usage_caps.py``), or money.

Rates: input audio 7 tokens a started second on the newer model, one for each 80 ms on the older; output audio one for
each 80 ms on both; pictures half a token for a patch. The service's own count wins over every
estimate as soon as it comes.
"""

from dataclasses import astuple, dataclass

from appliance.protocol.pcm import BYTES_PER_SAMPLE, OUTPUT_HZ
from appliance.protocol.voices import Model

OUTPUT_BYTES_PER_TOKEN = OUTPUT_HZ * BYTES_PER_SAMPLE * 80 // 1000  # 3,840
FIRST_TURN_TEXT_TOKENS = 50
"""Text that the service itself puts before the first turn; recorded by others, July 2026."""
LATER_TURN_TEXT_TOKENS = 63
"""The same for each later turn, about."""


def input_audio_tokens(model: Model, turn_ms: int) -> int:
    """Tokens of one turn of ``turn_ms`` milliseconds; a step that was begun counts whole."""
    steps = -(-turn_ms // model.input_step_ms)
    return round(steps * model.input_tokens_per_second * model.input_step_ms / 1000)


def output_audio_tokens(size: int) -> int:
    """Tokens of ``size`` bytes of speech from the service (24 kHz, 16 bit, mono)."""
    return -(-size // OUTPUT_BYTES_PER_TOKEN)


def picture_tokens(model: Model, width: int, height: int) -> int:
    """Tokens of one picture: half a token for each patch of 32×32 pixels (older model: 28×28), by area, rounded up."""
    return -(-width * height // (2 * model.pixels_per_patch_side**2))


def input_text_tokens(turn: int) -> int:
    """Text tokens that come with the ``turn``-th turn of a session, counted from 1."""
    return FIRST_TURN_TEXT_TOKENS if turn == 1 else LATER_TURN_TEXT_TOKENS


def output_text_tokens(text: str) -> int:
    """Tokens of a translation, and of a transcript where one is asked for: about one for 2.5 characters."""
    return -(-2 * len(text) // 5)


@dataclass(frozen=True, slots=True)
class Usage:
    """The service's count over a whole session, in tokens. The details may sum to less than the totals."""

    input_tokens: int = 0
    output_tokens: int = 0
    input_audio_tokens: int = 0
    input_text_tokens: int = 0
    input_image_tokens: int = 0
    output_audio_tokens: int = 0
    output_text_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens

    def raised_to(self, later: "Usage") -> "Usage":
        """This count moved on to ``later``. A figure that went backwards is the sender's fault and stays."""
        return Usage(*map(max, astuple(self), astuple(later)))

    def difference(self, earlier: "Usage") -> "Usage":
        """What was used since ``earlier``; never negative."""
        return Usage(*(max(0, now - before) for now, before in zip(astuple(self), astuple(earlier), strict=True)))
