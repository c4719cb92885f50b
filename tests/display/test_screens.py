"""The contact sheet: everything is on it, and it is the same every time."""

import io
from pathlib import Path

import pytest
from PIL import Image

from appliance.core.model import views
from appliance.protocol.languages import LANGUAGES
from tests.display import screens


def test_every_kind_of_view_is_on_the_sheet() -> None:
    shown = {type(view) for view in screens.screens().values()}
    kinds = set(views.View.__args__) - {views.BlankView, views.NoticeView}
    assert kinds <= shown


def test_all_sixty_are_on_the_sheet_by_code_and_name() -> None:
    for letters in ("normal", "large", "huge"):
        names = screens.languages(letters)
        assert {name.split()[0] for name in names} == set(LANGUAGES)
    assert set(screens.sentences()) == set(LANGUAGES)
    assert {name.split()[1] for name in screens.own_words() if name.startswith("idle")} == set(LANGUAGES)


def test_a_sheet_is_the_same_every_time() -> None:
    pictures = dict(list(screens.screens().items())[:3])
    first, second = (screens.sheet(pictures, 128, 1) for _ in range(2))
    assert first == second
    with Image.open(io.BytesIO(first)) as image:
        assert image.size == (4 * (128 * 3 + 10) + 10, 64 * 3 + 15 + 10 + 10)


def test_the_sheets_have_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens, "sheet", lambda *_: b"sheet")
    written = [path.name for path in screens.write(tmp_path / "screens")]
    assert "screens.png" in written
    assert {path.name for path in (tmp_path / "screens").iterdir()} == set(written)
    readme = Path(__file__).parents[2] / "hardware/screens/README.md"
    assert all(name in readme.read_text("utf-8") for name in written), "each sheet is explained"
