"""The README tells the truth: diagram, picture, commands and files are those of the code."""

import re

import pytest

from appliance.cli import COMMANDS
from appliance.commands.diagram import diagram
from appliance.core.modes import LIFE, MOVES
from tests import readme
from tests.display import golden

TEXT = (readme.ROOT / "README.md").read_text(encoding="utf-8")


def test_the_state_diagram_is_the_one_of_the_code() -> None:
    start = TEXT.index(readme.BEGIN) + len(readme.BEGIN)
    assert TEXT[start : TEXT.index(readme.END, start)] == diagram()


def test_the_diagram_draws_only_legal_moves() -> None:
    assert all(other in MOVES[mode] for mode, others in LIFE.items() for other in others)


@pytest.mark.parametrize("name", readme.PICTURES)
def test_a_picture_is_what_the_renderer_draws(name: str) -> None:
    if readme.KEY.read_text(encoding="utf-8").strip() != golden.versions():
        pytest.skip("the pictures were drawn with other versions of Pango, cairo, FreeType or fonts")
    assert (readme.FOLDER / name).read_bytes() == readme.picture(readme.PICTURES[name])
    assert f"hardware/screens/{name}" in TEXT


def test_every_command_it_names_exists() -> None:
    named = set(re.findall(r"\bdragoman ([a-z-]+)", TEXT)) - {"dragoman"}
    assert named
    assert named <= set(COMMANDS), named - set(COMMANDS)


def test_every_file_it_links_exists() -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)\)", TEXT)
    assert links
    assert [link for link in links if not (readme.ROOT / link).exists()] == []


def test_it_says_that_the_emulator_does_not_translate() -> None:
    assert "does not translate" in TEXT
