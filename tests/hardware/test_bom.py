"""The list of parts: what its reader refuses, and what a buyer must find in it."""

import re

import pytest

from hardware.wiring import parts

TEXT = parts.BOM.read_text(encoding="utf-8")
PARTS = parts.shipped()
ROW = "X9,kiosk,wire,a thing,1,to be chosen,to be chosen,,0.5,estimate 2026-11,no,a note"
HEAD = ",".join(parts.COLUMNS)
KNOWN_NUMBERS = {
    "3013", "2130", "1475", "OBSF-30", "OBSF-24", "B3F-4055", "WP7113ID", parts.BY_NAME, parts.TO_BE_CHOSEN,
}  # fmt: skip
"""Written from memory and not checked with their makers, as ``hardware/parts.md`` says."""


def test_a_good_row_is_read() -> None:
    (part,) = parts.read(f"{HEAD}\n{ROW}\n")
    assert (part.ref, part.builds, part.quantity, part.price_usd, part.drawn) == ("X9", ("kiosk",), 1, 0.5, False)
    assert part.buyable == {}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("X9", "x9", 'line 2: "x9" is no reference'),
        ("kiosk", "kiosque", 'line 2: there is no build "kiosque"'),
        ("kiosk", "kiosk kiosk", "X9 stands twice in kiosk"),
        ("a thing", "", "line 2: part is empty"),
        ("a thing", " a thing", "line 2: blanks around a value"),
        (",1,", ",0,", "line 2: the quantity must be a whole number from 1"),
        (",0.5,", ",cheap,", "line 2: a price needs a number"),
        (
            "estimate 2026-11",
            "guess",
            "line 2: a price needs a number, and whether it is listed or estimated, and when",
        ),
        (",no,", ",perhaps,", "line 2: drawn is yes or no"),
        (",a note", "", "line 2: too many or too few columns"),
        (",a note", ",a note,more", "line 2: too many or too few columns"),
    ],
)
def test_a_wrong_row_is_refused(old: str, new: str, complaint: str) -> None:
    assert old in ROW
    with pytest.raises(ValueError, match=re.escape(complaint)):
        parts.read(f"{HEAD}\n{ROW.replace(old, new, 1)}\n")


def test_a_wrong_heading_is_refused() -> None:
    with pytest.raises(ValueError, match="the columns must be ref, builds"):
        parts.read(f"{HEAD},more\n{ROW},1\n")


@pytest.mark.parametrize("build", parts.BUILDS)
def test_each_build_has_what_the_box_needs(build: str) -> None:
    mine = parts.of_build(PARTS, build)
    keys = {f"SW{number}" for number in range(1, 9)}
    assert keys | {"J1", "M1", "PS1", "U1", "D1", "R1", "MK1"} <= set(mine)
    assert all(mine[ref].quantity == 1 for ref in keys | {"J1", "U1", "D1", "R1"})


def test_no_number_is_invented() -> None:
    assert {part.number for part in PARTS} - KNOWN_NUMBERS == set()


def test_a_board_without_a_jack_comes_with_a_sound_adapter_and_says_so() -> None:
    for build in parts.BUILDS:
        mine = parts.of_build(PARTS, build)
        has_jack = "Zero" not in mine["J1"].part and "Pi 5" not in mine["J1"].part
        assert ("J4" in mine) is not has_jack
    assert all(
        "no jack" in part.alternatives + part.note for part in PARTS if "5" in part.alternatives and part.ref == "J1"
    )
    (zero,) = [part for part in PARTS if part.ref == "J1" and "Zero" in part.part]
    assert "no jack" in zero.note


def test_a_kiosk_has_a_clock_and_the_large_panel() -> None:
    kiosk = parts.of_build(PARTS, "kiosk")
    assert "DS3231" in kiosk["U3"].part
    assert "2.42 inch" in kiosk["U1"].part
    assert "SSD1309" in kiosk["U1"].part
    assert "optional" in kiosk["U2"].role
