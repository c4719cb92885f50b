"""A picture in, the texts of the QR codes in it out.

Responsible for: asking zxing-cpp, and surviving pictures that are none.
Must not: judge a text (``config/codes.py``), or keep a picture.
"""

import io
from collections.abc import Callable
from typing import Any

from PIL import Image, UnidentifiedImageError

MOST_CODES = 4


class NoDecoderError(Exception):
    """zxing-cpp is not installed: the box works on without set-up by code."""


Decoder = Callable[[bytes, bool], list[str]]
"""A JPEG, and whether to take the time for the smallest squares (several times as long where there is no code)."""


def decoder() -> Decoder:
    """Raises ``NoDecoderError`` where the library is not installed."""
    try:
        import zxingcpp
    except ImportError:
        raise NoDecoderError("the decoder is missing: install python3-zxing-cpp") from None
    return lambda jpeg, thorough: _texts(zxingcpp, jpeg, thorough)


def _texts(zxingcpp: Any, jpeg: bytes, thorough: bool) -> list[str]:
    import numpy as np

    try:
        with Image.open(io.BytesIO(jpeg)) as file:
            grey = np.asarray(file.convert("L"))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return []
    found = _read(zxingcpp, grey) or _read(zxingcpp, _smoothed(grey))
    if not found and thorough:
        found = _read(zxingcpp, _doubled(grey))
    return [code.text for code in found if code.text][:MOST_CODES]


def _read(zxingcpp: Any, grey: Any) -> Any:
    return zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormat.QRCode)


def _smoothed(grey: Any) -> Any:
    """Without the grain of a dark room, and with the contrast that it took."""
    import numpy as np
    from PIL import ImageFilter, ImageOps

    picture = Image.fromarray(grey).filter(ImageFilter.GaussianBlur(1))
    return np.asarray(ImageOps.autocontrast(picture, cutoff=1))


def _doubled(grey: Any) -> Any:
    """Twice as large: a code of many small squares across the room."""
    import numpy as np
    from PIL import ImageFilter

    picture = Image.fromarray(grey)
    larger = picture.resize((2 * picture.width, 2 * picture.height), Image.Resampling.BICUBIC)
    return np.asarray(larger.filter(ImageFilter.GaussianBlur(1)))
