"""Scripts of keys: what is read, and everything that is refused, with its line."""

from pathlib import Path

import pytest

from appliance.adapters.bench.key_script import MAX_ROWS, Row, read_script
from appliance.core.model.events import Key
from appliance.errors import SettingsError


def script(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "keys.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_script(path)
    return [str(problem).removeprefix(str(path)) for problem in caught.value.problems]


def test_rows_come_in_order_of_time(tmp_path: Path) -> None:
    text = """
        [[key]]
        at_ms = 900
        key = "talk"
        down = false
        [[key]]
        at_ms = 100
        key = "talk"
        down = true
        [[key]]
        at_ms = -5
        key = "privacy"
        down = true
        [[key]]
        at_ms = 100
        key = "louder"
        down = true
    """
    assert read_script(script(tmp_path, text)) == (
        Row(-5, "privacy", True),
        Row(100, "talk", True),
        Row(100, "louder", True),
        Row(900, "talk", False),
    )


def test_an_empty_script_presses_nothing(tmp_path: Path) -> None:
    assert read_script(script(tmp_path, "# nothing\n")) == ()


def test_inline_rows_are_rows(tmp_path: Path) -> None:
    path = script(tmp_path, 'key = [{at_ms = 1, key = "mute", down = true}]\n')
    assert read_script(path) == (Row(1, "mute", True),)
    path = script(tmp_path, 'key = [{at_ms = 1, key = "mute", down = 1}]\n')
    assert problems(path) == [", row 1: down must be true or false, not 1"]


def test_all_problems_are_told_with_their_lines(tmp_path: Path) -> None:
    text = """[[key]]
at_ms = 1.5
key = "tallk"
down = "yes"

[[key]]
at_ms = -1
key = "talk"
donw = true

[[keys]]
at_ms = 1
"""
    assert problems(script(tmp_path, text)) == [
        ":11: 'keys' is not known here (did you mean 'key'?); write [[key]] rows",
        ":2: at_ms must be whole milliseconds, not 1.5",
        f":3: 'tallk' is not a key (did you mean 'talk'?); there are {' '.join(Key)}",
        ":4: down must be true or false, not 'yes'",
        ":9: 'donw' is not known in a row (did you mean 'down'?)",
        ":6: row 2 lacks down",
        ":7: below 0 is before the first standby: only privacy can be set there",
    ]


@pytest.mark.parametrize("at_ms", ["true", "90000000", "-90000000", "1979-05-27"])
def test_times_that_are_none(tmp_path: Path, at_ms: str) -> None:
    found = problems(script(tmp_path, f'[[key]]\nat_ms = {at_ms}\nkey = "privacy"\ndown = true\n'))
    assert len(found) == 1
    assert found[0].startswith(":2: at_ms must ")


@pytest.mark.parametrize("key", ["3", '["talk"]'])
def test_keys_that_are_none(tmp_path: Path, key: str) -> None:
    assert problems(script(tmp_path, f"[[key]]\nat_ms = 1\nkey = {key}\ndown = true\n"))[0].startswith(":3: ")


def test_not_rows(tmp_path: Path) -> None:
    assert problems(script(tmp_path, 'key = "talk"\n')) == [":1: 'key' must be rows: [[key]] with at_ms, key and down"]
    assert problems(script(tmp_path, "\nkey = [1]\n")) == [":2: 'key' must be rows: [[key]] with at_ms, key and down"]


def test_not_toml_not_text_not_there(tmp_path: Path) -> None:
    assert problems(script(tmp_path, "[[key]]\nat_ms = \n"))[0].startswith(":2: is not valid TOML")
    assert problems(script(tmp_path, b"\xff\xfe")) == [": is not UTF-8 text"]
    assert problems(tmp_path / "none.toml")[0].startswith(": cannot be read (No such file")
    assert problems(script(tmp_path, b"#" * 1_000_001)) == [": has 1000001 bytes; at most 1000000 are read"]


def test_too_many_rows(tmp_path: Path) -> None:
    row = '[[key]]\nat_ms = 1\nkey = "talk"\ndown = true\n'
    assert problems(script(tmp_path, row * (MAX_ROWS + 1))) == [": has 10001 rows; at most 10000 are played"]
