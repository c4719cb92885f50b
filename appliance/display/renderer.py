"""A view in, a frame out.

Responsible for: choosing the screen for a view, and the life of what the screens share.
Must not: know a device, a clock or a thread; break lines or place pixels itself.
"""

from collections.abc import Iterable
from typing import assert_never

from appliance.core.model.views import (
    BlankView,
    CountdownView,
    FaultView,
    IdleView,
    MenuView,
    NoticeView,
    Sign,
    SignView,
    SubtitlesView,
    TableView,
    View,
    VolumeView,
)
from appliance.display.canvas import Canvas, pack
from appliance.display.fonts import choose, grown
from appliance.display.notices import draw_fault, draw_notice
from appliance.display.paragraph import Paragraphs
from appliance.display.signs import draw_countdown, draw_idle, draw_sign, draw_volume
from appliance.display.subtitles import MARGIN, SubtitleScreen
from appliance.display.tables import draw_menu, draw_table
from appliance.display.typeset import Style, Typesetter, clean
from appliance.ports import Frame


class Renderer:
    """Draws views for a panel of ``width`` × ``height`` pixels (width a multiple of 8) and ``depth`` 1 or 4 bits.

    Made anywhere, used on one thread: Pango is loaded by the first ``draw`` or ``warm``. It remembers what it has set,
    so that a growing sentence costs its last line only, and so that nothing rolls down; hence one renderer a panel.
    ``draw``, ``warm`` and ``unknown_letters`` raise ``DeviceError("screen", ABSENT, …)`` where Pango is not installed.
    """

    def __init__(self, width: int, height: int, depth: int) -> None:
        if width % 8 or height < 1 or depth not in (1, 4):
            raise ValueError(f"no panel is {width}×{height} with {depth} bits: width in eights, depth 1 or 4")
        self.width = width
        self.height = height
        self.depth = depth
        self._typesetter: Typesetter | None = None
        self._subtitles: SubtitleScreen | None = None
        self._last: tuple[View, Frame] | None = None

    def draw(self, view: View) -> Frame:
        """The picture of ``view``. The same view again is the same frame, at no cost."""
        if self._last is not None and self._last[0] == view:
            return self._last[1]
        frame = self._draw(view)
        self._last = (view, frame)
        return frame

    def warm(self, languages: Iterable[str], letters: str = "normal") -> None:
        """Load the fonts of ``languages`` now, and not in the middle of the first sentence."""
        letters = grown(letters) if self.depth > 1 else letters
        for language in languages:
            style = Style(language, choose(language, letters), self.width - 2 * MARGIN, self.depth > 1)
            self._tools()[0].warm(style)

    def unknown_letters(self, text: str, language: str) -> int:
        """How many glyphs of ``text`` none of our fonts has."""
        style = Style(language, choose(language), self.width - 2 * MARGIN)
        return self._tools()[0].unknown_glyphs(clean(text), style)

    def _tools(self) -> tuple[Typesetter, SubtitleScreen]:
        if self._typesetter is None:
            self._typesetter = Typesetter()
        if self._subtitles is None:
            self._subtitles = SubtitleScreen(Paragraphs(self._typesetter))
        return self._typesetter, self._subtitles

    def _draw(self, view: View) -> Frame:
        if isinstance(view, BlankView):
            return pack(bytes(self.width * self.height), self.width, self.height, self.depth)
        if isinstance(view, IdleView) or (isinstance(view, SignView) and view.sign is Sign.NOTHING):
            self._subtitles = None  # the visit is over, and its words are in there
        typesetter, subtitles = self._tools()
        canvas = Canvas(typesetter, self.width, self.height, self.depth)
        match view:
            case SubtitlesView():
                subtitles.draw(view, canvas)
            case NoticeView():
                draw_notice(view, canvas, typesetter)
            case SignView():
                draw_sign(view, canvas, typesetter)
            case IdleView():
                draw_idle(view, canvas, typesetter)
            case CountdownView():
                draw_countdown(view, canvas, typesetter)
            case FaultView():
                draw_fault(view, canvas, typesetter)
            case MenuView():
                draw_menu(view, canvas, typesetter)
            case VolumeView():
                draw_volume(view, canvas, typesetter)
            case TableView():
                draw_table(view, canvas, typesetter)
            case _:
                assert_never(view)
        turned = not isinstance(view, FaultView | MenuView | VolumeView | TableView) and view.flip
        return canvas.finish(turned)
