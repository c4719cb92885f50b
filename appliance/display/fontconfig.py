"""Which fonts Pango may see: our own ``fonts.conf``, and what of it this machine lacks.

Responsible for: pointing fontconfig at ``fonts.conf`` before Pango starts, and naming the package of a missing one.
Must not: import Pango, or know sizes and languages (``fonts.py``).
"""

import os
import sys
from pathlib import Path

CONF = Path(__file__).with_name("fonts.conf")

FONT_FILES = {
    "DejaVu Sans": ("dejavu/DejaVuSans.ttf", "fonts-dejavu-core"),
    "Noto Sans Arabic UI": ("noto/NotoSansArabicUI-Regular.ttf", "fonts-noto-ui-core"),
    "Noto Sans Bengali UI": ("noto/NotoSansBengaliUI-Regular.ttf", "fonts-noto-ui-core"),
    "Noto Sans Devanagari UI": ("noto/NotoSansDevanagariUI-Regular.ttf", "fonts-noto-ui-core"),
    "Noto Sans Gujarati UI": ("noto/NotoSansGujaratiUI-Regular.ttf", "fonts-noto-ui-core"),
    "Noto Sans Gurmukhi UI": ("noto/NotoSansGurmukhiUI-Regular.ttf", "fonts-noto-ui-core"),
    "Noto Sans Kannada UI": ("noto/NotoSansKannadaUI-Regular.ttf", "fonts-noto-ui-core"),
    "Noto Sans Malayalam UI": ("noto/NotoSansMalayalamUI-Regular.ttf", "fonts-noto-ui-core"),
    "Noto Sans Thai UI": ("noto/NotoSansThaiUI-Regular.ttf", "fonts-noto-ui-core"),
    "WenQuanYi Zen Hei Sharp": ("wqy/wqy-zenhei.ttc", "fonts-wqy-zenhei"),
}
"""Family -> (file below ``/usr/share/fonts/truetype``, apt package). ``fonts.conf`` accepts exactly these files."""

TYPEFACES = Path(__file__).with_name("typefaces")
OWN_FILES = {
    "EfontJA12": "EfontJA12.otb",
    "EfontJA16": "EfontJA16.otb",
    "EfontJA24": "EfontJA24.otb",
    "Galmuri11": "Galmuri11.ttf",
}
"""Family -> file in ``typefaces/``: bitmap letters that no apt package has in a form that Pango reads."""

SYSTEM_FONTS = Path("/usr/share/fonts/truetype")


def claim() -> None:
    """Make fontconfig read our ``fonts.conf``. Call before the first import of Pango; may be called again.

    Raises ``RuntimeError`` where something else in this process loaded Pango first: fontconfig reads its settings once,
    and the machine's own would silently change every picture.
    """
    if os.environ.get("FONTCONFIG_FILE") == str(CONF):
        return
    if "gi.repository.Pango" in sys.modules:
        raise RuntimeError("Pango was imported before appliance.display.fontconfig.claim(): its fonts are not ours")
    os.environ["FONTCONFIG_FILE"] = str(CONF)


def is_present(family: str, root: Path = SYSTEM_FONTS) -> bool:
    """Whether the file of ``family`` is on this machine. Raises ``KeyError`` for a family that is not ours."""
    if family in OWN_FILES:
        return (TYPEFACES / OWN_FILES[family]).is_file()
    return (root / FONT_FILES[family][0]).is_file()


def lack(family: str) -> str:
    """A sentence that says how to get ``family``."""
    if family in OWN_FILES:
        return f'the font "{family}" is missing: {OWN_FILES[family]} belongs to this package, install it anew'
    return f'the font "{family}" is missing: install the apt package {FONT_FILES[family][1]}'
