"""Which font, in which size, for each of the 60 languages.

Responsible for: the table, the three letter sizes, and telling which fonts this machine lacks.
Must not: import Pango or cairo, or draw.

Normal sizes are measured ones (px / pitch / baseline); large and huge are derived from them.
The first baseline of Latin and Han stands 10 px below the status row, not 11 as on a bare panel: at 11 the last
line lost the bottom pixel of g, p and y. The status row leaves two dark rows at its foot for accents.

Japanese has a bitmap font for each size, in Japanese glyph forms; Korean has one drawn for 12 px, which at 24 px is
exactly twice as large. Both lie in ``typefaces/``.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from appliance.display import fontconfig

Raster = Literal["mono", "thr110"]

DEJAVU = "DejaVu Sans"
ZEN_HEI = "WenQuanYi Zen Hei Sharp"
KOREAN = "Galmuri11"
JAPANESE = {"normal": "EfontJA12", "large": "EfontJA16", "huge": "EfontJA24"}
_TALL_PITCH = 16  # from here on a script has marks above or below its letters
LETTERS = ("normal", "large", "huge")
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
PANGO_TAGS = {"zh": "zh-CN", "yue": "zh-HK", "fil": "tl"}
"""Where Pango wants another tag than ours."""


@dataclass(frozen=True, slots=True)
class FontChoice:
    """How one language is set.

    ``px``: size. ``pitch``: pixels from baseline to baseline. ``base``: first baseline below the top of a panel without
    a status row; ``base_under_status``: below the lower edge of the status row. ``raster``: "mono" = 1-bit hinting;
    "thr110" = drawn grey, a pixel is on from 110 of 255.
    """

    family: str
    px: int
    pitch: int
    base: int
    base_under_status: int
    raster: Raster = "mono"

    @property
    def families(self) -> str:
        """The family list for Pango: the script's font, then Latin and digits, then Han, then the last resort."""
        names = dict.fromkeys((self.family, DEJAVU, ZEN_HEI, "WenQuanYi Zen Hei"))
        return ",".join(names)


def _words(codes: str) -> list[str]:
    return codes.split()


_LATIN = FontChoice(DEJAVU, 12, 13, 11, 10)
_VIETNAMESE = FontChoice(DEJAVU, 13, 16, 13, 13)
_ARABIC = FontChoice("Noto Sans Arabic UI", 14, 16, 12, 16, "thr110")
_DEVANAGARI = FontChoice("Noto Sans Devanagari UI", 13, 16, 12, 12)
_HAN = FontChoice(ZEN_HEI, 12, 13, 11, 10)

TABLE: dict[str, FontChoice] = {
    **dict.fromkeys(_words("en de fr es pt id it tr ms nl nb sv da fi pl is cs fil"), _LATIN),
    **dict.fromkeys(_words("af ast bs ca ceb et gl hr hu jv lv ro sk sl sw az"), _LATIN),
    **dict.fromkeys(_words("ru be bg kk ky mk tg uk el he"), _LATIN),
    "vi": _VIETNAMESE,
    **dict.fromkeys(("ar", "fa", "ur"), _ARABIC),
    **dict.fromkeys(("hi", "mr"), _DEVANAGARI),
    "pa": FontChoice("Noto Sans Gurmukhi UI", 13, 16, 12, 12),
    "bn": FontChoice("Noto Sans Bengali UI", 15, 17, 13, 13),
    "gu": FontChoice("Noto Sans Gujarati UI", 14, 16, 12, 12, "thr110"),
    "kn": FontChoice("Noto Sans Kannada UI", 14, 17, 12, 12, "thr110"),
    "ml": FontChoice("Noto Sans Malayalam UI", 12, 16, 12, 12),
    "th": FontChoice("Noto Sans Thai UI", 14, 16, 13, 16),
    "zh": _HAN,
    "yue": _HAN,
    "ja": FontChoice(JAPANESE["normal"], 12, 13, 11, 10),
    "ko": FontChoice(KOREAN, 12, 13, 11, 10),
}

_SIZES: dict[str, tuple[int, int, int]] = {"large": (16, 17, 14), "huge": (24, 26, 20)}
_SIZES_TALL: dict[str, tuple[int, int, int]] = {"large": (18, 25, 19), "huge": (21, 26, 20)}
"""px, pitch, base. Three lines of large and two of huge fill the 52 px under the status row to the last pixel; scripts
with marks above and below get two lines of each, and would be clipped at 24 px."""


_SIZES_OWN: dict[tuple[str, str], tuple[int, int, int]] = {("gu", "huge"): (20, 26, 20)}
"""At 21 px Gujarati's deepest vowel signs end a row below the panel under FreeType 2.13 (Debian 13)."""


def choose(language: str, letters: str = "normal") -> FontChoice:
    """The font of ``language`` (a code of the table; any other is set like English) at "normal", "large" or "huge".

    Raises ``ValueError`` for another size.
    """
    if letters not in LETTERS:
        raise ValueError(f"letters {letters!r} is none of {', '.join(LETTERS)}")
    normal = TABLE.get(language, _LATIN)
    if letters == "normal":
        return normal
    usual = (_SIZES if normal.pitch < _TALL_PITCH else _SIZES_TALL)[letters]
    px, pitch, base = _SIZES_OWN.get((language, letters), usual)
    family = JAPANESE[letters] if language == "ja" else normal.family
    return replace(normal, family=family, px=px, pitch=pitch, base=base, base_under_status=base)


def grown(letters: str) -> str:
    """The letters for a grey panel: its pixels are finer, and without a threshold 12 px look washed out."""
    return "large" if letters == "normal" else letters


def missing_fonts(root: Path = fontconfig.SYSTEM_FONTS) -> dict[str, str]:
    """Families of the table that this machine lacks, each with a sentence naming its apt package."""
    families = dict.fromkeys((*(choice.family for choice in (_LATIN, *TABLE.values())), *JAPANESE.values()))
    return {family: fontconfig.lack(family) for family in families if not fontconfig.is_present(family, root)}


def unfurnished_languages(root: Path = fontconfig.SYSTEM_FONTS) -> tuple[str, ...]:
    """Languages whose own font is missing here; they are drawn with whatever else has the letters."""
    return tuple(code for code, choice in TABLE.items() if not fontconfig.is_present(choice.family, root))
