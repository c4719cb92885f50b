"""Every link of a page and every page that a comment cites exists, with its heading.

Responsible for: links inside the repository. Pages elsewhere are not asked for.
"""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]+)\)")
CITATION = re.compile(r"(?<![\w/.-])((?:[\w.-]+/)*[\w.-]+\.md)(#[\w-]+)?")
NAMED_PAGE = re.compile(r"\b(?:PRODUCT|CONTRACTS|DESIGN|PROTOCOL|TEXT|BENCH|IMAGE|STYLE|HOUSE)(?:\.md)? (?:section|§)")


def tracked(*patterns: str) -> list[Path]:
    """The files of the repository that match; every file, where this is no checkout."""
    done = subprocess.run(["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=False)
    names = done.stdout.split("\n") if done.returncode == 0 else []
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@cache
def anchors(page: Path) -> frozenset[str]:
    """The headings of a page as the links of a forge spell them."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    found: list[str] = []
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        count = sum(1 for other in found if re.fullmatch(rf"{re.escape(slug)}(-\d+)?", other))
        found.append(f"{slug}-{count}" if count else slug)
    return frozenset(found)


def missing(target: str, folders: tuple[Path, ...]) -> str:
    """Why a link leads nowhere; empty where it leads somewhere."""
    name, _, anchor = target.partition("#")
    places = [folder / name for folder in folders if (folder / name).exists()]
    if not places:
        return "no such file"
    page = places[0]
    if anchor and page.suffix == ".md" and anchor not in anchors(page):
        return "no such heading"
    return ""


@pytest.mark.parametrize("page", tracked("*.md"), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    links = [link if not link.startswith("#") else f"{page.name}{link}" for link in LINK.findall(text)]
    assert {link: why for link in links if (why := missing(link, (page.parent,)))} == {}


def test_every_page_that_a_comment_cites_exists() -> None:
    wrong = {}
    for path in tracked("*.py", "*.toml", "Makefile", "*.service", ".ci/*"):
        if path == Path(__file__):
            continue
        for name, anchor in CITATION.findall(path.read_text(encoding="utf-8")):
            why = missing(name + anchor, (path.parent, ROOT, ROOT / "appliance"))
            if why:
                wrong[f"{path.relative_to(ROOT)}: {name}{anchor}"] = why
    assert wrong == {}


def test_no_comment_cites_a_page_by_the_number_of_its_section() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked("*.py", "*.md", "*.toml", "Makefile")
        if path != Path(__file__)
        for match in NAMED_PAGE.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_a_link_to_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("# One heading: `two` words\n")
    assert missing("page.md#one-heading-two-words", (tmp_path,)) == ""
    assert missing("page.md#another", (tmp_path,)) == "no such heading"
    assert missing("gone.md", (tmp_path,)) == "no such file"
