"""Views in, frames out."""

import subprocess
import sys
from dataclasses import replace

import pytest

from appliance.core.model.views import BlankView, FaultView, IdleView, NoticeView, Sign, SignView, View
from appliance.display.fonts import LETTERS
from appliance.display.renderer import Renderer
from appliance.display.typeset import Typesetter
from appliance.errors import DeviceError, Kind
from tests.display.samples import SAMPLES, lit, status, subtitles


def test_blank_is_dark_and_loads_nothing() -> None:
    renderer = Renderer(128, 64, 1)
    assert renderer.draw(BlankView()).data == bytes(1024)
    assert renderer._typesetter is None


@pytest.mark.parametrize(("width", "depth"), [(128, 1), (256, 4)])
def test_every_view_fits_its_panel(width: int, depth: int) -> None:
    renderer = Renderer(width, 64, depth)
    for view in (
        subtitles("en", "Hello"),
        NoticeView(status(), "Ready", "press TALK"),
        FaultView(status(), "N1", "no network", "check Wi-Fi"),
        BlankView(),
    ):
        frame = renderer.draw(view)
        assert (frame.width, frame.height, frame.depth) == (width, 64, depth)
        assert any(frame.data) == (view != BlankView())


@pytest.mark.parametrize("letters", LETTERS)
def test_flip_turns_the_whole_picture(letters: str) -> None:
    view = subtitles("en", "Hello there", letters=letters)
    upright = lit(Renderer(128, 64, 1).draw(view))
    turned = lit(Renderer(128, 64, 1).draw(replace(view, flip=True)))
    assert turned == {(127 - x, 63 - y) for x, y in upright}
    notice = NoticeView(status(), "Hello", "there")
    flipped = lit(Renderer(128, 64, 1).draw(replace(notice, flip=True)))
    assert flipped == {(127 - x, 63 - y) for x, y in lit(Renderer(128, 64, 1).draw(notice))}


def test_the_same_view_is_the_same_frame() -> None:
    renderer = Renderer(128, 64, 1)
    first = renderer.draw(subtitles("en", "Hello"))
    assert renderer.draw(subtitles("en", "Hello")) is first
    assert renderer.draw(subtitles("en", "Hello!")) is not first


def test_old_and_new_renderer_agree_on_every_language() -> None:
    shared = Renderer(128, 64, 1)
    for language, text in SAMPLES.items():
        assert shared.draw(subtitles(language, text)) == Renderer(128, 64, 1).draw(subtitles(language, text)), language


@pytest.mark.parametrize(("width", "height", "depth"), [(100, 64, 1), (128, 0, 1), (128, 64, 2)])
def test_impossible_panels(width: int, height: int, depth: int) -> None:
    with pytest.raises(ValueError, match="no panel"):
        Renderer(width, height, depth)


def test_warm_and_unknown_letters() -> None:
    renderer = Renderer(128, 64, 1)
    renderer.warm(("en", "ar", "zh"))
    assert renderer.unknown_letters("Hello, 世界", "en") == 0
    assert renderer.unknown_letters("\U00013000", "en") == 1


def test_without_pango_the_screen_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cairo", None)
    with pytest.raises(DeviceError) as caught:
        Typesetter()
    assert (caught.value.device, caught.value.kind) == ("screen", Kind.ABSENT)
    assert "apt packages python3-gi" in caught.value.detail


def test_importing_the_package_loads_no_library() -> None:
    """And drawing never loads ``PIL.ImageFont``, whose widths are nonsense behind Pango."""
    program = """
import sys
import appliance.display.renderer, appliance.display.export
assert not {"gi", "cairo", "PIL", "numpy"} & set(sys.modules)
from appliance.core.model.views import NoticeView, Status, Link
from appliance.display.export import to_png
frame = appliance.display.renderer.Renderer(128, 64, 1).draw(NoticeView(Status("", Link.OFF), "Hello", ""))
to_png(frame)
assert "PIL" in sys.modules and "PIL.ImageFont" not in sys.modules and "numpy" not in sys.modules
import PIL
print(PIL.__file__)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("/usr/lib/python3/dist-packages/"), "Pillow is the system's, not a wheel"


@pytest.mark.parametrize("over", [IdleView("es", "Pulse"), SignView(status(), Sign.NOTHING, "Nothing", "was kept")])
def test_when_a_visit_is_over_its_words_are_forgotten(over: View) -> None:
    renderer = Renderer(128, 64, 1)
    renderer.draw(subtitles("es", "un secreto"))
    renderer.draw(over)
    assert renderer._subtitles is not None
    assert not renderer._subtitles._paragraphs._sets
    assert "secreto" not in repr(renderer._last)
