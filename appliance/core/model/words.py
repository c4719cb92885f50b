"""The language of the box's own words.

Responsible for: choosing, of several languages, the first in which the box has words.
"""

from appliance.phrases import SOURCE, has_words


def words_for(*codes: str) -> str:
    """The first of these languages in which the box has words of its own; else the one it was written in."""
    return next((code for code in codes if has_words(code)), SOURCE)
