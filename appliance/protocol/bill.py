"""What one line cost since the service last counted.

Responsible for: sound both ways and pictures at the published rates (``prices.py``).
Must not: know caps or days, or count text: nobody knows it before the service does.
"""

from appliance.protocol.prices import input_audio_tokens, output_audio_tokens, picture_tokens
from appliance.protocol.voices import Model


class Bill:
    """The service's own count wins as soon as it comes: then it begins anew.

    What was sent of a turn that the count does not hold yet is forgotten with it, and comes with the next count.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._sent_ms = 0
        self._counted_ms = 0
        self._heard_bytes = 0
        self._picture_tokens = 0

    def sent(self, ms: int) -> None:
        """So much sound was sent on this line, in all."""
        self._sent_ms = max(self._sent_ms, ms)

    def heard(self, size: int) -> None:
        """So many bytes of speech more came."""
        self._heard_bytes += size

    def pictured(self, width: int, height: int) -> None:
        """A picture more was sent."""
        self._picture_tokens += picture_tokens(self._model, width, height)

    def counted(self) -> None:
        """The service has counted."""
        self._counted_ms, self._heard_bytes, self._picture_tokens = self._sent_ms, 0, 0

    @property
    def tokens(self) -> int:
        """Since then."""
        sound = input_audio_tokens(self._model, self._sent_ms - self._counted_ms)
        return sound + output_audio_tokens(self._heard_bytes) + self._picture_tokens
