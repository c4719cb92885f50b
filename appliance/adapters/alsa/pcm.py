"""The one place that opens a stream of a card.

Responsible for: counting what listens before it is opened (``adapters/captures.py``).
Must not: choose a stream, or judge what came of it.
"""

from appliance.adapters import captures
from appliance.adapters.alsa.binding import Library, Pcm


def open_pcm(
    library: Library, pcm_type: int, *, device: str, rate: int, channels: int, periodsize: int, periods: int
) -> Pcm:
    """As ``Library.PCM``, for 16 bit samples. Raises ``ALSAAudioError``."""
    if pcm_type == library.PCM_CAPTURE:
        captures.count("alsa")
    return library.PCM(
        pcm_type,
        library.PCM_NORMAL,
        device=device,
        rate=rate,
        channels=channels,
        format=library.PCM_FORMAT_S16_LE,
        periodsize=periodsize,
        periods=periods,
    )
