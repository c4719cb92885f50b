"""The status row: 12 pixels at the top of every working screen.

Responsible for: which pictogram says what, and where it stands.
Must not: draw below ``STATUS_HEIGHT``.
"""

from appliance.core.model.views import Link, Status
from appliance.display.canvas import Canvas
from appliance.display.pictograms import capitals, picture

STATUS_HEIGHT = 12
_STRENGTH = 0.6  # dim beside the words, where the panel can
_BARS = 5
_BAR_PITCH = 3
_GAP = 4
_CAPITAL_TOP = 1

_LINK_PICTURES = {
    Link.OFF: "link_off",
    Link.DIALING: "link_dialing",
    Link.ON_AIR: "link_on_air",
    Link.LOST: "link_lost",
}


def draw_status(status: Status, canvas: Canvas) -> None:
    """From the left: direction, what is special now. From the right: link, level, microphone, camera.

    Everything keeps its place while it lasts; only a lost link takes the room of level and camera for its word, where
    the row may have words.
    """
    end = _words(canvas, status.direction, 1)
    right = _picture(canvas, _LINK_PICTURES[status.link], canvas.width - 1) - _GAP
    if status.link is Link.LOST and not status.wordless:
        right = _words_before(canvas, "RECONNECT", right) - _GAP
        _microphone(status, canvas, right - 2)
        return
    if status.listening and not status.private:
        _level(status.level, canvas, right - _BARS * _BAR_PITCH + 1)
    right = _microphone(status, canvas, right - _BARS * _BAR_PITCH - 1) - _GAP
    camera_left = right - picture("camera")[1]
    if status.camera:
        _picture(canvas, "camera", right)
    _special(status, canvas, end + _GAP, camera_left - _GAP)


def _special(status: Status, canvas: Canvas, left: int, right: int) -> None:
    """Volume while it is turned, else "wait" or "speak", else that the voice is off: one at a time, the most urgent."""
    if status.volume is not None:
        words = _words_before(canvas, str(status.volume), right)
        _picture(canvas, "loudspeaker_crossed" if status.muted else "loudspeaker", words - 2)
    elif status.wait:
        _sign(status, canvas, "hourglass", "WAIT", left, right)
    elif status.speak:
        _sign(status, canvas, "speak", "SPEAK", left, right)
    elif status.muted:
        _picture(canvas, "loudspeaker_crossed", right)


def _sign(status: Status, canvas: Canvas, name: str, words: str, left: int, right: int) -> None:
    """A pictogram, and its word where the row may have words and there is room."""
    fits = right - capitals(words)[1] - 2 - picture(name)[1] >= left
    if fits and not status.wordless:
        right = _words_before(canvas, words, right) - 2
    _picture(canvas, name, right)


def _microphone(status: Status, canvas: Canvas, right: int) -> int:
    """Full: a capture is open. Hollow: it is not. Crossed: private. The crossed one is wider."""
    left = right - picture("microphone")[1]
    if status.private:
        crossed, _ = picture("microphone_crossed")
        canvas.picture(crossed, left - 2, 0, _STRENGTH)
    else:
        _picture(canvas, "microphone" if status.listening else "microphone_idle", right)
    return left


def _level(level: int, canvas: Canvas, left: int) -> None:
    for bar in range(_BARS):
        height = 7 if bar < level else 1
        for y in range(9 - height, 9):
            for x in range(2):
                canvas.dot(left + bar * _BAR_PITCH + x, y, _STRENGTH)


def _picture(canvas: Canvas, name: str, right: int) -> int:
    """Draw ``name`` so that it ends before ``right``; returns its left edge."""
    drawing, width = picture(name)
    canvas.picture(drawing, right - width, 0, _STRENGTH)
    return right - width


def _words(canvas: Canvas, text: str, left: int) -> int:
    """Draw ``text`` from ``left`` on; returns its right edge."""
    if not text:
        return left
    drawing, width = capitals(text)
    canvas.picture(drawing, left, _CAPITAL_TOP, _STRENGTH)
    return left + width


def _words_before(canvas: Canvas, text: str, right: int) -> int:
    drawing, width = capitals(text)
    canvas.picture(drawing, right - width, _CAPITAL_TOP, _STRENGTH)
    return right - width
