"""The token meter of a session: appliance/protocol/README.md#9-usage-arithmetic.

Responsible for: what a turn costs, the running totals, and the ``usage`` object of ``response.done``.
Must not: know prices, or decide what a full context does.
"""

import math
from dataclasses import dataclass

from appliance.emulator.session.image_rules import Picture
from appliance.emulator.session.interfaces import Message
from appliance.protocol.voices import Model

FIRST_TURN_TEXT_TOKENS = 50
TURN_TEXT_TOKENS = 63
CHARACTERS_PER_TOKEN = 2.5
OUTPUT_BYTES_PER_SECOND = 48_000


def input_audio_tokens(model: Model, spoken_ms: int) -> int:
    """By steps begun: 7 for each second on the newer model, 1 for each 80 ms on the older."""
    steps = math.ceil(spoken_ms / model.input_step_ms)
    return math.ceil(steps * model.input_step_ms * model.input_tokens_per_second / 1000)


def output_audio_tokens(model: Model, sound_bytes: int) -> int:
    """One for each 80 ms begun, that is 3,840 bytes."""
    return math.ceil(sound_bytes * model.output_tokens_per_second / OUTPUT_BYTES_PER_SECOND)


def output_text_tokens(text: str) -> int:
    """About one for 2.5 characters."""
    return math.ceil(len(text.strip()) / CHARACTERS_PER_TOKEN)


def image_tokens(model: Model, picture: Picture) -> int:
    """Half a token for each patch."""
    return math.ceil(picture.width * picture.height / model.pixels_per_patch_side**2 / 2)


@dataclass(slots=True)
class Meter:
    """Totals of one session, in tokens. ``image_in_turn``: of the latest turn's pictures alone."""

    model: Model
    turns: int = 0
    audio_in: int = 0
    text_in: int = 0
    image_in: int = 0
    image_in_turn: int = 0
    audio_out: int = 0
    text_out: int = 0

    def turn(
        self, *, spoken_ms: int, translation: str, sound_bytes: int, pictures: list[Picture], surcharge_percent: int = 0
    ) -> int:
        """Add one turn; returns its tokens. ``surcharge_percent``: on output audio, for a cloned voice."""
        before = self.total
        self.audio_in += input_audio_tokens(self.model, spoken_ms)
        self.text_in += TURN_TEXT_TOKENS if self.turns else FIRST_TURN_TEXT_TOKENS
        self.image_in_turn = sum(image_tokens(self.model, each) for each in pictures)
        self.image_in += self.image_in_turn
        spoken = output_audio_tokens(self.model, sound_bytes)
        self.audio_out += spoken + math.ceil(spoken * surcharge_percent / 100)
        self.text_out += output_text_tokens(translation)
        self.turns += 1
        return self.total - before

    @property
    def total(self) -> int:
        """Tokens of the session, pictures included."""
        return self.audio_in + self.text_in + self.image_in + self.audio_out + self.text_out

    def context(self, *, accumulate: bool) -> tuple[int, int]:
        """(input, input and output) tokens in the context; pictures of all turns or of the latest alone."""
        tokens_in = self.audio_in + self.text_in + (self.image_in if accumulate else self.image_in_turn)
        return tokens_in, tokens_in + self.audio_out + self.text_out

    def usage(self, *, audio: bool, images: bool) -> Message:
        """The cumulative ``usage``. A text session has no audio detail in its output."""
        details_in = {"text_tokens": self.text_in, "audio_tokens": self.audio_in}
        if images:
            details_in["image_tokens"] = self.image_in
        details_out = {"text_tokens": self.text_out}
        if audio:
            details_out["audio_tokens"] = self.audio_out
        tokens_in, tokens_out = sum(details_in.values()), sum(details_out.values())
        return {
            "total_tokens": tokens_in + tokens_out,
            "input_tokens": tokens_in,
            "output_tokens": tokens_out,
            "input_tokens_details": details_in,
            "output_tokens_details": details_out,
        }
