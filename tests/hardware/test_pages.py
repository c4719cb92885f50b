"""The pages in hardware/ tell what the code and the lists say."""

import re

import pytest

from hardware.wiring import budget, letters, pages
from tests.display import golden
from tests.test_links import ROOT

HARDWARE = ROOT / "hardware"
BRING_UP = (ROOT / "hardware/bring-up.md").read_text(encoding="utf-8")
FAULTS = (ROOT / "hardware/fault-codes.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("page", "mark"), sorted(pages.blocks()))
def test_each_table_is_the_one_of_its_source(page: str, mark: str) -> None:
    if mark == "letters" and (HARDWARE / "screens/readme.versions").read_text().strip() != golden.versions():
        pytest.skip("letters were counted with other versions of Pango, cairo, FreeType or fonts")
    text = (ROOT / page).read_text(encoding="utf-8")
    assert pages.filled(text, mark, pages.blocks()[page, mark]) == text, "run: make hardware"


def test_a_page_without_its_marks_is_refused() -> None:
    assert pages.filled("a <!-- x -->old<!-- /x --> b", "x", "new") == "a <!-- x -->\nnew\n<!-- /x --> b"
    with pytest.raises(ValueError, match="the page has no <!-- x -->"):
        pages.filled("a <!-- x --> b", "x", "new")


def rows_of_selftest() -> set[str]:
    """The names of its lines, as its sources give them."""
    sources = [*(ROOT / "appliance/selftest").glob("*.py"), *(ROOT / "appliance/commands").glob("selftest*.py")]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    return set(re.findall(r'\b(?:Finding|Check)\(\s*"([^"]+)"', text))


def steps() -> list[list[str]]:
    """The cells of each step of the bring-up."""
    rows = [line.strip("|").split(" | ") for line in BRING_UP.splitlines() if re.match(r"\| \d+\. ", line)]
    assert all(len(cells) == 3 for cells in rows)
    return rows


def lines_named(cell: str) -> set[str]:
    """The lines of the self-test that a cell names: what stands in backquotes behind "line" or "lines"."""
    found: set[str] = set()
    for run in re.findall(r"\blines? ((?:`[^`]+`(?: and | |, )?)+)", cell):
        found |= set(re.findall(r"`([^`]+)`", run))
    return found


def test_each_step_names_lines_that_exist_or_says_that_there_is_none() -> None:
    known = rows_of_selftest()
    assert {"privacy", "microphone", "round trip"} <= known
    for number, (title, _, proof) in enumerate(steps(), 1):
        assert title.strip().startswith(f"{number}. ")
        named = lines_named(proof)
        assert named <= known, f"{title}: {named - known}"
        assert named or "no line" in proof or "dmesg" in proof, title


def test_every_line_of_the_selftest_proves_some_step() -> None:
    assert rows_of_selftest() - set().union(*(lines_named(proof) for _, _, proof in steps())) == set()


def test_a_line_that_does_not_exist_is_found() -> None:
    assert lines_named("lines `key` and `round trip` say PASS; line `clock`") == {"key", "round trip", "clock"}
    assert lines_named("see `dmesg`, no line: the screen") == set()


def test_there_is_a_step_of_ten_minutes() -> None:
    (step,) = [cells for cells in steps() if "ten minutes" in cells[0]]
    assert {"microphone", "loudspeaker"} <= lines_named(step[2])
    below = BRING_UP[BRING_UP.index("## Ten minutes of capture and play") :]
    assert "arecord -D plughw:CARD=NAME -f S16_LE -r 16000 -c 1 -d 600 " in below


@pytest.mark.parametrize("name", ["README", "bring-up", "power", "microphones", "measurements", "wiring/README"])
def test_each_fault_code_that_a_page_names_exists(name: str) -> None:
    page = HARDWARE / f"{name}.md"
    known = set(re.findall(r"^\| ([A-Z]\d) \|", FAULTS, re.MULTILINE))
    named = set(re.findall(r"(?<![\w-])([NSMPCDKBVWX][1-4])(?![\w-])", page.read_text(encoding="utf-8")))
    assert named - known == set()


def test_nothing_claims_to_have_been_built() -> None:
    text = (ROOT / "hardware/README.md").read_text(encoding="utf-8")
    assert "Nobody has built one yet" in text
    assert "**Nothing yet.**" in (ROOT / "hardware/measurements.md").read_text(encoding="utf-8")


def test_the_readme_leads_in_the_order_of_the_work() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "hardware/README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[:5] == [
        "1. What to buy", "2. How to wire it", "3. How to print it", "4. How to test it", "5. What it will do",
    ]  # fmt: skip


def test_the_budget_adds_up() -> None:
    money = budget.shipped()
    for build, amperes in money.supply_a.items():
        totals = [money.total(build, state) for state in budget.STATES]
        assert totals == sorted(totals)
        assert totals[0] > 0
        assert totals[-1] < amperes * 1000 / 2, "half of the supply is left for peaks"
    assert money.total("handheld", "interpreting") == 350 + 100 + 25 + 4


def test_the_hours_of_the_battery() -> None:
    cell = budget.Battery(("x",), capacity_mah=5000, volts=4.0, boost_efficiency=0.5, usable=0.5)
    assert cell.hours(ma=500) == 2.0  # 20 Wh, of which a quarter arrives, at 2.5 W


def test_a_figure_without_a_source_is_refused() -> None:
    text = budget.FILE.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="needs its kind, source and date"):
        budget.read(text.replace('kind = "assumed"', 'kind = "felt"', 1))


def test_letters_and_the_angle_of_the_rule() -> None:
    assert round(letters.distance_mm(12.2)) == 999  # 12.2 mm at a metre are 0.7 degrees
    heights = [letters.capital_rows(size) for size in letters.SIZES]
    assert heights == sorted(set(heights))
