"""Countries by their ISO 3166-1 codes: what a Wi-Fi radio must know before it may transmit.

Responsible for: the table (``countries.txt``), and a guess of where the box stands.
Must not: set a country: a person confirms it, or wrote it.
"""

import os
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("countries.txt")
_ZONES = Path("/usr/share/zoneinfo/zone.tab")
_LIKELY = {
    "de": "DE", "es": "ES", "fr": "FR", "it": "IT", "ja": "JP", "ko": "KR", "nl": "NL", "pl": "PL", "tr": "TR",
    "th": "TH", "vi": "VN", "sv": "SE", "da": "DK", "fi": "FI", "cs": "CZ", "el": "GR", "hu": "HU", "no": "NO",
    "ro": "RO", "uk": "UA", "zh": "CN", "yue": "HK", "he": "IL", "hi": "IN", "id": "ID",
}  # fmt: skip
"""Where most speakers of a language live; of those spoken in many countries (en, pt, ar) nothing is guessed."""


@cache
def countries() -> dict[str, str]:
    """English names by code, in order of the names."""
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return dict(sorted(((code, name) for code, name in rows), key=lambda row: row[1].casefold()))


def guess(written: str, language: str, root: Path = Path("/")) -> str:
    """The likeliest country: the one in the boot file, else of the time zone, else of the language; or empty."""
    return written or _of_time_zone(root) or _LIKELY.get(language, "")


def _of_time_zone(root: Path) -> str:
    """The country of the zone that the clock is set to. UTC belongs to none."""
    try:
        target = os.readlink(root / "etc/localtime")
        lines = (root / _ZONES.relative_to("/")).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    zone = target.rpartition("zoneinfo/")[2]
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return next((row[0] for row in rows if len(row) > 2 and row[2] == zone), "")
