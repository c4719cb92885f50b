"""Screens of one idea: a sign with its words, idle, volume, countdown.

Responsible for: the layout of each; a large pictogram stands beside the words, for those who cannot read them.
Must not: translate, count or choose; rows of several things are ``tables.py``.
"""

from collections.abc import Sequence

from appliance.core.model.views import CountdownView, IdleView, Sign, SignView, VolumeView
from appliance.display.canvas import Canvas
from appliance.display.flow import Setting, Words, breaks_well, draw_settings, first_that_fits, places, set_words
from appliance.display.pictograms import doubled
from appliance.display.status import STATUS_HEIGHT, draw_status
from appliance.display.subtitles import MARGIN
from appliance.display.typeset import Typesetter

_GAP = 6  # between pictogram and words
_PICTURES = {
    Sign.PRESS: "press",
    Sign.SPEAK: "speak",
    Sign.WAIT: "hourglass",
    Sign.REPEAT: "repeat",
    Sign.MICROPHONE_OFF: "microphone_crossed",
    Sign.MUTED: "loudspeaker_crossed",
    Sign.NETWORK: "network",
    Sign.ONLINE: "online",
    Sign.NOTHING: "nothing",
    Sign.UNPLUG: "unplug",
    Sign.LANGUAGE: "language",
}
_COLUMN = 24  # for the pictogram, so that the words keep their place from sign to sign
_BAR_HEIGHT = 8
_IDLE_SIZES = (
    ("huge", "large", "normal"),
    ("large", "large", "normal"),
    ("large", "normal", "normal"),
    ("large", "normal", "small"),
    ("normal", "normal", "normal"),
    ("normal", "normal", "small"),
    ("small", "small", "small"),
)
"""Of "press and speak", the key and the consent, tried in this order."""


def draw_sign(view: SignView, canvas: Canvas, typesetter: Typesetter) -> None:
    """The pictogram at the left, the title beside it, the words below. Long ones take the status row's place."""
    sizes = (("large", "normal"), ("bold", "normal"), ("bold", "small"), ("normal", "small"))
    beside = canvas.width - 2 * MARGIN - _COLUMN - _GAP
    for top in (STATUS_HEIGHT, 0):
        for title_size, words_size in sizes:
            title = set_words(typesetter, Words(view.title, view.language, title_size), canvas, beside)
            other = view.words_language or view.language
            words = set_words(typesetter, Words(view.words, other, words_size), canvas, _full(canvas))
            head = max(title.height, _picture_height(view.sign))
            if head + words.height <= canvas.height - top and _is_calm(title, title_size):
                _draw_sign(view, canvas, title, words, top)
                return
    _draw_sign(view, canvas, title, words, 0)


def _draw_sign(view: SignView, canvas: Canvas, title: Setting, words: Setting, top: int) -> None:
    if top:
        draw_status(view.status, canvas)
    head = max(title.height, _picture_height(view.sign))
    slack = max(0, canvas.height - top - head - words.height) // 3
    _sign(canvas, view.sign, top + slack + (head - _picture_height(view.sign)) // 2)
    draw_settings(canvas, (title,), MARGIN + _COLUMN + _GAP, top + slack + (head - title.height) // 2)
    draw_settings(canvas, (words,), MARGIN, min(top + 2 * slack + head, canvas.height - words.height))


def draw_idle(view: IdleView, canvas: Canvas, typesetter: Typesetter) -> None:
    """The key's pictogram, "press and speak" and the key's colour beside it, the consent at the foot."""
    consent, pieces = _idle_words(view, canvas, typesetter)
    room = canvas.height - consent.height
    height = sum(piece.height for piece in pieces)
    press = _picture_height(Sign.PRESS)
    if room > press + _picture_height(Sign.SPEAK) + _GAP:
        _sign(canvas, Sign.PRESS, room // 2 - press - 2)
        _sign(canvas, Sign.SPEAK, room // 2 + 2)
    else:
        _sign(canvas, Sign.PRESS, (room - press) // 2)
    beside = MARGIN + _COLUMN + _GAP
    if consent.lines and height + consent.height >= canvas.height - 1:
        _draw_tight(canvas, pieces, consent, beside)
        return
    draw_settings(canvas, pieces, beside, max(0, (room - height) // 2))
    draw_settings(canvas, (consent,), MARGIN, room)


def _idle_words(view: IdleView, canvas: Canvas, typesetter: Typesetter) -> tuple[Setting, tuple[Setting, ...]]:
    """The consent, and words with key, both as large as they go together; the words come first."""
    language, beside = view.language, canvas.width - 2 * MARGIN - _COLUMN - _GAP
    for size, other, foot in _IDLE_SIZES:
        consent = set_words(typesetter, Words(view.consent, language, foot), canvas, _full(canvas))
        pieces = tuple(
            set_words(typesetter, words, canvas, beside)
            for words in (Words(view.words, language, size), Words(view.key, language, other))
        )
        if consent.height + sum(piece.height for piece in pieces) <= canvas.height and breaks_well(
            Words(view.words, language, size), pieces[0]
        ):
            break
    return consent, pieces


def _draw_tight(canvas: Canvas, pieces: Sequence[Setting], consent: Setting, beside: int) -> None:
    """All rows share the panel's height; those of the consent stand further left."""
    rows = [(line, setting.font) for setting in (*pieces, consent) for line in setting.lines]
    above = len(rows) - len(consent.lines)
    for index, ((line, _), place) in enumerate(zip(rows, places(rows, 0, canvas.height), strict=True)):
        canvas.line(line, beside if index < above else MARGIN, place)


def draw_volume(view: VolumeView, canvas: Canvas, typesetter: Typesetter) -> None:
    """The number huge, a bar as long as it is loud; muted: the crossed loudspeaker and the words."""
    draw_status(view.status, canvas)
    left = MARGIN + _COLUMN + 2 * _GAP
    picture, _ = doubled("loudspeaker_crossed" if view.muted else "loudspeaker")
    canvas.picture(picture, MARGIN, STATUS_HEIGHT + 8)
    words = Words(view.words, view.language, "large") if view.muted else Words(f"{view.percent}", "en", "huge")
    (piece,) = first_that_fits(
        typesetter, ((words,), (Words(words.text, words.language),)), canvas, canvas.width - left - MARGIN, 36
    )
    draw_settings(canvas, (piece,), left, STATUS_HEIGHT + max(0, (38 - piece.height) // 2))
    top, width = canvas.height - _BAR_HEIGHT - 2, canvas.width - 2 * MARGIN
    lit = 0 if view.muted else round(width * min(100, max(0, view.percent)) / 100)
    for x in range(width):
        inside = range(_BAR_HEIGHT) if x < lit else (_BAR_HEIGHT - 1,)
        for y in inside:
            canvas.dot(MARGIN + x, top + y)


def draw_countdown(view: CountdownView, canvas: Canvas, typesetter: Typesetter) -> None:
    """The seconds huge at the left, what to do beside them."""
    draw_status(view.status, canvas)
    seconds = set_words(typesetter, Words(str(view.seconds), "en", "huge"), canvas, canvas.width)
    left = MARGIN + _COLUMN + 2 * _GAP
    room = canvas.height - STATUS_HEIGHT
    choices = [(Words(view.words, view.language, size),) for size in ("large", "normal", "small")]
    pieces = first_that_fits(typesetter, choices, canvas, canvas.width - left - MARGIN, room)
    draw_settings(canvas, (seconds,), MARGIN, STATUS_HEIGHT + (room - seconds.height) // 2)
    draw_settings(canvas, pieces, left, STATUS_HEIGHT + max(0, (room - pieces[0].height) // 2))


def _sign(canvas: Canvas, sign: Sign, top: int) -> None:
    picture, width = doubled(_PICTURES[sign])
    canvas.picture(picture, MARGIN + max(0, (_COLUMN - width) // 2), top)


def _picture_height(sign: Sign) -> int:
    return len(doubled(_PICTURES[sign])[0])


def _full(canvas: Canvas) -> int:
    return canvas.width - 2 * MARGIN


def _is_calm(title: Setting, size: str) -> bool:
    """Large letters only for what stands on one line."""
    return size != "large" or len(title.lines) <= 1
