"""Views like those of a conversation, and views like those of no conversation.

Responsible for: seeded streams of views for the panels' tests.
Must not: know panels.
"""

import random
from collections.abc import Iterator

from appliance.core.model.views import BlankView, FaultView, Link, NoticeView, Sentence, Status, SubtitlesView, View
from appliance.errors import ADVICE
from tests.display.samples import SAMPLES

LETTERS = ("normal", "large", "huge")


def conversation(language: str, seed: int, letters: str = "normal", with_levels: bool = False) -> Iterator[View]:
    """Two sentences of the samples as the service sends them: every update confirms up to two words, and shows a tail.

    A view for each update, about three a second. ``with_levels``: the microphone's bars move between them.
    """
    chance = random.Random(seed)
    done: tuple[Sentence, ...] = ()
    for turn in range(2):
        words = _words(SAMPLES[language], chance)
        told = 0
        while told < len(words):
            told += chance.choice((0, 1, 1, 2))
            text, tail = "".join(words[:told]), "".join(words[told : told + chance.choice((0, 1, 2))])
            is_final = told >= len(words)
            sentence = Sentence(text.rstrip() if is_final else text, "" if is_final else tail, is_final, turn > 0)
            yield _subtitles(3, language, (*done, sentence), letters)
            if with_levels:
                yield _subtitles(chance.randrange(6), language, (*done, sentence), letters)
        done = (*done, sentence)


def any_view(chance: random.Random) -> View:
    """Anything, after anything."""
    status = Status(
        chance.choice(("", "EN→FR", "AUTO→ZH")),
        chance.choice(list(Link)),
        level=chance.randrange(6),
        listening=chance.random() < 0.5,
        wait=chance.random() < 0.1,
        camera=chance.random() < 0.2,
        private=chance.random() < 0.1,
        volume=chance.choice((None, None, 0, 55, 100)),
        muted=chance.random() < 0.1,
    )
    language = chance.choice(("en", "fr", "ru", "ar", "hi", "th", "zh", "ko"))
    text = SAMPLES[language][: chance.randrange(1, 120)]
    kind = chance.random()
    if kind < 0.03:
        return BlankView()
    if kind < 0.10:
        code = chance.choice(list(ADVICE))
        return FaultView(status, code, ADVICE[code].says, ADVICE[code].do)
    if kind < 0.20:
        return NoticeView(status, text[:12], text, language, chance.random() < 0.5)
    end = chance.randrange(len(text) + 1)
    sentences = (Sentence(text[:end], text[end:]),)
    return SubtitlesView(status, language, sentences, letters=chance.choice(LETTERS), flip=chance.random() < 0.2)


def _words(text: str, chance: random.Random) -> list[str]:
    """Pieces that joined are the text: words, or two letters at a time where there are no spaces."""
    pieces = [word + " " for word in text.split()]
    if len(pieces) < 5:
        pieces = [text[start : start + 2] for start in range(0, len(text), 2)]
    first = chance.randrange(max(1, len(pieces) // 4))
    return pieces[first : first + 40]


def _subtitles(level: int, language: str, sentences: tuple[Sentence, ...], letters: str) -> View:
    status = Status("EN→FR", Link.ON_AIR, level=level, listening=True)
    return SubtitlesView(status, language, sentences, letters=letters)
