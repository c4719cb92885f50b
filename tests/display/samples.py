"""What the display tests share: the sentences, and looking at pixels.

Responsible for: plain reading of pictures, without any code of ``display/`` that is under test.
Must not: draw.
"""

import json
from pathlib import Path
from typing import Any

from appliance.core.model.views import Link, Sentence, Status, SubtitlesView
from appliance.ports import Frame
from tests.display.screens import sentences

SAMPLES: dict[str, str] = sentences()
RUNNING: dict[str, str] = {
    code: text
    for code, text in json.loads(Path(__file__).with_name("data").joinpath("running.json").read_text("utf-8")).items()
    if not code.startswith("_")
}
"""About 500 characters of each language; ms and yue 100 to 200, by hand."""
SHAPED = {
    "ar": "السلام لا لأ لإ بيت مكتبة ضغط ١٢٣",
    "fa": "می‌خواهم گچ پژ کیک لا ۴۵۶",
    "ur": "ہے ٹھیک لڑکے چھ ڈھائی لا",
    "he": "שלום לחדר B7, בשעה 18:45 (3).",
    "hi": "क्षत्रिय ज्ञान श्री कि र्क ट्र द्ध हिन्दी",
    "mr": "ज्ञ ळ क्ष त्र र्क कि पुण्याला",
    "bn": "ক্ষ জ্ঞ কি কো ত্র র্ক ঙ্গ স্ত্রী",
    "pa": "ਕਿ ਪ੍ਰ ਸ੍ਵ ਨ੍ਹ ਪੰਜਾਬੀ ਵਿੱਚ",
    "gu": "ક્ષ જ્ઞ શ્ર કિ ર્ક ત્ર ગુજરાતી",
    "kn": "ಕ್ಷ ಜ್ಞ ಸ್ತ್ರೀ ಕೊ ರ್ಕ ಕನ್ನಡ",
    "ml": "ക്ഷ ക്ക ന്ത കൊ ർക സ്ത്രീ",
    "th": "น้ำ ที่ กำ ฟ้า ผู้ใหญ่ ปี่ เก่า",
}
"""Letters that join, stack, change places or turn round: chosen by hand for that, most are no words."""
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
