"""What a picture shows: which of a few known ones it is like, told by its colours.

Responsible for: a signature of a JPEG's pixels, and how alike two signatures are.
Must not: know rehearsals, or the protocol's rules for pictures (``image_rules.py``).

The signature is a histogram of colours over a small copy of the picture, so that another size, another quality, a
border or a slant of the camera change it little; a colour that fills the background counts for little too. Measured
with the two shipped pictures at 96 to 1,920 pixels and qualities of 15 to 95, darker, paler, cut, turned and blurred:
0.83 or more with themselves, 0.08 or less with each other; plain areas and noise 0.63 or less.
"""

import io
from collections import OrderedDict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

_SIDE = 64  # pixels of the small copy
_LEVELS = 5  # of each of red, green and blue
_BACKGROUND = 0.06  # of a picture: a colour that fills more of it than this counts no more
ALIKE = 0.7  # the least likeness, 0…1

MEMORY_LIMIT = 4  # pictures whose answer is remembered: one is asked about many times in a turn

Signature = npt.NDArray[np.float32]


def signature_of(jpeg: bytes) -> Signature | None:
    """Of a JPEG; None = it cannot be decoded. Takes a few milliseconds."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as picture:
            picture.draft("RGB", (_SIDE, _SIDE))  # decodes at an eighth where that is enough
            small = picture.convert("RGB").resize((_SIDE, _SIDE), Image.BOX)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # what Pillow makes of broken files
        return None
    colours = np.asarray(small, np.float32).reshape(-1, 3)
    white = max(180.0, float(np.percentile(colours, 98)))  # of this exposure
    colours = np.minimum(colours / white, 1.0) * (_LEVELS - 1)
    below = np.minimum(colours.astype(np.int64), _LEVELS - 2)
    above = colours - below
    counts = np.zeros(_LEVELS**3)
    for corner in np.ndindex(2, 2, 2):  # a pixel counts for the eight levels around it, by nearness
        share = np.prod(np.where(corner, above, 1 - above), axis=1)
        np.add.at(counts, (below + corner) @ (_LEVELS**2, _LEVELS, 1), share)
    counts = np.minimum(counts / counts.sum(), _BACKGROUND)
    return np.asarray(np.sqrt(counts / counts.sum()), np.float32)


def likeness(one: Signature, other: Signature) -> float:
    """0 = no colour in common, 1 = the same colours in the same amounts (Bhattacharyya's coefficient)."""
    return float(one @ other)


class Sights:
    """The pictures that are known."""

    def __init__(self, pictures: Iterable[bytes]) -> None:
        signatures = ((each, signature_of(each)) for each in dict.fromkeys(pictures))
        self._known = [(each, signature) for each, signature in signatures if signature is not None]
        self._answers: OrderedDict[bytes, bytes | None] = OrderedDict()

    def like(self, jpeg: bytes) -> bytes | None:
        """The known picture that this one is like; None where it is like none."""
        if jpeg not in self._answers:
            self._answers[jpeg] = self._look(jpeg)
            if len(self._answers) > MEMORY_LIMIT:
                self._answers.popitem(last=False)
        return self._answers[jpeg]

    def _look(self, jpeg: bytes) -> bytes | None:
        seen = signature_of(jpeg)
        if seen is None or not self._known:
            return None
        best, picture = max(((likeness(seen, signature), picture) for picture, signature in self._known))
        return picture if best >= ALIKE else None
