"""Pictures do not change but on purpose."""

from pathlib import Path

import pytest
from PIL import Image

from appliance.display.export import pixels
from tests.display import golden

NAMES = golden.versions()
PICTURES = golden.FOLDER / golden.key(NAMES)


@pytest.fixture(scope="module")
def pictures() -> Path:
    if not PICTURES.is_dir():
        pytest.skip(f"no golden pictures for {NAMES}: make them with `python -m tests.display.golden --write`")
    return PICTURES


@pytest.mark.parametrize("name", golden.VIEWS)
def test_golden(name: str, pictures: Path) -> None:
    with Image.open(pictures / f"{name}.png") as image:
        assert image.convert("L").tobytes() == pixels(golden.draw(golden.VIEWS[name])), name


def test_no_picture_is_left_over(pictures: Path) -> None:
    assert {path.stem for path in pictures.glob("*.png")} == set(golden.VIEWS)
    assert (pictures / "versions.txt").read_text("utf-8").strip() == NAMES
