"""Codes as a small camera sees them across a desk: turned, tilted, blurred, grainy, in poor light, as JPEG.

Responsible for: a picture from a text and a seed, each figure of it drawn by chance within what is written here.
Must not: read codes.
"""

import io
import math
from random import Random

import numpy as np
import segno
from PIL import Image, ImageFilter

from appliance.commands.qr import ERROR_LEVEL
from appliance.config.asked import asked_from
from appliance.config.codes import settings_code, wifi_code

SIZES = ((1280, 720), (640, 360))
SHARE_OF_HEIGHT = (0.5, 0.9)  # from the highest corner of the code to the lowest: all of it is in view
TURNED_DEGREES = 180.0
TILTED = 0.14  # how much a side may shrink against the one opposite
BLUR_OF_SQUARE = (0.1, 0.35)  # standard deviation, in squares of the code
GRAIN = (2.0, 14.0)  # standard deviation, of 255
LIGHT = (0.2, 1.0)
JPEG_QUALITY = (60, 90)
_SSIDS = ("Hotel Sol", "FRITZ!Box 7590 XY", "Café Zürich; Gäste", "会議室", 'say "hi"', "a\\b:c,d")


def texts(chance: Random) -> tuple[str, str]:
    """A Wi-Fi code and a settings code that somebody might show."""
    letters = "abcdefghkmnpqrstuvwxyzABCDEFGH23456789!;:\\\"',-_"
    password = "".join(chance.choice(letters) for _ in range(chance.randint(8, 24)))
    network = {
        "wifi.ssid": chance.choice(_SSIDS),
        "wifi.password": password,
        "wifi.security": chance.choice(("wpa", "sae")),
    }
    wifi = asked_from({**network, **({"wifi.hidden": True} if chance.random() < 0.3 else {})})
    key = {"service.key": f"sk-{chance.getrandbits(128):032x}"} if chance.random() < 0.5 else {}
    rest = {
        "wifi.country": chance.choice(("ES", "DE", "JP")),
        "languages.mine": "es",
        "languages.theirs": "en",
        "languages.favourites": ["en", "de", "fr", "zh"],
        "run.profile": chance.choice(("kiosk", "handheld")),
        "system.timezone": "Europe/Madrid",
        "system.hostname": f"desk-{chance.randint(1, 99)}",
    }
    return wifi_code(wifi.boot), settings_code(asked_from({**network, **rest, **key}))


def photograph(text: str, chance: Random, size: tuple[int, int]) -> bytes:
    """One JPEG."""
    width, height = size
    code = segno.make(text, error="m" if text.startswith("WIFI:") else ERROR_LEVEL, micro=False)
    squares = code.symbol_size(scale=1, border=0)[0]
    buffer = io.BytesIO()
    code.save(buffer, kind="png", scale=8, border=4)
    plain = Image.open(buffer).convert("L")
    angle = math.radians(chance.uniform(-TURNED_DEGREES, TURNED_DEGREES))
    side = height * chance.uniform(*SHARE_OF_HEIGHT) / (abs(math.cos(angle)) + abs(math.sin(angle)))
    picture = _placed(plain, side * (squares + 8) / squares, angle, chance, size)
    blur = chance.uniform(*BLUR_OF_SQUARE) * side / squares
    picture = picture.filter(ImageFilter.GaussianBlur(blur))
    grey = np.asarray(picture, dtype=np.float32)
    light = chance.uniform(*LIGHT)
    slope = np.linspace(chance.uniform(0.7, 1.0), 1.0, width, dtype=np.float32)[None, :]
    grain = np.random.default_rng(chance.getrandbits(32)).normal(0, chance.uniform(*GRAIN), (height, width))
    taken = np.clip((grey * 0.85 + 20) * light * slope + grain, 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(taken).convert("RGB").save(out, "JPEG", quality=chance.randint(*JPEG_QUALITY))
    return out.getvalue()


def _placed(plain: Image.Image, side: float, angle: float, chance: Random, size: tuple[int, int]) -> Image.Image:
    """The code somewhere on a grey wall, turned and seen from an angle."""
    width, height = size
    centre_x = width / 2 + chance.uniform(-0.12, 0.12) * width
    centre_y = height / 2 + chance.uniform(-0.03, 0.03) * height
    corners = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        shrunk = side / 2 * (1 - chance.uniform(0, TILTED))
        turned_x = x * math.cos(angle) - y * math.sin(angle)
        turned_y = x * math.sin(angle) + y * math.cos(angle)
        corners.append((centre_x + turned_x * shrunk, centre_y + turned_y * shrunk))
    wall = Image.new("L", size, 130)
    mask = Image.new("L", plain.size, 255)
    how = _perspective(corners, plain.size)
    seen = plain.transform(size, Image.Transform.PERSPECTIVE, how, Image.Resampling.BICUBIC)
    where = mask.transform(size, Image.Transform.PERSPECTIVE, how, Image.Resampling.BICUBIC)
    wall.paste(seen, (0, 0), where)
    return wall


def _perspective(corners: list[tuple[float, float]], size: tuple[int, int]) -> list[float]:
    """Pillow's eight figures that map points of the photograph to points of the plain picture."""
    width, height = size
    targets = ((0, 0), (width, 0), (width, height), (0, height))
    rows, right = [], []
    for (x, y), (u, v) in zip(corners, targets, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return [float(value) for value in np.linalg.solve(np.array(rows, dtype=float), np.array(right, dtype=float))]
