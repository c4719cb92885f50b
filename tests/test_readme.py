"""README and guides tell the truth: diagram, pictures and commands are those of the code."""

import re

import pytest

from appliance.cli import COMMANDS
from appliance.commands.diagram import diagram
from appliance.core.model.modes import LIFE, MOVES
from tests import readme
from tests.display import golden

TEXT = (readme.ROOT / "README.md").read_text(encoding="utf-8")
PAGES = (readme.ROOT / "README.md", *sorted((readme.ROOT / "hardware/guide").glob("*.md")))


def test_the_state_diagram_is_the_one_of_the_code() -> None:
    assert readme.drawn(readme.DIAGRAM.read_text(encoding="utf-8")) == diagram()


def test_the_diagram_draws_only_legal_moves() -> None:
    assert all(other in MOVES[mode] for mode, others in LIFE.items() for other in others)


@pytest.mark.parametrize("name", readme.PICTURES)
def test_a_picture_is_what_the_renderer_draws(name: str) -> None:
    if readme.KEY.read_text(encoding="utf-8").strip() != golden.versions():
        pytest.skip("the pictures were drawn with other versions of Pango, cairo, FreeType or fonts")
    assert (readme.FOLDER / name).read_bytes() == readme.picture(readme.PICTURES[name])
    assert any(f"screens/{name}" in page.read_text(encoding="utf-8") for page in PAGES)


def test_every_command_it_names_exists() -> None:
    texts = " ".join(page.read_text(encoding="utf-8") for page in PAGES)
    named = set(re.findall(r"[`>] *dragoman ([a-z-]+)", texts))
    assert len(named) > 5
    assert named <= set(COMMANDS), named - set(COMMANDS)


def test_it_is_short() -> None:
    assert len(TEXT.splitlines()) <= 120


def test_it_says_that_the_emulator_does_not_translate() -> None:
    assert "does not translate" in TEXT
