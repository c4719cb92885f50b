"""What of a camera's view is used, and which way is up.

Responsible for: crop, rotation and size, the same for every camera.
Must not: take a picture. Pillow is imported late.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from appliance.errors import DeviceError, Kind
from appliance.workers.camera.jpeg import bytes_for, encoded

if TYPE_CHECKING:
    from PIL import Image

MOST_STREAM = (1_920, 1_080)


@dataclass(frozen=True, slots=True)
class Framing:
    """``crop``: left, top, right, bottom in percent of the view as the sensor sees it; then ``rotation`` clockwise."""

    crop: tuple[int, int, int, int] = (0, 0, 100, 100)
    rotation: int = 0  # 0, 90, 180 or 270 degrees

    def __post_init__(self) -> None:
        left, top, right, bottom = self.crop
        assert 0 <= left < right <= 100
        assert 0 <= top < bottom <= 100
        assert self.rotation in (0, 90, 180, 270)

    def stream(self, width: int, height: int) -> tuple[int, int]:
        """What the sensor has to deliver so that ``width`` × ``height`` are left, not turned yet; at most 1080p."""
        left, top, right, bottom = self.crop
        wide, high = width * 100 / (right - left), height * 100 / (bottom - top)
        scale = min(1.0, MOST_STREAM[0] / wide, MOST_STREAM[1] / high)
        return max(2, round(wide * scale) // 2 * 2), max(2, round(high * scale) // 2 * 2)

    def jpeg(self, view: "Image.Image", width: int, height: int) -> bytes:
        """The view as a plain JPEG of at most ``width`` × ``height``, under the walls for that size, without EXIF.

        What is turned on its side is measured on its side.
        """
        from PIL import Image

        left, top, right, bottom = self.crop
        picture = view.convert("RGB")
        if self.crop != (0, 0, 100, 100):
            wide, high = picture.size
            box = (wide * left // 100, high * top // 100, -(-wide * right // 100), -(-high * bottom // 100))
            picture = picture.crop(box)
        if self.rotation:
            picture = picture.transpose(getattr(Image.Transpose, f"ROTATE_{360 - self.rotation}"))
        size = (height, width) if self.rotation in (90, 270) else (width, height)
        picture.thumbnail(size, Image.Resampling.LANCZOS)
        jpeg = encoded(picture, bytes_for(width, height))
        if jpeg is None:
            raise DeviceError("camera", Kind.BROKEN, "the picture cannot be made small enough")
        return jpeg


WHOLE = Framing()
