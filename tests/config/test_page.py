"""The page of settings is that of ``default.toml``, and every setting has words of its own."""

import tomllib

from tests.config import page


def test_the_page_is_generated() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), "run `make pages`"


def test_every_setting_has_a_row_with_a_meaning() -> None:
    rows = [line.split(" | ") for line in page.page().splitlines() if line.startswith("| `")]
    tree = tomllib.loads((page.FOLDER / "default.toml").read_text(encoding="utf-8"))
    assert [row[0].strip("| `") for row in rows] == [key for section in tree.values() for key in section]
    assert [row for row in rows if len(row[2]) < 10] == []
