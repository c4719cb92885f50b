"""Notices and faults are read in full."""

import pytest

from appliance.core.model.views import FaultView, NoticeView
from appliance.display import notices
from appliance.display.canvas import Canvas
from appliance.display.typeset import Line, Typesetter
from appliance.errors import ADVICE, FaultCode
from tests.display.samples import ink_pixels, lit, status


class Watched(Canvas):
    """A canvas that takes note of what is put on it."""

    def __init__(self, width: int = 128) -> None:
        super().__init__(TYPESETTER, width, 64, 1)
        self.placed: list[tuple[int, int]] = []

    def line(self, line: Line, x: int, baseline: int, strength: float = 1.0) -> None:
        if line.ink is not None:
            self.placed += [(x + a, baseline + b) for a, b in ink_pixels(line.ink)]
        super().line(line, x, baseline, strength)


TYPESETTER = Typesetter()


@pytest.mark.parametrize("code", FaultCode)
def test_every_word_of_every_fault_is_on_the_panel(code: FaultCode) -> None:
    canvas = Watched()
    advice = ADVICE[code]
    notices.draw_fault(FaultView(status(), code.value, advice.says, advice.do), canvas, TYPESETTER)
    assert canvas.placed
    assert all(0 <= x < 128 and 0 <= y < 64 for x, y in canvas.placed)
    assert len(set(canvas.placed)) >= 0.99 * len(canvas.placed), "lines run into each other"


def test_a_short_fault_keeps_the_status_row_and_a_long_one_takes_it() -> None:
    def top(code: FaultCode) -> set[tuple[int, int]]:
        canvas = Canvas(TYPESETTER, 128, 64, 1)
        view = FaultView(status(), code.value, ADVICE[code].says, ADVICE[code].do)
        notices.draw_fault(view, canvas, TYPESETTER)
        return {(x, y) for x, y in lit(canvas.finish(False)) if x > 115 and y < 10}

    bars = top(FaultCode.N1)
    assert len(bars) > 30
    assert top(FaultCode.S4) != bars


def test_a_fault_without_words() -> None:
    canvas = Watched()
    notices.draw_fault(FaultView(status(), "Z9", "", ""), canvas, TYPESETTER)
    assert max(x for x, _ in canvas.placed) < 64


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Please repeat", "The last words were lost."),
        ("Safe to unplug", ""),
        ("This box kept nothing.", "Speech was translated by an online service."),
    ],
)
def test_notices_fit(title: str, words: str) -> None:
    canvas = Watched()
    notices.draw_notice(NoticeView(status(), title, words), canvas, TYPESETTER)
    assert all(0 <= x < 128 and 0 <= y < 64 for x, y in canvas.placed)


def test_a_notice_in_another_script_and_one_without_words() -> None:
    canvas = Watched()
    notices.draw_notice(NoticeView(status(), "מוכן", "לחץ ודבר", language="he"), canvas, TYPESETTER)
    assert max(x for x, _ in canvas.placed) >= 124
    empty = Watched()
    notices.draw_notice(NoticeView(status(), "", ""), empty, TYPESETTER)
    assert empty.placed == []
