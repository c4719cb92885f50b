"""Judging a picture that a client appends: is it a JPEG, how large, how big, how soon after the last.

Responsible for: the signature, the size and the resolution from the JPEG's own header, and the pace.
Must not: decode the picture or say what happens to a bad one.
"""

import base64
import binascii
from collections import deque
from dataclasses import dataclass

BYTES_LIMIT = 500 * 1024
LONG_SIDE_LIMIT = 1920
SHORT_SIDE_LIMIT = 1080
PER_SECOND = 2

_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset(range(0xD0, 0xD8)) | {0x01}


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG and its size in pixels."""

    data: bytes
    width: int
    height: int


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) from the frame header (ITU T.81, B.2.2); None = no JPEG, or cut off before its header."""
    if data[:3] != b"\xff\xd8\xff":
        return None
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
        elif marker in _WITHOUT_LENGTH:
            at += 2
        elif marker in _START_OF_FRAME:
            if at + 9 > len(data):
                return None
            height, width = int.from_bytes(data[at + 5 : at + 7], "big"), int.from_bytes(data[at + 7 : at + 9], "big")
            return (width, height) if width and height else None
        else:
            length = int.from_bytes(data[at + 2 : at + 4], "big")
            if length < 2:
                return None
            at += 2 + length
    return None


def judge(image: object) -> Picture | str:
    """The picture, or a sentence about why it is none that the service takes."""
    if not isinstance(image, str) or not image:
        return "emulator: image is missing."
    try:
        data = base64.b64decode(image, validate=True)
    except (binascii.Error, ValueError):
        return "emulator: image is not base64."
    if len(data) > BYTES_LIMIT:
        return "emulator: image exceeds 500 KB."
    size = jpeg_size(data)
    if size is None:
        return "emulator: image is not a JPEG."
    if max(size) > LONG_SIDE_LIMIT or min(size) > SHORT_SIDE_LIMIT:
        return "emulator: image exceeds 1080p."
    return Picture(data, *size)


class PictureJudge:
    """Judges the pictures of one session, of which only so many may come in a second."""

    def __init__(self) -> None:
        self._taken: deque[int] = deque(maxlen=PER_SECOND)

    def judge(self, image: object, now: int) -> Picture | str:
        """As ``judge``, at this instant."""
        if len(self._taken) == PER_SECOND and now - self._taken[0] < 1_000:
            return "emulator: more than 2 images per second."
        found = judge(image)
        if isinstance(found, Picture):
            self._taken.append(now)
        return found
