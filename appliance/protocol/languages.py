"""The sixty languages of the service.

Responsible for: their codes, names, scripts and directions of writing, and what a mistyped code may have meant.
Must not: know which voice speaks what (``voices.py``) or how a script is drawn (``display/``).
"""

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

_OTHER_CODES = {
    "bn-in": "bn", "chi": "zh", "cn": "zh", "cz": "cs", "dk": "da", "farsi": "fa", "flemish": "nl", "gr": "el",
    "ger": "de", "iw": "he", "in": "id", "jp": "ja", "jw": "jv", "kr": "ko", "mandarin": "zh", "no": "nb",
    "nn": "nb", "se": "sv", "tagalog": "fil", "tl": "fil", "ua": "uk", "zh-hk": "yue", "zh-yue": "yue",
}  # fmt: skip
"""What people write for a language that has another code here: older codes, and country codes taken for languages."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language. ``speaks``: the newer model has voices for it; else it is read, never heard."""

    code: str  # as the service spells it
    name: str  # in English
    native_name: str  # by its own speakers, in its own script
    speaks: bool
    script: str  # ISO 15924: Latn, Arab, Hans…
    rtl: bool  # written from right to left
    legacy: bool  # the older model knows it too


def _load(rows: list[dict[str, Any]]) -> dict[str, Language]:
    return {
        row["code"]: Language(
            code=row["code"],
            name=row["name"],
            native_name=row["native_name"],
            speaks=row["output"] == "audio+text",
            script=row["script"],
            rtl=row["rtl"],
            legacy=row["legacy"],
        )
        for row in rows
    }


LANGUAGES: dict[str, Language] = _load(
    json.loads(files("appliance.protocol.data").joinpath("languages.json").read_text(encoding="utf-8"))
)
"""By code, in the service's own order: first those with a voice."""


def suggest(code: str) -> str | None:
    """What ``code`` may have meant: another spelling, a country's code, or a language's name; None = no idea."""
    from difflib import get_close_matches  # only bad input pays for it

    wanted = code.strip().casefold().replace("_", "-")
    names = {language.name.casefold(): language.code for language in LANGUAGES.values()}
    names |= {language.native_name.casefold(): language.code for language in LANGUAGES.values()}
    known = {**names, **_OTHER_CODES, **{each: each for each in LANGUAGES}}
    for spelling in (wanted, wanted.partition("-")[0]):
        if spelling in known:
            return known[spelling]
    if len(wanted) < 3:
        return None  # two letters are near to everything
    begun = [names[name] for name in names if name.startswith(wanted)]
    close = [names[name] for name in get_close_matches(wanted, names, n=1, cutoff=0.7)]
    return next(iter(begun + close), None)
