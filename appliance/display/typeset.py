"""Pango and cairo: words in, lines of ink out. The only file that knows either.

Responsible for: shaping, bidi, fallback, greedy line breaking within a width, and the raster of each line.
Must not: know views, rows, or what is confirmed and what is not.

gi and cairo are imported when the first line is set, not with this module: a box without a screen never pays for them.
Settings after section 1 of the text guide; each was found by measurement there.
"""

import warnings
from dataclasses import dataclass
from typing import Any

from appliance.display import fontconfig
from appliance.display.fonts import PANGO_TAGS, RIGHT_TO_LEFT, FontChoice
from appliance.errors import DeviceError, DrawingError, Kind

LINE_SEPARATOR = "\u2028"
"""A forced break that does not end the paragraph: shaping, direction and word breaks still see both sides."""

_CONTEXTS_MAX = 24  # a desk with eight favourite languages, each in two sizes, and the status row
_CONTROLS = (*range(0x20), 0x7F, 0x85, 0x2028, 0x2029)
_EMOJI = (*range(0x1F000, 0x1FB00), *range(0xE0020, 0xE0080))  # with the tags of flags; no font of ours has them all
_LEFT_OUT = dict.fromkeys((*_CONTROLS, *_EMOJI), " ")
_THRESHOLD = bytes(255 if value >= 110 else 0 for value in range(256))
_PACKAGES = "Pango is missing: install the apt packages python3-gi python3-gi-cairo python3-cairo gir1.2-pango-1.0"
_DIM, _FULL = 0x7000, 0xFFFF  # strength of provisional words, 16 bit
_ROWS_OF_INK = 2  # above the baseline, of one row
_OVERHANG = 1  # pixels of ink that may stand left of the text box: there is a margin of so many
_SLACK = 2  # pixels around the reported ink: hinting may step over it


@dataclass(frozen=True, slots=True)
class Ink:
    """The pixels of one line: an 8-bit cairo surface, its left edge from the text box, its top from the baseline."""

    surface: Any
    left: int
    top: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line as set. ``start``/``end``: character offsets in the text it was set from (trailing space included).

    ``ink`` is None for a line without pixels. ``marked``: (from, to) pixels, from the left of the text box, of the part
    at and behind the mark given to ``set_lines``.
    """

    start: int
    end: int
    ink: Ink | None
    marked: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Style:
    """Everything that decides how words become ink, besides the words."""

    language: str
    font: FontChoice
    width: int  # of the text box
    grey: bool = False  # keep the antialiasing
    bold: bool = False
    indent: int = 0  # of the first line, pixels

    @property
    def rtl(self) -> bool:
        """Whether lines stand at the right."""
        return self.language in RIGHT_TO_LEFT


@dataclass(frozen=True, slots=True)
class Run:
    """What a stretch of text was really drawn with."""

    text: str
    family: str


def clean(text: str) -> str:
    """``text`` with every control character, forced break and emoji as a space; the length stays."""
    return text.translate(_LEFT_OUT)


class Typesetter:
    """Sets text. Made, used and dropped on one thread.

    It keeps a bounded number of Pango contexts. Pango keeps every font that a font map was ever asked for, so a box
    that has shown all languages would keep all fonts (50 MB on Debian 13): a full set of contexts goes with its map.
    """

    def __init__(self) -> None:
        fontconfig.claim()
        try:
            import cairo
            import gi

            gi.require_version("Pango", "1.0")
            gi.require_version("PangoCairo", "1.0")
            with warnings.catch_warnings():
                # PyGObject 3.42 has an importer without exec_module, and Python 3.11 says so at every import.
                warnings.simplefilter("ignore", ImportWarning)
                from gi.repository import Pango, PangoCairo
        except (ImportError, ValueError) as error:  # ValueError: gi without Pango's description
            raise DeviceError("screen", Kind.ABSENT, f"{_PACKAGES} ({error})") from error

        self._cairo: Any = cairo
        self._pango: Any = Pango
        self._pangocairo: Any = PangoCairo
        self._map: Any = PangoCairo.FontMap.new()
        self._contexts: dict[tuple[str, FontChoice, bool, bool], Any] = {}

    def set_lines(self, text: str, style: Style, mark: int | None = None) -> list[Line]:
        """Break ``text`` (clean, U+2028 allowed) greedily and draw every line.

        ``mark``: character offset from which the text is provisional; on a grey panel that part is drawn dim.
        Raises ``DrawingError`` where cairo cannot draw it.
        """
        try:
            return self._set_lines(text, style, mark)
        except (self._cairo.Error, MemoryError, OverflowError) as error:
            raise DrawingError(f"{len(text)} letters of {style.language}: {error}") from error

    def _set_lines(self, text: str, style: Style, mark: int | None) -> list[Line]:
        layout = self._layout(text, style, mark)
        lines: list[Line] = []
        offsets = _char_offsets(text)
        mark_byte = len(text[:mark].encode()) if mark is not None else None
        for index, line in enumerate(layout.get_lines_readonly()):
            begin, size = line.start_index, line.length
            left = self._left(line, style, style.indent if index == 0 else 0)
            marked: tuple[tuple[int, int], ...] = ()
            if mark_byte is not None and mark_byte < begin + size:
                marked = self._ranges(line, mark_byte, left)
            lines.append(Line(offsets[begin], offsets[begin + size], self._ink(line, style, left), marked))
        return lines

    def describe(self, text: str, style: Style) -> list[Run]:
        """The fonts really used, run by run: for checks, not for drawing."""
        layout = self._layout(text, style, None)
        raw = text.encode()
        runs = []
        for line in layout.get_lines_readonly():
            for run in line.runs:
                item = run.item
                family = item.analysis.font.describe().get_family()
                runs.append(Run(raw[item.offset : item.offset + item.length].decode(), family))
        return runs

    def unknown_glyphs(self, text: str, style: Style) -> int:
        """How many letters of ``text`` no font of ours has."""
        return int(self._layout(text, style, None).get_unknown_glyphs_count())

    def warm(self, style: Style) -> None:
        """Load the font by drawing Pango's own sample of the language: the first use of a font costs up to 25 ms."""
        sample = self._pango.Language.from_string(PANGO_TAGS.get(style.language, style.language)).get_sample_string()
        self.set_lines(clean(sample) + " Aa 0", style)

    def versions(self) -> str:
        """Versions of Pango and cairo, for the key of golden pictures."""
        return f"pango {self._pango.version_string()} cairo {self._cairo.cairo_version_string()}"

    def surface(self, width: int, height: int) -> Any:
        """A dark 8-bit cairo surface."""
        return self._cairo.ImageSurface(self._cairo.FORMAT_A8, width, height)

    def stamp(self, surface: Any, ink: Ink, x: int, y: int, strength: float) -> None:
        """Put ``ink`` with its box at ``x`` and its baseline at ``y``; what is lit stays lit."""
        context = self._cairo.Context(surface)
        context.set_source_rgba(1, 1, 1, strength)
        context.mask_surface(ink.surface, x + ink.left, y + ink.top)

    def _context(self, style: Style) -> Any:
        key = (style.language, style.font, style.grey, style.bold)
        found = self._contexts.get(key)
        if found is not None:
            return found
        if len(self._contexts) >= _CONTEXTS_MAX:
            self._contexts.clear()
            self._map = self._pangocairo.FontMap.new()
        cairo, pango = self._cairo, self._pango
        context = self._map.create_context()
        options = cairo.FontOptions()
        options.set_antialias(cairo.ANTIALIAS_GRAY if _is_soft(style) else cairo.ANTIALIAS_NONE)
        options.set_hint_style(cairo.HINT_STYLE_FULL)
        options.set_hint_metrics(cairo.HINT_METRICS_ON)
        self._pangocairo.context_set_font_options(context, options)
        self._pangocairo.context_set_resolution(context, 72)
        context.set_round_glyph_positions(True)
        context.set_language(pango.Language.from_string(PANGO_TAGS.get(style.language, style.language)))
        context.set_base_dir(pango.Direction.RTL if style.rtl else pango.Direction.LTR)
        description = pango.FontDescription()
        description.set_family(style.font.families)
        description.set_absolute_size(style.font.px * pango.SCALE)
        if style.bold:
            description.set_weight(pango.Weight.BOLD)
        context.set_font_description(description)
        self._contexts[key] = context
        return context

    def _layout(self, text: str, style: Style, mark: int | None) -> Any:
        pango = self._pango
        layout = pango.Layout.new(self._context(style))
        layout.set_auto_dir(False)
        layout.set_width(style.width * pango.SCALE)
        layout.set_wrap(pango.WrapMode.WORD_CHAR)
        layout.set_indent(style.indent * pango.SCALE)
        attributes = pango.AttrList.new()
        attributes.insert(pango.attr_insert_hyphens_new(False))
        if mark is not None:
            # Colour is applied behind shaping: it splits the runs at the mark and leaves every glyph as it was.
            provisional = pango.attr_foreground_alpha_new(_DIM if style.grey else _FULL)
            provisional.start_index = len(text[:mark].encode())
            attributes.insert(provisional)
        layout.set_attributes(attributes)
        layout.set_text(text, -1)
        return layout

    def _left(self, line: Any, style: Style, indent: int) -> int:
        """Where the line starts, from the left of the text box."""
        ink, logical = line.get_pixel_extents()
        if not style.rtl:
            return indent + max(0, -int(ink.x) - _OVERHANG)  # the hook of a huge "j"
        return int(style.width - indent - logical.width)

    def _ink(self, line: Any, style: Style, left: int) -> Ink | None:
        ink, _ = line.get_pixel_extents()
        if ink.width <= 0 or ink.height <= 0:
            return None
        cairo = self._cairo
        # A stack of marks may be higher than cairo's largest surface; what is rows away is not seen, or is over others.
        above, below = max(ink.y, -_ROWS_OF_INK * style.font.pitch), min(ink.y + ink.height, style.font.pitch)
        if above >= below:
            return None
        surface = self.surface(min(ink.width, 2 * style.width) + 2 * _SLACK, below - above + 2 * _SLACK)
        context = cairo.Context(surface)
        context.set_antialias(cairo.ANTIALIAS_GRAY if _is_soft(style) else cairo.ANTIALIAS_NONE)
        context.move_to(_SLACK - ink.x, _SLACK - above)
        self._pangocairo.show_layout_line(context, line)
        surface.flush()
        data = surface.get_data()
        if _is_soft(style) and not style.grey:
            data[:] = bytes(data).translate(_THRESHOLD)
            surface.mark_dirty()
        if not any(data):
            return None
        return Ink(surface, left + ink.x - _SLACK, above - _SLACK)

    def _ranges(self, line: Any, mark_byte: int, left: int) -> tuple[tuple[int, int], ...]:
        """Where the marked part stands: the attribute at the mark has split the runs, which are in visual order.

        (``get_x_ranges`` would do it, but its array does not survive PyGObject 3.42.)
        """
        scale = self._pango.SCALE
        ranges: list[tuple[int, int]] = []
        x = left * scale
        for run in line.runs:
            end = x + run.glyphs.get_width()
            if run.item.offset >= mark_byte and end > x:
                ranges.append((x // scale, end // scale))
            x = end
        return tuple(ranges)


def _is_soft(style: Style) -> bool:
    return style.grey or style.font.raster == "thr110"


def _char_offsets(text: str) -> dict[int, int]:
    """Byte offset of each character in UTF-8 -> its index; Pango counts bytes."""
    offsets = {}
    at = 0
    for index, letter in enumerate(text):
        offsets[at] = index
        at += len(letter.encode())
    offsets[at] = len(text)
    return offsets
