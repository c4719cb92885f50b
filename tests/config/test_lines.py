"""Each key is found on its own line, wherever TOML lets it stand."""

import tomllib
from textwrap import dedent
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from appliance.config.lines import line_index


def index(source: str) -> dict[str, int]:
    source = dedent(source).removeprefix("\n")
    tomllib.loads(source)  # the index is for valid sources only
    return {".".join(path): line for path, line in line_index(source).items()}


def test_sections_and_keys() -> None:
    found = index(
        """
        # a comment = "with a sign"
        top = 1

        [service] # [not.this]
          url = "wss://x"  # key = 2
        [ languages . inner ]
        mine = 'e"n'
        """
    )
    assert found == {
        "top": 2, "service": 4, "service.url": 5, "languages": 6, "languages.inner": 6, "languages.inner.mine": 7,
    }  # fmt: skip


def test_a_header_on_the_last_line_without_a_line_end() -> None:
    assert index("a = 1\n[b]") == {"a": 1, "b": 2}


def test_dotted_keys_note_what_is_above_them() -> None:
    assert index('service.url = "x"\nservice . "voice" = ""') == {"service": 1, "service.url": 1, "service.voice": 2}


def test_inline_tables_are_looked_into_and_arrays_are_not() -> None:
    found = index(
        """
        a = { b = 1, c.d = [1, {x = 2}, [3]], e = {} , f = 1.5 }
        g = [
          "=", # ] x = 1
          { h = 1 }, 2
        ]
        i = 2
        """
    )
    assert {name: found[name] for name in ("a", "a.b", "a.c.d", "a.e", "a.f", "g", "i")} == {
        "a": 1, "a.b": 1, "a.c.d": 1, "a.e": 1, "a.f": 1, "g": 2, "i": 6,
    }  # fmt: skip


def test_texts_over_several_lines_are_passed_over() -> None:
    found = index('''
        a = """
        b = 1 \\""" "" [c]
        """""
        d = \'\'\'
        e = 2
        f = """\'\'\'
        g = "\\"h = 3"
        ''')
    assert found == {"a": 1, "d": 4, "g": 7}


def test_rows_of_a_list_of_tables_have_the_first_line() -> None:
    assert index("[[key]]\nat_ms = 1\n[[key]]\nat_ms = 2") == {"key": 1, "key.at_ms": 2}


def test_empty_source() -> None:
    assert index("") == {}


WORDS = st.text(alphabet='ab=[]{}#"\n\\,. ', max_size=6)
NAMES = st.text(alphabet="abc", min_size=1, max_size=3)
VALUES = st.recursive(WORDS | st.integers() | st.booleans(), lambda inner: st.lists(inner, max_size=3), max_leaves=5)


def literal(value: Any) -> str:
    if isinstance(value, list):
        return "[\n" + ",\n".join(literal(each) for each in value) + "]"
    if isinstance(value, str):
        return '"""\n' + value.replace("\\", "\\\\").replace('"', '\\"') + '"""'
    return str(value).lower()


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=3), max_size=3))
def test_any_tree_that_is_written_is_found_where_it_was_written(tree: dict[str, dict[str, Any]]) -> None:
    lines: list[str] = []
    expected: dict[tuple[str, ...], int] = {}
    for section, content in tree.items():
        lines.append(f"[{section}]")
        expected[(section,)] = len(lines)
        for name, value in content.items():
            start = len(lines) + 1
            lines += f"{name} = {literal(value)}".split("\n")
            expected[(section, name)] = start
    source = "\n".join(lines)
    assert line_index(source) == expected
    assert tomllib.loads(source) == tree
