"""From what a camera delivers to a picture that may go out.

Responsible for: that it is a JPEG, its size in pixels and bytes, and that nothing else is in it (no EXIF: neither place
nor serial number leaves the box).
Must not: decide whether it goes out. Pillow is imported late: a box without a camera never loads it for this.
"""

import io
from typing import TYPE_CHECKING

from appliance.errors import DeviceError, Kind
from appliance.workers.camera.policy import SHARP_BYTES, USUAL_BYTES, USUAL_SIZE, Order, Picture

if TYPE_CHECKING:
    from PIL import Image

GREY_SIZE = (16, 9)
QUALITIES = (80, 65, 50, 35)
LEAST_WIDTH = 80  # smaller than this is no picture
MOST_DELIVERED_BYTES = 32_000_000


def bytes_for(width: int, height: int) -> int:
    """The wall for a picture of so many pixels: below 100 KB at the usual size, below 500 KB above it."""
    return USUAL_BYTES if width * height <= USUAL_SIZE[0] * USUAL_SIZE[1] else SHARP_BYTES


def encoded(picture: "Image.Image", most_bytes: int) -> bytes | None:
    """A plain baseline JPEG (4:2:0) of at most so many bytes: quality falls first, then size; None = it cannot be."""
    # A fresh picture: Pillow would write the comment and profile that the old one brought along.
    plain = picture.convert("RGB")
    plain.info = {}
    while plain.width >= LEAST_WIDTH or plain.size == picture.size:
        for quality in QUALITIES:
            stream = io.BytesIO()
            plain.save(stream, "JPEG", quality=quality)
            if stream.tell() <= most_bytes:
                return stream.getvalue()
        if plain.width < 2 or plain.height < 2:
            return None
        plain = plain.resize((max(1, plain.width * 3 // 4), max(1, plain.height * 3 // 4)))
    return None


def develop(delivered: bytes, order: Order, at: int) -> Picture | None:
    """The picture for an order, upright or on its side; None where it does not fit into the bytes allowed.

    A camera's JPEG that is within all bounds and has nothing but a picture in it goes through as it is. ``DeviceError``
    BROKEN where it is none.
    """
    from PIL import Image, UnidentifiedImageError

    if len(delivered) > MOST_DELIVERED_BYTES:
        raise DeviceError("camera", Kind.BROKEN, f"delivered {len(delivered)} bytes")
    try:
        with Image.open(io.BytesIO(delivered), formats=("JPEG",)) as file:
            bare = _bare(file, delivered)
            size = (order.width, order.height) if file.width >= file.height else (order.height, order.width)
            fits = file.width <= size[0] and file.height <= size[1]
            if not fits:
                file.draft("RGB", (2 * size[0], 2 * size[1]))  # 4K is not decoded whole
            picture = file.convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise DeviceError("camera", Kind.BROKEN, "delivered what is no picture") from error
    if not fits:
        picture.thumbnail(size)
    most_bytes = min(order.most_bytes, bytes_for(order.width, order.height))
    grey = picture.resize(GREY_SIZE).convert("L").tobytes()
    if fits and bare and len(delivered) <= most_bytes:
        return Picture(delivered, picture.width, picture.height, grey, order.sharp, at)
    jpeg = encoded(picture, most_bytes)
    if jpeg is None:
        return None
    width, height = Image.open(io.BytesIO(jpeg)).size
    return Picture(jpeg, width, height, grey, order.sharp, at)


def _bare(file: "Image.Image", delivered: bytes) -> bool:
    """Whether there is only a picture: no application's segment but JFIF's, no comment, nothing behind the end."""
    segments = {name for name, _ in getattr(file, "applist", [])}
    return segments <= {"APP0"} and "comment" not in file.info and delivered.endswith(b"\xff\xd9")
