"""The box's own words in the languages that it speaks: one TOML file for each, English the source.

Responsible for: finding a phrase by key and language, and falling back to English.
Must not: know screens or states, or import anything of the package.

The other languages have no file: there a pictogram stands beside the language's own name. All files but ``en.toml`` are
machine-written, and say so in their first line.
"""

import tomllib
from functools import cache
from importlib.resources import files

SOURCE = "en"
_CODES = "zh en ar de fr es pt id it ko ru th vi ja tr hi ms nl ur nb sv da he fi pl is cs fil fa"
LANGUAGES = frozenset(_CODES.split())
"""Those with a file."""


def say(key: str, language: str) -> str:
    """The phrase ``key`` in ``language``, else in English. Raises ``KeyError`` for a key that no file has."""
    return _phrases(language if language in LANGUAGES else SOURCE)[key]


def has_words(language: str) -> bool:
    """Whether the box has words of its own in ``language``; else show a pictogram and the language's name."""
    return language in LANGUAGES


def all_keys() -> tuple[str, ...]:
    """All keys, in the order of the English file."""
    return tuple(_phrases(SOURCE))


@cache
def _phrases(language: str) -> dict[str, str]:
    text = files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return {key: str(value) for key, value in tomllib.loads(text).items()}
