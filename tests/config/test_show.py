"""What is shown can be read again, and never holds the key."""

import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from appliance.config.reading import BootPaths, Loaded, packaged, read
from appliance.config.settings import flatten
from appliance.config.show import render, text

NOWHERE = BootPaths(None, None, None)
OWN = """[service]
voice = "Tina"
[languages]
favourites = ["ja", "ar"]
[loudspeaker]
max_speed = 1.5
[screen]
address = 0x3d
flip = true
[run]
profile = "kiosk"
"""


def loaded(tmp_path: Path, environment: dict[str, str] | None = None) -> Loaded:
    own = tmp_path / "own.toml"
    own.write_text(OWN, encoding="utf-8")
    return read(own, environment or {}, NOWHERE)


def test_the_whole_is_toml_that_reads_to_the_same_settings(tmp_path: Path) -> None:
    before = loaded(tmp_path)
    shown = tmp_path / "shown.toml"
    shown.write_text(render(before, only_changes=False), encoding="utf-8")
    after = read(shown, {}, NOWHERE)
    assert after.problems == ()
    assert after.settings == before.settings
    assert len(after.sources) == len(flatten(packaged()))


def test_changes_alone_each_with_its_source(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    assert render(loaded(tmp_path), only_changes=True) == (
        f'[service]\nvoice = "Tina"  # {own}:2\n\n'
        f'[languages]\nfavourites = ["ja", "ar"]  # {own}:4\n\n'
        f"[loudspeaker]\nmax_speed = 1.5  # {own}:6\n\n"
        f'[screen]\ndriver = "ssd1309"  # kiosk default\naddress = 0x3d  # {own}:8\n'
        f'letters = "large"  # kiosk default\nflip = true  # {own}:9\n\n'
        '[camera]\nmode = "off"  # kiosk default\n\n'
        f'[run]\nprofile = "kiosk"  # {own}:11\n'
    )


def test_changes_read_to_the_same_settings(tmp_path: Path) -> None:
    before = loaded(tmp_path)
    shown = tmp_path / "shown.toml"
    shown.write_text(render(before, only_changes=True), encoding="utf-8")
    assert read(shown, {}, NOWHERE).settings == before.settings


def test_nothing_changed_is_said_in_a_comment() -> None:
    shown = render(read(None, {}, NOWHERE), only_changes=True)
    assert shown == "# nothing differs from the defaults\n"
    assert tomllib.loads(shown) == {}


def test_the_key_is_masked_and_its_source_named(tmp_path: Path) -> None:
    environment = {"DASHSCOPE_API_KEY": "sk-secret"}
    line = '# key = "***"  # environment DASHSCOPE_API_KEY\n'
    for shown in (
        render(loaded(tmp_path, environment), only_changes=False),
        render(loaded(tmp_path, environment), only_changes=True),
    ):
        assert "secret" not in shown
        assert f"[service]\n{line}" in shown
        assert tomllib.loads(shown)["service"]["voice"] == "Tina"
    assert render(read(None, environment, NOWHERE), only_changes=True) == f"[service]\n{line}"


def test_a_folder_with_a_line_break_in_its_name_cannot_end_the_comment(tmp_path: Path) -> None:
    folder = tmp_path / "a\nb = 1"
    folder.mkdir()
    shown = render(loaded(folder), only_changes=True)
    assert tomllib.loads(shown)["service"] == {"voice": "Tina"}


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_words_are_written_so_that_they_read_the_same(words: str) -> None:
    assert tomllib.loads(f"a = {text(words)}") == {"a": words}
