"""The list of parts, hardware/bom.csv.

Responsible for: its one reader, which refuses what a buyer could not use. Must not: know how the parts are joined.
"""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

BOM = Path(__file__).resolve().parents[1] / "bom.csv"
COLUMNS = (
    *("ref", "builds", "role", "part", "quantity", "maker", "number"),
    *("alternatives", "price_usd", "price_basis", "drawn", "note"),
)
BUILDS = ("handheld", "handheld-zero2", "kiosk", "workbench")
TO_BE_CHOSEN = "to be chosen"
BY_NAME = "by name"
"""In place of a number: the maker sells it under the name that stands in the column of the part."""
_BASIS = re.compile(r"(estimate|list price) 20\d\d-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Part:
    """One row."""

    ref: str
    builds: tuple[str, ...]
    role: str
    part: str
    quantity: int
    maker: str
    number: str
    alternatives: str
    price_usd: float
    price_basis: str
    drawn: bool
    note: str

    @property
    def buyable(self) -> dict[str, str]:
        """Maker and number where both are known, as WireViz calls them."""
        if TO_BE_CHOSEN in (self.maker, self.number):
            return {}
        return {"manufacturer": self.maker} | ({} if self.number == BY_NAME else {"mpn": self.number})


def read(text: str) -> list[Part]:
    """All rows. ``ValueError`` with a sentence for the first row that is not right."""
    lines = csv.DictReader(text.splitlines(), strict=True)
    if tuple(lines.fieldnames or ()) != COLUMNS:
        raise ValueError(f"the columns must be {', '.join(COLUMNS)}")
    parts = [_part(number, row) for number, row in enumerate(lines, 2)]
    seen: set[tuple[str, str]] = set()
    for part in parts:
        for build in part.builds:
            if (part.ref, build) in seen:
                raise ValueError(f"{part.ref} stands twice in {build}")
            seen.add((part.ref, build))
    return parts


def _part(line: int, row: dict[str, str]) -> Part:
    if None in row or None in row.values():
        raise ValueError(f"line {line}: too many or too few columns")
    if any(value != value.strip() for value in row.values()):
        raise ValueError(f"line {line}: blanks around a value")
    if not re.fullmatch(r"[A-Z]+[1-9]\d*", row["ref"]):
        raise ValueError(f'line {line}: "{row["ref"]}" is no reference')
    builds = tuple(row["builds"].split(" "))
    if unknown := [build for build in builds if build not in BUILDS]:
        raise ValueError(f'line {line}: there is no build "{unknown[0]}"')
    if empty := [name for name in ("role", "part", "maker", "number") if not row[name]]:
        raise ValueError(f"line {line}: {empty[0]} is empty")
    if not re.fullmatch(r"[1-9]\d*", row["quantity"]):
        raise ValueError(f"line {line}: the quantity must be a whole number from 1")
    if not re.fullmatch(r"\d+(\.\d+)?", row["price_usd"]) or not _BASIS.fullmatch(row["price_basis"]):
        raise ValueError(f"line {line}: a price needs a number, and whether it is listed or estimated, and when")
    if row["drawn"] not in ("yes", "no"):
        raise ValueError(f"line {line}: drawn is yes or no")
    return Part(
        ref=row["ref"],
        builds=builds,
        role=row["role"],
        part=row["part"],
        quantity=int(row["quantity"]),
        maker=row["maker"],
        number=row["number"],
        alternatives=row["alternatives"],
        price_usd=float(row["price_usd"]),
        price_basis=row["price_basis"],
        drawn=row["drawn"] == "yes",
        note=row["note"],
    )


def shipped() -> list[Part]:
    """The list in the repository."""
    return read(BOM.read_text(encoding="utf-8"))


def of_build(parts: list[Part], build: str) -> dict[str, Part]:
    """Reference -> part, for one build."""
    return {part.ref: part for part in parts if build in part.builds}
