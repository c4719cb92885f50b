"""Draws the two masks of the shipped rehearsal: ``python -m tests.emulator.drawing`` writes them anew.

Responsible for: pictures that are ours, small, and unlike each other in more than their shape.
Must not: be needed to run the emulator.
"""

import math
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).resolve().parents[2] / "appliance" / "emulator" / "rehearsals"
WIDTH, HEIGHT = 1_280, 720  # drawn at twice the size that is written
QUALITY = 72

Point = tuple[float, float]
Colour = tuple[int, int, int]
GOLD, RED, PURPLE = (226, 160, 30), (196, 28, 64), (120, 30, 150)
CONFETTI: tuple[Colour, ...] = ((232, 184, 48), (214, 40, 86), (64, 170, 120), (240, 120, 32))


def at(x: float, y: float) -> Point:
    """A place in parts of the picture."""
    return x * WIDTH, y * HEIGHT


def canvas(top: Colour, bottom: Colour) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """A picture that passes from one colour into another."""
    picture = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(picture)
    for y in range(HEIGHT):
        shade = tuple(round(a + (b - a) * y / HEIGHT) for a, b in zip(top, bottom, strict=True))
        draw.line((0, y, WIDTH, y), fill=shade)
    return picture, draw


def medical() -> Image.Image:
    """A pleated mask of light blue with its loops, beside a box with a green cross."""
    picture, draw = canvas((226, 238, 242), (206, 224, 232))
    draw.rectangle((*at(0, 0.86), WIDTH, HEIGHT), fill=(196, 214, 220))
    draw.rounded_rectangle((*at(0.06, 0.50), *at(0.27, 0.90)), 12, (250, 252, 253), (170, 190, 198), 4)
    x, y = at(0.165, 0.68)
    for width, height in ((14, 46), (46, 14)):
        draw.rectangle((x - width, y - height, x + width, y + height), fill=(46, 158, 96))
    for left in (0.30, 0.74):
        draw.ellipse((*at(left, 0.28), *at(left + 0.18, 0.70)), outline=(244, 248, 250), width=14)
    rim = [at(0.39, 0.27), at(0.61, 0.20), at(0.83, 0.27), at(0.85, 0.66), at(0.72, 0.82), at(0.50, 0.82)]
    rim.append(at(0.37, 0.66))
    draw.polygon(rim, fill=(120, 186, 220))
    draw.line(rim[:3], fill=(236, 244, 248), width=16)
    draw.line(rim[3:], fill=(236, 244, 248), width=12)
    for fold in range(4):
        level = HEIGHT * (0.36 + 0.10 * fold)
        for down, colour, width in ((0, (92, 160, 200), 7), (8, (150, 206, 232), 5)):
            ends = [(WIDTH * 0.385, level + down), (WIDTH * 0.61, level + down + 18), (WIDTH * 0.835, level + down)]
            draw.line(ends, fill=colour, width=width)
    draw.rounded_rectangle((*at(0.54, 0.235), *at(0.68, 0.255)), 6, (206, 218, 224))
    return picture


def masquerade() -> Image.Image:
    """A golden half mask with feathers, in the dark, under confetti."""
    picture, draw = canvas((46, 10, 62), (70, 16, 72))
    for n in range(70):
        left, top, size = n * 197 % WIDTH, n * 331 % HEIGHT, 12 + n % 5 * 4
        draw.ellipse((left - size / 2, top - size / 2, left + size / 2, top + size / 2), fill=CONFETTI[n % 4])
    for n in range(9):
        feather(draw, math.radians(-160 + n * 17.5), (RED, PURPLE, GOLD)[n % 3])
    rim = []
    for degrees in range(0, 361, 6):
        x, y = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        bulge = 1 + 0.10 * math.cos(math.radians(2 * degrees))
        rim.append(at(0.5 + 0.27 * x * bulge, 0.56 + 0.22 * y * (1 + 0.25 * abs(x))))
    draw.polygon(rim, fill=(222, 170, 36))
    draw.line(rim, fill=(150, 96, 10), width=10)
    for side in (-1, 1):
        eye(draw, side)
    for n in range(7):
        x, y = at(0.32 + 0.06 * n, 0.42 - 0.02 * math.sin(n))
        draw.ellipse((x - 9, y - 9, x + 9, y + 9), fill=CONFETTI[1])
    x, y = at(0.5, 0.44)
    draw.polygon([(x - 16, y), at(0.5, 0.36), (x + 16, y), at(0.5, 0.50)], fill=(64, 170, 200))
    return picture


def feather(draw: ImageDraw.ImageDraw, angle: float, colour: Colour) -> None:
    """From the middle of the mask outwards."""
    root = at(0.5, 0.48)
    tip = root[0] + math.cos(angle) * WIDTH * 0.30, root[1] + math.sin(angle) * HEIGHT * 0.46
    middle = (root[0] + tip[0]) / 2, (root[1] + tip[1]) / 2
    across = -math.sin(angle) * 26, math.cos(angle) * 26
    one, other = ((middle[0] + s * across[0], middle[1] + s * across[1]) for s in (1, -1))
    draw.polygon([root, one, tip, other], fill=colour)


def eye(draw: ImageDraw.ImageDraw, side: int) -> None:
    """A slanted opening with its rim; ``side`` −1 = left."""
    x, y = 0.5 + side * 0.125, 0.55
    draw.polygon(
        [at(x - 0.075, y + side * 0.02), at(x, y - 0.08), at(x + 0.075, y - side * 0.02), at(x, y + 0.07)],
        fill=(24, 6, 34),
    )
    rim = [at(x - 0.09, y + side * 0.02), at(x, y - 0.10), at(x + 0.09, y - side * 0.02), at(x, y + 0.09)]
    draw.line([*rim, rim[0]], fill=(190, 24, 70), width=9)


PICTURES: dict[str, Callable[[], Image.Image]] = {"mask-medical.jpg": medical, "mask-masquerade.jpg": masquerade}


def write(folder: Path = FOLDER) -> None:
    """Write both as JPEGs of 640×360."""
    for name, drawn in PICTURES.items():
        small = drawn().resize((WIDTH // 2, HEIGHT // 2), Image.LANCZOS)
        small.save(folder / name, "JPEG", quality=QUALITY, optimize=True)


if __name__ == "__main__":
    write()
