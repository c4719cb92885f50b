"""What the display tests share: the sentences, and looking at pixels.

Responsible for: plain reading of pictures, without any code of ``display/`` that is under test.
Must not: draw.
"""

import json
from pathlib import Path
from typing import Any

from appliance.core.views import Link, Sentence, Status, SubtitlesView
from appliance.ports import Frame

SAMPLES: dict[str, str] = {
    code: text
    for code, text in json.loads(Path(__file__).with_name("data").joinpath("samples.json").read_text("utf-8")).items()
    if not code.startswith("_")
}
MIXED = {
    "ar": "القطار B7 يغادر الساعة 18:45 إلى Hotel Paris من الرصيف (3).",
    "he": "הרכבת B7 יוצאת בשעה 18:45 אל Hotel Paris מרציף (3).",
    "fa": "قطار B7 ساعت 18:45 به Hotel Paris از سکوی (3).",
    "ur": "ٹرین B7 وقت 18:45 پر Hotel Paris پلیٹ فارم (3).",
}
"""Right to left with a number, a name, a time and brackets. By hand, not proofread."""


def is_lit(frame: Frame, x: int, y: int) -> bool:
    """One pixel of a 1-bit frame."""
    assert frame.depth == 1
    return bool(frame.data[y * frame.width // 8 + x // 8] & (0x80 >> x % 8))


def lit(frame: Frame) -> set[tuple[int, int]]:
    """All lit pixels of a 1-bit frame as (x, y)."""
    return {(x, y) for y in range(frame.height) for x in range(frame.width) if is_lit(frame, x, y)}


def ink_pixels(ink: Any) -> set[tuple[int, int]]:
    """Lit pixels of one line of type, from the left of the text box and from the baseline."""
    surface = ink.surface
    data, stride = bytes(surface.get_data()), surface.get_stride()
    return {
        (ink.left + x, ink.top + y)
        for y in range(surface.get_height())
        for x in range(surface.get_width())
        if data[y * stride + x]
    }


def status(**changes: Any) -> Status:
    """An ordinary status row."""
    fields: dict[str, Any] = {"direction": "EN→FR", "link": Link.ON_AIR, "listening": True, "level": 3}
    return Status(**{**fields, **changes})


def subtitles(language: str, *texts: str, **changes: Any) -> SubtitlesView:
    """Confirmed sentences under an ordinary status row."""
    return SubtitlesView(status(), language, tuple(Sentence(text) for text in texts), **changes)
